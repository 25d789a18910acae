"""The run directory: whole trials or none, one owner, clear refusals."""

import json
import subprocess
import sys

import numpy as np
import pytest

from poolbench.errors import RunError
from poolbench.execution.station import save_outcome
from poolbench.execution.store import HISTORY_COLUMNS, RunStore, pack_arrays, pack_weights
from poolbench.execution.trial import run_trial
from poolbench.execution.workplace import Workplace
from poolbench.records import TrialRecord


@pytest.fixture(scope="module")
def outcome(small_set):
    from poolbench.config import StudyConfig
    from poolbench.execution.plan import make_plan

    config = StudyConfig(backbones=("lab-example",), epochs=1, folds=2, repeats=1)
    return run_trial(make_plan(config, small_set).specs[0], Workplace(small_set))


@pytest.fixture
def store(tmp_path, outcome):
    store = RunStore(tmp_path / "run")
    save_outcome(store, outcome)
    return store


def test_trial_comes_back_as_it_was_saved(store, outcome):
    trial = outcome.record.id
    assert store.has_trial(trial)
    assert store.load_trial(trial) == outcome.record
    assert store.load_timing(trial) == outcome.timing
    arrays = store.load_arrays(trial, "predictions")
    assert np.array_equal(arrays["logits"], outcome.predictions.logits)
    weights = store.load_weights(trial)
    assert all(np.array_equal(weights[name], outcome.weights[name]) for name in outcome.weights)
    assert all(weights[name].shape == outcome.weights[name].shape for name in outcome.weights)


def test_trial_folder_holds_the_files_of_the_design(store, outcome):
    folder = store.trials / outcome.record.id
    names = {"record.json", "timing.json", "history.csv", "predictions.npz", "shift.npz"}
    assert {path.name for path in folder.iterdir()} == {*names, "weights.safetensors"}
    header = (folder / "history.csv").read_text().splitlines()[0]
    assert tuple(header.split(",")) == HISTORY_COLUMNS


def test_saving_again_changes_nothing(store, outcome):
    folder = store.trials / outcome.record.id
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    save_outcome(store, outcome)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert list(store.trials.iterdir()) == [folder]


def test_leftovers_of_a_killed_process_are_removed(store, outcome):
    part = store.trials / ".part-abc"
    part.mkdir()
    (part / "record.json").write_text("{}")
    assert not store.has_trial(".part-xyz")
    store.remove_leftovers()
    assert not part.exists()
    assert store.has_trial(outcome.record.id)


def test_record_of_a_newer_schema_is_refused(store, outcome):
    path = store.trials / outcome.record.id / "record.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 99}))
    with pytest.raises(RunError, match="use a newer poolbench"):
        store.load_trial(outcome.record.id)


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"id": 3}', "[1]", "[" * 100_000, '{"schema_version": "99"}', '{"id": "\\ud800"}'],
    ids=range(7),
)
def test_broken_record_is_one_clear_error(store, outcome, content):
    name = f"trials/{outcome.record.id}/record.json"
    (store.path / name).write_text(content)
    with pytest.raises(RunError, match=r"record\.json"):
        store.load_model(name, TrialRecord)


@pytest.mark.parametrize("kept", [0, 4, 60, -30, -1])
def test_arrays_and_weights_that_were_cut_are_one_clear_error(tmp_path, kept):
    values = {"logits": np.arange(6.0)}
    store = RunStore(tmp_path)
    (store.trials / "a").mkdir(parents=True)
    (store.trials / "a" / "predictions.npz").write_bytes(pack_arrays(values)[:kept])
    (store.trials / "a" / "weights.safetensors").write_bytes(pack_weights(values)[:kept])
    with pytest.raises(RunError, match=r"predictions\.npz cannot be read"):
        store.load_arrays("a", "predictions")
    with pytest.raises(RunError, match=r"weights\.safetensors cannot be read"):
        store.load_weights("a")


def test_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="not a poolbench run"):
        RunStore(tmp_path).load_model("verdict.json", TrialRecord)


def test_run_has_one_owner(tmp_path):
    code = (
        "import sys; from pathlib import Path; from poolbench.execution.store import RunStore\n"
        "from poolbench.errors import RunError\n"
        "try:\n"
        "    with RunStore(Path(sys.argv[1])).hold(): pass\n"
        "except RunError as error: print(error); sys.exit(error.exit_code)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    with RunStore(tmp_path / "run").hold():
        held = subprocess.run(command, capture_output=True, text=True, check=False)
    free = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (held.returncode, free.returncode) == (1, 0)
    assert "another process" in held.stdout


def test_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(RunError, match="Choose another --out"),
        RunStore(tmp_path / "file" / "run").hold(),
    ):
        pass
