"""The built-in image set is what it says, and the same everywhere."""

import numpy as np

from poolbench.data.sample import SAMPLE_CLASSES, load_sample
from poolbench.data.store import open_arrays, save_arrays


def test_sample_has_its_stated_size():
    sample = load_sample()
    assert sample.classes == SAMPLE_CLASSES
    assert sample.pool.images.shape == (1200, 32, 32, 3)
    assert sample.test.images.shape == (400, 32, 32, 3)
    assert np.bincount(sample.pool.labels).tolist() == [300] * 4
    assert np.bincount(sample.test.labels).tolist() == [100] * 4


def test_sample_holds_no_picture_twice():
    sample = load_sample()
    images = np.concatenate([sample.pool.images, sample.test.images])
    assert len({image.tobytes() for image in images}) == len(images)


def test_open_arrays_gives_back_what_was_saved(tmp_path):
    sample = load_sample()
    save_arrays(sample, tmp_path)
    again = open_arrays(tmp_path)
    assert again.manifest_hash == sample.manifest_hash
    assert again.pool.names == sample.pool.names
    assert again.test.groups is None
