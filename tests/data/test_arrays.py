"""npz files, resizing of arrays, memory."""

import numpy as np
import pytest
import torch

from poolbench.data.arrays import check_memory, load_npz, resize_arrays
from poolbench.data.resize import resize_images
from poolbench.errors import DataError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 0, 1, 2, 2])


def _save(path, **arrays):
    np.savez(path / "a.npz", **arrays)
    return path / "a.npz"


def test_load_npz_reads_pictures_and_labels(tmp_path):
    image_set = load_npz(_save(tmp_path, images=IMAGES, labels=LABELS.astype(np.uint8)))
    np.testing.assert_array_equal(image_set.pool.images, IMAGES)
    assert image_set.pool.labels.tolist() == LABELS.tolist()
    assert image_set.pool.labels.dtype == np.int64
    assert image_set.classes == ("0", "1", "2")
    assert not image_set.has_official_test
    assert len(image_set.test) == 0


def test_load_npz_reads_names_and_a_test_half(tmp_path):
    path = _save(
        tmp_path,
        images=IMAGES,
        labels=LABELS,
        classes=np.array(["выдра", "cat", "dog"]),
        test_images=IMAGES[:2],
        test_labels=[2, 0],
    )
    image_set = load_npz(path)
    assert image_set.classes == ("выдра", "cat", "dog")
    assert image_set.has_official_test
    assert image_set.test.labels.tolist() == [2, 0]


def test_load_npz_names_classes_by_their_label_where_there_are_gaps(tmp_path):
    path = _save(
        tmp_path,
        images=IMAGES,
        labels=[7, 10, 7, 10, 7, 10],
        test_images=IMAGES[:1],
        test_labels=[10],
    )
    image_set = load_npz(path)
    assert image_set.classes == ("7", "10")
    assert image_set.pool.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert image_set.test.labels.tolist() == [1]


@pytest.mark.parametrize("images", [IMAGES[..., 0], IMAGES[..., :1]])
def test_load_npz_brings_grey_to_rgb(tmp_path, images):
    loaded = load_npz(_save(tmp_path, images=images, labels=LABELS)).pool.images
    assert loaded.shape == IMAGES.shape
    for channel in range(3):
        np.testing.assert_array_equal(loaded[..., channel], IMAGES[..., 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": None}, "has no images"),
        ({"labels": None}, "has no labels"),
        ({"images": IMAGES / 255}, "float64, expected uint8"),
        ({"images": IMAGES.transpose(0, 3, 1, 2)}, r"shape \[6, 3, 5, 4\]"),
        ({"images": IMAGES[0, 0]}, r"shape \[4, 3\]"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "shape"),
        ({"labels": LABELS.astype(float)}, "float64, expected integers"),
        ({"labels": LABELS[:5]}, r"shape \[5\], expected \[6\]"),
        ({"labels": LABELS[:, None]}, r"shape \[6, 1\]"),
        ({"labels": LABELS - 1}, "they start at 0"),
        ({"labels": LABELS > 0}, "bool, expected integers"),
        ({"classes": np.array(["a", "b"])}, "label 2, but classes names only 2"),
        ({"classes": np.array(["a", "b", "a"])}, "twice"),
        ({"classes": np.array([1, 2, 3])}, "list of names"),
        ({"test_images": IMAGES}, "has no test_labels"),
        ({"test_labels": LABELS}, "has no test_images"),
        ({"test_images": IMAGES[:, :4], "test_labels": LABELS}, "need one size"),
        ({"classes": np.array(["a", None], dtype=object)}, "never read"),
        ({"images": np.array([None], dtype=object)}, "never read"),
    ],
)
def test_load_npz_says_what_is_wrong(tmp_path, changes, message):
    arrays = {"images": IMAGES, "labels": LABELS, **changes}
    path = _save(tmp_path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(DataError, match=message):
        load_npz(path)


def test_load_npz_refuses_what_is_no_npz(tmp_path):
    with pytest.raises(DataError, match="not there"):
        load_npz(tmp_path / "a.npz")
    (tmp_path / "a.npz").write_bytes(b"x")
    with pytest.raises(DataError, match="cannot be read"):
        load_npz(tmp_path / "a.npz")
    path = _save(tmp_path, images=IMAGES, labels=LABELS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="cannot be read"):
        load_npz(path)


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
def test_resize_arrays_is_the_resize_of_the_exported_graph(fit):
    torch.set_num_threads(1)
    images = RNG.integers(0, 256, (3, 300, 500, 3), dtype=np.uint8)
    resized = resize_arrays(images, (40, 30), fit)
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    expected = resize_images(tensor, (40, 30), fit).permute(0, 2, 3, 1).numpy()
    np.testing.assert_array_equal(resized, expected)
    assert resized.dtype == np.uint8


def test_resize_arrays_does_not_depend_on_the_batch():
    images = RNG.integers(0, 256, (20, 500, 500, 3), dtype=np.uint8)
    together = resize_arrays(images, (8, 8), "squash")
    alone = np.concatenate([resize_arrays(image[None], (8, 8), "squash") for image in images])
    np.testing.assert_array_equal(together, alone)


def test_check_memory_says_how_much_is_needed():
    check_memory(100, "", available_bytes=100)
    with pytest.raises(DataError, match=r"3\.0 GiB .* 1\.5 GiB are free\. Do this\."):
        check_memory(3 * 2**30, "Do this.", available_bytes=3 * 2**29)
    with pytest.raises(DataError):
        check_memory(2**60, "")
