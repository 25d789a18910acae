"""Resizing of arrays, memory."""

import numpy as np
import pytest
import torch

from poolbench.data.arrays import check_memory, resize_arrays
from poolbench.data.resize import resize_images
from poolbench.errors import DataError
from poolbench.texts import Phrase

RNG = np.random.default_rng(0)


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
    with pytest.raises(DataError, match=r"3\.0 GiB .* 1\.5 GiB is free\. Take fewer"):
        check_memory(3 * 2**30, Phrase("arrays.fewer"), available_bytes=3 * 2**29)
    with pytest.raises(DataError):
        check_memory(2**60, "")
