"""Define plain operators: one formula for every window, nothing learned but a convolution."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from poolbench.errors import UsageError
from poolbench.operators._registry import LEARNED_WEIGHTS, Operator, register
from poolbench.operators._windows import (
    WINDOW,
    WindowOperator,
    choose_kernel_size,
    count_exchanges,
    cut_mask,
    cut_windows,
    max_windows,
    mean_windows,
    pad_windows,
    sort_windows,
)


def decimate2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the top left value of every ``stride`` x ``stride`` cell.

    After a convolution this is a strided convolution: the values that are dropped need not be
    computed, which ``models/rewrite.py`` makes use of.

    Border: a cell that is cut by the right or bottom border still gives a value.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> decimate2d(torch.arange(16.0).view(1, 1, 4, 4), stride=2)[0, 0].tolist()
        [[0.0, 2.0], [8.0, 10.0]]
    """
    return x[:, :, ::stride, ::stride]


def max_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the maximum of every window.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Window width in pixels, at least ``stride``, which is the default.

    Example:
        >>> max_pool2d(torch.arange(9.0).view(1, 1, 3, 3), stride=2)[0, 0].tolist()
        [[4.0, 5.0], [7.0, 8.0]]
    """
    return max_windows(x, choose_kernel_size(kernel_size, stride), stride)


def avg_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the mean of every window.

    Border: a window that is cut by the border is the mean of what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Window width in pixels, at least ``stride``, which is the default.

    Example:
        >>> avg_pool2d(torch.arange(9.0).view(1, 1, 3, 3), stride=2)[0, 0].tolist()
        [[2.0, 3.5], [6.5, 8.0]]
    """
    return mean_windows(x, choose_kernel_size(kernel_size, stride), stride)


def min_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the minimum of every window.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> min_pool2d(torch.arange(9.0).view(1, 1, 3, 3), stride=2)[0, 0].tolist()
        [[0.0, 2.0], [6.0, 8.0]]
    """
    return -max_pool2d(-x, stride=stride, kernel_size=kernel_size)


def median_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the median of every window; of an even number of values the mean of the middle two.

    Border: a window that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> median_pool2d(torch.tensor([[[[0.0, 1.0], [5.0, 9.0]]]]), stride=2).item()
        3.0
    """
    values = sort_windows(x, choose_kernel_size(kernel_size, stride), stride)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def max_avg_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Take the value half way between the maximum and the mean of every window.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> max_avg_pool2d(torch.tensor([[[[0.0, 1.0], [5.0, 10.0]]]]), stride=2).item()
        7.0
    """
    largest = max_pool2d(x, stride=stride, kernel_size=kernel_size)
    return (largest + avg_pool2d(x, stride=stride, kernel_size=kernel_size)) / 2


def lp_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None, p: float = 2.0) -> Tensor:
    """Compute the p-norm of every window, ``(sum |x|^p)^(1/p)``.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        p: At least 1; 2 is the Euclidean norm.

    Raises:
        UsageError: If ``p`` is less than 1.

    Reference:
        Sermanet 2012, arXiv:1204.3968 (there with Gaussian weights; here all weights are 1).

    Example:
        >>> lp_pool2d(torch.tensor([[[[3.0, 0.0], [0.0, -4.0]]]]), stride=2).item()
        5.0
    """
    _check_power(p)
    kernel_size = choose_kernel_size(kernel_size, stride)
    windows = cut_windows(x, kernel_size, stride).abs()
    return _norm(windows, lambda part: part.pow(p).sum(WINDOW).pow(1 / p))


def rms_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Compute the root of the mean square of every window.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> rms_pool2d(torch.tensor([[[[1.0, -1.0], [7.0, 7.0]]]]), stride=2).item()
        5.0
    """
    kernel_size = choose_kernel_size(kernel_size, stride)
    mask = cut_mask(x, kernel_size, stride)
    count = kernel_size**2 if mask is None else mask.sum(WINDOW)
    windows = cut_windows(x, kernel_size, stride).abs()
    return _norm(windows, lambda part: (part.square().sum(WINDOW) / count).sqrt())


def _check_power(p: float) -> None:
    if not p >= 1:  # Also what is not a number.
        raise UsageError("operator.power", value=p)


def _norm(windows: Tensor, compute: Callable[[Tensor], Tensor]) -> Tensor:
    """Compute a norm of windows without overflow, whose gradient is 0 where the window is."""
    # A norm grows with its argument, so the factor may be anything; it is not differentiated.
    highest = windows.amax(WINDOW, keepdim=True).detach()
    scale = torch.where(highest > 0, highest, torch.ones_like(highest))
    # In a window of zeros the root has no slope: ones are put there, and taken out again.
    is_zero = highest == 0
    found = compute(torch.where(is_zero, torch.ones_like(windows), windows / scale))
    return torch.where(is_zero.flatten(-3), torch.zeros_like(found), found * scale.flatten(-3))


@register(
    "stride",
    title="stride: one value of each cell is kept, the others are dropped",
    title_ru="прореживание: из каждой клетки остаётся одно значение",
    year=1989,
)
class Decimate2d(Operator):
    """Module of :func:`decimate2d`; costs nothing.

    Reference:
        LeCun 1989, "Backpropagation Applied to Handwritten Zip Code Recognition": filters that move
        by two pixels.
    """

    function = decimate2d

    def count_operations(self, height: int, width: int) -> int:
        return 0


@register(
    "max",
    title="max pooling: the largest value of each cell",
    title_ru="максимальный пулинг: наибольшее значение в клетке",
    year=1999,
)
class MaxPool2d(WindowOperator):
    """Module of :func:`max_pool2d`; one comparison for each value of the input."""

    function = max_pool2d


@register(
    "avg",
    title="average pooling: the mean of each cell",
    title_ru="усредняющий пулинг: среднее по клетке",
    year=1998,
)
class AvgPool2d(WindowOperator):
    """Module of :func:`avg_pool2d`; one addition for each value of the input."""

    function = avg_pool2d


@register(
    "conv",
    title="strided convolution with learned weights, in place of pooling",
    title_ru="обучаемая свёртка с шагом вместо пулинга",
    year=2015,
)
class ConvPool2d(WindowOperator):
    """A learned convolution over the windows, from all channels to all; begins as average pooling.

    Border: filled by repeating the border.

    Reference:
        Springenberg 2015, arXiv:1412.6806.
    """

    # Deviation: windows as wide as the stride, not 3x3; it begins as average pooling, not at
    # random.

    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.conv = nn.Conv2d(channels, channels, self.kernel_size, stride)
        fill_mean(self.conv)

    def forward(self, x: Tensor) -> Tensor:
        padded = pad_windows(x, self.kernel_size, self.stride, None)
        out: Tensor = self.conv(padded)
        return out

    def count_operations(self, height: int, width: int) -> int:
        return self.count_outputs(height, width) * self.channels * self.kernel_size**2


@torch.no_grad()
def fill_mean(conv: nn.Conv2d, copies: int = 1) -> None:
    """Begin with the mean over the window and over copies of each channel.

    Args:
        copies: Inputs ``c, c + channels, c + 2 * channels, …`` belong to output ``c``.
    """
    conv.weight.zero_()
    if conv.bias is not None:
        conv.bias.zero_()
    channels = conv.out_channels
    area = conv.kernel_size[0] * conv.kernel_size[1]
    index = torch.arange(channels)
    for copy in range(copies):
        conv.weight[index, index + copy * channels] = 1 / (area * copies)


@register(
    "min",
    title="min pooling: the smallest value of each cell",
    title_ru="минимальный пулинг: наименьшее значение в клетке",
)
class MinPool2d(WindowOperator):
    """Module of :func:`min_pool2d`; one comparison for each value of the input."""

    function = min_pool2d


@register(
    "median",
    title="median pooling: the median of each cell",
    title_ru="медианный пулинг: медиана клетки",
)
class MedianPool2d(WindowOperator):
    """Module of :func:`median_pool2d`."""

    function = median_pool2d

    def count_operations(self, height: int, width: int) -> int:
        return self.count_outputs(height, width) * count_exchanges(self.kernel_size**2) * 2


@register(
    "max+avg",
    title="mean of max and average pooling",
    title_ru="полусумма максимального и усредняющего пулинга",
)
class MaxAvgPool2d(WindowOperator):
    """Module of :func:`max_avg_pool2d`."""

    function = max_avg_pool2d

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width)


@register(
    "lp",
    title="Lp pooling: the norm of each cell (Euclidean by default)",
    title_ru="Lp-пулинг: норма значений клетки (по умолчанию евклидова)",
    year=2012,
)
class LpPool2d(WindowOperator):
    """Module of :func:`lp_pool2d`.

    Args:
        p: At least 1.
    """

    function = lp_pool2d
    exceptions = {
        "constants": "the norm of a window grows with its size, and has no sign",
        "bounds": "the norm of a window may be above its largest value",
    }

    def __init__(
        self, channels: int, *, stride: int, kernel_size: int | None = None, p: float = 2.0
    ) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        _check_power(p)
        self.p = p

    def get_options(self) -> dict[str, Any]:
        return {**super().get_options(), "p": self.p}


@register(
    "rms",
    title="root mean square of each cell",
    title_ru="среднее квадратическое по клетке",
)
class RmsPool2d(WindowOperator):
    """Module of :func:`rms_pool2d`."""

    function = rms_pool2d
    exceptions = {
        "constants": "the sign is lost: a constant of -1 becomes 1",
        "bounds": "the sign is lost",
    }


class _OverlapPool2d(WindowOperator):
    """Windows that reach into their neighbours, ``2 * stride - 1`` wide by default."""

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        width = 2 * stride - 1 if kernel_size is None else kernel_size
        super().__init__(channels, stride=stride, kernel_size=width)


@register(
    "overlap-max",
    title="max pooling over overlapping windows",
    title_ru="максимальный пулинг с перекрывающимися окнами",
    year=2012,
)
class OverlapMaxPool2d(_OverlapPool2d):
    """:func:`max_pool2d` with windows of ``2 * stride - 1`` pixels (3 at stride 2).

    Reference:
        Krizhevsky 2012, "ImageNet Classification with Deep Convolutional Neural Networks".
    """

    function = max_pool2d


@register(
    "overlap-avg",
    title="average pooling over overlapping windows",
    title_ru="усредняющий пулинг с перекрывающимися окнами",
)
class OverlapAvgPool2d(_OverlapPool2d):
    """:func:`avg_pool2d` with windows of ``2 * stride - 1`` pixels (3 at stride 2)."""

    function = avg_pool2d
