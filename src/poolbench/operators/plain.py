"""The operators of the published lab: decimation, max pooling and average pooling."""

import torch.nn.functional as F
from torch import Tensor

from poolbench.operators._registry import Operator, register


def decimate2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the top left value of every ``stride`` x ``stride`` cell.

    After a convolution this is a strided convolution: the values that are dropped need not be
    computed, which ``models/rewrite.py`` makes use of.

    Border: a cell that is cut by the right or bottom border still gives a value.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> import torch
        >>> decimate2d(torch.arange(16.0).view(1, 1, 4, 4), stride=2)[0, 0].tolist()
        [[0.0, 2.0], [8.0, 10.0]]
    """
    return x[:, :, ::stride, ::stride]


def max_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """The largest value of every ``stride`` x ``stride`` cell.

    Border: a cell that is cut by the right or bottom border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> import torch
        >>> max_pool2d(torch.arange(9.0).view(1, 1, 3, 3), stride=2)[0, 0].tolist()
        [[4.0, 5.0], [7.0, 8.0]]
    """
    return F.max_pool2d(x, stride, ceil_mode=True)


def avg_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """The mean of every ``stride`` x ``stride`` cell.

    Border: a cell that is cut by the right or bottom border is the mean of what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Example:
        >>> import torch
        >>> avg_pool2d(torch.arange(9.0).view(1, 1, 3, 3), stride=2)[0, 0].tolist()
        [[2.0, 3.5], [6.5, 8.0]]
    """
    return F.avg_pool2d(x, stride, ceil_mode=True, count_include_pad=False)


@register(
    "stride",
    title="strided convolution: keep one value in each cell",
    title_ru="свёртка с шагом: одно значение из каждой клетки",
)
class Decimate2d(Operator):
    """Module of :func:`decimate2d`; costs nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return decimate2d(x, stride=self.stride)


class _WindowPool2d(Operator):
    """A pooling that reads every value of the input once."""

    def count_operations(self, height: int, width: int) -> int:
        return self.channels * height * width


@register(
    "max",
    title="max pooling: the largest value of each cell",
    title_ru="максимальный пулинг: наибольшее значение каждой клетки",
)
class MaxPool2d(_WindowPool2d):
    """Module of :func:`max_pool2d`; one comparison for each value of the input."""

    def forward(self, x: Tensor) -> Tensor:
        return max_pool2d(x, stride=self.stride)


@register(
    "avg",
    title="average pooling: the mean of each cell",
    title_ru="усредняющий пулинг: среднее каждой клетки",
)
class AvgPool2d(_WindowPool2d):
    """Module of :func:`avg_pool2d`; one addition for each value of the input."""

    def forward(self, x: Tensor) -> Tensor:
        return avg_pool2d(x, stride=self.stride)
