"""The resize without torch: the same pictures to the last bit."""

import numpy as np
import pytest
import torch

from poolbench.data.resize import resize_images
from poolbench.data.resize_array import resize_array

SIZES = ((32, 32), (48, 32), (7, 31), (1, 1), (200, 3), (3, 500), (641, 480), (33, 32))


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
@pytest.mark.parametrize("height, width", SIZES)
@pytest.mark.parametrize("size", [(32, 32), (16, 40)])
def test_resize_array_gives_what_the_exported_graph_gives(height, width, size, fit):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    expected = resize_images(tensor, size, fit)[0].permute(1, 2, 0).numpy()

    assert np.array_equal(resize_array(image, size, fit), expected)


def test_resize_array_goes_through_a_large_picture_in_blocks():
    image = np.random.default_rng(1).integers(0, 256, (3000, 2000, 3), dtype=np.uint8)
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    expected = resize_images(tensor, (32, 32))[0].permute(1, 2, 0).numpy()

    assert np.array_equal(resize_array(image, (32, 32), "squash"), expected)
