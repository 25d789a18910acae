"""From correctness to one of four answers: winner, tied, undecided or nothing learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from poolbench.config import Metric, Protocol
from poolbench.errors import UnknownNameError
from poolbench.records import Cost, Difference, VerdictRecord
from poolbench.verdict.chance import compare_with_constant, is_nothing_learned
from poolbench.verdict.early import estimate_unbiased
from poolbench.verdict.looks import Level
from poolbench.verdict.paired import (
    Evidence,
    Levels,
    compute_differences,
    compute_limits,
    compute_pairs,
    group_pairs,
    share_confidence,
)
from poolbench.verdict.predictive import Prospect, compute_detectable, forecast, make_prospect
from poolbench.verdict.spread import estimate_spread

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
        looks: Level of each look by its number of repeats; empty: the study is judged once.
        rivals: Comparisons with one variant that must hold together; ``None``: all others.
        notes: Ids of warnings to hand on.
        seed: Of the draws by which it is forecast what more repeats would bring.
    """

    ids: Sequence[str]
    costs: Mapping[str, Cost]
    margin_points: float
    protocol: Protocol
    metric: Metric = "accuracy"
    baseline: str | None = None
    looks: Mapping[int, Level] = field(default_factory=dict)
    rivals: int | None = None
    notes: tuple[str, ...] = ()
    seed: int = 0

    @property
    def levels(self) -> Levels:
        """How sure the intervals are that answer the question."""
        rivals = len(self.ids) - 1 if self.rivals is None else self.rivals
        return Levels(self.margin_points, rivals, self.looks)


@dataclass(frozen=True)
class Answer:
    """Which of the first three verdicts it is; see :func:`choose_answer`."""

    winner: str | None
    tied: tuple[str, ...]
    open: tuple[Difference, ...]


def decide(evidence: Evidence, question: Question, *, is_look: bool = True) -> VerdictRecord:
    """Name the winner or the tied variants, or say that it cannot be told.

    The best mean is compared with every other variant. *Tied*: some rivals are equivalent to it
    (the interval for a tie lies within the margin), and all others are beaten: worse by intervals
    that hold together. *Winner*: all are outdone: worse by intervals that hold one by one. That is
    enough, since a false winner has to outdo all rivals, and so the one that is best in truth (an
    intersection-union test). *Undecided*: anything else, and always when there is only one variant,
    or one training of each. Before all that, *nothing learned*: no variant is above the constant
    answer.

    Args:
        is_look: False: the study was cut off before its first look, and decides nothing.

    Raises:
        UnknownNameError: If the baseline is none of the variants.

    Reference:
        Berger 1982, Technometrics 24(4); Hung and Fithian 2019, Annals of Statistics 47,
        arXiv:1610.03944; Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15(6).
    """
    levels = question.levels
    order = rank(evidence, question)
    differences = compute_differences(evidence, question.ids, combinations(order, 2), levels)
    best = question.ids[order[0]]
    answer = choose_answer(
        best, differences, question.margin_points, is_enough=is_look and evidence.trials > 1
    )
    constant = compare_with_constant(evidence, tuple(question.ids), levels)
    described = describe_answer(answer, best, question.costs)
    if is_nothing_learned(constant):
        described = NOTHING_LEARNED
    level = levels.take(evidence.repeats)
    verdict = VerdictRecord(
        protocol=question.protocol,
        **described,
        margin_points=question.margin_points,
        pictures=evidence.correct.shape[2],
        repeats=evidence.repeats,
        folds=len(np.unique(evidence.fold[0])),
        differences=differences,
        metric=question.metric,
        alpha=level.alpha,
        confidence=levels.share(evidence.repeats),
        tie_confidence=1 - 2 * level.tie_alpha,
        baseline=question.baseline,
        against_baseline=_compare_with_baseline(evidence, question),
        constant=constant,
        notes=(*question.notes, *_list_notes(evidence)),
    )
    return verdict.model_copy(
        update={
            **_look_ahead(evidence, question, verdict),
            "regret_points": compute_regret(evidence, question, verdict.recommended),
            "unbiased_points": _correct_for_early_stop(verdict, evidence, question),
        }
    )


def _correct_for_early_stop(
    verdict: VerdictRecord, evidence: Evidence, question: Question
) -> float | None:
    """Estimate the difference to the closest rival, if there would have been more looks."""
    if verdict.winner is None or verdict.repeats >= max(question.looks, default=0):
        return None
    closest = find_closest(verdict.winner, verdict.differences)
    assert closest.p_value is not None
    assert closest.repeats is not None
    looks = [look for look in sorted(question.looks) if look <= closest.repeats]
    positions = [list(question.ids).index(name) for name in (closest.first, closest.second)]
    parts = compute_pairs(evidence, [(positions[0], positions[1])], closest.repeats)
    spread = estimate_spread(parts, closest.repeats)
    variances = [float(spread.forecast(look, parts.units).variance[0]) for look in looks]
    if not variances[-1]:
        return closest.points
    times = [variances[-1] / variance for variance in variances]
    alphas = [question.looks[look].alpha for look in looks]
    return estimate_unbiased(closest.points, closest.p_value, alphas, times)


def find_closest(winner: str, differences: Sequence[Difference]) -> Difference:
    """Return the difference between the winner and the rival that comes closest to it."""
    return min((d for d in differences if d.first == winner), key=lambda d: d.points)


def _look_ahead(
    evidence: Evidence, question: Question, verdict: VerdictRecord
) -> Mapping[str, Any]:
    """Return the fields that say what would decide an undecided verdict."""
    if verdict.kind != "undecided" or not verdict.differences:
        return {}
    return describe_prospect(make_prospect(evidence), question, verdict.pictures)


def describe_prospect(prospect: Prospect, question: Question, pictures: int) -> dict[str, Any]:
    """Return the same for what is known of the variants."""
    level = question.levels.take(prospect.repeats)
    return {
        **forecast(prospect, question.levels, pictures, question.seed),
        "detectable_points": compute_detectable(prospect, level.alpha),
    }


def compute_regret(evidence: Evidence, question: Question, recommended: str | None) -> float | None:
    """Compute by how many points at most the recommended variant is worse than the best in truth.

    The upper ends of the differences from it, one-sided, which hold for all rivals together, since
    the recommended one is chosen by the same numbers. ``None`` if re-training cannot be judged.
    """
    if recommended is None or evidence.trials == 1 or len(question.ids) == 1:
        return None
    chosen = list(question.ids).index(recommended)
    against = [(rival, chosen) for rival in range(len(question.ids)) if rival != chosen]
    highest = [0.0]
    for repeats, pairs in group_pairs(evidence, against).items():
        parts = compute_pairs(evidence, pairs, repeats)
        error = question.levels.take(repeats).tie_alpha
        confidence = 2 * share_confidence(error, question.levels.rivals) - 1
        highest += compute_limits(parts, confidence, evidence.effective_pictures)[1].tolist()
    return max(highest)


def _list_notes(evidence: Evidence) -> list[str]:
    if evidence.trials == 1:
        return ["one-trial"]
    return ["few-trials"] if evidence.trials < ENOUGH_TRIALS else []


def rank(evidence: Evidence, question: Question) -> list[int]:
    """Rank the variants: positions by mean, best first; equals by cost, then by id.

    Those that were dropped come after those that were not.
    """
    dropped = [count < evidence.repeats for count in evidence.repeats_by_variant]
    means = [float(evidence.score(variant).mean()) for variant in range(len(evidence.correct))]
    costs = [_order_by_cost(name, question.costs) for name in question.ids]
    return sorted(
        range(len(means)), key=lambda index: (dropped[index], -means[index], costs[index])
    )


def choose_answer(
    best: str, differences: Sequence[Difference], margin_points: float, *, is_enough: bool = True
) -> Answer:
    """Choose tied, winner or neither, in this order, from the differences from the best mean.

    Args:
        best: The variant with the best mean; differences that begin with another do not count.
        is_enough: False if re-training cannot be judged at all.
    """
    against = [difference for difference in differences if difference.first == best]
    if not is_enough or not against:
        return Answer(None, (), tuple(against))
    equal = [d.second for d in against if is_equivalent(d, margin_points)]
    others = [d for d in against if d.second not in equal]
    if equal and all(d.is_beaten for d in others):
        return Answer(None, (best, *equal), ())
    if all(d.is_outdone for d in against):
        return Answer(best, (), ())
    return Answer(
        None, (), tuple(d for d in others if not (d.is_beaten if equal else d.is_outdone))
    )


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
