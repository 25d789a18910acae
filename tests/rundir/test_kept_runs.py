"""Runs that programs of before wrote, one of each schema: they are read, reported and verified."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from poolbench.export.verify import verify_run
from poolbench.records import SCHEMA_VERSION, StudyRecord
from poolbench.report.build import build_report
from poolbench.report.read import read_leaderboard, read_run
from poolbench.rundir.store import RunStore
from poolbench.trials.restore import restore_network

KEPT = Path(__file__).parent / "kept"


@pytest.fixture(params=range(1, SCHEMA_VERSION + 1))
def run(request, tmp_path):
    """A copy of the run of one schema."""
    kept = KEPT / f"schema-{request.param}"
    assert kept.is_dir(), (
        f"There is no run of schema {request.param}. Make a tiny one with the program that writes "
        f"it (two classes of 8x8 pictures, backbone mlp), and put it into {kept}."
    )
    return Path(shutil.copytree(kept, tmp_path / "run"))


def test_every_trial_is_read(run):
    store = RunStore(run)
    study = store.load_model("study.json", StudyRecord)
    assert study.final is not None
    assert {*study.trials, study.final} == set(store.list_trials())
    for trial in store.list_trials():
        record, timing = store.load_trial(trial), store.load_timing(trial)
        written = json.loads((store.trials / trial / "record.json").read_text())
        assert (
            record.spec.variant.recipe.learning_rate
            == (written["spec"]["variant"]["recipe"]["learning_rate"])
        )
        assert record.held_out.accuracy == written["held_out"]["accuracy"]
        assert timing.wall_seconds > 0
        predicted = store.load_arrays(trial, "predictions")
        right = predicted["logits"].argmax(axis=1) == predicted["labels"]
        assert np.mean(right) == pytest.approx(record.held_out.accuracy)


def test_network_of_a_trial_is_restored(run):
    store = RunStore(run)
    for trial in store.list_trials():
        network = restore_network(store, trial)
        assert sum(value.numel() for value in network.parameters()) == (
            store.load_trial(trial).cost.parameters
        )


def test_config_is_read(run):
    config = RunStore(run).load_config()
    assert config.backbones == ("mlp",)
    assert config.epochs == 2


@pytest.mark.full(seconds=9, always=True)
def test_report_is_built_of_all_its_parts(run):
    faults = []
    page = build_report(run, tell=faults.append).read_text()
    assert faults == []
    # As the page calls them: without what all of them share.
    labels = read_run(run).labels
    assert labels.keys() == {row.variant for row in read_leaderboard(run)}
    assert all(label in page for label in labels.values())


def test_model_is_verified(run):
    report = verify_run(run)
    assert report.passed
    assert len(report.checks) == 19
