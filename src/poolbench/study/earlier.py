"""Looks that were taken at a study before: what they spent of the accepted error is spent."""

from contextlib import suppress

from poolbench.config import StudyConfig
from poolbench.errors import RunError
from poolbench.planning.plan import list_schedule
from poolbench.records import LookRecord, VerdictRecord
from poolbench.rundir.store import RunStore
from poolbench.verdict.looks import WHOLE, Level, make_levels


def add_earlier_looks(
    verdict: VerdictRecord, store: RunStore, config: StudyConfig
) -> VerdictRecord:
    """Return the verdict with the looks at the same question that its schedule does not know of.

    If there are any, it is exploratory: a study that was judged and goes on with more repeats has
    more than one chance to be wrong.
    """
    planned = {verdict.repeats: WHOLE}
    if config.repeats == "auto":
        planned = dict(make_levels(list_schedule(config)))
    others = tuple(look for look in _read_looks(verdict, store) if not _is_planned(look, planned))
    if not others:
        return verdict
    looks = sorted((*others, *verdict.looks), key=lambda look: look.repeats)
    return verdict.model_copy(update={"looks": tuple(looks), "is_exploratory": True})


def _read_looks(verdict: VerdictRecord, store: RunStore) -> tuple[LookRecord, ...]:
    """Read the looks at the same question, of the verdict that the run holds."""
    with suppress(RunError):
        before = store.load_model("verdict.json", VerdictRecord)
        if _describe_question(before) == _describe_question(verdict):
            return before.looks
    return ()


def _describe_question(verdict: VerdictRecord) -> tuple[object, ...]:
    names = {name for pair in verdict.differences for name in (pair.first, pair.second)}
    return names, verdict.protocol, verdict.folds, verdict.pictures, verdict.metric


def _is_planned(look: LookRecord, planned: dict[int, Level]) -> bool:
    level = planned.get(look.repeats)
    return level is not None and (level.alpha, level.tie_alpha) == (look.alpha, look.tie_alpha)
