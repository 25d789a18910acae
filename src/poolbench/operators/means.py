"""Define means between the arithmetic one and the maximum, some with a learned power."""

from typing import Any

import torch
from torch import Tensor, nn

from poolbench.errors import UsageError
from poolbench.operators._registry import register
from poolbench.operators._windows import (
    WINDOW,
    WindowOperator,
    choose_kernel_size,
    cut_mask,
    cut_windows,
)

# Least value that counts, so that powers and logarithms are defined (Radenović 2018).
LEAST_VALUE = 1e-6
# Least distance of a power from 0, where the formula is 0 / 0.
LEAST_POWER = 1e-3


def log_sum_exp_pool2d(
    x: Tensor, *, stride: int, kernel_size: int | None = None, sharpness: float = 5.0
) -> Tensor:
    """Compute ``log(mean exp(r x)) / r`` of every window, from mean (r to 0) to maximum.

    Border: a window that is cut by the border takes what it has.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        sharpness: r, above 0; 5 in the paper.

    Raises:
        UsageError: If ``sharpness`` is not above 0.

    Reference:
        Pinheiro and Collobert 2015, arXiv:1411.6228 (there over the whole map).

    Example:
        >>> x = torch.tensor([[[[0.0, 0.0], [0.0, 1.0]]]])
        >>> round(log_sum_exp_pool2d(x, stride=2).item(), 4)
        0.7267
    """
    _check_positive("sharpness", sharpness)
    kernel_size = choose_kernel_size(kernel_size, stride)
    mask = cut_mask(x, kernel_size, stride)
    windows = cut_windows(x, kernel_size, stride)
    if mask is not None:
        windows = windows.masked_fill(mask == 0, -torch.inf)
    highest = windows.amax(WINDOW, keepdim=True).detach()
    total = (sharpness * (windows - highest)).exp().sum(WINDOW)
    count = kernel_size**2 if mask is None else mask.sum(WINDOW)
    return highest.flatten(-3) + (total / count).log() / sharpness


def power_mean(x: Tensor, power: Tensor, kernel_size: int, stride: int) -> Tensor:
    """Compute ``(mean x^p)^(1/p)`` of every window, values below 1e-6 taken as 1e-6.

    Computed from logarithms, so that no power overflows; near p = 0 it is the geometric mean.

    Shape:
        ``(B, C, H, W), () -> (B, C, ceil(H / stride), ceil(W / stride))``
    """
    least = torch.where(power < 0, -LEAST_POWER, LEAST_POWER).to(power.dtype)
    # Moved by a constant, so that a learned power still feels its slope.
    power = power + torch.where(power.abs() < LEAST_POWER, least - power, 0).detach()
    mask = cut_mask(x, kernel_size, stride)
    logs = cut_windows(x.clamp(min=LEAST_VALUE), kernel_size, stride, 1.0).log()
    scaled = power * logs
    if mask is not None:
        scaled = scaled.masked_fill(mask == 0, -torch.inf)
    highest = scaled.amax(WINDOW, keepdim=True).detach()
    total = (scaled - highest).exp().sum(WINDOW)
    count = kernel_size**2 if mask is None else mask.sum(WINDOW)
    return ((highest.flatten(-3) + (total / count).log()) / power).exp()


@register(
    "gem",
    title="generalised mean with a learned power",
    title_ru="обобщённое среднее с обучаемой степенью",
    year=2018,
)
class GemPool2d(WindowOperator):
    """:func:`power_mean` with one learned power; it is for maps that are not negative.

    Reference:
        Radenović 2018, arXiv:1711.02512.
    """

    # Deviation: over windows, not the whole map; the power begins at 1, where it is average
    # pooling, not at 3.
    exceptions = {
        "constants": "values below 1e-6 are taken as 1e-6",
        "bounds": "values below 1e-6 are taken as 1e-6",
    }

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.power = nn.Parameter(torch.tensor(1.0))

    def forward(self, x: Tensor) -> Tensor:
        return power_mean(x, self.power.to(x.dtype), self.kernel_size, self.stride)

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width) + self.count_outputs(height, width)


@register(
    "alpha",
    title="alpha-integration: a learned path through all kinds of means",
    title_ru="альфа-интегрирование: обучаемый переход между всеми видами средних",
    year=2018,
)
class AlphaPool2d(WindowOperator):
    """:func:`power_mean` with the power ``(1 - alpha) / 2``; alpha is learned.

    alpha = -1 is the arithmetic mean, where it begins, 1 the geometric, 3 the harmonic mean, and
    towards minus infinity it is the maximum. It is for maps that are not negative.

    Reference:
        Eom and Choi 2018, arXiv:1811.03436.
    """

    exceptions = GemPool2d.exceptions

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        self.alpha = nn.Parameter(torch.tensor(-1.0))

    def forward(self, x: Tensor) -> Tensor:
        power = (1 - self.alpha.to(x.dtype)) / 2
        return power_mean(x, power, self.kernel_size, self.stride)

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width) + self.count_outputs(height, width)


@register(
    "log-sum-exp",
    title="log-sum-exp: a smooth maximum",
    title_ru="логарифм суммы экспонент: сглаженный максимум",
    year=2015,
)
class LogSumExpPool2d(WindowOperator):
    """Module of :func:`log_sum_exp_pool2d`.

    Args:
        sharpness: Above 0; 5 in the paper.
    """

    function = log_sum_exp_pool2d

    def __init__(
        self,
        channels: int,
        *,
        stride: int,
        kernel_size: int | None = None,
        sharpness: float = 5.0,
    ) -> None:
        super().__init__(channels, stride=stride, kernel_size=kernel_size)
        _check_positive("sharpness", sharpness)
        self.sharpness = sharpness

    def get_options(self) -> dict[str, Any]:
        return {**super().get_options(), "sharpness": self.sharpness}

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.count_values(height, width) + self.count_outputs(height, width)


def _check_positive(name: str, value: float) -> None:
    if not value > 0:  # Also what is not a number.
        raise UsageError("operator.positive", name=name, value=value)
