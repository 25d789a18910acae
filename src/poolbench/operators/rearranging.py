"""Define operators that keep every value and move it from space to channels."""

import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.operators._registry import LEARNED_WEIGHTS, Operator, register
from poolbench.operators._windows import pad_windows


def space_to_depth2d(x: Tensor, *, stride: int) -> Tensor:
    """Turn every ``stride`` x ``stride`` cell into ``stride**2`` channels of one pixel.

    The channels are those of :func:`torch.nn.functional.pixel_unshuffle`: all offsets of the first
    input channel come first, row by row.

    Border: a cell that is cut by the right or bottom border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C * stride**2, ceil(H / stride), ceil(W / stride))``

    Reference:
        Shi 2016, arXiv:1609.05158, whose sub-pixel shuffle this undoes.

    Example:
        >>> import torch
        >>> space_to_depth2d(torch.arange(4.0).view(1, 1, 2, 2), stride=2).flatten().tolist()
        [0.0, 1.0, 2.0, 3.0]
    """
    return F.pixel_unshuffle(pad_windows(x, stride, stride, None), stride)


@register(
    "space-to-depth",
    title="space to depth: each cell becomes channels, then a 1x1 convolution",
    title_ru="пространство в глубину: значения клетки становятся каналами, затем свёртка 1×1",
    year=2022,
)
class SpaceToDepth2d(Operator):
    """:func:`space_to_depth2d`, then a learned 1x1 convolution back to ``channels``.

    The convolution begins with PyTorch's default values.

    Reference:
        Sunkara and Luo 2022 (SPD-Conv), arXiv:2208.03641.
    """

    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.conv = nn.Conv2d(channels * stride**2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.conv(space_to_depth2d(x, stride=self.stride))
        return mixed

    def count_operations(self, height: int, width: int) -> int:
        return self.count_outputs(height, width) * self.conv.in_channels


@register(
    "patch-merge",
    title="patch merging: each cell becomes channels, then a norm and a linear layer",
    title_ru="слияние фрагментов: клетка становится каналами, затем нормировка и линейный слой",
    year=2021,
)
class PatchMerge2d(Operator):
    """:func:`space_to_depth2d`, layer normalisation over the channels, a linear layer without bias.

    Border: as there.

    Reference:
        Liu 2021 (Swin), arXiv:2103.14030.
    """

    # Deviation: back to ``channels``, not to twice as many; a cell begins with the length 1, not
    # with a deviation of 1, with which the network of the lab diverges at rates that it trains
    # with under every other operator.
    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.norm = nn.LayerNorm(channels * stride**2)
        self.linear = nn.Linear(channels * stride**2, channels, bias=False)
        nn.init.constant_(self.norm.weight, self.linear.in_features**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        cells = space_to_depth2d(x, stride=self.stride).permute(0, 2, 3, 1)
        merged: Tensor = self.linear(self.norm(cells))
        return merged.permute(0, 3, 1, 2)

    def count_operations(self, height: int, width: int) -> int:
        outputs = self.count_outputs(height, width)
        return outputs * self.linear.in_features + 2 * outputs * self.stride**2


@register(
    "focus",
    title="focus: each cell becomes channels, then a 3x3 convolution",
    title_ru="фокус: значения клетки становятся каналами, затем свёртка 3×3",
    year=2020,
)
class Focus2d(Operator):
    """:func:`space_to_depth2d`, then a learned 3x3 convolution back to ``channels``.

    Border: as there; the convolution is filled with zeros.

    Reference:
        Jocher 2020, YOLOv5, module Focus.
    """

    # Deviation: the convolution alone; normalisation and activation belong to the network.
    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.conv = nn.Conv2d(channels * stride**2, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.conv(space_to_depth2d(x, stride=self.stride))
        return mixed

    def count_operations(self, height: int, width: int) -> int:
        return self.count_outputs(height, width) * self.conv.in_channels * 9
