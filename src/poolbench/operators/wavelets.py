"""Define operators that go through wavelets: each halving of the resolution is one level."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.operators._registry import LEARNED_WEIGHTS, Operator, register
from poolbench.operators._windows import mean_windows, pad_windows, repeat_border

DYADIC = (2, 4)


def haar_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the low band of the orthonormal Haar wavelet transform, one level for each halving.

    It is average pooling times ``stride``.

    Border: a cell that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Raises:
        ShapeError: If ``stride`` is neither 2 nor 4.

    Reference:
        Williams and Li 2018, "Wavelet Pooling for Convolutional Neural Networks" (ICLR).

    Example:
        >>> haar_pool2d(torch.ones(1, 1, 4, 4), stride=4).item()
        4.0
    """
    HaarPool2d.check_stride(stride)
    return mean_windows(pad_windows(x, stride, stride, None), stride, stride) * stride


class _DyadicPool2d(Operator):
    """Halves the resolution once or twice."""

    strides = DYADIC


@register(
    "haar",
    title="low band of the Haar wavelet",
    title_ru="низкочастотная полоса вейвлета Хаара",
    year=2018,
)
class HaarPool2d(_DyadicPool2d):
    """Module of :func:`haar_pool2d`."""

    function = haar_pool2d
    exceptions = {
        "constants": "the orthonormal low band is the mean times the stride",
        "bounds": "the orthonormal low band is the mean times the stride",
    }

    def count_operations(self, height: int, width: int) -> int:
        return self.channels * height * width


def split_haar(x: Tensor, stride: int) -> Tensor:
    """Return all bands of the Haar wavelet packets of ``stride`` x ``stride`` cells, low first.

    Border: a cell that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, stride**2 * C, ceil(H / stride), ceil(W / stride))``
    """
    x = pad_windows(x, stride, stride, None)
    while stride > 1:
        top, below = x[:, :, ::2], x[:, :, 1::2]
        low, high = top + below, top - below
        x = (
            torch.cat(
                [
                    part[..., ::2] + sign * part[..., 1::2]
                    for part in (low, high)
                    for sign in (1, -1)
                ],
                dim=1,
            )
            / 2
        )
        stride //= 2
    return x


@register(
    "wavelet",
    title="all bands of the Haar wavelet, then a 1x1 convolution",
    title_ru="все полосы вейвлета Хаара, затем свёртка 1×1",
    year=2018,
)
class WaveletPool2d(_DyadicPool2d):
    """:func:`split_haar`, then a learned 1x1 convolution back to ``channels``.

    The convolution begins with the low band alone, as average pooling. Nothing is lost before it.

    Reference:
        Liu 2018, arXiv:1805.07071 (multi-level wavelet CNN; there with blocks of 3x3 convolutions).
    """

    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.conv = nn.Conv2d(channels * stride**2, channels, 1)
        with torch.no_grad():
            self.conv.weight.zero_()
            index = torch.arange(channels)
            self.conv.weight[index, index] = 1 / stride
            assert self.conv.bias is not None
            self.conv.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.conv(split_haar(x, self.stride))
        return mixed

    def count_operations(self, height: int, width: int) -> int:
        levels = self.stride // 2
        mixing = self.count_outputs(height, width) * self.conv.in_channels
        # Two additions and the halving, for each value.
        return 3 * levels * self.channels * height * width + mixing


@register(
    "lift",
    title="LiftPool: a wavelet with learned filters",
    title_ru="LiftPool: вейвлет с обучаемыми фильтрами",
    year=2021,
)
class LiftPool2d(_DyadicPool2d):
    """A lifting scheme with learned filters, then the low band plus learned shares of the others.

    Along each axis the odd values are predicted from the even ones, and the even ones updated by
    what was not predicted. Prediction and update are filters of three values for each channel. They
    begin as the Haar wavelet, the shares of the high bands at 0: average pooling.

    Border: filled by repeating the border.

    Reference:
        Zhao and Snoek 2021, arXiv:2104.00996.
    """

    # Deviation: the filters are linear, and the high bands enter by learned shares, so that it can
    # begin as average pooling.
    exceptions = {
        "constants": "the filters are learned and need not add up to 1",
        "bounds": "the filters are learned and may be negative",
        "channels": "every channel has its own filters",
    }

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.levels = nn.ModuleList(_Lifting(channels) for _ in range(stride // 2))

    def forward(self, x: Tensor) -> Tensor:
        x = pad_windows(x, self.stride, self.stride, None)
        for level in self.levels:
            x = level(x)
        return x

    def count_operations(self, height: int, width: int) -> int:
        total = 0
        for _ in self.levels:
            # Six products for each pair of values and axis, three shares for each output.
            total += self.channels * height * width * 6 * 2 // 2
            height, width = -(-height // 2), -(-width // 2)
            total += 3 * self.channels * height * width
        return total


class _Lifting(nn.Module):
    """One halving of both axes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.predict = nn.Parameter(torch.tensor([0.0, 1.0, 0.0]).repeat(2, channels, 1))
        self.update = nn.Parameter(torch.tensor([0.0, 0.5, 0.0]).repeat(2, channels, 1))
        self.shares = nn.Parameter(torch.zeros(3, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        low, high = self._split(x, 3)
        bands = (*self._split(low, 2), *self._split(high, 2))
        out = bands[0]
        for share, band in zip(self.shares, bands[1:], strict=True):
            out = out + share * band
        return out

    def _split(self, x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
        even, odd = (x[:, :, ::2], x[:, :, 1::2]) if axis == 2 else (x[..., ::2], x[..., 1::2])
        high = odd - self._filter(even, self.predict[axis - 2], axis)
        return even + self._filter(high, self.update[axis - 2], axis), high

    def _filter(self, x: Tensor, taps: Tensor, axis: int) -> Tensor:
        shape, border = ((3, 1), (0, 0, 1, 1)) if axis == 2 else ((1, 3), (1, 1, 0, 0))
        padded = repeat_border(x, border)
        return F.conv2d(padded, taps.view(self.channels, 1, *shape), groups=self.channels)
