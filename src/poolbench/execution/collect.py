"""From finished trials on disk to the arrays that the verdict judges, and the leaderboard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolbench.execution.plan import Plan
from poolbench.execution.store import RunStore
from poolbench.records import LeaderboardRow, TrialRecord, TrialSpec, TrialTiming
from poolbench.verdict.intervals import compute_interval

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Outcomes:
    """What the verdict judges.

    Attributes:
        correct: bool ``[V, R, n]``: was this picture predicted right, when held out.
        fold: int64 ``[R, n]``: in which fold the picture was held out.
    """

    ids: tuple[str, ...]
    correct: NDArray[np.bool_]
    fold: NDArray[np.int64]


def collect_outcomes(store: RunStore, plan: Plan) -> Outcomes:
    """Read the held-out predictions of all trials; a diverged trial is wrong everywhere."""
    ids = tuple(variant.id for variant in plan.variants)
    repeats = 1 + max(spec.repeat for spec in plan.specs)
    pictures = sum(
        len(store.load_arrays(spec.id, "predictions")["index"])
        for spec in plan.list_trials(ids[0])
        if spec.repeat == 0
    )
    correct = np.zeros((len(ids), repeats, pictures), dtype=bool)
    fold = np.zeros((repeats, pictures), dtype=np.int64)
    for spec in plan.specs:
        arrays = store.load_arrays(spec.id, "predictions")
        right = arrays["logits"].argmax(axis=1) == arrays["labels"]
        if store.load_trial(spec.id).diverged_at is not None:
            right[:] = False
        correct[ids.index(spec.variant.id), spec.repeat, arrays["index"]] = right
        fold[spec.repeat, arrays["index"]] = spec.fold
    return Outcomes(ids, correct, fold)


def make_leaderboard(store: RunStore, plan: Plan, outcomes: Outcomes) -> tuple[LeaderboardRow, ...]:
    """One row for each variant, the highest accuracy first."""
    rows = [
        _make_row(store, variant_id, plan.list_trials(variant_id), outcomes)
        for variant_id in outcomes.ids
    ]
    return tuple(sorted(rows, key=lambda row: (-row.accuracy, row.multiply_adds, row.variant)))


def _make_row(
    store: RunStore, variant_id: str, specs: Sequence[TrialSpec], outcomes: Outcomes
) -> LeaderboardRow:
    records = [store.load_trial(spec.id) for spec in specs]
    timings = [store.load_timing(spec.id) for spec in specs]
    correct = outcomes.correct[outcomes.ids.index(variant_id)]
    interval = compute_interval(correct.astype(float), outcomes.fold, CONFIDENCE)
    return LeaderboardRow(
        variant=variant_id,
        accuracy=interval.mean,
        accuracy_low=max(interval.low, 0.0),
        accuracy_high=min(interval.high, 1.0),
        **_average_records(records),
        **_average_timings(timings),
        parameters=records[0].cost.parameters,
        multiply_adds=records[0].cost.multiply_adds,
        trials=len(records),
    )


def _average_records(records: Sequence[TrialRecord]) -> dict[str, float]:
    return {
        "macro_f1": _mean(record.held_out.macro_f1 for record in records),
        "nll": _mean(record.held_out.nll for record in records),
        "calibration_error": _mean(record.held_out.calibration_error for record in records),
        "gap": _mean(record.overfit.gap for record in records),
        "loss_rise": _mean(record.overfit.loss_rise for record in records),
        "shift_consistency": _mean(record.shift.consistency[-1] for record in records),
    }


def _average_timings(timings: Sequence[TrialTiming]) -> dict[str, float]:
    return {
        "train_seconds": _mean(timing.train_seconds for timing in timings),
        "wall_seconds": _mean(timing.wall_seconds for timing in timings),
    }


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
