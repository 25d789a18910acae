"""What is taken for a run, and what of a folder is poolbench's to remove."""

import json

import pytest

from poolbench.errors import UsageError
from poolbench.rundir.owned import check_run_path
from poolbench.rundir.store import RunStore

DATA = {"source": "sample", "classes": ["a"], "manifest_hash": "0"}


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "config.toml", "data.json", "report.html", ".hidden", "trials", "checkpoints"],
)
def test_folder_that_is_not_empty_and_no_run_is_refused(name, tmp_path):
    (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError) as refused:
        check_run_path(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} is not empty and contains no poolbench run ({name}). Nothing in it was "
        "touched. Choose a new or empty folder with out."
    )
    assert (tmp_path / name).read_text() == "{}"


@pytest.mark.parametrize("names", [(), (".lock", ".holder.json"), (".lock", ".part-0a1b2c3d")])
def test_empty_folder_and_one_that_was_hardly_begun_are_taken(names, tmp_path):
    check_run_path(tmp_path / "new")
    for name in names:
        (tmp_path / name).touch()
    check_run_path(tmp_path)


def test_run_is_known_by_its_data_or_a_trial(tmp_path):
    for file, values in (("data.json", DATA), ("trials/max/record.json", {"id": "", "spec": {}})):
        place = tmp_path / file.partition(".")[0]
        (place / file).parent.mkdir(parents=True)
        (place / file).write_text(json.dumps(values))
        (place / "config.toml").touch()
        check_run_path(place)


@pytest.mark.parametrize("out", ["photos", "photos/run", "photos/a/b/run", "link/run"])
def test_place_among_the_pictures_is_refused(out, tmp_path):
    (tmp_path / "photos" / "a").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    with pytest.raises(UsageError, match="is inside the image folder"):
        check_run_path(tmp_path / out, f"folder:{tmp_path / 'photos'}")


def test_place_beside_the_pictures_is_taken(tmp_path):
    (tmp_path / "photos").mkdir()
    check_run_path(tmp_path / "photos-run", f"folder:{tmp_path / 'photos'}")
    check_run_path(tmp_path / "run", f"csv:{tmp_path / 'list.csv'}")


OURS = (
    *(".part-data.json", "trials/.part-0a1b2c3d/weights.safetensors"),
    *(".part-abcdefgh/pool-images.npy", "figures/.part-gaps.svg", "variants/max/.part-model.onnx"),
    *(".part-0123456789abcdef", "best/.part-0123456789abcdef"),
    *("checkpoints/max-r0f0/000002-0123456789abcdef.safetensors",),
    *("checkpoints/max-r0f0/.part-0123456789abcdef",),
)
THEIRS = (
    *(".part-notes", ".part-mine/photo.png", "trials/.part-0a1b2c3d/notes.txt"),
    *("mine/.part-data.json", "checkpoints/notes.txt", "checkpoints/mine/epoch9.pt"),
    *("checkpoints/max-r0f0/9-weights.safetensors", "notes.txt"),
)


def test_nothing_is_removed_that_poolbench_did_not_make(tmp_path):
    for name in OURS + THEIRS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    outside = tmp_path.parent / "outside"
    outside.mkdir()
    (outside / ".part-data.json").touch()
    (tmp_path / "tables").symlink_to(outside)
    store = RunStore(tmp_path)
    store.remove_leftovers()
    store.remove_checkpoints()
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == set(THEIRS)
    assert (outside / ".part-data.json").exists()
