"""Define weights by rank: the values of each window sorted, then averaged."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from poolbench.errors import UsageError
from poolbench.operators._registry import register
from poolbench.operators._windows import (
    WindowOperator,
    choose_kernel_size,
    count_exchanges,
    sort_windows,
)


def rank_pool2d(
    x: Tensor, *, stride: int, kernel_size: int | None = None, decay: float = 0.5
) -> Tensor:
    """Weigh the values of every window by rank: ``decay * (1 - decay)**r``, the largest r = 0.

    Border: a window that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        decay: Above 0 and at most 1, where it is max pooling; towards 0 it is the mean.

    Raises:
        UsageError: If ``decay`` lies outside.

    Reference:
        Shi 2016, "Rank-based pooling for deep convolutional neural networks".

    Example:
        >>> rank_pool2d(torch.tensor([[[[0.0, 0.0], [0.0, 15.0]]]]), stride=2).item()
        8.0
    """
    _check_decay(decay)
    values = sort_windows(x, choose_kernel_size(kernel_size, stride), stride)
    # Deviation: the weights are divided by their sum, so that a constant map is kept.
    weights = [(1 - decay) ** rank for rank in range(len(values))]
    return _weigh(values, [weight / sum(weights) for weight in weights])


def top_k_pool2d(
    x: Tensor, *, stride: int, kernel_size: int | None = None, k: int | None = None
) -> Tensor:
    """Take the mean of the k largest values of every window.

    Border: a window that is cut by the border is filled by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        k: From 1 (max pooling) to ``kernel_size**2`` (average pooling); by default half of that.

    Raises:
        UsageError: If ``k`` lies outside.

    Reference:
        Shi 2016, "Rank-based pooling for deep convolutional neural networks" (rank-based average).

    Example:
        >>> top_k_pool2d(torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]]), stride=2).item()
        2.5
    """
    kernel_size = choose_kernel_size(kernel_size, stride)
    k = _choose_k(k, kernel_size)
    values = sort_windows(x, kernel_size, stride)[:k]
    return _weigh(values, [1 / k] * k)


class _RankedPool2d(WindowOperator):
    """Sorts each window, and weighs what it found."""

    def count_operations(self, height: int, width: int) -> int:
        steps = 2 * count_exchanges(self.kernel_size**2) + self.kernel_size**2
        return self.count_outputs(height, width) * steps


@register(
    "ordinal",
    title="ordinal pooling: a learned weight for each rank",
    title_ru="порядковый пулинг: обучаемый вес для каждого ранга",
    year=2019,
)
class OrdinalPool2d(_RankedPool2d):
    """Each window sorted, then a mean with learned weights by rank, different for every channel.

    The weights are a softmax, so they are positive and add up to 1; they begin equal, as average
    pooling.

    Border: a window that is cut by the border is filled by repeating the border.

    Reference:
        Deliège 2019, arXiv:2109.01561 ("Ordinal Pooling").
    """

    exceptions = {"channels": "every channel has its own weights"}

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        # Deviation: positive with sum 1 by a softmax, and equal to begin with.
        self.logits = nn.Parameter(torch.zeros(self.kernel_size**2, channels))

    def forward(self, x: Tensor) -> Tensor:
        values = sort_windows(x, self.kernel_size, self.stride)
        weights = self.logits.softmax(0).to(x.dtype)[:, :, None, None]
        return _weigh(values, list(weights))


@register(
    "rank",
    title="rank pooling: weights that decrease with rank",
    title_ru="ранговый пулинг: веса убывают с рангом",
    year=2016,
)
class RankPool2d(_RankedPool2d):
    """Module of :func:`rank_pool2d`.

    Args:
        decay: Above 0 and at most 1.
    """

    function = rank_pool2d

    def __init__(
        self, channels: int, *, stride: int, kernel_size: int | None = None, decay: float = 0.5
    ) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        _check_decay(decay)
        self.decay = decay

    def get_options(self) -> dict[str, Any]:
        return {**super().get_options(), "decay": self.decay}


@register(
    "top-k",
    title="mean of the larger half of each cell",
    title_ru="среднее по большей половине значений клетки",
    year=2016,
)
class TopKPool2d(_RankedPool2d):
    """Module of :func:`top_k_pool2d`.

    Args:
        k: From 1 to ``kernel_size**2``; by default half of that.
    """

    function = top_k_pool2d

    def __init__(
        self,
        channels: int,
        *,
        stride: int,
        kernel_size: int | None = None,
        k: int | None = None,
    ) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.k = _choose_k(k, self.kernel_size)

    def get_options(self) -> dict[str, Any]:
        return {**super().get_options(), "k": self.k}


def _weigh(values: Sequence[Tensor], weights: Sequence[float | Tensor]) -> Tensor:
    total = values[0] * weights[0]
    for value, weight in zip(values[1:], weights[1:], strict=True):
        total = total + value * weight
    return total


def _check_decay(decay: float) -> None:
    if not 0 < decay <= 1:
        raise UsageError("operator.decay", value=decay)


def _choose_k(k: int | None, kernel_size: int) -> int:
    most = kernel_size**2
    if k is None:
        return max(1, most // 2)
    if not 1 <= k <= most:
        raise UsageError("operator.k", most=most, value=k)
    return k
