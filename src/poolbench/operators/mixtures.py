"""Define mixtures of max and average pooling in learned proportions."""

import torch
from torch import Tensor, nn

from poolbench.operators._registry import LEARNED_WEIGHTS, register
from poolbench.operators._windows import (
    WINDOW,
    WindowOperator,
    cut_windows,
    max_windows,
    mean_windows,
)
from poolbench.operators.plain import fill_mean


@register(
    "mixed",
    title="mixed pooling: max and average in one learned proportion",
    title_ru="смешанный пулинг: максимум и среднее в одной обучаемой пропорции",
    year=2016,
)
class MixedPool2d(WindowOperator):
    """``a max + (1 - a) mean`` of every window with one learned a, from 0 to 1; it begins at 0.5.

    Reference:
        Lee 2016, arXiv:1509.08985.
    """

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.share = nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        largest = max_windows(x, self.kernel_size, self.stride)
        mean = mean_windows(x, self.kernel_size, self.stride)
        return torch.lerp(mean, largest, self.share.clamp(0, 1).to(x.dtype))

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width) + 2 * self.count_outputs(height, width)


@register(
    "gated",
    title="gated pooling: each cell sets its own proportion of max and average",
    title_ru="пулинг с вентилем: пропорция максимума и среднего у каждой клетки своя",
    year=2016,
)
class GatedPool2d(WindowOperator):
    """As ``mixed``, with ``a = sigmoid(<mask, window>)``; the mask begins at 0, so a at 0.5.

    Border: a window takes what it has; to the mask, what lies beyond is 0.

    Reference:
        Lee 2016, arXiv:1509.08985.
    """

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.mask = nn.Parameter(torch.zeros(self.kernel_size, self.kernel_size))

    def forward(self, x: Tensor) -> Tensor:
        largest = max_windows(x, self.kernel_size, self.stride)
        mean = mean_windows(x, self.kernel_size, self.stride)
        windows = cut_windows(x, self.kernel_size, self.stride)
        gate = torch.sigmoid((windows * self.mask).sum(WINDOW))
        return torch.lerp(mean, largest, gate.to(x.dtype))

    def count_operations(self, height: int, width: int) -> int:
        return 3 * self.count_values(height, width) + 2 * self.count_outputs(height, width)


@register(
    "tree",
    title="tree pooling: two learned filters and a learned gate between them",
    title_ru="древовидный пулинг: два обучаемых фильтра и обучаемый вентиль между ними",
    year=2016,
)
class TreePool2d(WindowOperator):
    """A tree of two leaves, each a filter over the window, and a gate as in ``gated``.

    The filters are shared by all channels. They begin as the mean plus and minus a horizontal
    slope, the gate half open, so the whole begins as average pooling and the leaves can part.

    Border: filled by repeating the border.

    Reference:
        Lee 2016, arXiv:1509.08985.
    """

    exceptions = {
        "constants": "the filters are learned and need not add up to 1",
        "bounds": "the filters are learned and may be negative",
    }

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        size = self.kernel_size
        slope = torch.linspace(-1, 1, size).expand(size, size) if size > 1 else torch.zeros(1, 1)
        self.leaves = nn.Parameter(torch.stack([1 + slope, 1 - slope]) / size**2)
        self.gate = nn.Parameter(torch.zeros(size, size))

    def forward(self, x: Tensor) -> Tensor:
        windows = cut_windows(x, self.kernel_size, self.stride, None)
        first, second = ((windows * leaf).sum(WINDOW) for leaf in self.leaves)
        gate = torch.sigmoid((windows * self.gate).sum(WINDOW))
        return torch.lerp(second, first, gate)

    def count_operations(self, height: int, width: int) -> int:
        return 3 * self.count_values(height, width) + 2 * self.count_outputs(height, width)


@register(
    "hybrid",
    title="max and average pooling side by side, then a 1x1 convolution",
    title_ru="максимальный и усредняющий пулинг рядом, затем свёртка 1×1",
)
class HybridPool2d(WindowOperator):
    """Max and average pooling as ``2 * channels`` maps, mixed back by a learned 1x1 convolution.

    The convolution begins as the mean of the two.
    """

    exceptions = LEARNED_WEIGHTS

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.conv = nn.Conv2d(2 * channels, channels, 1)
        fill_mean(self.conv, copies=2)

    def forward(self, x: Tensor) -> Tensor:
        largest = max_windows(x, self.kernel_size, self.stride)
        mean = mean_windows(x, self.kernel_size, self.stride)
        out: Tensor = self.conv(torch.cat([largest, mean], dim=1))
        return out

    def count_operations(self, height: int, width: int) -> int:
        mixing = self.count_outputs(height, width) * 2 * self.channels
        return 2 * self.count_values(height, width) + mixing
