"""Real picture files of many sizes, decoded once."""

import os
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data import listing_pictures
from poolbench.data.arrays import resize_arrays
from poolbench.data.cache import get_cache_folder
from poolbench.data.decode import decode_picture
from poolbench.data.folder import scan_folder
from poolbench.data.listing import group_listing
from poolbench.data.listing_csv import scan_csv
from poolbench.data.listing_pictures import choose_default_size, load_listing
from poolbench.errors import DataError

CONFIG = DataConfig(source="folder:x")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
    torch.set_num_threads(1)


def _draw(path, size=(8, 8), seed=0):
    """A picture of this height and width, smooth as a photograph is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture
def photographs(tmp_path):
    """PNG and JPEG, 224 to 640 pixels, high and wide."""
    sizes = [(224, 224), (480, 640), (640, 480), (333, 501), (640, 224), (300, 300)]
    for number, size in enumerate(sizes):
        for name in ("cat", "dog"):
            suffix = ".jpg" if number % 2 else ".png"
            _draw(tmp_path / "photos" / name / f"{number}{suffix}", size, seed=number)
    return tmp_path / "photos"


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
def test_load_listing_brings_photographs_of_mixed_sizes_to_one(photographs, fit):
    listing = scan_folder(photographs)
    config = CONFIG.model_copy(update={"fit": fit, "image_size": 40})
    image_set = load_listing(listing, config)
    assert image_set.pool.images.shape == (12, 40, 40, 3)
    assert image_set.image_size == (40, 40)
    assert not image_set.has_official_test
    for entry, image in zip(listing.entries, image_set.pool.images, strict=True):
        expected = resize_arrays(decode_picture(entry.path)[None], (40, 40), fit)[0]
        np.testing.assert_array_equal(image, expected)


def test_load_listing_without_a_size_takes_64_for_mixed_pictures(photographs):
    assert load_listing(scan_folder(photographs), CONFIG).image_size == (64, 64)


def test_load_listing_without_a_size_keeps_the_common_one(tmp_path):
    """The same upright size, though one of the files is stored turned."""
    _draw(tmp_path / "a" / "1.png", (20, 30))
    _draw(tmp_path / "a" / "2.png", (20, 30), seed=1)
    _draw(tmp_path / "b" / "1.png", (30, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(tmp_path / "b" / "1.png") as image:
        image.save(tmp_path / "b" / "1.png", exif=exif)
    image_set = load_listing(scan_folder(tmp_path), CONFIG)
    assert image_set.image_size == (20, 30)
    np.testing.assert_array_equal(
        image_set.pool.images[1], decode_picture(tmp_path / "a" / "2.png")
    )


def test_load_listing_without_a_size_keeps_no_large_one(tmp_path):
    for name in ("a", "b"):
        _draw(tmp_path / name / "1.jpg", (1200, 1600))
    assert load_listing(scan_folder(tmp_path), CONFIG).image_size == (64, 64)
    wanted = CONFIG.model_copy(update={"image_size": 300})
    assert load_listing(scan_folder(tmp_path), wanted).image_size == (300, 300)
    assert choose_default_size({(256, 256)}) == (256, 256)
    assert choose_default_size({(257, 256)}) == (64, 64)


def test_load_listing_keeps_halves_labels_and_groups_apart(tmp_path):
    for number in range(4):
        _draw(tmp_path / f"{number}.png", seed=number)
    rows = "0.png,cat,g1,train\n1.png,dog,g2,test\n2.png,dog,g1,train\n3.png,cat,g3,test\n"
    (tmp_path / "list.csv").write_text("path,label,group,split\n" + rows)
    listing = scan_csv(tmp_path / "list.csv")
    image_set = load_listing(listing, CONFIG)
    assert image_set.has_official_test
    assert image_set.pool.names == ("0.png", "2.png")
    assert image_set.test.names == ("3.png", "1.png")
    assert image_set.test.labels.tolist() == [0, 1]
    assert image_set.pool.groups[0] == image_set.pool.groups[1]
    assert len(set(image_set.test.groups)) == 2
    np.testing.assert_array_equal(image_set.test.images[0], decode_picture(tmp_path / "3.png"))


def test_load_listing_lists_all_pictures_that_cannot_be_read(photographs):
    (photographs / "cat" / "7.png").write_text("no picture")
    cut = photographs / "dog" / "1.jpg"
    cut.write_bytes(cut.read_bytes()[:1000])
    (photographs / "dog" / "8.jpg").symlink_to(photographs / "dog" / "0.png")
    (photographs / "dog" / "9.png").write_bytes(b"")
    with pytest.raises(DataError, match="3 of 15 images cannot be read") as caught:
        load_listing(scan_folder(photographs), CONFIG)
    for name in ("cat/7.png", "dog/1.jpg", "dog/9.png", "on_bad='skip'"):
        assert name in str(caught.value)


def test_load_listing_that_was_interrupted_lists_what_it_had_found_before(photographs, monkeypatch):
    monkeypatch.setattr(listing_pictures, "SHARD_BYTES", 1)
    for name in ("cat/0.png", "dog/0.png"):
        (photographs / name).write_text("no picture")

    def stop(stage, done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_listing(scan_folder(photographs), CONFIG, stop)
    with pytest.raises(DataError, match="2 of 12 images cannot be read") as caught:
        load_listing(scan_folder(photographs), CONFIG)
    for name in ("cat/0.png", "dog/0.png"):
        assert f"  {photographs / name} cannot be read: its format is not recognised" in str(
            caught.value
        )


def test_load_listing_leaves_out_what_cannot_be_read_if_told_so(photographs):
    (photographs / "cat" / "0.png").write_text("no picture")
    config = CONFIG.model_copy(update={"on_bad": "skip"})
    for _ in range(2):  # decoded, then from the cache
        image_set = load_listing(scan_folder(photographs), config)
        assert image_set.facts["skipped"] == ["cat/0.png"]
        assert len(image_set.pool) == len(image_set.pool.labels) == 11
        assert image_set.pool.names[0] == "cat/1.jpg"
        assert image_set.pool.labels.tolist() == [0] * 5 + [1] * 6
    # Leaving out is not remembered for those who did not ask for it.
    with pytest.raises(DataError, match=r"cat/0\.png"):
        load_listing(scan_folder(photographs), CONFIG)


def test_load_listing_refuses_a_set_without_any_readable_picture(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_text("x")
    with pytest.raises(DataError, match="2 of 2 images"):
        load_listing(scan_folder(tmp_path), CONFIG.model_copy(update={"on_bad": "skip"}))


def test_load_listing_estimates_memory_before_it_decodes(photographs):
    seen = []
    with pytest.raises(DataError, match="smaller image_size") as caught:
        load_listing(
            scan_folder(photographs),
            CONFIG,
            lambda *what: seen.append(what),
            available_bytes=2**20,
        )
    assert "GiB" in str(caught.value)
    assert seen == []


def test_load_listing_decodes_once(photographs):
    seen = []
    first = load_listing(scan_folder(photographs), CONFIG, lambda *what: seen.append(what))
    assert seen[0] == ("decode", 1, 12)
    assert seen[-1] == ("decode", 12, 12)
    again = load_listing(scan_folder(photographs), CONFIG, lambda *what: seen.append(what))
    assert len(seen) == 12
    assert again.manifest_hash == first.manifest_hash
    assert again.pool.names == first.pool.names


def test_load_listing_does_not_keep_groups_with_the_pixels(photographs):
    plain = scan_folder(photographs)
    assert load_listing(plain, CONFIG).pool.groups is None
    seen = []
    grouped = load_listing(
        group_listing(plain, r"name:^\d"), CONFIG, lambda *what: seen.append(what)
    )
    assert seen == []
    assert grouped.pool.groups.tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert grouped.manifest_hash != load_listing(plain, CONFIG).manifest_hash


@pytest.mark.parametrize("change", ["rewritten", "renamed", "removed", "size", "fit", "damaged"])
def test_load_listing_decodes_again_when_anything_changed(photographs, change):
    config = CONFIG.model_copy(update={"image_size": 16})
    load_listing(scan_folder(photographs), config)
    path = photographs / "dog" / "0.png"
    if change == "rewritten":
        # Of the same length, and with the old time of writing.
        status = path.stat()
        path.write_bytes(path.read_bytes())
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "renamed":
        path.rename(path.with_name("00.png"))
    elif change == "removed":
        path.unlink()
    elif change == "damaged":
        (kept,) = (get_cache_folder() / "decoded").glob("*/pixels")
        data = bytearray(kept.read_bytes())
        data[len(data) // 2] ^= 1
        kept.write_bytes(data)
    updates = {"size": {"image_size": 20}, "fit": {"fit": "crop"}}.get(change, {})
    seen = []
    load_listing(
        scan_folder(photographs),
        config.model_copy(update={**updates, "on_bad": "error"}),
        lambda *what: seen.append(what),
    )
    assert seen


def test_load_listing_gives_the_same_pixels_from_a_moved_folder(photographs, tmp_path):
    first = load_listing(scan_folder(photographs), CONFIG)
    shutil.move(photographs, tmp_path / "elsewhere")
    assert load_listing(scan_folder(tmp_path / "elsewhere"), CONFIG).manifest_hash == (
        first.manifest_hash
    )


def test_load_listing_leaves_the_threads_of_torch_as_they_were(photographs):
    torch.set_num_threads(2)
    load_listing(scan_folder(photographs), CONFIG)
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
