"""Blur pooling, against numbers made by hand and SciPy."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from poolbench.errors import ShapeError, UsageError
from poolbench.operators import build_operator
from poolbench.operators.antialiased import BlurPool2d, blur_pool2d

RNG = np.random.default_rng(0)
# Pascal's triangle.
ROWS = {3: (1, 2, 1), 5: (1, 4, 6, 4, 1), 7: (1, 6, 15, 20, 15, 6, 1)}


def make_map(*shape, dtype=torch.float64):
    return torch.from_numpy(RNG.standard_normal(shape)).to(dtype)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        # A kept pixel, its neighbour, and the corner between four kept pixels.
        ((2, 2), [[0, 0, 0], [0, 4, 0], [0, 0, 0]]),
        ((2, 3), [[0, 0, 0], [0, 2, 2], [0, 0, 0]]),
        ((3, 3), [[0, 0, 0], [0, 1, 1], [0, 1, 1]]),
        # Beside the border, the reflection brings a second part.
        ((1, 1), [[4, 2, 0], [2, 1, 0], [0, 0, 0]]),
    ],
)
def test_blur_spreads_one_bright_pixel_as_a_binomial_filter(place, expected):
    x = torch.zeros(1, 1, 6, 6)
    x[0, 0, place[0], place[1]] = 16.0
    assert blur_pool2d(x, stride=2)[0, 0].tolist() == expected


@pytest.mark.parametrize("size", [(8, 8), (9, 6), (5, 13)])
@pytest.mark.parametrize(
    ("stride", "kernel_size"), [(1, None), (2, None), (2, 5), (3, None), (4, None), (4, 3)]
)
def test_blur_is_a_mirrored_convolution_of_scipy(size, stride, kernel_size):
    x = make_map(2, 3, *size)
    row = np.array(ROWS[kernel_size or max(3, 2 * stride - 1)], dtype=np.float64)
    kernel = np.outer(row, row) / row.sum() ** 2
    expected = ndimage.convolve(x.numpy(), kernel[None, None], mode="mirror")
    found = blur_pool2d(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_allclose(found.numpy(), expected[:, :, ::stride, ::stride], atol=1e-12)


def test_blur_keeps_a_constant_map():
    for stride in (1, 2, 3, 4, 5):
        x = torch.full((1, 2, 11, 14), 3.7)
        assert torch.allclose(blur_pool2d(x, stride=stride), torch.tensor(3.7), atol=1e-6)


def test_blur_module_is_the_function():
    x = make_map(2, 3, 9, 8, dtype=torch.float32)
    assert torch.equal(build_operator("blur", 3, stride=4)(x), blur_pool2d(x, stride=4))
    wide = BlurPool2d(3, stride=2, kernel_size=5)
    assert torch.equal(wide(x), blur_pool2d(x, stride=2, kernel_size=5))
    assert not wide.state_dict()


def test_blur_gradient_is_right():
    x = make_map(1, 2, 6, 7).requires_grad_()
    assert torch.autograd.gradcheck(lambda y: blur_pool2d(y, stride=2), x)


@pytest.mark.parametrize("kernel_size", [2, 4, 1, -3])
def test_blur_refuses_a_width_without_a_middle(kernel_size):
    with pytest.raises(UsageError, match=f"got {kernel_size}"):
        BlurPool2d(3, stride=2, kernel_size=kernel_size)
    with pytest.raises(UsageError, match="odd"):
        blur_pool2d(torch.ones(1, 1, 9, 9), stride=2, kernel_size=kernel_size)


@pytest.mark.parametrize("size", [(3, 8), (8, 3)])
def test_blur_refuses_a_map_that_cannot_be_reflected(size):
    with pytest.raises(ShapeError, match=f"larger than 3 pixels .* got {size[0]}x{size[1]}"):
        blur_pool2d(torch.ones(1, 1, *size), stride=4)
    assert blur_pool2d(torch.ones(1, 1, 4, 4), stride=4).shape == (1, 1, 1, 1)


def test_blur_counts_the_multiply_adds_of_what_it_keeps():
    assert build_operator("blur", 5, stride=2).count_operations(8, 7) == 5 * (4 * 4) * 9
    assert build_operator("blur", 1, stride=4).count_operations(32, 32) == 64 * 49
