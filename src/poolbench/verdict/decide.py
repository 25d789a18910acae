"""From correctness to one of four answers: winner, tied, undecided or nothing learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from poolbench.config import Metric, Protocol
from poolbench.errors import UnknownNameError
from poolbench.records import Cost, Difference, VerdictRecord
from poolbench.verdict.chance import compare_with_constant, is_nothing_learned
from poolbench.verdict.paired import (
    Evidence,
    Levels,
    compute_differences,
    compute_pair,
    share_confidence,
)
from poolbench.verdict.planning import Need, compute_need, estimate_spread

# Accepted probability of naming a false winner.
ALPHA = 0.05
# Equivalence is two one-sided tests at 5 % each: the 90 % interval must lie within the margin.
TIE_ALPHA = 0.05
# Trainings of each variant below which the verdict says that there are few: with two of them,
# Student's quantile is 12.7.
ENOUGH_TRIALS = 5


# The fields of a verdict whose networks are no better than an answer without a look.
NOTHING_LEARNED: dict[str, Any] = {
    "kind": "nothing-learned",
    "winner": None,
    "tied": (),
    "recommended": None,
}


@dataclass(frozen=True)
class Question:
    """What is asked of the numbers.

    Attributes:
        ids: Variants, in the order of the array's first axis.
        costs: Costs by variant id; among the tied the cheapest is recommended.
        margin_points: Differences within this many points count as equivalent.
        baseline: Variant that all others are compared with besides.
        share: Part of the accepted error that may be spent on this look; 1 if there is only one.
        rivals: Comparisons with the best that must hold together; ``None``: all variants but one.
        notes: Ids of warnings to hand on.
    """

    ids: Sequence[str]
    costs: Mapping[str, Cost]
    margin_points: float
    protocol: Protocol
    metric: Metric = "accuracy"
    baseline: str | None = None
    share: float = 1.0
    rivals: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def levels(self) -> Levels:
        """The confidence of the intervals that answer the question."""
        rivals = len(self.ids) - 1 if self.rivals is None else self.rivals
        return Levels(
            share_confidence(ALPHA * self.share, rivals),
            1 - 2 * TIE_ALPHA * self.share,
            self.margin_points,
        )


@dataclass(frozen=True)
class Answer:
    """Which of the first three verdicts it is; see :func:`choose_answer`."""

    winner: str | None
    tied: tuple[str, ...]
    open: tuple[Difference, ...]


def decide(evidence: Evidence, question: Question) -> VerdictRecord:
    """Name the winner or the tied variants, or say that it cannot be told.

    The best mean is compared with every other variant, by intervals that all hold together with
    probability 0.95 whichever variant is the best in truth (multiple comparisons with the best,
    two-sided, so that one of two equals is no winner either). *Tied*: some rivals are equivalent to
    it (the 90 % interval of the difference lies within the margin), all others worse. *Winner*:
    all are worse. *Undecided*: anything else, and always when there is only one variant, or one
    training of each. Before all that, *nothing learned*: no variant is above the constant answer.

    Raises:
        UnknownNameError: If the baseline is none of the variants.

    Reference:
        Hsu 1984, Annals of Statistics 12(3); Schuirmann 1987, Journal of Pharmacokinetics and
        Biopharmaceutics 15(6).
    """
    levels = question.levels
    order = rank(evidence, question)
    differences = compute_differences(evidence, question.ids, combinations(order, 2), levels)
    best = question.ids[order[0]]
    enough = evidence.trials > 1
    answer = choose_answer(best, differences, question.margin_points, is_enough=enough)
    variants = len(question.ids) if question.rivals is None else question.rivals + 1
    constant = compare_with_constant(evidence, tuple(question.ids), variants)
    described = describe_answer(answer, best, question.costs)
    needs = describe_needs([_plan(evidence, question, pair) for pair in answer.open])
    if is_nothing_learned(constant):
        described, needs = NOTHING_LEARNED, {}
    return VerdictRecord(
        protocol=question.protocol,
        **described,
        margin_points=question.margin_points,
        pictures=evidence.correct.shape[2],
        repeats=evidence.repeats,
        folds=len(np.unique(evidence.fold[0])),
        differences=differences,
        metric=question.metric,
        alpha=ALPHA * question.share,
        confidence=levels.confidence,
        tie_confidence=levels.tie_confidence,
        baseline=question.baseline,
        against_baseline=_compare_with_baseline(evidence, question),
        **needs,
        constant=constant,
        notes=(*question.notes, *_list_notes(evidence)),
    )


def _list_notes(evidence: Evidence) -> list[str]:
    if evidence.trials == 1:
        return ["one-trial"]
    return ["few-trials"] if evidence.trials < ENOUGH_TRIALS else []


def rank(evidence: Evidence, question: Question) -> list[int]:
    """Rank the variants: positions by mean, best first; equals by cost, then by id."""
    means = [float(evidence.score(variant).mean()) for variant in range(len(evidence.correct))]
    costs = [_order_by_cost(name, question.costs) for name in question.ids]
    return sorted(range(len(means)), key=lambda index: (-means[index], costs[index]))


def choose_answer(
    best: str, differences: Sequence[Difference], margin_points: float, *, is_enough: bool = True
) -> Answer:
    """Choose winner, tied or neither from the differences between the best and all others.

    Args:
        best: The variant with the best mean; differences that begin with another do not count.
        is_enough: False if re-training cannot be judged at all.
    """
    against = [difference for difference in differences if difference.first == best]
    equal = [d.second for d in against if is_equivalent(d, margin_points)]
    unclear = tuple(d for d in against if d.low <= 0 and d.second not in equal)
    if not against or unclear or not is_enough:
        return Answer(None, (), unclear if is_enough else tuple(against))
    return Answer(None, (best, *equal), ()) if equal else Answer(best, (), ())


def describe_answer(answer: Answer, best: str, costs: Mapping[str, Cost]) -> dict[str, Any]:
    """Return the fields of a verdict that the answer decides."""
    return {
        "kind": "winner" if answer.winner else "tied" if answer.tied else "undecided",
        "winner": answer.winner,
        "tied": answer.tied,
        "recommended": answer.winner or find_cheapest(answer.tied or (best,), costs),
    }


def is_equivalent(difference: Difference, margin_points: float) -> bool:
    """Return whether the interval for a tie lies within the margin on both sides."""
    return -margin_points < difference.tie_low and difference.tie_high < margin_points


def find_cheapest(ids: Sequence[str], costs: Mapping[str, Cost]) -> str:
    """Return the id with the fewest multiply-adds; then parameters, then the id decide."""
    return min(ids, key=lambda name: _order_by_cost(name, costs))


def _order_by_cost(name: str, costs: Mapping[str, Cost]) -> tuple[int, int, str]:
    return costs[name].multiply_adds, costs[name].parameters, name


def _compare_with_baseline(evidence: Evidence, question: Question) -> tuple[Difference, ...]:
    """Return the difference of each other variant from the baseline."""
    if question.baseline is None:
        return ()
    ids = list(question.ids)
    if question.baseline not in ids:
        raise UnknownNameError("variant", question.baseline, ids)
    baseline = ids.index(question.baseline)
    pairs = [(other, baseline) for other in range(len(ids)) if other != baseline]
    return compute_differences(evidence, ids, pairs, question.levels)


def _plan(evidence: Evidence, question: Question, pair: Difference) -> Need:
    ids = list(question.ids)
    parts = compute_pair(evidence, ids.index(pair.first), ids.index(pair.second))
    units = parts.picture_freedom + 1
    spread = estimate_spread(parts, evidence.repeats)
    need = compute_need(pair.points, spread, evidence.repeats, units, question.levels)
    if need.pictures is None:
        return need
    # Where groups are what is drawn, the need is told in pictures.
    per_unit = evidence.correct.shape[2] / units
    return replace(need, pictures=round(need.pictures * per_unit))


def describe_needs(needs: Sequence[Need]) -> dict[str, Any]:
    """Return the fields that tell what would decide all comparisons that are open."""
    if not needs:
        return {}
    repeats = [need.repeats for need in needs]
    pictures = [need.pictures for need in needs]
    return {
        "further_repeats": None if None in repeats else max(r for r in repeats if r is not None),
        "further_pictures": None if None in pictures else max(p for p in pictures if p is not None),
        "total_repeats": max(need.total_repeats for need in needs),
        "detectable_points": max(need.detectable_points for need in needs),
    }
