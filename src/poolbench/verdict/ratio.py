"""Compute ratios of training times."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from poolbench.errors import UsageError


class Ratio(NamedTuple):
    """A ratio with its confidence interval and the p value of a ratio of 1, two-sided.

    With one trial all but the ratio are not a number.
    """

    ratio: float
    low: float
    high: float
    p_value: float


def compute_ratio(
    first: NDArray[np.float64], second: NDArray[np.float64], confidence: float = 0.95
) -> Ratio:
    """Compute the geometric mean of ``first / second`` with Student's interval of its logarithm.

    Args:
        first: Seconds of each trial, ``[T]``, above 0; ``second`` of the same trials.

    Raises:
        UsageError: If the shapes differ or a number is not above 0.

    Example:
        >>> compute_ratio(np.array([2.0, 8.0]), np.array([1.0, 4.0])).ratio
        2.0
    """
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise UsageError("ratio.shape", first=str(first.shape), second=str(second.shape))
    if not ((first > 0) & (second > 0)).all():
        raise UsageError("ratio.not-positive")
    logs = np.log(first / second)
    mean, freedom = float(logs.mean()), len(logs) - 1
    if not freedom:
        return Ratio(float(np.exp(mean)), np.nan, np.nan, np.nan)
    error = float(logs.std(ddof=1)) / math.sqrt(len(logs))
    half_width = float(special.stdtrit(freedom, 0.5 + confidence / 2)) * error
    # Ratios that are all alike leave no doubt.
    p_value = 2 * float(special.stdtr(freedom, -abs(mean) / error)) if error else float(mean == 0)
    return Ratio(
        float(np.exp(mean)),
        float(np.exp(mean - half_width)),
        float(np.exp(mean + half_width)),
        p_value,
    )
