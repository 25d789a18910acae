"""The run directory: whole trials or none, one owner, clear refusals."""

import hashlib
import importlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys

import numpy as np
import pytest

from poolbench.config.reading import MOST_CONFIG_BYTES
from poolbench.errors import RunError
from poolbench.executors.process import save_outcome
from poolbench.records import TrialRecord
from poolbench.rundir import store as store_module
from poolbench.rundir.formats import pack_arrays, pack_weights
from poolbench.rundir.store import HISTORY_COLUMNS, RunStore
from poolbench.training.checkpoint import Checkpoint
from poolbench.trials.checkpoints import Checkpoints
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session


@pytest.fixture(scope="module")
def outcome(small_set):
    from poolbench.config import StudyConfig
    from poolbench.planning.plan import make_plan

    config = StudyConfig(backbones=("lab-example",), epochs=1, folds=2, repeats=1)
    return run_trial(make_plan(config, small_set).specs[0], Session(small_set))


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
    names |= {"weights.safetensors", "SHA256SUMS"}
    assert {path.name for path in folder.iterdir()} == names
    header, *rows = (folder / "history.csv").read_bytes().decode().split("\n")
    assert tuple(header.split(",")) == HISTORY_COLUMNS
    assert [row.count(",") for row in rows] == [len(HISTORY_COLUMNS) - 1, 0]


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
    path.with_name("SHA256SUMS").unlink()
    with pytest.raises(RunError, match="Use a newer poolbench"):
        store.load_trial(outcome.record.id)


def change_record(store, trial, **changes):
    """Edit the spec in the record of a trial; what it says afterwards."""
    path = store.trials / trial / "record.json"
    values = json.loads(path.read_text())
    values["schema_version"] = changes.pop("schema_version", values["schema_version"])
    values["spec"].update(changes)
    path.write_text(json.dumps(values))
    path.with_name("SHA256SUMS").unlink(missing_ok=True)
    return TrialRecord.model_validate(values)


def test_record_that_was_edited_or_copied_is_refused(store, outcome):
    trial = outcome.record.id
    shutil.copytree(store.trials / trial, store.trials / "another")
    with pytest.raises(RunError) as copied:
        store.load_trial("another")
    edited = change_record(store, trial, seed=outcome.record.spec.seed + 1)
    with pytest.raises(RunError) as changed:
        store.load_trial(trial)
    for refused, place, found in ((copied, "another", trial), (changed, trial, edited.spec.id)):
        assert str(refused.value) == (
            f"{store.trials / place / 'record.json'} is not the record of this trial: its content "
            f"gives the id {found}. It was edited, or copied from another trial: delete the folder "
            "and run the same command again."
        )


@pytest.mark.parametrize(
    "name", ["record.json", "timing.json", "history.csv", "predictions.npz", "weights.safetensors"]
)
def test_file_of_a_trial_that_was_edited_or_damaged_is_refused(name, store, outcome):
    trial = outcome.record.id
    path = store.trials / trial / name
    content = bytearray(path.read_bytes())
    # One digit of a result, one bit of a number.
    place = content.rindex(b"0") if path.suffix in (".json", ".csv") else len(content) // 2
    content[place] ^= 1
    path.write_bytes(content)
    load = {
        "record.json": store.load_trial,
        "timing.json": store.load_timing,
        "history.csv": lambda trial: store.read_text(f"trials/{trial}/history.csv"),
        "predictions.npz": lambda trial: store.load_arrays(trial, "predictions"),
        "weights.safetensors": store.load_weights,
    }[name]
    with pytest.raises(RunError) as refused:
        load(trial)
    assert str(refused.value).startswith(f"{path} was changed after it was written")
    other = RunStore(store.path.parent / "other")
    with pytest.raises(RunError, match="was changed after it was written"):
        other.adopt_trial(store, trial)
    # Written before there were sums: as it is.
    path.with_name("SHA256SUMS").unlink()
    content[place] ^= 1
    path.write_bytes(content)
    load(trial)


def test_sums_are_what_sha256sum_compares(store, outcome):
    folder = store.trials / outcome.record.id
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    found = {
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in folder.iterdir()
        if path.name != "SHA256SUMS"
    }
    assert set(lines) == found


def test_record_of_an_older_schema_may_have_had_another_id(store, outcome):
    trial = outcome.record.id
    older = change_record(store, trial, schema_version=1, seed=outcome.record.spec.seed + 1)
    assert store.load_trial(trial) == older
    shutil.copytree(store.trials / trial, store.trials / "another")
    with pytest.raises(RunError, match=f"gives the id {trial}\\."):
        store.load_trial("another")


RIGHT = {"index": np.array([0, 4]), "labels": np.array([0, 2]), "logits": np.zeros((2, 3))}


@pytest.mark.parametrize(
    "arrays",
    [RIGHT, {"index": np.array([0]), "labels": np.array([0]), "logits": np.zeros((1, 1))}],
    ids=["three classes", "one"],
)
def test_predictions_come_back(tmp_path, arrays):
    found = load_predictions(tmp_path, arrays)
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"logits": np.zeros(2)}, "fault.predictions"),
        ({"index": np.zeros(2)}, "fault.predictions"),
        ({"more": np.zeros(2)}, "fault.predictions"),
        ({"index": np.arange(3)}, "fault.prediction-counts"),
        ({"labels": np.zeros(3, int)}, "fault.prediction-counts"),
        ({"logits": np.zeros((3, 3))}, "fault.prediction-counts"),
        ({"logits": np.zeros((2, 0))}, "fault.prediction-counts"),
        ({name: RIGHT[name][:0] for name in RIGHT}, "fault.prediction-counts"),
        ({"labels": np.array([-1, 0])}, "fault.prediction-range"),
        ({"labels": np.array([0, 3])}, "fault.prediction-range"),
        ({"index": np.array([0, -1])}, "fault.prediction-range"),
    ],
    ids=range(11),
)
def test_predictions_that_cannot_be_any_are_refused(tmp_path, changes, fault):
    with pytest.raises(RunError, match=r"predictions\.npz cannot be read \(") as caught:
        load_predictions(tmp_path, {**RIGHT, **changes})
    assert caught.value.values["reason"].key == fault


def load_predictions(path, arrays):
    """Arrays that stand where those of a trial do."""
    store = RunStore(path)
    store.save_bytes("trials/a/predictions.npz", pack_arrays(arrays))
    return store.load_arrays("a", "predictions")


def test_other_arrays_are_not_taken_for_predictions(tmp_path):
    store = RunStore(tmp_path)
    store.save_bytes("trials/a/shift.npz", pack_arrays({"pixels": np.arange(3)}))
    assert store.load_arrays("a", "shift")["pixels"].tolist() == [0, 1, 2]


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


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(("kind", "size"), [("BF16", 16), ("F8_E4M3", 8), ("F4", 4), ("X9", 8)])
def test_numbers_that_numpy_does_not_have_are_one_clear_error(tmp_path, kind, size, is_known):
    if is_known:
        # onnx, for one, does so.
        importlib.import_module("ml_dtypes")
    entry = {"weight": {"dtype": kind, "shape": [8], "data_offsets": [0, size]}}
    header = json.dumps(entry).encode()
    store = RunStore(tmp_path)
    content = len(header).to_bytes(8, "little") + header + bytes(size)
    store.save_bytes("trials/a/weights.safetensors", content)
    with pytest.raises(RunError, match=r"weights\.safetensors cannot be read \(.*\w"):
        store.load_weights("a")


def test_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="not a poolbench run"):
        RunStore(tmp_path).load_model("verdict.json", TrialRecord)


def test_run_has_one_owner(tmp_path):
    code = (
        "import sys; from pathlib import Path; from poolbench.rundir.store import RunStore\n"
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
    assert "Another process" in held.stdout


def refuse_while_held(store):
    with store.hold():
        raise RunError("no room")


def test_study_that_is_refused_leaves_no_folder(tmp_path):
    store = RunStore(tmp_path / "run")
    with pytest.raises(RunError, match="no room"):
        refuse_while_held(store)
    assert not store.path.exists()
    store.path.mkdir()
    with pytest.raises(RunError, match="no room"):
        refuse_while_held(store)
    assert store.path.is_dir()
    with store.hold():
        store.save_bytes("file", b"1")
    with pytest.raises(RunError, match="no room"):
        refuse_while_held(store)
    assert (store.path / "file").read_bytes() == b"1"


def test_what_came_into_a_new_folder_stays_when_its_study_is_refused(tmp_path):
    store = RunStore(tmp_path / "run")
    with pytest.raises(RunError, match="no room"), store.hold():
        store.save_bytes("file", b"1")
        raise RunError("no room")
    assert (store.path / "file").read_bytes() == b"1"


def test_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(RunError, match="Choose another out"),
        RunStore(tmp_path / "file" / "run").hold(),
    ):
        pass


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_who_may_read_a_trial_is_for_the_mask_to_say(mask, tmp_path, outcome):
    before = os.umask(mask)
    try:
        store = RunStore(tmp_path / "run")
        save_outcome(store, outcome)
    finally:
        os.umask(before)
    folder = store.trials / outcome.record.id
    for path in (folder, store.trials, store.path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o777 & ~mask
    assert stat.S_IMODE((folder / "record.json").stat().st_mode) == 0o666 & ~mask


def test_trials_that_are_a_link_are_not_written_through(tmp_path, outcome):
    (tmp_path / "elsewhere").mkdir()
    store = RunStore(tmp_path / "run")
    store.path.mkdir()
    store.trials.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a link that leads out of the run"):
        save_outcome(store, outcome)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_folder_in_the_way_of_a_trial_is_replaced_unless_somebody_uses_it(tmp_path, outcome):
    store = RunStore(tmp_path / "run")
    folder = store.trials / outcome.record.id
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").touch()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="files that poolbench did not write"):
        save_outcome(store, outcome)
    assert (folder / "notes.txt").read_text() == "mine"
    (folder / "notes.txt").unlink()
    save_outcome(store, outcome)
    assert store.load_trial(outcome.record.id) == outcome.record


def test_run_that_is_moved_away_is_not_made_anew(tmp_path, outcome):
    store = RunStore(tmp_path / "run")
    with pytest.raises(RunError) as gone, store.hold():
        worker = RunStore(store.path).pin()
        store.path.rename(tmp_path / "moved")
        keeper = Checkpoints(worker.checkpoints, least_seconds=0).open("trial")
        keeper.offer(lambda: Checkpoint({}, {"history": []}))
        with pytest.raises(RunError, match="was moved or deleted"):
            worker.save_bytes("variants/max/model.onnx", b"")
        save_outcome(worker, outcome)
    assert str(gone.value).startswith(f"{store.path} is gone: it was moved or deleted")
    assert not store.path.exists()


@pytest.mark.parametrize("name", ["../other", "/etc", "..", "", "a/b", "a\\b", "a\0b"])
def test_names_of_trials_do_not_lead_out_of_the_run(store, outcome, name):
    outside = store.path / "other"
    outside.mkdir()
    (outside / "record.json").write_text(outcome.record.model_dump_json())
    for read in (store.has_trial, store.load_trial, store.load_timing, store.load_weights):
        with pytest.raises(RunError, match="is not a trial id"):
            read(name)
    with pytest.raises(RunError, match="is not a trial id"):
        store.load_arrays(name, "predictions")


def test_names_in_tables_are_no_formulas_of_a_spreadsheet(tmp_path):
    store = RunStore(tmp_path)
    store.save_table("a.csv", ("picture", "margin"), [("=1+1\x1b", 0.5), ("a;@b", "-1.5")])
    content = (tmp_path / "a.csv").read_bytes()
    assert content == b"picture,margin\n'=1+1\\x1b,0.5\na;'@b,-1.5\n"


def test_remove_deletes_what_is_there(tmp_path):
    store = RunStore(tmp_path)
    store.save_bytes("best/a", b"x")
    store.remove("best/b", "best/a", "best/a")
    assert list((tmp_path / "best").iterdir()) == []
    with pytest.raises(RunError, match=re.escape(f"{tmp_path / 'best'} cannot be written (")):
        store.remove("best")


def test_folders_that_are_links_out_of_the_run_are_left_alone(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "README.md").write_text("somebody's")
    store = RunStore(tmp_path / "run")
    store.save_bytes("inner/real/file", b"1")
    (store.path / "best").symlink_to(other)
    (store.path / "inside").symlink_to(store.path / "inner")
    (store.path / "circle").symlink_to(store.path / "circle")
    with pytest.raises(RunError, match="cannot be written"):
        store.save_bytes("circle/file", b"2")
    for change in (
        lambda: store.save_bytes("best/README.md", b"2"),
        lambda: store.remove("best/README.md"),
    ):
        with pytest.raises(RunError, match="out of the run"):
            change()
    store.save_bytes("inside/real/file", b"2")
    assert (store.path / "inner/real/file").read_bytes() == b"2"
    assert (other / "README.md").read_text() == "somebody's"


@pytest.mark.parametrize("name", ["checkpoints", "checkpoints/trial"])
def test_no_checkpoints_are_kept_behind_a_link(tmp_path, name):
    other, store = tmp_path / "other", RunStore(tmp_path / "run")
    (other / "trial").mkdir(parents=True)
    (other / "also").symlink_to(tmp_path)
    link = store.path / name
    link.parent.mkdir(parents=True)
    link.symlink_to(other)
    store.remove_leftovers()
    assert not link.exists()
    assert sorted(path.name for path in other.iterdir()) == ["also", "trial"]


def test_objects_are_not_packed():
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        pack_arrays({"a": np.array([{}])})


def test_weights_that_lie_otherwise_in_memory_come_back(tmp_path):
    store = RunStore(tmp_path)
    weight = np.arange(24.0).reshape(2, 3, 4).transpose(0, 2, 1)
    store.save_bytes("trials/a/weights.safetensors", pack_weights({"weight": weight}))
    assert np.array_equal(store.load_weights("a")["weight"], weight)


def test_what_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    store = RunStore(tmp_path)
    store.save_bytes("config.toml", b"#" * MOST_CONFIG_BYTES)
    with pytest.raises(RunError, match=r"1,000,001 bytes, and at most 1,000,000"):
        store.save_bytes("config.toml", b"#" * (MOST_CONFIG_BYTES + 1))
    monkeypatch.setitem(store_module._MOST_WRITTEN, ".json", 100)
    with pytest.raises(RunError, match="Use fewer classes"):
        store.save_json("plan.json", ["x" * 100])
    assert (tmp_path / "config.toml").stat().st_size == MOST_CONFIG_BYTES
    assert not (tmp_path / "plan.json").exists()
