"""What poolbench wrote is deleted, and nothing else."""

import shutil

import pytest

from poolbench.errors import RunError, UsageError
from poolbench.rundir.store import RunStore
from poolbench.runs.remove import remove_run


def test_run_is_deleted_whole(place):
    assert remove_run(place / "new") == []
    assert [path.name for path in place.iterdir()] == ["old"]


def test_unfinished_run_is_deleted_whole(unfinished):
    assert remove_run(unfinished) == []
    assert not unfinished.exists()


def test_what_was_left_when_preparing_was_killed_is_deleted(place):
    (place / "begun").mkdir()
    for name in (".lock", ".holder.json"):
        (place / "begun" / name).touch()
    remove_run(place / "begun")
    assert not (place / "begun").exists()


def test_files_of_somebody_else_stay_and_are_named(place):
    notes = place / "new" / "notes.txt"
    notes.write_text("mine")
    assert remove_run(place / "new") == ["notes.txt"]
    assert [path.name for path in (place / "new").iterdir()] == ["notes.txt"]
    assert notes.read_text() == "mine"


@pytest.mark.parametrize("name", ["photos", "file", "gone"])
def test_what_is_no_run_is_refused(place, name):
    (place / "photos" / "trials").mkdir(parents=True)
    (place / "photos" / "data.json").write_text("{}")
    (place / "file").touch()
    before = sorted(place.rglob("*"))
    with pytest.raises(UsageError):
        remove_run(place / name)
    assert sorted(place.rglob("*")) == before


def test_link_to_a_run_is_refused(place):
    (place / "link").symlink_to(place / "new")
    with pytest.raises(UsageError, match="is a link"):
        remove_run(place / "link")
    assert (place / "new" / "study.json").exists()


def test_links_in_a_run_are_not_followed(place, tmp_path):
    shutil.move(place / "new" / "trials", tmp_path / "elsewhere")
    (place / "new" / "trials").symlink_to(tmp_path / "elsewhere")
    (place / "new" / "best" / "out").symlink_to(place / "old")
    remove_run(place / "new")
    assert any((tmp_path / "elsewhere").iterdir())
    assert (place / "old" / "study.json").exists()


def test_run_that_is_held_is_refused(place):
    with (
        RunStore(place / "new").hold(),
        pytest.raises(RunError, match="Another process is"),
    ):
        remove_run(place / "new")
    assert (place / "new" / "study.json").exists()
