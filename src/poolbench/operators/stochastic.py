"""Define operators that draw random numbers in training and have a fixed form in evaluation.

They draw from torch's global generator, which the training loop sets from the study's seeds.
"""

import math
from typing import Any

import torch
from torch import Tensor

from poolbench.errors import UsageError
from poolbench.operators._registry import Operator, register
from poolbench.operators._windows import (
    WINDOW,
    WindowOperator,
    average_by,
    count_windows,
    cut_mask,
    cut_windows,
    max_ahead,
    max_windows,
    mean_windows,
)


@register(
    "stochastic",
    title="stochastic pooling: a random value of each cell, the larger the likelier",
    title_ru="стохастический пулинг: случайное значение клетки, большее — вероятнее",
    year=2013,
)
class StochasticPool2d(WindowOperator):
    """In training one value of each window, drawn in proportion to it; else their mean so weighted.

    Values below 0 count as 0; where a window has none above 0, all its values are alike (the paper
    has no negative values).

    Border: a window that is cut by the border takes what it has.

    Reference:
        Zeiler and Fergus 2013, arXiv:1301.3557.
    """

    is_random = True

    def forward(self, x: Tensor) -> Tensor:
        windows = cut_windows(x, self.kernel_size, self.stride)
        weights = self._weigh(windows, cut_mask(x, self.kernel_size, self.stride))
        if not self.training:
            return average_by(windows, weights, None)
        # The smallest of exponential waiting times falls on each value in proportion to its weight.
        waiting = torch.empty_like(weights).exponential_()
        chosen = (weights / waiting).flatten(-2).argmax(-1, keepdim=True)
        return windows.flatten(-2).gather(-1, chosen).squeeze(-1)

    @staticmethod
    def _weigh(windows: Tensor, mask: Tensor | None) -> Tensor:
        positive = windows.clamp(min=0)
        highest = positive.amax(WINDOW, keepdim=True).detach()
        is_none = highest == 0
        scaled = positive / torch.where(is_none, torch.ones_like(highest), highest)
        weights = torch.where(is_none, torch.ones_like(windows), scaled)
        return weights if mask is None else weights * mask

    def count_operations(self, height: int, width: int) -> int:
        return 3 * self.count_values(height, width) + self.count_outputs(height, width)


@register(
    "mixed-random",
    title="random mixed pooling: max or average, drawn for each map",
    title_ru="случайный смешанный пулинг: для каждой карты наугад максимум или среднее",
    year=2014,
)
class MixedRandomPool2d(WindowOperator):
    """In training max or average pooling, drawn anew for each picture and channel; else their mean.

    Border: a window that is cut by the border takes what it has.

    Reference:
        Yu 2014, "Mixed Pooling for Convolutional Neural Networks".
    """

    is_random = True

    def forward(self, x: Tensor) -> Tensor:
        largest = max_windows(x, self.kernel_size, self.stride)
        mean = mean_windows(x, self.kernel_size, self.stride)
        # Deviation: their mean, where the paper goes by how often each was drawn in training.
        share = x.new_tensor(0.5)
        if self.training:
            share = torch.empty(*x.shape[:2], 1, 1, dtype=x.dtype, device=x.device).bernoulli_()
        return torch.lerp(mean, largest, share)

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width) + 2 * self.count_outputs(height, width)


@register(
    "fractional-max",
    title="fractional max pooling: several small steps over uneven cells",
    title_ru="дробный максимальный пулинг: несколько малых шагов по клеткам разного размера",
    year=2014,
)
class FractionalMaxPool2d(Operator):
    """Max pooling in steps of at most the square root of 2, over cells of 1 or 2 pixels.

    A stride of 2 is two steps, of 4 four. Where the cells of a step lie is a pseudo-random
    sequence, drawn anew for each batch in training, and in the middle of its range in evaluation.

    Reference:
        Graham 2014, arXiv:1412.6071 (pseudo-random, disjoint cells).
    """

    is_random = True

    exceptions = {"shift": "the cells do not repeat with the stride"}

    def forward(self, x: Tensor) -> Tensor:
        for axis in (2, 3):
            # A plain number also while an exporter traces.
            size = int(x.shape[axis])
            target = count_windows(size, self.stride)
            for wanted in _list_sizes(size, target, self.stride):
                x = self._shrink(x, axis, wanted)
        return x

    def _shrink(self, x: Tensor, axis: int, wanted: int) -> Tensor:
        offset = torch.rand(()).item() if self.training else 0.5
        edges = compute_edges(int(x.shape[axis]), wanted, offset)
        first = torch.tensor(edges[:-1], device=x.device)
        last = torch.tensor(edges[1:], device=x.device) - 1
        return torch.maximum(x.index_select(axis, first), x.index_select(axis, last))

    def count_operations(self, height: int, width: int) -> int:
        across = _list_sizes(height, count_windows(height, self.stride), self.stride)
        along = _list_sizes(width, count_windows(width, self.stride), self.stride)
        rows = sum(across) * width
        return self.channels * (rows + (across or [height])[-1] * sum(along))


def _list_sizes(size: int, target: int, stride: int) -> list[int]:
    """Return the sizes after each step, none less than half of the one before."""
    if size == target:
        return []
    steps = math.ceil(2 * math.log2(stride))
    sizes = [round(size * (target / size) ** (step / steps)) for step in range(1, steps + 1)]
    return [max(new, -(-old // 2)) for old, new in zip([size, *sizes[:-1]], sizes, strict=True)]


def compute_edges(size: int, wanted: int, offset: float) -> list[int]:
    """Compute the edges of ``wanted`` cells of 1 or 2 pixels that cover ``size`` pixels.

    Args:
        offset: From 0 to 1, where the pseudo-random sequence begins.
    """
    ratio = size / wanted
    # As in the paper, edge i is the ceiling of ratio * (i + offset); the ends are given.
    start = math.ceil(ratio * offset) if wanted > 1 else 0
    inner = [math.ceil(ratio * (i + offset)) - start for i in range(1, wanted)]
    edges = [0, *inner, size]
    # Rounding may leave the last cell with none or three: its neighbours give or take.
    for i in range(wanted - 1, 0, -1):
        edges[i] = min(max(edges[i], edges[i + 1] - 2), edges[i + 1] - 1)
    for i in range(1, wanted):
        edges[i] = max(min(edges[i], edges[i - 1] + 2), edges[i - 1] + 1)
    return edges


@register(
    "s3",
    title="stochastic spatial sampling: max pooling, then random rows and columns",
    title_ru="стохастическая пространственная выборка: максимум, затем случайные строки и столбцы",
    year=2017,
)
class S3Pool2d(Operator):
    """Max pooling at stride 1, then in each strip of the grid random rows and columns are kept.

    In training each strip of ``grid`` rows keeps ``grid / stride`` of them, in order, and columns
    alike, the same for a whole batch; in evaluation each cell is averaged instead.

    Border: a window takes what it has.

    Args:
        grid: Rows of a strip, a multiple of ``stride``; ``2 * stride`` by default.

    Raises:
        UsageError: If ``grid`` is no multiple of ``stride``.

    Reference:
        Zhai 2017, arXiv:1611.05138.
    """

    is_random = True

    def __init__(self, channels: int, *, stride: int, grid: int | None = None) -> None:
        super().__init__(channels, stride=stride)
        self.grid = 2 * stride if grid is None else grid
        if self.grid < stride or self.grid % stride:
            raise UsageError("operator.grid", stride=stride, value=grid)

    def get_options(self) -> dict[str, Any]:
        return {"grid": self.grid}

    def forward(self, x: Tensor) -> Tensor:
        largest = max_ahead(x, self.stride)
        if not self.training:
            return mean_windows(largest, self.stride, self.stride)
        for axis in (2, 3):
            kept = self._draw_lines(x.shape[axis]).to(x.device)
            largest = largest.index_select(axis, kept)
        return largest

    def _draw_lines(self, size: int) -> Tensor:
        lines = []
        for start in range(0, size, self.grid):
            length = min(self.grid, size - start)
            kept = torch.randperm(length)[: count_windows(length, self.stride)]
            lines.append(start + kept.sort().values)
        return torch.cat(lines)

    def count_operations(self, height: int, width: int) -> int:
        return self.channels * height * width * (self.stride**2 + 1)
