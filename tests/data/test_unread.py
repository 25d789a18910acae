"""Whatever lies below the root and is not read is counted, and refused where it is most."""

import os

import pytest
from PIL import Image

from poolbench.data import decode
from poolbench.data.folder import scan_folder
from poolbench.data.unread import MOST_ENDINGS, check_unread, summarize_unread
from poolbench.errors import DataError

PICTURE = Image.new("RGB", (4, 4))


def fill(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.save(path, "PNG")
    return root


@pytest.fixture
def without_heif(monkeypatch):
    """As where pillow-heif is not installed."""
    kept = tuple(name for name in decode.list_formats() if name != "HEIF")
    monkeypatch.setattr(decode, "list_formats", lambda: kept)
    decode._list_suffixes.cache_clear()
    yield
    decode._list_suffixes.cache_clear()


def test_unread_files_are_counted_by_reason_and_ending(tmp_path, without_heif):
    fill(
        tmp_path,
        *(f"train/{name}/{number}.png" for name in "ab" for number in range(9)),
        "train/a/2021/1.png",
        "train/a/2021/May/2.PNG",
        "train/a/3.heic",
        "train/a/picture",
        "train/b/.hidden.png",
        "train/top.png",
        "test/1.png",
        "extra/1.jpg",
        "loose.png",
    )
    (tmp_path / "train/a/notes.txt").write_text("x")
    (tmp_path / "train/b/notes").write_text("BMW")
    os.mkfifo(tmp_path / "train/b/pipe.png")
    (tmp_path / "train/b/link").symlink_to(tmp_path / "extra", target_is_directory=True)
    assert summarize_unread(scan_folder(tmp_path).unread) == {
        "beside": {".jpg": 1, ".png": 1},
        "deep": {".png": 2},
        "link": {"": 1},
        "misnamed": {"": 1},
        "no-reader": {".heic": 1},
        "other": {"": 1, ".txt": 1},
        "special": {".png": 1},
        "system": {".png": 1},
        "unlabelled": {".png": 2},
    }


def test_pictures_beside_class_folders_are_loose(tmp_path):
    listing = scan_folder(fill(tmp_path, "a/1.png", "b/1.png", "1.png", "2.png"))
    (files,) = listing.unread
    assert (files.reason, files.count, files.example) == ("loose", 2, "1.png")


def test_everything_read_is_counted_nowhere(tmp_path, monkeypatch):
    fill(tmp_path, "a/1.png", "b/1.png", "b/p/1.png")
    assert scan_folder(tmp_path, "subfolder").unread == ()
    monkeypatch.chdir(tmp_path)
    assert summarize_unread(scan_folder(type(tmp_path)(".")).unread) == {"deep": {".png": 1}}


def test_endings_of_numbered_files_are_counted_together(tmp_path):
    fill(tmp_path, "a/1.png", "b/1.png")
    for number in range(MOST_ENDINGS + 5):
        (tmp_path / f"log.{number}").write_text("x")
    counts = summarize_unread(scan_folder(tmp_path).unread)["other"]
    assert len(counts) == MOST_ENDINGS + 1
    assert counts["…"] == 5


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        (["a/2020/1.png", "a/2021/2.png"], "groups='subfolder'"),
        (["a/1.heic", "a/2.HEIF"], "pip install pillow-heif"),
        (["a/1.cr2", "a/2.psd"], "as PNG or JPEG"),
        (["a/1", "a/2.jpg_large"], "Give image files"),
    ],
)
def test_a_class_of_which_most_is_not_read_is_refused(tmp_path, without_heif, names, advice):
    listing = scan_folder(fill(tmp_path, "a/0.png", "b/0.png", "c/0.png", *names))
    with pytest.raises(DataError, match="1 read, 2 left out") as caught:
        check_unread(listing)
    assert advice in str(caught.value)
    assert names[0] in str(caught.value)
    # Others are not asked for.
    check_unread(listing.choose([2, 1]))


def test_a_class_of_which_half_is_read_is_told_alone(tmp_path):
    listing = scan_folder(fill(tmp_path, "a/0.png", "a/p/1.png", "a/.1.png", "a/.2.png", "b/0.png"))
    check_unread(listing)
    assert summarize_unread(listing.choose([1, 0]).unread)["deep"] == {".png": 1}


def test_pictures_that_nothing_reads_are_named_where_there_are_no_others(tmp_path, without_heif):
    with pytest.raises(DataError, match="pillow-heif"):
        scan_folder(fill(tmp_path, "a/1.heic", "b/1.heic"))
    with pytest.raises(DataError, match=r"such as set/train/a/1\.png"):
        scan_folder(fill(tmp_path / "deep", "set/train/a/1.png"))


def test_heic_is_read_where_its_reader_is_installed(tmp_path):
    pytest.importorskip("pillow_heif")
    fill(tmp_path, "a/0.png", "b/0.png")
    decode.list_formats()
    Image.new("RGB", (64, 48), (200, 100, 50)).save(tmp_path / "a" / "1.HEIC", "HEIF")
    assert [entry.name for entry in scan_folder(tmp_path).entries][:2] == ["a/0.png", "a/1.HEIC"]
    assert decode.read_picture_size(tmp_path / "a" / "1.HEIC") == (48, 64)
    pixels = decode.decode_picture(tmp_path / "a" / "1.HEIC")
    assert abs(pixels.astype(int) - (200, 100, 50)).max() < 8


def test_heic_under_another_name_says_what_is_missing(tmp_path, without_heif):
    path = tmp_path / "1.jpg"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    with pytest.raises(DataError, match=r"1\.jpg is HEIC.*pip install pillow-heif"):
        decode.decode_picture(path)
