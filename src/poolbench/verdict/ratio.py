"""Ratios of training times."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from poolbench.errors import UsageError
from poolbench.verdict.intervals import Interval


def compute_ratio(
    first: NDArray[np.float64], second: NDArray[np.float64], confidence: float = 0.95
) -> Interval:
    """Geometric mean of ``first / second`` with Student's interval of its logarithm over trials.

    Args:
        first: Seconds of each trial, ``[T]``, above 0; ``second`` of the same trials.

    Returns:
        The ratio; with one trial the interval is not a number.

    Raises:
        UsageError: If the shapes differ or a number is not above 0.

    Example:
        >>> compute_ratio(np.array([2.0, 8.0]), np.array([1.0, 4.0])).mean
        2.0
    """
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise UsageError(
            f"A ratio needs two rows of one length, got {first.shape}, {second.shape}."
        )
    if not ((first > 0) & (second > 0)).all():
        raise UsageError("A ratio of times needs numbers above 0.")
    logs = np.log(first / second)
    reach = np.nan
    if len(logs) > 1:
        reach = stats.t.ppf(0.5 + confidence / 2, len(logs) - 1) * stats.sem(logs)
    low, mean, high = np.exp([logs.mean() - reach, logs.mean(), logs.mean() + reach])
    return Interval(float(mean), float(low), float(high))
