"""Space to depth and what follows it, against a rearrangement by eye, NumPy and loops."""

import numpy as np
import pytest
import torch

from poolbench.errors import UsageError
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


def test_space_to_depth_counts_the_multiply_adds_of_its_convolution():
    operator = build_operator("space-to-depth", 5, stride=2)
    assert operator.count_operations(8, 7) == 4 * 4 * (5 * 4) * 5


def cut_by_loops(x, stride):
    """``[B, C * stride**2, h, w]``, one value at a time; beyond the border its last value."""
    batch, channels, height, width = x.shape
    out = np.empty((batch, channels * stride**2, -(-height // stride), -(-width // stride)))
    for b, k, i, j in np.ndindex(out.shape):
        c, row, column = np.unravel_index(k, (channels, stride, stride))
        place = min(i * stride + row, height - 1), min(j * stride + column, width - 1)
        out[b, k, i, j] = x[b, c, *place]
    return out


def set_values(module):
    """Other values than those that it begins with, and the module."""
    generator = torch.Generator().manual_seed(1)
    for parameter in module.parameters():
        parameter.data.normal_(generator=generator)
    return module.double()


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 1)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_space_to_depth_is_that_of_loops(stride, size):
    x = make_map(2, 3, *size)
    np.testing.assert_array_equal(space_to_depth2d(x, stride=stride), cut_by_loops(x, stride))


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_space_to_depth_is_undone_by_the_sub_pixel_shuffle(stride):
    x = make_map(2, 3, 12, 24)
    cells = space_to_depth2d(x, stride=stride)
    assert torch.equal(torch.nn.functional.pixel_shuffle(cells, stride), x)
    assert torch.equal(cells, torch.nn.functional.pixel_unshuffle(x, stride))


@pytest.mark.parametrize("size", [(8, 8), (7, 9)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_patch_merge_normalises_each_cell_before_it_mixes(stride, size):
    x = make_map(2, 3, *size)
    module = set_values(build_operator("patch-merge", 3, stride=stride))
    cells = np.moveaxis(cut_by_loops(x, stride), 1, -1)
    centred = cells - cells.mean(-1, keepdims=True)
    normalised = centred / np.sqrt(cells.var(-1, keepdims=True) + 1e-5)
    scaled = normalised * module.norm.weight.detach().numpy() + module.norm.bias.detach().numpy()
    expected = np.moveaxis(scaled @ module.linear.weight.detach().numpy().T, -1, 1)
    np.testing.assert_allclose(module(x).detach().numpy(), expected, atol=1e-10)


def test_patch_merge_forgets_mean_and_contrast_of_a_cell():
    x = make_map(2, 3, 8, 8)
    module = build_operator("patch-merge", 3, stride=2).double()
    assert torch.allclose(module(5 * x + 3), module(x), atol=1e-4)


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 2)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_focus_is_a_convolution_of_the_cells_filled_with_zeros(stride, size):
    x = make_map(2, 3, *size)
    module = set_values(build_operator("focus", 3, stride=stride))
    weight, bias = (p.detach().numpy() for p in (module.conv.weight, module.conv.bias))
    padded = np.pad(cut_by_loops(x, stride), ((0, 0), (0, 0), (1, 1), (1, 1)))
    rows, columns = (-(-n // stride) for n in size)
    expected = bias[:, None, None] + sum(
        np.einsum("oc,bchw->bohw", weight[:, :, i, j], padded[:, :, i : i + rows, j : j + columns])
        for i, j in np.ndindex(3, 3)
    )
    np.testing.assert_allclose(module(x).detach().numpy(), expected, atol=1e-10)


@pytest.mark.parametrize(("channels", "stride"), [(0, 2), (3, 0), (3, -1)])
@pytest.mark.parametrize("operator_id", ["space-to-depth", "patch-merge", "focus"])
def test_rearranging_refuses_sizes_below_one(operator_id, channels, stride):
    with pytest.raises(UsageError, match=f"channels is {channels} and stride is {stride}; "):
        build_operator(operator_id, channels, stride=stride)


@pytest.mark.parametrize("stride", [2, 4])
def test_patch_merge_begins_with_cells_of_length_one(stride):
    module = build_operator("patch-merge", 8, stride=stride)
    cells = 5 + 3 * torch.randn(50, module.linear.in_features)
    lengths = module.norm(cells).norm(dim=1)
    torch.testing.assert_close(lengths, torch.ones(50), rtol=1e-3, atol=1e-3)
