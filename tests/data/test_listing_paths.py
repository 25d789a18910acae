"""Which file a cell of a list means."""

import pytest

from poolbench.data.listing_paths import PathFinder
from poolbench.errors import DataError

FILES = (
    "0.png",
    "train/1.png",
    "train/2.JPEG",
    "train/3.png",
    "train/3.jpg",
    "train/notes.txt",
    "train/deep/4.png",
    "test/5.png",
    "both/6.png",
    "test/6.png",
    ".hidden/7.png",
    "back\\slash.png",
    "a.b.png",
)


@pytest.fixture
def find(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    finder = PathFinder(tmp_path)

    def call(cell):
        path, name = finder.find(cell, "list.csv, row 2")
        assert path == tmp_path / name
        return name

    return call


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("0.png", "0.png"),
        ("./0.png", "./0.png"),
        ("0", "0.png"),
        ("a.b", "a.b.png"),
        ("train\\1.png", "train/1.png"),
        (".\\train\\1", "train/1.png"),
        ("train/2", "train/2.JPEG"),
        ("back\\slash.png", "back\\slash.png"),
        # In a folder beside the list.
        ("1.png", "train/1.png"),
        ("2", "train/2.JPEG"),
        ("deep/4", "train/deep/4.png"),
        ("5", "test/5.png"),
        # In a folder of such a folder.
        ("4", "train/deep/4.png"),
        ("4.png", "train/deep/4.png"),
        # Nowhere: it is missed when it is read.
        ("deeper/4", "deeper/4"),
        ("7", "7"),
        ("train\\8.png", "train/8.png"),
        ("2.jpg", "2.jpg"),
        ("notes", "notes"),
        ("train", "train"),
        ("..", ".."),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_find_takes_what_is_there(find, cell, name):
    assert find(cell) == name


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("train/3", r"list.csv, row 2: 'train/3' could mean train/3\.jpg or train/3\.png\. "),
        ("6", r"'6' could mean both/6\.png or test/6\.png"),
    ],
)
def test_find_refuses_what_may_be_several(find, cell, message):
    with pytest.raises(DataError, match=message):
        find(cell)


def test_find_takes_absolute_paths(find, tmp_path):
    finder = PathFinder(tmp_path / "test")
    assert finder.find(str(tmp_path / "train" / "1"), "")[0] == tmp_path / "train" / "1.png"


def test_find_takes_the_file_whose_folder_states_the_side(tmp_path):
    for name in ("train/1.png", "test/1.png", "Train_images/2.png", "images/2.png", "a/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "3.png").touch()
    finder = PathFinder(tmp_path)
    assert finder.find("1", "", "pool")[1] == "train/1.png"
    assert finder.find("1.png", "", "test")[1] == "test/1.png"
    assert finder.find("2", "", "pool")[1] == "Train_images/2.png"
    for cell, side in (("1", None), ("2", "test"), ("3", "pool")):
        with pytest.raises(DataError, match="could mean"):
            finder.find(cell, "", side)
