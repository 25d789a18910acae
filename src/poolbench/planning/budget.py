"""What is measured once, before a study begins: precision, workers, repeats under a time limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolbench.config import Precision, StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.errors import UsageError
from poolbench.executors.base import Measurer
from poolbench.machine.description import Machine
from poolbench.planning.durations import (
    estimate_hand_over_seconds,
    estimate_study_seconds,
    estimate_trial_seconds,
)
from poolbench.planning.plan import Plan, list_looks, make_plan, take_first
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.store import RunStore

# Part of a time limit that is planned; the rest is for what no measurement foresees.
PLANNED_SHARE = 0.85


@dataclass(frozen=True)
class Settled:
    """A study with nothing open.

    Attributes:
        config: With precision, and repeats where there is a time limit.
        speeds: By variant id, of the variants that lack trials.
    """

    config: StudyConfig
    plan: Plan
    speeds: Mapping[str, Speed]

    def list_missing(self, store: RunStore) -> list[TrialSpec]:
        """The trials that are not in a run yet."""
        return _list_missing(self.plan, store)

    def estimate(self, specs: Sequence[TrialSpec], image_set: ImageSet) -> dict[str, float]:
        """Seconds of one trial, by variant id."""
        return {
            name: estimate_trial_seconds(spec, self.speeds[name], image_set)
            for name, spec in take_first(specs).items()
        }


def settle(
    config: StudyConfig,
    image_set: ImageSet,
    store: RunStore,
    measurer: Measurer,
    seconds_left: float | None,
) -> Settled:
    """Measure, and choose what is fastest and what fits.

    Args:
        seconds_left: Of the time limit; ``None``: there is none.

    Raises:
        UsageError: If the config does not fit, or the time limit is too short for one repeat.
        DataError: If there are too few pictures for the folds.
        TrainingError: If a measured trial fails.
    """
    machine = measurer.machine
    wanted = machine.precisions
    plans = {name: make_plan(_set(config, precision=name), image_set, machine) for name in wanted}
    missing = {name: _list_missing(plan, store) for name, plan in plans.items()}
    measured = measurer.measure(
        [spec for specs in missing.values() for spec in take_first(specs).values()]
    )
    speeds = {
        name: {variant: measured[spec.id] for variant, spec in take_first(specs).items()}
        for name, specs in missing.items()
    }

    def compute_total(name: Precision) -> float:
        by_variant = Settled(config, plans[name], speeds[name]).estimate(missing[name], image_set)
        return sum(by_variant.values())

    best = min(wanted, key=compute_total)
    found = Settled(_set(config, precision=best), plans[best], speeds[best])
    workers = measurer.fit(list(found.speeds.values()))
    found = Settled(found.config, _set_workers(found.plan, workers), found.speeds)
    if seconds_left is None or config.planned_repeats is not None or not missing[best]:
        return found
    return _fit(found, missing[best], image_set, machine, seconds_left)


def _fit(
    found: Settled,
    missing: Sequence[TrialSpec],
    image_set: ImageSet,
    machine: Machine,
    seconds_left: float,
) -> Settled:
    """As many repeats as fit into the time limit."""
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
        raise UsageError(_explain_limit(found, estimate(1), limit))
    config = _set(found.config, planned_repeats=fitting[-1])
    plan = make_plan(config, image_set, machine)
    return Settled(config, _set_workers(plan, found.plan.workers), found.speeds)


def _explain_limit(found: Settled, needed: float, limit: float) -> str:
    epochs = found.plan.specs[0].variant.recipe.epochs
    rest = estimate_hand_over_seconds(len(found.plan.variants))
    share = (limit - rest) / max(needed - rest, 1e-9)
    fitting = int(epochs * share)
    advice = f", or --epochs {fitting}" if fitting >= 1 else ""
    return (
        f"One repeat of all variants takes about {needed / PLANNED_SHARE:.0f} s here, with a "
        f"reserve; --time-limit leaves {limit / PLANNED_SHARE:.0f} s. Allow more time, or take "
        f"fewer operators or folds{advice}."
    )


def _list_missing(plan: Plan, store: RunStore) -> list[TrialSpec]:
    return [spec for spec in plan.specs if not store.has_trial(spec.id)]


def _set(config: StudyConfig, **values: object) -> StudyConfig:
    return config.model_copy(update=values)


def _set_workers(plan: Plan, workers: int) -> Plan:
    return Plan(plan.variants, plan.specs, workers)
