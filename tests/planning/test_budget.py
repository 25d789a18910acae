"""What is measured once: precision, workers, repeats under a time limit."""

from dataclasses import replace

import pytest

from poolbench.config import StudyConfig
from poolbench.data.store import save_arrays
from poolbench.errors import UsageError
from poolbench.executors.base import ignore_measured
from poolbench.executors.local import LocalExecutor
from poolbench.machine.description import describe_machine
from poolbench.planning.budget import measure_plan
from poolbench.planning.durations import (
    estimate_hand_over_seconds,
    estimate_study_seconds,
    estimate_trial_seconds,
    estimate_wall_seconds,
)
from poolbench.planning.plan import list_looks, make_plan
from poolbench.rundir.store import RunStore
from poolbench.training.precision import list_precisions
from small_studies import SPEED, HereExecutor


class FixedSpeeds(LocalExecutor):
    """Knows the speed of each operator and precision without measuring."""

    def __init__(self, store, speeds, **facts):
        machine = describe_machine(StudyConfig(workers=2))
        super().__init__(store.path, store.path, replace(machine, **facts))
        self.speeds = speeds

    def measure(self, specs, on_measured=ignore_measured):
        # Of formats that are not named, which this machine may have too: as of float32.
        return {
            spec.id: self.speeds.get(spec.conditions.precision) or self.speeds["float32"]
            for spec in specs
        }


def measure(config, image_set, store, executor, seconds_left=None):
    """What is left open in the plan of a config."""
    plan = make_plan(config, image_set, executor.machine)
    return measure_plan(config, plan, image_set, store, executor, seconds_left)


def measure_fixed(tmp_path, small_set, seconds_left=None, speeds=None, **settings):
    store = RunStore(tmp_path)
    speeds = speeds or {"float32": SPEED}
    config = StudyConfig(folds=2, repeats=4, epochs=1, workers=2, **settings)
    return measure(config, small_set, store, FixedSpeeds(store, speeds), seconds_left)


def test_trial_of_the_longest_kind_goes_to_the_worker_that_is_free_first():
    assert estimate_wall_seconds([1, 5, 2, 2], 2) == 5
    assert estimate_wall_seconds([3, 3, 3], 2) == 6
    assert estimate_wall_seconds([3, 3, 3], 1) == 9


def test_estimate_counts_what_a_trial_does(plan_of, small_set):
    spec = plan_of(epochs=3).specs[0]
    seconds = estimate_trial_seconds(spec, SPEED, small_set)
    # 160 pictures in two folds: 80 trained and 80 watched three times, then all judged and the
    # held-out ones under four shifts.
    steps = 3 * (80 * 0.01 + 80 * 0.003) + (80 + 5 * 80) * 0.002
    assert seconds == pytest.approx(0.5 + steps, abs=1)
    slower = SPEED.model_copy(update={"tables": SPEED.tables + 3})
    assert estimate_trial_seconds(spec, slower, small_set) == pytest.approx(seconds + 3)


def test_lab_protocol_has_no_training_beyond_its_trials(plan_of):
    seconds = {"max.lab-example.quick": 100.0}
    rest = estimate_hand_over_seconds(1)
    for protocol, trainings in (("cv", 3), ("lab", 1)):
        specs = plan_of(operators=("max",), protocol=protocol, folds=2, repeats=1).specs
        found = estimate_study_seconds(specs, seconds, 1)
        assert found == pytest.approx(100 * trainings + rest)


def test_fastest_precision_is_taken(tmp_path, small_set):
    fast = SPEED.model_copy(update={"train": 0.001})
    for faster, slower in (("bfloat16", "float32"), ("float32", "bfloat16")):
        store = RunStore(tmp_path)
        executor = FixedSpeeds(
            store, {faster: fast, slower: SPEED}, precisions=("float32", "bfloat16")
        )
        config = StudyConfig(folds=2, repeats=4, epochs=1, workers=2)
        found = measure(config, small_set, store, executor, None)
        assert found.config.precision == faster
        assert {spec.conditions.precision for spec in found.plan.specs} == {faster}


def test_precision_that_was_asked_for_is_not_measured_against_another():
    assert list_precisions("bfloat16", "cpu") == ("bfloat16",)
    assert list_precisions("auto", "cpu")[0] == "float32"


@pytest.mark.parametrize("repeats", [4, "auto"])
def test_time_limit_takes_as_many_repeats_as_fit(tmp_path, small_set, repeats):
    config = StudyConfig(folds=2, repeats=repeats, epochs=1, workers=2)
    store = RunStore(tmp_path)
    executor = FixedSpeeds(store, {"float32": SPEED})
    free = measure(config, small_set, store, executor, None)
    seconds = free.estimate(free.plan.specs, small_set)

    def estimate(count):
        specs = [spec for spec in free.plan.specs if spec.repeat < count]
        return estimate_study_seconds(specs, seconds, 2)

    limit = 1.2 * estimate(2)
    found = measure(config, small_set, store, executor, limit)
    count = list_looks(found.config)[-1]
    assert {spec.repeat for spec in found.plan.specs} == set(range(count))
    assert estimate(count) <= limit
    assert count == 2
    # Continued: what was planned stays.
    again = measure(found.config, small_set, store, executor, 1.0)
    assert [spec.id for spec in again.plan.specs] == [spec.id for spec in found.plan.specs]


def test_time_limit_that_is_too_short_says_what_would_fit(tmp_path, small_set):
    with pytest.raises(UsageError, match=r"One repeat .* time_limit leaves only 5 s"):
        measure_fixed(tmp_path, small_set, 5.0)
    slow = {"float32": SPEED.model_copy(update={"train": 1.0})}
    with pytest.raises(UsageError, match="fewer operators or folds"):
        measure_fixed(tmp_path, small_set, estimate_hand_over_seconds(3) + 30, slow)


def test_measured_plan_leaves_nothing_open(tmp_path, small_set):
    store = RunStore(tmp_path / "run")
    save_arrays(small_set, tmp_path / "images")
    config = StudyConfig(backbones=("lab-example",), epochs=1, folds=2, repeats=1)
    with HereExecutor(tmp_path / "images", store.path, describe_machine(config)) as executor:
        found = measure(config, small_set, store, executor, None)
    assert found.config.precision in ("float32", "bfloat16")
    assert set(found.speeds) == {variant.id for variant in found.plan.variants}
