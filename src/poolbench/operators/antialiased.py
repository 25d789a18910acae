"""Define operators that blur before they decimate, so that detail does not alias."""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.errors import ShapeError, UsageError
from poolbench.operators._registry import Operator, register
from poolbench.operators._windows import (
    count_windows,
    list_offsets,
    max_ahead,
    mean_ahead,
    pad_windows,
    repeat_border,
)

# Divisor that stands in for the largest value of a map of zeros.
SMALLEST_SCALE = 1e-6


def blur_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Blur with a binomial filter, then keep every ``stride``-th pixel, from the first on.

    Border: reflect.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Filter width in pixels; odd, at least 3. By default ``2 * stride - 1``, so
            that neighbouring windows overlap by half, but at least 3.

    Raises:
        ShapeError: If ``H`` or ``W`` is at most ``kernel_size // 2``.
        UsageError: If ``kernel_size`` is even or less than 3.

    Reference:
        Zhang 2019, arXiv:1904.11486.

    Example:
        >>> import torch
        >>> x = torch.zeros(1, 1, 4, 4)
        >>> x[0, 0, 1, 2] = 16.0
        >>> blur_pool2d(x, stride=2)[0, 0].tolist()
        [[0.0, 4.0], [0.0, 2.0]]
    """
    kernel = _make_kernel(_choose_kernel_size(kernel_size, stride), x.shape[1])
    return _blur(x, kernel.to(x), stride)


@register(
    "blur",
    title="blur pooling: a binomial filter, then one value of each cell",
    title_ru="пулинг с размытием: биномиальный фильтр, затем прореживание",
    year=2019,
)
class BlurPool2d(Operator):
    """Module of :func:`blur_pool2d`; its filter is fixed and is not saved with the weights.

    Raises:
        UsageError: If ``kernel_size`` is even or less than 3.
    """

    kernel: Tensor
    function = blur_pool2d

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride)
        self.kernel_size = _choose_kernel_size(kernel_size, stride)
        self.register_buffer("kernel", _make_kernel(self.kernel_size, channels), persistent=False)

    @property
    def smallest_size(self) -> int:
        return self.kernel_size // 2 + 1

    def get_options(self) -> dict[str, Any]:
        return {"kernel_size": self.kernel_size}

    def forward(self, x: Tensor) -> Tensor:
        return _blur(x, self.kernel.to(x.dtype), self.stride)

    def count_operations(self, height: int, width: int) -> int:
        return self.count_outputs(height, width) * self.kernel_size**2


def _choose_kernel_size(kernel_size: int | None, stride: int) -> int:
    if kernel_size is None:
        return max(3, 2 * stride - 1)
    if kernel_size < 3 or kernel_size % 2 == 0:
        raise UsageError("operator.blur-size", value=kernel_size)
    return kernel_size


def _make_kernel(kernel_size: int, channels: int) -> Tensor:
    """Make ``[channels, 1, kernel_size, kernel_size]``: Pascal's triangle both ways, its sum 1."""
    row = torch.tensor([float(math.comb(kernel_size - 1, k)) for k in range(kernel_size)])
    row = row / 2 ** (kernel_size - 1)
    return torch.outer(row, row).repeat(channels, 1, 1, 1)


def _blur(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Convolve with the stride, so that what is dropped is not computed."""
    border = kernel.shape[-1] // 2
    if x.shape[2] <= border or x.shape[3] <= border:
        height, width = x.shape[2:]
        side = kernel.shape[-1]
        raise ShapeError("operator.blur-map", side=side, least=border, height=height, width=width)
    padded = F.pad(x, (border, border, border, border), mode="reflect")
    return F.conv2d(padded, kernel, stride=stride, groups=kernel.shape[0])


def max_blur_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the maximum of ``stride`` x ``stride`` values at stride 1, then :func:`blur_pool2d`.

    Border: the maximum takes what there is, the blur reflects.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Filter width of the blur, as there.

    Raises:
        ShapeError: If ``H`` or ``W`` is at most ``kernel_size // 2``.
        UsageError: If ``kernel_size`` is even or less than 3.

    Reference:
        Zhang 2019, arXiv:1904.11486 (MaxBlurPool).

    Example:
        >>> x = torch.zeros(1, 1, 4, 4)
        >>> x[0, 0, 1, 2] = 16.0
        >>> max_blur_pool2d(x, stride=2)[0, 0].tolist()
        [[8.0, 12.0], [2.0, 3.0]]
    """
    return blur_pool2d(max_ahead(x, stride), stride=stride, kernel_size=kernel_size)


def avg_blur_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the mean of ``stride`` x ``stride`` values at stride 1, then :func:`blur_pool2d`.

    Border: the mean takes what there is, the blur reflects.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Filter width of the blur, as there.

    Raises:
        ShapeError: If ``H`` or ``W`` is at most ``kernel_size // 2``.
        UsageError: If ``kernel_size`` is even or less than 3.

    Reference:
        After Zhang 2019, arXiv:1904.11486, who blurs in place of the mean.

    Example:
        >>> x = torch.zeros(1, 1, 4, 4)
        >>> x[0, 0, 2, 2] = 64.0
        >>> avg_blur_pool2d(x, stride=2)[0, 0].tolist()
        [[4.0, 6.0], [6.0, 9.0]]
    """
    return blur_pool2d(mean_ahead(x, stride), stride=stride, kernel_size=kernel_size)


def aps_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the one of the ``stride**2`` decimated maps with the largest norm, for each picture.

    Under a circular shift the decimated maps trade positions, and the same one is kept: the output
    is shifted and nothing else, if the stride divides height and width and no two norms are equal.

    Border: a cell that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Reference:
        Chaman and Dokmanić 2021, arXiv:2011.14214 (with the Euclidean norm).

    Example:
        >>> x = torch.tensor([[[[1.0, 2.0, 1.0, 2.0]]]])
        >>> aps_pool2d(x, stride=2).flatten().tolist()
        [2.0, 2.0]
    """
    # Deviation: cut cells repeat the border, where the authors wrap around.
    phases = split_phases(x, stride)
    # Divided by the largest value of the picture, so that squares do not overflow.
    scale = x.abs().amax((1, 2, 3), keepdim=True).clamp(min=SMALLEST_SCALE).unsqueeze(1)
    exact = torch.promote_types(x.dtype, torch.float32)
    norms = (phases / scale).to(exact).square().sum((2, 3, 4))
    return take_phase(phases, norms.argmax(1))


class _WindowBlurPool2d(BlurPool2d):
    """A window operation at stride 1, then a blur."""

    before: ClassVar[Callable[[Tensor, int], Tensor]]

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(type(self).before(x, self.stride))

    def count_operations(self, height: int, width: int) -> int:
        window = self.channels * height * width * self.stride**2
        return window + super().count_operations(height, width)


@register(
    "max-blur",
    title="max pooling at stride 1, then blur pooling",
    title_ru="максимальный пулинг с шагом 1, затем пулинг с размытием",
    year=2019,
)
class MaxBlurPool2d(_WindowBlurPool2d):
    """Module of :func:`max_blur_pool2d`."""

    function = max_blur_pool2d
    before = max_ahead


@register(
    "avg-blur",
    title="average pooling at stride 1, then blur pooling",
    title_ru="усредняющий пулинг с шагом 1, затем пулинг с размытием",
    year=2019,
)
class AvgBlurPool2d(_WindowBlurPool2d):
    """Module of :func:`avg_blur_pool2d`."""

    function = avg_blur_pool2d
    before = mean_ahead


@register(
    "adaptive-blur",
    title="adaptive blur: every position has its own learned filter",
    title_ru="адаптивное размытие: для каждой точки свой обучаемый фильтр",
    year=2020,
)
class AdaptiveBlurPool2d(Operator):
    """A filter for each kept position and group of channels, the softmax of a learned convolution.

    It begins as the binomial filter of ``blur``, everywhere.

    Border: filled by repeating the border.

    Args:
        kernel_size: Filter width in pixels; odd, at least 3; by default as in ``blur``.
        groups: Sets of channels that share their filters; 8, or fewer where they do not divide
            the channels.

    Raises:
        UsageError: If ``kernel_size`` is even, or ``groups`` does not divide ``channels``.

    Reference:
        Zou 2020, arXiv:2008.09604.
    """

    # Deviation: no batch normalisation before the softmax, so that pictures stay independent; it
    # begins as a blur, not at random; the border is repeated, not reflected.
    exceptions = {"channels": "the filters come from a convolution over all channels"}

    def __init__(
        self,
        channels: int,
        *,
        stride: int,
        kernel_size: int | None = None,
        groups: int | None = None,
    ) -> None:
        super().__init__(channels, stride=stride)
        self.kernel_size = _choose_kernel_size(kernel_size, stride)
        self.groups = math.gcd(channels, 8) if groups is None else groups
        if self.groups < 1 or channels % self.groups:
            raise UsageError("operator.groups", channels=channels, value=groups)
        self.conv = nn.Conv2d(channels, self.groups * self.kernel_size**2, 3, stride)
        nn.init.zeros_(self.conv.weight)
        binomial = _make_kernel(self.kernel_size, 1).flatten().log()
        with torch.no_grad():
            assert self.conv.bias is not None
            self.conv.bias.copy_(binomial.repeat(self.groups))

    def get_options(self) -> dict[str, Any]:
        return {"kernel_size": self.kernel_size, "groups": self.groups}

    def forward(self, x: Tensor) -> Tensor:
        size, stride = self.kernel_size, self.stride
        border = size // 2
        padded = repeat_border(x, (border,) * 4)
        # The convolution reaches one pixel over the border, whatever the filter does.
        more = border - 1
        near = padded[:, :, more : x.shape[2] + more + 2, more : x.shape[3] + more + 2]
        weights = torch.unflatten(self.conv(near), 1, (self.groups, 1, size**2)).softmax(3)
        offsets = list_offsets(padded, size, stride)
        windows = torch.stack(
            [torch.unflatten(values, 1, (self.groups, -1)) for values in offsets], dim=3
        )
        return (weights * windows).sum(3).flatten(1, 2)

    def count_operations(self, height: int, width: int) -> int:
        kept = count_windows(height, self.stride) * count_windows(width, self.stride)
        predict = kept * self.conv.out_channels * self.channels * 9
        return predict + kept * self.channels * self.kernel_size**2


@register(
    "aps",
    title="adaptive polyphase sampling: the subsampled map with the largest norm",
    title_ru="адаптивная полифазная выборка: прореженная карта с наибольшей нормой",
    year=2021,
)
class ApsPool2d(Operator):
    """Module of :func:`aps_pool2d`."""

    function = aps_pool2d

    def count_operations(self, height: int, width: int) -> int:
        return self.channels * height * width


@register(
    "lps",
    title="learnable polyphase sampling: a small network picks the subsampled map",
    title_ru="обучаемая полифазная выборка: прореженную карту выбирает небольшая сеть",
    year=2022,
)
class LpsPool2d(Operator):
    """Of the ``stride**2`` decimated maps the one with the best score of a small network.

    In training the maps are mixed by a Gumbel softmax of the scores, at temperature 1. The score is
    the mean over the map of convolution, ReLU, convolution, with circular borders.

    Border: a cell that is cut by the border is filled by repeating the border.

    Reference:
        Rojas-Gomez 2022, arXiv:2210.08001.
    """

    is_random = True

    exceptions = {"channels": "the score comes from a convolution over all channels"}

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        hidden = max(4, channels // 4)
        self.first = nn.Conv2d(channels, hidden, 3, padding=1, padding_mode="circular")
        self.second = nn.Conv2d(hidden, 1, 3, padding=1, padding_mode="circular")

    def forward(self, x: Tensor) -> Tensor:
        phases = split_phases(x, self.stride)
        scores = self.second(torch.relu(self.first(phases.flatten(0, 1)))).mean((1, 2, 3))
        scores = scores.view(phases.shape[:2])
        if not self.training:
            return take_phase(phases, scores.argmax(1))
        weights = F.gumbel_softmax(scores, dim=1)
        return (weights[:, :, None, None, None] * phases).sum(1)

    def count_operations(self, height: int, width: int) -> int:
        hidden = self.first.out_channels
        positions = count_windows(height, self.stride) * count_windows(width, self.stride)
        return positions * self.stride**2 * 9 * (self.channels * hidden + hidden)


def split_phases(x: Tensor, stride: int) -> Tensor:
    """Split a map into every way to decimate it.

    Shape:
        ``(B, C, H, W) -> (B, stride**2, C, ceil(H / stride), ceil(W / stride))``
    """
    return torch.stack(list_offsets(pad_windows(x, stride, stride, None), stride, stride), dim=1)


def take_phase(phases: Tensor, chosen: Tensor) -> Tensor:
    """Take one phase of each picture.

    Args:
        chosen: int64 ``[B]``.
    """
    index = chosen.view(-1, 1, 1, 1, 1).expand(-1, 1, *phases.shape[2:])
    return phases.gather(1, index).squeeze(1)
