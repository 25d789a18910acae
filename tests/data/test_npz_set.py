"""npz files as poolbench, Keras and MedMNIST name their arrays."""

import tracemalloc

import numpy as np
import pytest

from poolbench.config import DataConfig
from poolbench.data.load import list_classes, load_image_set
from poolbench.data.npz_set import load_npz
from poolbench.errors import DataError
from poolbench.texts.facts import describe_facts

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
        ({"images": None}, "lacks images"),
        ({"labels": None}, "lacks labels"),
        ({"images": IMAGES / 255}, "float64; expected uint8"),
        ({"images": IMAGES.transpose(0, 3, 1, 2)}, r"shape \[6, 3, 5, 4\]"),
        ({"images": IMAGES[0, 0]}, r"shape \[4, 3\]"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "shape"),
        ({"labels": LABELS.astype(float)}, "float64; expected integers"),
        ({"labels": LABELS[:5]}, r"shape \[5\]; expected \[6\]"),
        ({"labels": LABELS[:, None]}, r"shape \[6, 1\]"),
        ({"labels": LABELS - 1}, "expected numbers from 0"),
        ({"labels": LABELS > 0}, "bool; expected integers"),
        ({"classes": np.array(["a", "b"])}, "label 2 occurs, but classes names only 2"),
        ({"classes": np.array(["a", "b", "a"])}, "twice"),
        ({"classes": np.array([1, 2, 3])}, "list of names"),
        ({"test_images": IMAGES}, "lacks test_labels"),
        ({"test_labels": LABELS}, "lacks test_images"),
        ({"test_images": IMAGES[:, :4], "test_labels": LABELS}, "Save all parts at one size"),
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
    with pytest.raises(DataError, match="There is no file"):
        load_npz(tmp_path / "a.npz")
    (tmp_path / "a.npz").write_bytes(b"x")
    with pytest.raises(DataError, match="cannot be read"):
        load_npz(tmp_path / "a.npz")
    path = _save(tmp_path, images=IMAGES, labels=LABELS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="cannot be read"):
        load_npz(path)


def make_keras(**changes):
    """As keras.datasets.mnist.load_data finds it."""
    arrays = {
        "x_train": IMAGES[..., 0],
        "y_train": LABELS.astype(np.uint8),
        "x_test": IMAGES[:3, ..., 1],
        "y_test": LABELS[[0, 1, 4]].astype(np.uint8),
        **changes,
    }
    return {name: array for name, array in arrays.items() if array is not None}


def make_medmnist(**changes):
    """As medmnist.com publishes it: grey ones lack the axis of channels, labels are a column."""
    arrays = {
        "train_images": IMAGES[..., 0],
        "val_images": IMAGES[:2, ..., 1],
        "test_images": IMAGES[:3, ..., 2],
        "train_labels": LABELS[:, None].astype(np.uint8),
        "val_labels": LABELS[:2, None].astype(np.uint8),
        "test_labels": LABELS[[0, 1, 4], None].astype(np.uint8),
        **changes,
    }
    return {name: array for name, array in arrays.items() if array is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"x_train": IMAGES[..., :1], "x_test": IMAGES[:3, ..., 1:2]},
        {"y_train": LABELS[:, None], "y_test": LABELS[[0, 1, 4], None]},
        {"y_train": np.eye(3, dtype=np.float32)[LABELS]},
        {"y_train": np.eye(3, dtype=bool)[LABELS]},
        {"y_train": LABELS.astype(np.float64)},
        {"X_train": IMAGES[..., 0], "x_train": None, "Y_TRAIN": LABELS, "y_train": None},
        {"more": np.array([None], dtype=object)},
    ],
)
def test_load_npz_reads_what_keras_saves(tmp_path, changes):
    image_set = load_npz(_save(tmp_path, **make_keras(**changes)))
    assert image_set.classes == ("0", "1", "2")
    assert image_set.has_official_test
    for channel in range(3):
        np.testing.assert_array_equal(image_set.pool.images[..., channel], IMAGES[..., 0])
        np.testing.assert_array_equal(image_set.test.images[..., channel], IMAGES[:3, ..., 1])
    assert image_set.pool.labels.tolist() == LABELS.tolist()
    assert image_set.test.labels.tolist() == [0, 1, 2]


def test_load_npz_reads_colour_names_and_a_validation_half_of_keras(tmp_path):
    changes = {"x_train": IMAGES, "x_test": None, "y_test": None}
    more = {"x_valid": IMAGES[:2], "y_valid": [2, 2], "class_names": np.array(["a", "b", "c"])}
    image_set = load_npz(_save(tmp_path, **make_keras(**changes, **more)))
    assert image_set.classes == ("a", "b", "c")
    assert not image_set.has_official_test
    np.testing.assert_array_equal(image_set.pool.images, np.concatenate([IMAGES, IMAGES[:2]]))
    assert image_set.pool.labels.tolist() == [*LABELS, 2, 2]
    assert image_set.facts["validation_joined"] == 2


@pytest.mark.parametrize("channels", [..., slice(0, 3)])
def test_load_npz_reads_medmnist_and_the_run_says_so(tmp_path, channels):
    arrays = make_medmnist()
    if channels is not ...:
        for half, count in {"train": 6, "val": 2, "test": 3}.items():
            arrays[f"{half}_images"] = IMAGES[:count]
    path = _save(tmp_path, **arrays)
    image_set = load_npz(path)
    assert len(image_set.pool) == 8
    assert len(image_set.test) == 3
    assert image_set.pool.names[5:7] == ("train_images/5", "val_images/0")
    assert image_set.pool.labels.tolist() == [*LABELS, 0, 1]
    colour = "grey" if channels is ... else "in colour"
    assert describe_facts(image_set.facts, "en") == [
        f"Recognised: MedMNIST npz, 3 parts (train 6, val 2, test 3), {colour}."
    ]
    listed = list_classes(DataConfig(source=f"npz:{path}"))
    assert [(entry.train_count, entry.val_count, entry.test_count) for entry in listed] == [
        (2, 1, 1),
        (2, 1, 1),
        (2, 0, 1),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_labels": np.eye(14, dtype=np.uint8)[:6]}, r"\[6, 14\]: several labels for each"),
        ({"train_images": np.zeros((6, 28, 28, 28), np.uint8)}, "volumes"),
        ({"val_labels": None}, "lacks val_labels; it contains"),
        ({"val_images": None}, "lacks val_images; it contains"),
        ({"train_labels": LABELS[:5, None]}, r"shape \[5\]; expected \[6\]"),
        ({"test_images": IMAGES[:3, :4, :, 0]}, "Save all parts at one size"),
        ({"train_images": IMAGES[..., 0] / 255}, r"float64; expected uint8.*255 \* x"),
        ({"train_images": np.array([None], dtype=object)}, "never read"),
        ({"train_labels": np.array([None] * 6, dtype=object)}, "never read"),
        ({"train_labels": LABELS[:, None].astype(np.int8) - 1}, "expected numbers from 0"),
        ({"x_train": IMAGES, "y_train": LABELS}, "two layouts"),
    ],
)
def test_load_npz_says_what_is_wrong_with_medmnist(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load_npz(_save(tmp_path, **make_medmnist(**changes)))


TWO_ONES = np.eye(3, dtype=int)[LABELS]
TWO_ONES[4] = [0, 1, 1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": TWO_ONES}, r"1 of 6 rows do not, the first of them row 4"),
        ({"y_train": np.eye(3)[LABELS] * 0.9}, "6 of 6 rows do not, the first of them row 0"),
        ({"y_train": LABELS + 0.5}, "float64; expected integers"),
        ({"y_train": np.full(6, np.nan)}, "float64; expected integers"),
        ({"y_train": LABELS.astype(str)}, "expected integers"),
        ({"y_train": None}, "lacks y_train"),
        ({"x_test": None}, "lacks x_test"),
        ({"x_train": None, "y_train": None}, "lacks images and labels; it contains x_test and"),
        ({"x_train": IMAGES.transpose(0, 3, 1, 2)}, r"x\.transpose\(0, 2, 3, 1\)"),
        ({"X_TRAIN": IMAGES}, "two arrays X_TRAIN and x_train"),
        ({"classes": np.array(["a", "b"])}, "label 2 occurs, but classes names only 2"),
        ({"y_train": np.array([0, {}, 0, 0, 0, 0], dtype=object)}, "never read"),
    ],
)
def test_load_npz_says_what_is_wrong_with_keras(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load_npz(_save(tmp_path, **make_keras(**changes)))


def test_a_large_grey_set_is_held_once_as_rgb(tmp_path):
    # 20,000 as MNIST has 60,000: as read they take 16 MB, and 47 MB in the colours that are used.
    images = np.zeros((20_000, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(20_000) % 251
    path = _save(tmp_path, x_train=images, y_train=np.arange(20_000) % 2)
    tracemalloc.start()
    image_set = load_npz(path)
    read = tracemalloc.get_traced_memory()[1]
    assert image_set.pool.images.shape == (20_000, 28, 28, 3)
    assert read < 2.5 * images.nbytes
    config = DataConfig(source=f"npz:{path}")
    tracemalloc.reset_peak()
    loaded = load_image_set(config)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert loaded.pool.images.flags.c_contiguous
    # One as read, three in colours, and three while a fifth is put aside.
    assert peak < 9.5 * images.nbytes
