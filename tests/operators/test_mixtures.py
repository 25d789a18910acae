"""Mixtures of maximum and mean, against loops and their limits."""

import numpy as np
import pytest
import torch
from scipy.special import expit

from poolbench.errors import UsageError
from poolbench.operators import get_operator
from poolbench.operators.plain import avg_pool2d, max_avg_pool2d, max_pool2d

SIZES = [(8, 8), (7, 9), (1, 5)]
WINDOWS = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (2, 5), (4, 7)]
NOTHING = {"mode": "constant", "constant_values": np.nan}
ZEROS = {"mode": "constant", "constant_values": 0.0}
REPEATED = {"mode": "edge"}


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def build(operator_id, stride, kernel_size=None, **values):
    """With these values of its parameters, of two channels."""
    module = get_operator(operator_id).cls(2, stride=stride, kernel_size=kernel_size).double()
    for name, value in values.items():
        parameter = module.get_parameter(name)
        parameter.data = torch.as_tensor(value, dtype=torch.float64).expand_as(parameter).clone()
    return module


def pool_by_loops(x, reduce, stride, size, border=NOTHING):
    """Every window by itself; where it leaves the map it has what the border says."""
    x = x.numpy()
    padded = np.pad(x, ((0, 0), (0, 0), (size, size), (size, size)), **border)
    begin = size - (size - stride) // 2
    out = np.empty((*x.shape[:2], -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, c, i, j in np.ndindex(out.shape):
        top, left = begin + i * stride, begin + j * stride
        out[b, c, i, j] = reduce(padded[b, c, top : top + size, left : left + size])
    return out


def check(module, x, expected, atol=1e-12):
    np.testing.assert_allclose(module(x).detach().numpy(), expected, atol=atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_mixed_is_its_share_of_maximum_and_mean(share, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    expected = pool_by_loops(
        x, lambda v: share * np.nanmax(v) + (1 - share) * np.nanmean(v), stride, kernel_size
    )
    check(build("mixed", stride, kernel_size, share=share), x, expected)


@pytest.mark.parametrize(("share", "function"), [(-3.0, avg_pool2d), (7.0, max_pool2d)])
def test_mixed_holds_a_share_that_leaves_its_range(share, function):
    x = make_map(2, 2, 7, 9)
    check(build("mixed", 2, share=share), x, function(x, stride=2))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_gated_opens_by_the_product_of_mask_and_window(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    mask = make_map(kernel_size, kernel_size, seed=1)
    # What is beyond the border opens nothing.
    gate = pool_by_loops(x, lambda v: expit((v * mask.numpy()).sum()), stride, kernel_size, ZEROS)
    largest = pool_by_loops(x, np.nanmax, stride, kernel_size)
    mean = pool_by_loops(x, np.nanmean, stride, kernel_size)
    expected = gate * largest + (1 - gate) * mean
    check(build("gated", stride, kernel_size, mask=mask), x, expected)


@pytest.mark.parametrize(("mask", "function"), [(1e6, max_pool2d), (-1e6, avg_pool2d)])
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_gated_with_a_large_mask_is_one_of_the_two(stride, kernel_size, mask, function):
    # Of positive values, so that the product has the sign of the mask.
    x = make_map(2, 2, 7, 9).abs() + 0.1
    expected = function(x, stride=stride, kernel_size=kernel_size)
    check(build("gated", stride, kernel_size, mask=mask), x, expected)


@pytest.mark.parametrize("operator_id", ["mixed", "gated", "hybrid"])
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_mixtures_begin_half_way_between_maximum_and_mean(operator_id, stride, kernel_size):
    x = make_map(2, 2, 7, 9)
    expected = max_avg_pool2d(x, stride=stride, kernel_size=kernel_size)
    check(build(operator_id, stride, kernel_size), x, expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_tree_begins_as_the_mean_with_a_repeated_border(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    expected = pool_by_loops(x, np.mean, stride, kernel_size, REPEATED)
    check(build("tree", stride, kernel_size), x, expected, atol=1e-6)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_tree_leaves_can_part(stride, kernel_size):
    leaves = build("tree", stride, kernel_size).leaves
    assert torch.equal(leaves[0], leaves[1]) == (kernel_size == 1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_tree_mixes_two_filters_by_a_gate(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    leaves = make_map(2, kernel_size, kernel_size, seed=1)
    gate = make_map(kernel_size, kernel_size, seed=2)
    module = build("tree", stride, kernel_size, leaves=leaves, gate=gate)

    def reduce(v):
        opened = expit((v * gate.numpy()).sum())
        first, second = ((v * leaf).sum() for leaf in leaves.numpy())
        return opened * first + (1 - opened) * second

    check(module, x, pool_by_loops(x, reduce, stride, kernel_size, REPEATED))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_hybrid_mixes_the_maxima_and_then_the_means_of_all_channels(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    module = build("hybrid", stride, kernel_size)
    weight, bias = make_map(2, 4, 1, 1, seed=1), make_map(2, seed=2)
    module.conv.weight.data, module.conv.bias.data = weight, bias
    maps = [pool_by_loops(x, f, stride, kernel_size) for f in (np.nanmax, np.nanmean)]
    expected = np.einsum("oc,bchw->bohw", weight[..., 0, 0].numpy(), np.concatenate(maps, 1))
    check(module, x, expected + bias.numpy()[:, None, None])


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", ["mixed", "gated", "tree", "hybrid"])
def test_mixtures_refuse_windows_narrower_than_the_stride(operator_id, kernel_size):
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        get_operator(operator_id).cls(2, stride=3, kernel_size=kernel_size)
