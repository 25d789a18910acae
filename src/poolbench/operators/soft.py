"""Define means of each window with weights that come from the values themselves."""

from typing import Any

import torch
from torch import Tensor, nn

from poolbench.operators._registry import register
from poolbench.operators._windows import (
    WINDOW,
    WindowOperator,
    average_by,
    average_by_exp,
    choose_kernel_size,
    cut_mask,
    cut_windows,
    mean_windows,
)

# Upper end of LIP's logits, which begin at 0 (Gao 2019).
LIP_SCALE = 12.0
# Constant that smooths the absolute value at 0 (Saeedan 2018, their epsilon).
DETAIL_EPSILON = 1e-3
# Constant that keeps a quotient of squares defined for two zeros.
TINY = 1e-12


def soft_pool2d(
    x: Tensor, *, stride: int, kernel_size: int | None = None, beta: float = 1.0
) -> Tensor:
    """Compute the mean of every window under the softmax of its values.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        beta: Factor before the softmax: 0 is average pooling, 1 the paper, large max pooling.

    Reference:
        Stergiou 2021, arXiv:2101.00440.

    Example:
        >>> x = torch.tensor([[[[0.0, 0.0], [0.0, 1.0]]]])
        >>> round(soft_pool2d(x, stride=2).item(), 4)
        0.4754
    """
    kernel_size = choose_kernel_size(kernel_size, stride)
    windows = cut_windows(x, kernel_size, stride)
    return average_by_exp(windows, beta * windows, cut_mask(x, kernel_size, stride))


@register(
    "soft",
    title="soft pooling: the mean of the cell, weighted by its softmax",
    title_ru="мягкий пулинг: среднее с весами softmax по клетке",
    year=2021,
)
class SoftPool2d(WindowOperator):
    """Module of :func:`soft_pool2d`.

    Args:
        beta: Factor before the softmax; 1 in the paper.
    """

    function = soft_pool2d

    def __init__(
        self, channels: int, *, stride: int, kernel_size: int | None = None, beta: float = 1.0
    ) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.beta = beta

    def get_options(self) -> dict[str, Any]:
        return {**super().get_options(), "beta": self.beta}

    def count_operations(self, height: int, width: int) -> int:
        return 3 * self.count_values(height, width) + self.count_outputs(height, width)


@register(
    "lip",
    title="local importance pooling: a small learned network weights the pixels",
    title_ru="пулинг по локальной важности: веса даёт небольшая обучаемая сеть",
    year=2019,
)
class LipPool2d(WindowOperator):
    """A mean of each window with weights ``exp(g(x))``.

    ``g`` is a 1x1 convolution, instance normalisation and a sigmoid times 12. The scale of the
    normalisation begins at 0, so all weights begin equal, as in average pooling.

    Border: a window that is cut by the border takes what it has.

    Reference:
        Gao 2019, arXiv:1908.04156.
    """

    # Deviation: cells as wide as the stride, not 3x3 windows at stride 2; the scale of the
    # normalisation begins at 0, not the convolution.
    exceptions = {
        "channels": "the weights come from a convolution over all channels",
    }

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.conv = nn.Conv2d(channels, channels, 1, bias=False)
        self.scale = nn.Parameter(torch.zeros(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        logits = LIP_SCALE * torch.sigmoid(self._normalize(self.conv(x)) * self.scale + self.bias)
        windows = cut_windows(x, self.kernel_size, self.stride)
        mask = cut_mask(x, self.kernel_size, self.stride)
        return average_by_exp(windows, cut_windows(logits, self.kernel_size, self.stride), mask)

    @staticmethod
    def _normalize(x: Tensor) -> Tensor:
        # Not torch's layer, which refuses a map of one pixel.
        centred = x - x.mean((2, 3), keepdim=True)
        return centred * (centred.square().mean((2, 3), keepdim=True) + 1e-5).rsqrt()

    def count_operations(self, height: int, width: int) -> int:
        projection = self.channels**2 * height * width
        return projection + 6 * self.count_values(height, width)


@register(
    "adaptive",
    title="AdaPool: a learned mix of a mean near the maximum and a mean near the average",
    title_ru="AdaPool: обучаемая смесь двух средних, близкого к максимуму и близкого к обычному",
    year=2021,
)
class AdaptivePool2d(WindowOperator):
    """``b * em + (1 - b) * edscw`` with a learned b for each channel, which begins at 0.5.

    ``em`` is soft pooling. ``edscw`` weighs the pixels of a window by ``exp(d)``, where d is the
    Dice-Sørensen coefficient of the pixel's channels and the mean pixel's,
    ``2 |<a, m>| / (|a|^2 + |m|^2)``.

    Border: a window that is cut by the border takes what it has.

    Reference:
        Stergiou and Poppe 2021, arXiv:2111.00772.
    """

    # Deviation: one b for each channel, not for each position of the output, so that any size goes.
    exceptions = {"channels": "every channel has its own weight"}

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.share = nn.Parameter(torch.full((channels, 1, 1), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        mask = cut_mask(x, self.kernel_size, self.stride)
        windows = cut_windows(x, self.kernel_size, self.stride)
        largest = average_by_exp(windows, windows, mask)
        mean = mean_windows(x, self.kernel_size, self.stride)[..., None, None]
        near = average_by_exp(windows, self._compute_likeness(windows, mean), mask)
        return torch.lerp(near, largest, self.share.clamp(0, 1).to(near.dtype))

    @staticmethod
    def _compute_likeness(windows: Tensor, mean: Tensor) -> Tensor:
        # The coefficient does not change with the scale, which keeps large values from overflowing.
        scale = windows.abs().amax(dim=1, keepdim=True).detach()
        scale = torch.maximum(scale, mean.abs().amax(dim=1, keepdim=True).detach())
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        windows, mean = windows / scale, mean / scale
        product = (windows * mean).sum(1, keepdim=True).abs()
        total = windows.square().sum(1, keepdim=True) + mean.square().sum(1, keepdim=True)
        return 2 * product / (total + TINY)

    def count_operations(self, height: int, width: int) -> int:
        return 9 * self.count_values(height, width) + 2 * self.count_outputs(height, width)


@register(
    "detail-preserving",
    title="detail-preserving pooling: more weight on what differs from the mean",
    title_ru="пулинг с сохранением деталей: больше вес того, что отличается от среднего",
    year=2018,
)
class DetailPreservingPool2d(WindowOperator):
    """A mean with weights ``a + (sqrt(d^2 + e^2))^l``, d the difference from the window's mean.

    a and l are learned for each channel and not negative. l begins at 0, so all weights begin
    equal, as in average pooling.

    Border: a window that is cut by the border takes what it has.

    Reference:
        Saeedan 2018, arXiv:1804.04076 (symmetric, with the mean as the smoothed map: Lite-DPP).
    """

    # Deviation: a and l are clamped at 0, not exponentials, so that l can begin at 0; the
    # difference is not divided by its mean over the window.
    exceptions = {"channels": "every channel has its own weights"}

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.offset = nn.Parameter(torch.ones(channels, 1, 1, 1, 1))
        self.power = nn.Parameter(torch.zeros(channels, 1, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        windows = cut_windows(x, self.kernel_size, self.stride)
        mean = mean_windows(x, self.kernel_size, self.stride)[..., None, None]
        detail = ((windows - mean).square() + DETAIL_EPSILON**2).sqrt()
        # The largest is taken out before the power, so that it cannot overflow.
        highest = detail.amax(WINDOW, keepdim=True).detach()
        power = self.power.clamp(min=0).to(x.dtype)
        offset = self.offset.clamp(min=0).to(x.dtype)
        share = (detail / highest).pow(power)
        weights = offset * highest.pow(-power) + share
        return average_by(windows, weights, cut_mask(x, self.kernel_size, self.stride))

    def count_operations(self, height: int, width: int) -> int:
        return 6 * self.count_values(height, width) + self.count_outputs(height, width)


@register(
    "attention",
    title="local attention: the mean of the cell queries its pixels",
    title_ru="локальное внимание: запрос — среднее клетки, ключи — её пиксели",
    year=2021,
)
class AttentionPool2d(WindowOperator):
    """Each window's mean is the query, its pixels are keys and values.

    Query and key are learned 1x1 convolutions to ``max(4, channels // 4)`` maps; the values are the
    pixels themselves. The keys begin at 0, so all weights begin equal, as in average pooling.

    Border: a window that is cut by the border takes what it has.

    Reference:
        After the attention pooling of Radford 2021, arXiv:2103.00020, here within a window, with
        one head and the pixels themselves as values.
    """

    exceptions = {"channels": "the weights come from all channels"}

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.width = max(4, channels // 4)
        self.query = nn.Conv2d(channels, self.width, 1)
        self.key = nn.Conv2d(channels, self.width, 1)
        nn.init.zeros_(self.key.weight)
        assert self.key.bias is not None
        nn.init.zeros_(self.key.bias)

    def forward(self, x: Tensor) -> Tensor:
        mean = mean_windows(x, self.kernel_size, self.stride)
        query = self.query(mean)[..., None, None]
        keys = cut_windows(self.key(x), self.kernel_size, self.stride)
        logits = (query * keys).sum(1, keepdim=True) * self.width**-0.5
        mask = cut_mask(x, self.kernel_size, self.stride)
        return average_by_exp(cut_windows(x, self.kernel_size, self.stride), logits, mask)

    def count_operations(self, height: int, width: int) -> int:
        keys = self.channels * self.width * height * width
        queries = self.count_outputs(height, width) * self.width
        weights = self.width * self.count_values(height, width) // self.channels
        return keys + queries + weights + 3 * self.count_values(height, width)
