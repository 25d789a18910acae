"""From correctness to one of three answers: winner, tied or undecided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Protocol
from poolbench.records import Cost, Difference, VerdictRecord
from poolbench.verdict.paired import compute_differences


@dataclass(frozen=True)
class Question:
    """What is asked of the numbers.

    Attributes:
        ids: Variants, in the order of the array's first axis.
        costs: By variant id; among the tied the cheapest is recommended.
        margin_points: Differences within this many accuracy points count as equivalent.
        notes: Ids of warnings to hand on.
    """

    ids: Sequence[str]
    costs: Mapping[str, Cost]
    margin_points: float
    protocol: Protocol
    notes: tuple[str, ...] = ()


def decide(
    correct: NDArray[np.bool_], fold: NDArray[np.int64], question: Question
) -> VerdictRecord:
    """Name the winner, the tied, or say that it cannot be told.

    *Tied*: every variant is either equivalent to the best mean (the 90 % interval of the
    difference lies within the margin) or worse than it (the 95 % interval lies above zero), and
    at least one is equivalent. *Winner*: all others are worse. *Undecided*: anything else, and
    always when there is only one variant, or one training of each.

    Args:
        correct: bool ``[V, R, n]``.
        fold: int64 ``[R, n]``.
    """
    differences = compute_differences(correct, fold, question.ids)
    order = np.argsort(-correct.mean(axis=(1, 2)), kind="stable")
    best = question.ids[order[0]]
    against = [difference for difference in differences if difference.first == best]
    margin = question.margin_points
    equal = [difference.second for difference in against if is_equivalent(difference, margin)]
    worse = [d.second for d in against if d.low > 0 and d.second not in equal]
    decided = bool(against) and len(equal) + len(worse) == len(against) and _count_trials(fold) > 1
    notes = question.notes if _count_trials(fold) > 1 else (*question.notes, "one-trial")
    tied = (best, *equal) if decided and equal else ()
    winner = best if decided and not equal else None
    return VerdictRecord(
        protocol=question.protocol,
        kind="winner" if winner else "tied" if tied else "undecided",
        winner=winner,
        tied=tied,
        recommended=winner or find_cheapest(tied or (best,), question.costs),
        margin_points=margin,
        pictures=correct.shape[2],
        repeats=correct.shape[1],
        folds=len(np.unique(fold[0])),
        differences=differences,
        notes=notes,
    )


def is_equivalent(difference: Difference, margin_points: float) -> bool:
    """Whether the 90 % interval lies within the margin on both sides."""
    return -margin_points < difference.tie_low and difference.tie_high < margin_points


def find_cheapest(ids: Sequence[str], costs: Mapping[str, Cost]) -> str:
    """Fewest multiply-adds, then fewest parameters, then the first id."""
    return min(ids, key=lambda name: (costs[name].multiply_adds, costs[name].parameters, name))


def _count_trials(fold: NDArray[np.int64]) -> int:
    return sum(len(np.unique(row)) for row in fold)
