"""STL-10 as it is published, whole and damaged."""

import numpy as np
import pytest

from poolbench.config import DataConfig
from poolbench.data.load import load_image_set
from poolbench.errors import DataError
from poolbench.texts.facts import describe_facts

RNG = np.random.default_rng(0)
TRAIN, TEST = (RNG.integers(0, 256, (count, 96, 96, 3), dtype=np.uint8) for count in (6, 3))
LABELS, TEST_LABELS = np.array([1, 2, 3, 1, 2, 3]), np.array([3, 2, 1])
NAMES = b"airplane\nbird\ncar\n"


def pack(images):
    """Channels first, then columns, then rows."""
    return images.transpose(0, 3, 2, 1).tobytes()


def write(folder, **changes):
    contents = {
        "train_X.bin": pack(TRAIN),
        "train_y.bin": LABELS.astype(np.uint8).tobytes(),
        "test_X.bin": pack(TEST),
        "test_y.bin": TEST_LABELS.astype(np.uint8).tobytes(),
        "class_names.txt": NAMES,
        "fold_indices.txt": b"0 1 2\n",
        "unlabeled_X.bin": pack(TEST[:1]),
        **changes,
    }
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def load(path):
    return load_image_set(DataConfig(source=f"folder:{path}"))


@pytest.mark.parametrize("place", ["", "train_X.bin", "test_y.bin"])
def test_stl_is_read_upright_with_its_names(tmp_path, place):
    image_set = load(write(tmp_path / "stl10_binary") / place)
    np.testing.assert_array_equal(image_set.pool.images, TRAIN)
    np.testing.assert_array_equal(image_set.test.images, TEST)
    assert image_set.classes == ("airplane", "bird", "car")
    assert image_set.pool.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert image_set.test.labels.tolist() == [2, 1, 0]
    assert describe_facts(image_set.facts, "en")[0] == (
        "Recognised: STL-10 binary files, 2 parts (train 6, test 3), in colour."
    )


def test_stl_is_found_in_the_folder_that_its_archive_unpacks_to(tmp_path):
    write(tmp_path / "stl10_binary", **{"class_names.txt": None})
    assert load(tmp_path).classes == ("1", "2", "3")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_X.bin": pack(TRAIN)[:-1]}, "has 165,887 bytes; expected 165,888: 6 images"),
        ({"train_X.bin": pack(TRAIN[:5])}, "has 138,240 bytes; expected 165,888"),
        ({"train_X.bin": None}, "There is no file .*train_X.bin: "),
        ({"train_y.bin": None}, "There is no file .*train_y.bin: "),
        ({"test_y.bin": None}, "There is no file .*test_y.bin: "),
        ({"train_y.bin": b"\0\1\2\1\2\3"}, "label 0"),
        ({"train_y.bin": b""}, "label 0, or nothing"),
        ({"train_y.bin": b"\1\2\4\1\2\3"}, "a label 4, but class_names.txt names only 3"),
        ({"class_names.txt": b"bird\nbird\ncar"}, "names some classes twice: bird"),
        ({"class_names.txt": b"bird\n\xff\n"}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_stl_is_said(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load(write(tmp_path / "stl", **changes))
