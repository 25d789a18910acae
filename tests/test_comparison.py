"""Trained look by look, and no repeat is begun that would not be over in time."""

import time

import pytest

from poolbench.comparison import StudyContext, compete, run_trials
from poolbench.config import StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.data.sample import load_sample
from poolbench.data.store import save_arrays
from poolbench.display import Display
from poolbench.execution.local import LocalExecutor
from poolbench.execution.machine import describe_machine
from poolbench.execution.plan import make_plan
from poolbench.execution.settle import settle
from poolbench.execution.store import RunStore


@pytest.fixture(scope="module")
def image_set():
    sample = load_sample()
    pool, test = sample.pool.take(range(160)), sample.test.take(range(80))
    return ImageSet("sample", sample.classes, pool, test, has_official_test=True)


def run(tmp_path, image_set, deadline, **settings):
    config = StudyConfig(backbones=("lab-example",), epochs=1, folds=2, workers=2, **settings)
    store = RunStore(tmp_path / "run")
    save_arrays(image_set, tmp_path / "images")
    machine = describe_machine(config)
    with LocalExecutor(tmp_path / "images", store.path, machine) as executor:
        settled = settle(config, image_set, store, executor, None)
        context = StudyContext(executor, store, image_set, Display("en", quiet=True))
        return store, compete(settled, context, deadline)


@pytest.mark.parametrize(("repeats", "first"), [(3, 1), ("auto", 1)])
def test_time_that_is_over_leaves_whole_repeats(tmp_path, image_set, repeats, first):
    store, compared = run(tmp_path, image_set, time.monotonic(), repeats=repeats)
    assert compared.verdict.repeats == first
    assert {spec.repeat for spec in compared.trials} == set(range(first))
    # Whole: every variant and fold of it, and nothing of the next.
    assert len(compared.trials) == 3 * 2 * first
    assert len(list(store.trials.glob("*/record.json"))) == len(compared.trials)


def test_time_that_is_left_trains_all_that_was_planned(tmp_path, image_set):
    _, compared = run(tmp_path, image_set, time.monotonic() + 3600, repeats=2)
    assert compared.verdict.repeats == 2


def test_longest_trials_are_handed_out_first(tmp_path, image_set):
    class Recorder(LocalExecutor):
        """Notes what it is given."""

        def run(self, groups, on_progress):
            self.operators = [spec.variant.operator for group in groups for spec in group]

    store = RunStore(tmp_path)
    config = StudyConfig(folds=2, repeats=1, epochs=1)
    executor = Recorder(tmp_path, tmp_path, describe_machine(config))
    plan = make_plan(config, image_set)
    seconds = {"stride.lab.quick": 1.0, "max.lab.quick": 9.0, "avg.lab.quick": 5.0}
    context = StudyContext(executor, store, image_set, Display("en", quiet=True))
    run_trials(plan.specs, seconds, context)
    assert executor.operators == ["max", "max", "avg", "avg", "stride", "stride"]
