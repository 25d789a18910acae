"""Differences between variants, paired over trials and pictures."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from poolbench.records import Difference
from poolbench.verdict.intervals import compute_interval

CONFIDENCE = 0.95
# Two one-sided tests at 5 % each: the 90 % interval must lie within the margin.
TIE_CONFIDENCE = 0.90


def compute_differences(
    correct: NDArray[np.bool_], fold: NDArray[np.int64], ids: Sequence[str]
) -> tuple[Difference, ...]:
    """First minus second in accuracy points, for each pair; the higher mean comes first.

    Args:
        correct: bool ``[V, R, n]``.
        fold: int64 ``[R, n]``.
        ids: Names of the V variants.
    """
    order = np.argsort(-correct.mean(axis=(1, 2)), kind="stable")
    return tuple(
        _compare(correct[a], correct[b], fold, ids[a], ids[b]) for a, b in combinations(order, 2)
    )


def _compare(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    fold: NDArray[np.int64],
    first_id: str,
    second_id: str,
) -> Difference:
    values = 100.0 * (first.astype(float) - second.astype(float))
    interval = compute_interval(values, fold, CONFIDENCE)
    tie = compute_interval(values, fold, TIE_CONFIDENCE)
    return Difference(
        first=first_id,
        second=second_id,
        points=interval.mean,
        low=interval.low,
        high=interval.high,
        tie_low=tie.low,
        tie_high=tie.high,
    )
