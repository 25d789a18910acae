"""Of a run only files that lie in it are read; whatever else has their names is refused at once."""

import json
import os

import numpy as np
import pytest

from poolbench.errors import RunError
from poolbench.files import parse_json
from poolbench.records import DataRecord
from poolbench.rundir.files import RunFiles
from poolbench.rundir.store import RunStore

HAS_PIPES = hasattr(os, "mkfifo")


@pytest.fixture
def place(tmp_path):
    """A run with one file, and a file of somebody else beside it."""
    (tmp_path / "secret.txt").write_text("c2VjcmV0")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("c2VjcmV0")
    run = tmp_path / "run"
    (run / "inside").mkdir(parents=True)
    (run / "inside" / "file").write_text("own")
    return run


def test_files_of_the_run_are_read(place):
    files = RunFiles(place)
    assert files.read("inside/file") == b"own"
    assert files.read_text("inside/file") == "own"
    assert files.locate("inside/file") == place / "inside" / "file"
    assert files.locate("not/there") == place / "not" / "there"
    assert files.has("inside/file") and not files.has("not/there") and not files.has("a\0b")
    assert files.list_files("inside") == [place / "inside" / "file"]
    with pytest.raises(FileNotFoundError):
        files.read("not/there")


def test_a_run_that_is_named_by_a_link_is_read(place, tmp_path):
    (tmp_path / "last").symlink_to(place)
    assert RunFiles(tmp_path / "last").read("inside/file") == b"own"


@pytest.mark.parametrize("target", ["../secret.txt", "inside/file", "nowhere", "link", "/dev/zero"])
def test_links_are_refused_wherever_they_lead(place, target):
    (place / "link").symlink_to(target)
    files = RunFiles(place)
    assert files.has("link")
    for read in (files.read, files.locate, files.read_text, files.read_arrays):
        with pytest.raises(RunError, match="only files inside a run are read"):
            read("link")
    assert files.list_files("") == []


def test_folders_that_lead_out_of_the_run_are_neither_read_nor_listed(place):
    (place / "best").symlink_to("../elsewhere")
    (place / "trials").symlink_to("../elsewhere")
    (place.parent / "elsewhere" / "a").mkdir()
    (place.parent / "elsewhere" / "a" / "record.json").touch()
    store = RunStore(place)
    with pytest.raises(RunError, match="reached through a link"):
        store.read("best/file")
    with pytest.raises(RunError, match="reached through a link"):
        store.read("inside/../../elsewhere/file")
    assert store.list_files("best") == store.list_files("..") == store.list_trials() == []


@pytest.mark.skipif(not HAS_PIPES, reason="no pipes with names here")
def test_pipes_are_not_waited_for(place):
    os.mkfifo(place / "pipe")
    files = RunFiles(place)
    for read in (files.read, files.locate, files.read_text, files.read_arrays):
        with pytest.raises(RunError, match="it is a pipe or a device"):
            read("pipe")
    with pytest.raises(RunError, match="it is a pipe or a device"):
        RunStore(place).load_model("pipe", DataRecord)


def test_files_that_are_too_large_or_none_are_told(place):
    files = RunFiles(place)
    with pytest.raises(OSError, match="it has 3 bytes, and at most 2 are read"):
        files.read("inside/file", 2)
    with pytest.raises(OSError, match="directory"):
        files.read("inside")
    os.truncate(place / "inside" / "file", 10**12)
    with pytest.raises(RunError, match=r"1,000,000,000,000 bytes, and at most"):
        RunStore(place).load_model("inside/file", DataRecord)


def test_weights_and_arrays_of_trials_are_read_as_every_other_file(place):
    np.savez(place.parent / "other.npz", index=np.zeros(1))
    (place / "trials" / "a").mkdir(parents=True)
    for name in ("predictions.npz", "weights.safetensors", "record.json", "timing.json"):
        (place / "trials" / "a" / name).symlink_to("../../../other.npz")
    store = RunStore(place)
    for load in (
        lambda: store.load_arrays("a", "predictions"),
        lambda: store.load_weights("a"),
        lambda: store.load_trial("a"),
        lambda: store.load_timing("a"),
    ):
        with pytest.raises(RunError, match="it is a link"):
            load()


def test_a_config_of_a_run_names_no_other_files_to_read(place, tmp_path):
    other = tmp_path / "mine.toml"
    other.write_text("secret = 'c2VjcmV0'\n")
    (place / "config.toml").write_text(f"recipes = [{json.dumps(str(other))}]\n")
    assert RunStore(place).load_config().recipes == (str(other),)
    (place / "config.toml").write_text("a = " + "[" * 5000)
    with pytest.raises(RunError, match=r"config\.toml is not TOML"):
        RunStore(place).load_config()


@pytest.mark.parametrize("depth", [65, 900, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_that_is_nested_without_end_is_one_message(place, depth, opening, closing):
    text = opening * depth + "1" + closing * depth
    with pytest.raises(ValueError, match="nested more than 64 deep"):
        parse_json(text.encode())
    (place / "data.json").write_text(text)
    with pytest.raises(
        RunError, match=r"data\.json is not JSON \(it is nested more than 64 deep\)"
    ):
        RunStore(place).load_model("data.json", DataRecord)


def test_json_as_runs_have_it_is_read():
    values = {"a": [1, {"b": [[]]}], "c": None}
    assert parse_json(json.dumps(values).encode()) == values
    with pytest.raises(ValueError, match="Expecting property name"):
        parse_json(b"{")
