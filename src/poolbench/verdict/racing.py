"""Stopping early: look at the study while it grows, and drop what can no longer win.

What is dropped, taken up again or given up follows from the predictions of the look alone, so that
a study that was cut off and goes on comes to the same end.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from poolbench.records import LookRecord, VerdictRecord
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.paired import Evidence

# Predictive probability of a decision by the last look, below which the study is not worth going on
# with. Accepted errors gain nothing from it.
FUTILE = 0.10


@dataclass(frozen=True)
class Race:
    """Where a study stands after some looks.

    Attributes:
        names: All variants, in the order of the study.
        dropped: Those that were dropped, and the repeats that each of them has.
        verdict: Verdict of the last look; ``None`` before the first, and while variants that were
            taken up again are behind.
        looks: Verdicts of all looks.
    """

    names: tuple[str, ...]
    dropped: Mapping[str, int]
    verdict: VerdictRecord | None = None
    looks: tuple[LookRecord, ...] = ()

    @property
    def active(self) -> tuple[str, ...]:
        """Variants that may still win."""
        return tuple(name for name in self.names if name not in self.dropped)

    @property
    def is_over(self) -> bool:
        """Whether the question is answered, will not be, or there is none: one variant alone."""
        verdict = self.verdict
        return verdict is not None and (
            verdict.kind != "undecided" or verdict.is_futile or not verdict.differences
        )


def start_race(names: Collection[str]) -> Race:
    """Return the race before its first look."""
    return Race(tuple(names), {})


def take_look(race: Race, evidence: Evidence, question: Question) -> Race:
    """Judge what there is now, and drop what the best so far beats by the margin or more.

    A variant that was dropped is compared with the best of today over the repeats that it has. If
    it is not beaten by it there, it is taken up again: the race has no verdict then, and the look
    is taken once more when its repeats are complete.

    Args:
        evidence: Of all variants, in the order of the race.
        question: The question about them, with the levels of the looks.
    """
    verdict = decide(evidence, question)
    beaten = _list_beaten(verdict)
    revived = [name for name in race.dropped if name not in beaten]
    if revived and verdict.kind != "nothing-learned":
        dropped = {name: n for name, n in race.dropped.items() if name not in revived}
        return replace(race, dropped=dropped, verdict=None)
    level = question.levels.take(verdict.repeats)
    look = LookRecord(
        repeats=verdict.repeats,
        kind=verdict.kind,
        alpha=level.alpha,
        tie_alpha=level.tie_alpha,
        active=race.active,
    )
    is_last = not [more for more in question.looks if more > verdict.repeats]
    ahead = verdict.more_repeats
    is_futile = not is_last and ahead is not None and ahead.chance < FUTILE
    looks = (*race.looks, look)
    verdict = verdict.model_copy(update={"looks": looks, "is_futile": is_futile})
    # The baseline goes on to the end, or nothing later could be compared with it.
    enough = {name for name, points in beaten.items() if points >= question.margin_points}
    new = enough - {question.baseline} - race.dropped.keys()
    dropped = {**race.dropped, **{n: verdict.repeats for n in race.names if n in new}}
    return Race(race.names, dropped, verdict, looks)


def leave_out(race: Race, names: Collection[str]) -> Race:
    """Go on as if these variants had not been there, but for the number of comparisons."""
    return replace(
        race,
        names=tuple(name for name in race.names if name not in names),
        dropped={name: n for name, n in race.dropped.items() if name not in names},
    )


def _list_beaten(verdict: VerdictRecord) -> dict[str, float]:
    """Return the variants that the best so far beats, and by how many points."""
    # One training of each shows nothing of re-training, so nobody is beaten by it.
    if not verdict.differences or verdict.repeats * verdict.folds < 2:
        return {}
    best = verdict.differences[0].first
    return {d.second: d.points for d in verdict.differences if d.first == best and d.is_beaten}
