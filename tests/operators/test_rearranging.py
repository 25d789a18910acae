"""Space to depth, against a rearrangement by eye and by NumPy."""

import numpy as np
import pytest
import torch

from poolbench.operators import build_operator
from poolbench.operators.rearranging import space_to_depth2d


def make_map(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_space_to_depth_puts_each_place_of_a_cell_into_its_own_channel():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert space_to_depth2d(x, stride=2)[0].tolist() == [
        [[0, 2], [8, 10]],
        [[1, 3], [9, 11]],
        [[4, 6], [12, 14]],
        [[5, 7], [13, 15]],
    ]


def test_space_to_depth_fills_cut_cells_by_repeating_the_border():
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    assert space_to_depth2d(x, stride=2)[0, :, 0].tolist() == [[1, 3], [2, 3], [1, 3], [2, 3]]


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (2, 5), (1, 1)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_space_to_depth_is_a_rearrangement_of_numpy(size, stride):
    x = make_map(2, 3, *size)
    bottom, right = -size[0] % stride, -size[1] % stride
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (0, bottom), (0, right)), mode="edge")
    expected = np.stack(
        [padded[:, :, i::stride, j::stride] for i in range(stride) for j in range(stride)], axis=2
    )
    found = space_to_depth2d(x, stride=stride).numpy()
    np.testing.assert_array_equal(found, expected.reshape(2, 3 * stride**2, *expected.shape[3:]))


def test_space_to_depth_module_mixes_the_channels_of_a_cell():
    x = make_map(2, 3, 6, 8)
    operator = build_operator("space-to-depth", 3, stride=2).double()
    weight, bias = operator.conv.weight[:, :, 0, 0], operator.conv.bias
    expected = torch.einsum("oc,bchw->bohw", weight, space_to_depth2d(x, stride=2))
    assert torch.allclose(operator(x), expected + bias[:, None, None], atol=1e-12)


def test_space_to_depth_gradient_is_right():
    x = make_map(1, 2, 5, 6).requires_grad_()
    assert torch.autograd.gradcheck(lambda y: space_to_depth2d(y, stride=3), x)


def test_space_to_depth_counts_the_multiply_adds_of_its_convolution():
    operator = build_operator("space-to-depth", 5, stride=2)
    assert operator.count_operations(8, 7) == 4 * 4 * (5 * 4) * 5
