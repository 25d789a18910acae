"""Stopping early: look at the study while it grows, and drop what can no longer win.

The accepted error is divided over the looks (Bonferroni). Boundaries that spend it better rest on
independent increments, and a mean whose pictures all looks share has none. The number of
comparisons in the correction stays that of all variants, however many have been dropped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from poolbench.records import Difference, VerdictRecord
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.paired import Evidence, adjust_differences

# Numbers of repeats after which a study with --repeats auto is looked at.
LOOKS = (2, 4, 6, 10, 16, 24)


@dataclass(frozen=True)
class Race:
    """Where a study stands after some looks.

    Attributes:
        active: Variants that may still win, in the order of the study.
        verdict: Verdict of the last look, with the differences of dropped variants at their own
            last look; ``None`` before the first.
    """

    active: tuple[str, ...]
    verdict: VerdictRecord | None = None

    @property
    def is_over(self) -> bool:
        """Whether the question is answered, or there is none: one variant has no rival."""
        verdict = self.verdict
        return verdict is not None and (verdict.kind != "undecided" or not verdict.differences)


def take_look(race: Race, evidence: Evidence, question: Question, looks: int) -> Race:
    """Judge what there is now, and drop what the best so far beats.

    A false winner, over all looks together, stays as unlikely as in a study of one look: it would
    have to beat the best in truth at one of them.

    Args:
        evidence: Evidence of the active variants alone, in their order.
        question: The question about all variants.
        looks: How many there will be in all.
    """
    now = replace(question, ids=race.active, share=1 / looks, rivals=len(question.ids) - 1)
    verdict = decide(evidence, now)
    # The baseline goes on to the end, or nothing later could be compared with it.
    beaten = set(list_beaten(verdict)) - {question.baseline}
    past = {name: _list_past(race, name) for name in ("differences", "against_baseline")}
    merged = {
        name: adjust_differences((*getattr(verdict, name), *pairs)) for name, pairs in past.items()
    }
    active = tuple(name for name in race.active if name not in beaten)
    return Race(active, verdict.model_copy(update=merged))


def leave_out(race: Race, names: Collection[str]) -> Race:
    """Go on as if these variants had not been there, but for the number of comparisons."""
    active = tuple(name for name in race.active if name not in names)
    if race.verdict is None:
        return Race(active)
    kept = {
        field: tuple(pair for pair in pairs if not {pair.first, pair.second} & set(names))
        for field, pairs in (
            ("differences", race.verdict.differences),
            ("against_baseline", race.verdict.against_baseline),
        )
    }
    return Race(active, race.verdict.model_copy(update=kept))


def list_beaten(verdict: VerdictRecord) -> tuple[str, ...]:
    """Return the variants that are worse than the best so far by no less than the margin."""
    # One training of each shows nothing of re-training, so nobody is beaten by it.
    if not verdict.differences or verdict.repeats * verdict.folds < 2:
        return ()
    best = verdict.differences[0].first
    return tuple(
        difference.second
        for difference in verdict.differences
        if difference.first == best
        and difference.low > 0
        and difference.points >= verdict.margin_points
    )


def _list_past(race: Race, field: str) -> Sequence[Difference]:
    """Return the differences of earlier looks with a variant dropped since, so that they stay."""
    if race.verdict is None:
        return ()
    pairs: tuple[Difference, ...] = getattr(race.verdict, field)
    return [pair for pair in pairs if not {pair.first, pair.second} <= set(race.active)]
