"""Folders of real picture files of many sizes."""

import numpy as np
import pytest
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data.folder import scan_folder
from poolbench.errors import DataError

CONFIG = DataConfig(source="folder:x")


def _draw(path, size=(8, 8), seed=0):
    """A picture of this height and width, smooth as a photograph is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC).save(path)
    return path


def _list_names(listing, side):
    return [entry.name for entry in listing.entries if entry.side == side]


def test_scan_folder_lists_classes_and_pictures_in_natural_order(tmp_path):
    for name in ("class10/a.png", "class2/img10.png", "class2/img2.jpg", "class2/IMG1.PNG"):
        _draw(tmp_path / name)
    listing = scan_folder(tmp_path)
    assert listing.classes == ("class2", "class10")
    assert _list_names(listing, "pool") == [
        "class2/IMG1.PNG",
        "class2/img2.jpg",
        "class2/img10.png",
        "class10/a.png",
    ]
    assert [entry.label for entry in listing.entries] == [0, 0, 0, 1]


def test_scan_folder_leaves_out_what_is_hidden_or_no_picture(tmp_path):
    for name in ("a/1.png", "b/1.png", "a/.hidden.png", ".cache/1.png", "a/deep/1.png", "top.png"):
        _draw(tmp_path / name)
    (tmp_path / "a" / "notes.txt").write_text("x")
    (tmp_path / "a" / "folder.png").mkdir()
    listing = scan_folder(tmp_path)
    assert listing.classes == ("a", "b")
    assert _list_names(listing, "pool") == ["a/1.png", "b/1.png"]


@pytest.mark.parametrize("val", ["val", "valid", "validation", "Val"])
def test_scan_folder_puts_a_validation_half_into_the_pool(tmp_path, val):
    for name in (
        "train/a/1.png",
        "train/b/1.png",
        f"{val}/b/1.png",
        "test/b/1.png",
        "test/c/1.png",
    ):
        _draw(tmp_path / name)
    _draw(tmp_path / "extra" / "a" / "1.png")
    listing = scan_folder(tmp_path)
    assert listing.classes == ("a", "b", "c")
    assert sorted(_list_names(listing, "pool")) == sorted(
        ["train/a/1.png", "train/b/1.png", f"{val}/b/1.png"]
    )
    assert _list_names(listing, "test") == ["test/b/1.png", "test/c/1.png"]
    assert listing.ignored == ("extra",)


@pytest.mark.parametrize(
    "names",
    [
        ("train", "test"),
        ("TRAIN", "Val", "dev"),
        ("training_set", "test-images", "validation"),
        ("seg_train", "seg_test"),
        ("fold1", "fold 2"),
        ("images", "masks"),
    ],
)
@pytest.mark.parametrize("groups", [None, "subfolder"])
def test_scan_folder_refuses_a_layout_for_classes(tmp_path, names, groups):
    for name in names:
        _draw(tmp_path / name / "cat.1.png")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "labels.csv").write_text("x")
    with pytest.raises(DataError, match="parts of an image set, not classes") as caught:
        scan_folder(tmp_path, groups)
    assert "train/<class>/<image>" in str(caught.value)
    assert "csv:FILE" in str(caught.value)


def test_scan_folder_refuses_halves_of_other_names_with_classes_in_them(tmp_path):
    for name in ("seg_train/a/1.png", "seg_train/b/1.png", "seg_test/seg_test/a/1.png"):
        _draw(tmp_path / name)
    with pytest.raises(
        DataError, match="in seg_test and seg_train: these are parts of an image set"
    ):
        scan_folder(tmp_path)


@pytest.mark.parametrize("inner", ["a/1.png", "train/a/1.png"])
def test_scan_folder_names_the_folder_that_an_archive_was_packed_with(tmp_path, inner):
    _draw(tmp_path / "flowers" / inner)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=f"Did you mean data='folder:{tmp_path / 'flowers'}'"):
        scan_folder(tmp_path)


def test_scan_folder_takes_images_for_a_class(tmp_path):
    for name in ("images/1.png", "drawings/1.png", "drawings/images/2.png"):
        _draw(tmp_path / name)
    listing = scan_folder(tmp_path)
    assert listing.classes == ("drawings", "images")
    assert len(listing.entries) == 3


def test_scan_folder_takes_train_for_a_class_among_others(tmp_path):
    for name in ("train/1.png", "bus/1.png", "valid/1.png", "invalid/1.png"):
        _draw(tmp_path / name)
    assert scan_folder(tmp_path).classes == ("bus", "invalid", "train", "valid")


def test_scan_folder_knows_halves_by_other_names(tmp_path):
    for name in ("Training/a/1.png", "dev/b/1.png", "testing/a/1.png"):
        _draw(tmp_path / name)
    listing = scan_folder(tmp_path)
    assert _list_names(listing, "pool") == ["Training/a/1.png", "dev/b/1.png"]
    assert _list_names(listing, "test") == ["testing/a/1.png"]


def make_run(folder, is_begun=False):
    folder.mkdir(parents=True)
    for name in (".lock", ".holder.json") if is_begun else ("config.toml", "data.json"):
        (folder / name).write_text("{}")
    _draw(folder / "figures" / "1.png")


@pytest.mark.parametrize("place", ["runs/one", "one", "a/runs/one", "runs/family/one"])
@pytest.mark.parametrize("is_begun", [False, True])
@pytest.mark.parametrize("groups", [None, "subfolder"])
def test_scan_folder_never_reads_a_run(tmp_path, place, is_begun, groups):
    for name in ("a/1.png", "b/1.png"):
        _draw(tmp_path / name)
    make_run(tmp_path / place, is_begun)
    listing = scan_folder(tmp_path, groups)
    assert listing.classes == ("a", "b")
    assert _list_names(listing, "pool") == ["a/1.png", "b/1.png"]
    assert {files.reason for files in listing.unread} == {"run"}


def test_scan_folder_reads_no_runs_beside_one_that_ended_before_it_began(tmp_path):
    for name in ("a/1.png", "b/1.png"):
        _draw(tmp_path / name)
    make_run(tmp_path / "runs" / "one")
    (tmp_path / "runs" / "unused").mkdir()
    (tmp_path / "runs" / "unused" / ".lock").touch()
    assert scan_folder(tmp_path).classes == ("a", "b")


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX",
        "@eaDir",
        ".ipynb_checkpoints",
        "$RECYCLE.BIN",
        "lost+found",
        "System Volume Information",
    ],
)
def test_scan_folder_leaves_out_what_systems_leave_behind(tmp_path, name):
    for path in ("a/1.png", "b/1.png", f"{name}/1.png", f"a/{name}/1.png", "a/._1.png"):
        _draw(tmp_path / path)
    (tmp_path / "a" / "Thumbs.db").write_bytes(b"x")
    for groups in (None, "subfolder"):
        listing = scan_folder(tmp_path, groups)
        assert _list_names(listing, "pool") == ["a/1.png", "b/1.png"]
        assert sum(files.count for files in listing.unread if files.reason == "system") == 4


def test_scan_folder_looks_into_a_folder_of_images_in_a_class(tmp_path):
    """Tiny ImageNet, whose validation half is not in folders of classes."""
    for name in ("train/n1/images/1.JPEG", "train/n2/Images/1.JPEG", "val/images/1.JPEG"):
        _draw(tmp_path / name)
    (tmp_path / "val" / "val_annotations.txt").write_text("x")
    listing = scan_folder(tmp_path)
    assert listing.classes == ("n1", "n2")
    assert _list_names(listing, "pool") == ["train/n1/images/1.JPEG", "train/n2/Images/1.JPEG"]
    found = [(files.reason, files.ending, files.count) for files in listing.unread]
    assert found == [("other", ".txt", 1), ("unlabelled", ".jpeg", 1)]


def test_scan_folder_takes_a_half_in_a_half_for_no_class(tmp_path):
    for name in ("train/a/1.png", "train/b/1.png", "test/test/1.png"):
        _draw(tmp_path / name)
    listing = scan_folder(tmp_path)
    assert listing.classes == ("a", "b")
    assert [files.reason for files in listing.unread] == ["unlabelled"]


def test_scan_folder_by_subfolder_takes_no_folder_of_images_for_a_group(tmp_path):
    for name in ("a/images/p1/1.png", "b/images/p1/1.png", "b/images/2.png"):
        _draw(tmp_path / name)
    groups = _list_groups(scan_folder(tmp_path, "subfolder"))
    assert groups == {"a/images/p1/1.png": "p1", "b/images/p1/1.png": "p1", "b/images/2.png": None}


def test_scan_folder_joins_the_ways_to_write_an_accent(tmp_path):
    _draw(tmp_path / "train" / "чаи\u0306ка" / "1.png")
    _draw(tmp_path / "train" / "b" / "1.png")
    _draw(tmp_path / "test" / "ча\u0439ка" / "1.png")
    assert scan_folder(tmp_path).classes == ("b", "чайка")


def test_scan_folder_without_pictures_says_what_is_expected(tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        scan_folder(tmp_path / "x")
    _draw(tmp_path / "loose.png")
    with pytest.raises(DataError, match="<class>/<image>"):
        scan_folder(tmp_path)


def test_listing_choose_relabels_in_the_chosen_order(tmp_path):
    for name in ("a/1.png", "b/1.png", "c/1.png"):
        _draw(tmp_path / name)
    chosen = scan_folder(tmp_path).choose([2, 0])
    assert chosen.classes == ("c", "a")
    assert [(e.name, e.label) for e in chosen.entries] == [("a/1.png", 1), ("c/1.png", 0)]


def _list_groups(listing):
    return {entry.name: entry.group for entry in listing.entries}


def test_scan_folder_by_subfolder_groups_across_classes_and_halves(tmp_path):
    for name in (
        "train/a/p10/1.png",
        "train/a/p2/deep/er/2.png",
        "train/a/p2/1.png",
        "train/a/alone.png",
        "train/b/p2/1.png",
        "val/b/p10/1.png",
        "test/b/p2/1.png",
        "test/a/other/1.png",
    ):
        _draw(tmp_path / name)
    listing = scan_folder(tmp_path, "subfolder")
    assert listing.classes == ("a", "b")
    assert _list_names(listing, "pool") == [
        "train/a/alone.png",
        "train/a/p2/1.png",
        "train/a/p2/deep/er/2.png",
        "train/a/p10/1.png",
        "train/b/p2/1.png",
        "val/b/p10/1.png",
    ]
    pool = [entry.group for entry in listing.entries if entry.side == "pool"]
    assert pool == [None, "p2", "p2", "p10", "p2", "p10"]
    assert _list_groups(listing)["test/b/p2/1.png"] == "p2"
    assert [entry.label for entry in listing.entries] == [0, 0, 0, 0, 1, 1, 0, 1]


def test_scan_folder_looks_into_subfolders_only_if_told_so(tmp_path):
    for name in ("a/p1/1.png", "b/p1/1.png"):
        _draw(tmp_path / name)
    with pytest.raises(DataError, match="groups='subfolder'"):
        scan_folder(tmp_path)
    for name in ("a/1.png", "b/1.png"):
        _draw(tmp_path / name)
    for groups in (None, "name:."):
        assert _list_names(scan_folder(tmp_path, groups), "pool") == ["a/1.png", "b/1.png"]


def test_scan_folder_by_subfolder_leaves_out_what_is_hidden_or_no_picture(tmp_path):
    for name in ("a/p/1.png", "a/p/.1.png", "a/.p/1.png", "a/p/.q/1.png", "a/p/x.png/1.png"):
        _draw(tmp_path / name)
    (tmp_path / "a" / "p" / "notes.txt").write_text("x")
    listing = scan_folder(tmp_path, "subfolder")
    assert _list_groups(listing) == {"a/p/1.png": "p", "a/p/x.png/1.png": "p"}


def test_scan_folder_by_subfolder_joins_the_ways_to_write_an_accent(tmp_path):
    _draw(tmp_path / "a" / "Андреи\u0306" / "1.png")
    _draw(tmp_path / "b" / "Андре\u0439" / "1.png")
    assert len({entry.group for entry in scan_folder(tmp_path, "subfolder").entries}) == 1


def test_scan_folder_by_subfolder_ends_where_links_go_in_circles(tmp_path):
    root = tmp_path / "photos"
    for name in ("a/0.png", "a/p1/1.png", "b/p1/1.png"):
        _draw(root / name)
    (root / "a" / "p1" / "here").symlink_to(root / "a" / "p1", target_is_directory=True)
    (root / "a" / "p1" / "class").symlink_to(root / "a", target_is_directory=True)
    (root / "a" / "root").symlink_to("..", target_is_directory=True)
    (root / "a" / "above").symlink_to(tmp_path, target_is_directory=True)
    (root / "a" / "self").symlink_to("self")
    assert _list_groups(scan_folder(root, "subfolder")) == {
        "a/0.png": None,
        "a/p1/1.png": "p1",
        "b/p1/1.png": "p1",
    }


def test_scan_folder_by_subfolder_takes_a_linked_folder_once_under_its_own_name(tmp_path):
    root = tmp_path / "photos"
    for name in ("a/p1/1.png", "a/p9/1.png", "b/p9/1.png"):
        _draw(root / name)
    _draw(tmp_path / "store" / "2.png")
    # Both links sort before the folder that they lead to.
    (root / "a" / "link").symlink_to(root / "a" / "p9", target_is_directory=True)
    (root / "a" / "p1" / "link").symlink_to(root / "a" / "p9", target_is_directory=True)
    for name in ("p5", "p6"):
        (root / "a" / name).symlink_to(tmp_path / "store", target_is_directory=True)
    assert _list_groups(scan_folder(root, "subfolder")) == {
        "a/p1/1.png": "p1",
        "a/p5/2.png": "p5",
        "a/p9/1.png": "p9",
        "b/p9/1.png": "p9",
    }
