"""A small image set, and plans that train in seconds."""

import csv
import importlib.util
import itertools
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from poolbench.config import StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.data.sample import load_sample
from poolbench.data.store import WEIGHTS_FILE, open_arrays, save_arrays
from poolbench.executors.base import Measures, Progress, ignore_measured, take_measures
from poolbench.executors.local import LocalExecutor
from poolbench.executors.process import open_session, save_outcome
from poolbench.planning.plan import Plan, make_plan
from poolbench.records import Speed
from poolbench.rundir.store import RunStore
from poolbench.trials.run import run_trial
from poolbench.trials.speed import measure_speed

# A speed like those that are measured, for what is estimated from it.
SPEED = Speed(
    train=0.01,
    watch=0.003,
    judge=0.002,
    start=0.5,
    tables=0.1,
    peak_memory_bytes=4 << 30,
    weights_bytes=1_000_000,
)


@pytest.fixture(scope="session")
def small_set() -> ImageSet:
    """40 + 20 pictures of each class of the sample."""
    sample = load_sample()
    pool, test = sample.pool.take(np.arange(160)), sample.test.take(np.arange(80))
    return ImageSet("sample", sample.classes, pool, test, has_official_test=True)


@pytest.fixture
def plan_of(small_set):
    """A function from settings to a plan of short trials."""

    def make(**settings) -> Plan:
        defaults = {"backbones": ("lab-example",), "epochs": 2, "folds": 2, "repeats": 1}
        return make_plan(StudyConfig(**{**defaults, **settings}), small_set)

    return make


@pytest.fixture(scope="session")
def images(tmp_path_factory, small_set) -> Path:
    """The small image set as worker processes read it."""
    folder = tmp_path_factory.mktemp("images")
    save_arrays(small_set, folder)
    return folder


@pytest.fixture
def read_results():
    """A function from a run and a plan to everything of its trials that must be identical."""
    names = ("record.json", "history.csv", "weights.safetensors", "predictions.npz", "shift.npz")

    def read(store, plan):
        return {
            (spec.id, name): (store.trials / spec.id / name).read_bytes()
            for spec in plan.specs
            for name in names
        }

    return read


@pytest.fixture
def read_told():
    """A function from a run and a trial to what has to be told of its epochs."""

    def read(store, trial):
        rows = csv.DictReader((store.trials / trial / "history.csv").read_text().splitlines())
        names = [field.name for field in fields(Measures)]
        return [(int(row["epoch"]), *(float(row[name]) for name in names)) for row in rows]

    return read


@pytest.fixture(scope="session")
def make_faults():
    """The class that makes steps of writing fail."""
    place = Path(__file__).parents[1] / "benchmarks" / "reliability" / "faults" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("faults", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Faults


@pytest.fixture(scope="session")
def others(tmp_path_factory):
    """A store with three trials to be copied; what is in their files does not matter."""
    store = RunStore(tmp_path_factory.mktemp("others"))
    for number, name in itertools.product(range(3), ("record.json", "weights.safetensors")):
        place = store.trials / f"trial-{number}" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(f"{name} of {number}".encode() * 100)
    return store


class HereExecutor(LocalExecutor):
    """Trains in this process, one trial after the other; to start others would take seconds."""

    def run(self, groups, on_progress, seconds):
        for spec in itertools.chain.from_iterable(groups):
            if not self.store.has_trial(spec.id):
                save_outcome(self.store, self._train(spec, on_progress))
                on_progress(Progress("done", spec.id))
        return []

    def _train(self, spec, on_progress):
        def report(row):
            on_progress(Progress("epoch", spec.id, row.epoch, take_measures(row)))

        return run_trial(spec, self.session, report)

    def measure(self, specs, on_measured=ignore_measured):
        return {spec.id: measure_speed(spec, self.session) for spec in specs}

    @cached_property
    def session(self):
        """What its trials share."""
        weights = self.images / WEIGHTS_FILE
        return open_session(open_arrays(self.images), weights, self.store, self.machine.device)


def let_train_here(monkeypatch):
    """Let studies train in this process, and begin no other to prepare the hand-over."""
    monkeypatch.setattr("poolbench.study.prepare.LocalExecutor", HereExecutor)
    monkeypatch.setattr("poolbench.study.conclude.count_cores", lambda: 1)


@pytest.fixture
def train_here(monkeypatch):
    """Studies of this test do so."""
    let_train_here(monkeypatch)
