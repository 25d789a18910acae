"""Measure what a plan leaves open: the fastest precision, workers, repeats under a time limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from poolbench.config import Precision, StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.errors import UsageError
from poolbench.executors.base import Measurer, OnMeasured, ignore_measured
from poolbench.planning.durations import (
    Duration,
    estimate_hand_over_seconds,
    estimate_study_seconds,
    estimate_trial_seconds,
)
from poolbench.planning.plan import Plan, list_looks, take_first
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.store import RunStore

# Share of a time limit that is planned; the rest is for what no measurement foresees.
PLANNED_SHARE = 0.85


@dataclass(frozen=True)
class MeasuredPlan:
    """A plan that leaves nothing open.

    Attributes:
        config: The config with its precision, and its repeats where there is a time limit.
        plan: The trials in that precision, and how many are trained at the same time.
        speeds: Measured speeds of the variants that lack trials, by variant id.
    """

    config: StudyConfig
    plan: Plan
    speeds: Mapping[str, Speed]

    def list_missing(self, store: RunStore) -> list[TrialSpec]:
        """List the trials that are not in a run yet."""
        return _list_missing(self.plan, store)

    def estimate(self, specs: Sequence[TrialSpec], image_set: ImageSet) -> dict[str, float]:
        """Estimate the seconds of one trial, by variant id."""
        return {
            name: estimate_trial_seconds(spec, self.speeds[name], image_set)
            for name, spec in take_first(specs).items()
        }


def measure_plan(
    config: StudyConfig,
    plan: Plan,
    image_set: ImageSet,
    store: RunStore,
    measurer: Measurer,
    seconds_left: float | None,
    on_measured: OnMeasured = ignore_measured,
) -> MeasuredPlan:
    """Measure the variants of a plan, and choose what is fastest and what fits.

    Args:
        config: The config that the plan is for.
        plan: The trials, in any precision.
        image_set: The pictures.
        store: The run, in which some trials may be finished.
        measurer: Measures one trial of each variant, in each precision that may be chosen.
        seconds_left: What is left of the time limit; ``None``: there is none.
        on_measured: Takes how many trials are measured, and of how many.

    Raises:
        UsageError: If the time limit is too short for one repeat.
        TrainingError: If a measured trial fails.
    """
    wanted = measurer.machine.precisions
    plans = {name: plan.take_precision(name) for name in wanted}
    missing = {name: _list_missing(some, store) for name, some in plans.items()}
    measured = measurer.measure(
        [spec for specs in missing.values() for spec in take_first(specs).values()], on_measured
    )
    speeds = {
        name: {variant: measured[spec.id] for variant, spec in take_first(specs).items()}
        for name, specs in missing.items()
    }

    def compute_total(name: Precision) -> float:
        by_variant = MeasuredPlan(config, plans[name], speeds[name])
        return sum(by_variant.estimate(missing[name], image_set).values())

    best = min(wanted, key=compute_total)
    workers = measurer.fit(list(speeds[best].values()))
    chosen = config.model_copy(update={"precision": best})
    found = MeasuredPlan(chosen, replace(plans[best], workers=workers), speeds[best])
    if seconds_left is None or config.planned_repeats is not None or not missing[best]:
        return found
    return _fit_repeats(found, missing[best], image_set, seconds_left)


def _fit_repeats(
    found: MeasuredPlan, missing: Sequence[TrialSpec], image_set: ImageSet, seconds_left: float
) -> MeasuredPlan:
    """Keep as many repeats as fit into the time limit."""
    seconds = found.estimate(missing, image_set)
    limit = seconds_left * PLANNED_SHARE

    def estimate(repeats: int) -> float:
        some = [spec for spec in missing if spec.repeat < repeats]
        return estimate_study_seconds(some, seconds, found.plan.workers) if some else 0.0

    looks = list_looks(found.config)
    is_auto = found.config.repeats == "auto"
    candidates = (1, *looks) if is_auto else tuple(range(1, looks[-1] + 1))
    fitting = [repeats for repeats in candidates if estimate(repeats) <= limit]
    if not fitting:
        raise _explain_limit(found, estimate(1), limit)
    config = found.config.model_copy(update={"planned_repeats": fitting[-1]})
    return MeasuredPlan(config, found.plan.take_repeats(fitting[-1]), found.speeds)


def _explain_limit(found: MeasuredPlan, needed: float, limit: float) -> UsageError:
    epochs = found.plan.specs[0].variant.recipe.epochs
    rest = estimate_hand_over_seconds(len(found.plan.variants))
    share = (limit - rest) / max(needed - rest, 1e-9)
    fitting = int(epochs * share)
    takes, left = Duration(needed / PLANNED_SHARE), Duration(limit / PLANNED_SHARE)
    if fitting >= 1:
        return UsageError("plan.time-or-epochs", needed=takes, left=left, epochs=fitting)
    return UsageError("plan.time", needed=takes, left=left)


def _list_missing(plan: Plan, store: RunStore) -> list[TrialSpec]:
    return [spec for spec in plan.specs if not store.has_trial(spec.id)]
