"""Plain operators and the list of operators, against SciPy, torch, loops and hand-made numbers.

What holds for every operator of the catalogue stands in ``test_contract.py``.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import ndimage

from poolbench.errors import UnknownNameError, UsageError
from poolbench.operators import build_operator, get_operator, register
from poolbench.operators.plain import (
    avg_pool2d,
    decimate2d,
    lp_pool2d,
    max_avg_pool2d,
    max_pool2d,
    median_pool2d,
    min_pool2d,
    rms_pool2d,
)

PLAIN = ("stride", "max", "avg")
WINDOWED = ("max", "avg", "conv", "min", "median", "max+avg", "lp", "rms")
OVERLAPPING = ("overlap-max", "overlap-avg")

SIZES = [(8, 12), (7, 9), (5, 2), (1, 3)]
# Stride and width of the window: as wide as the cell, and wider by odd and even numbers.
WINDOWS = [(1, 1), (2, 2), (2, 3), (2, 4), (3, 3), (3, 5), (4, 4), (4, 7), (1, 3), (1, 4)]
NOTHING = {"mode": "constant", "constant_values": np.nan}
REPEATED = {"mode": "edge"}


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def pad(x, width, border):
    return np.pad(x, ((0, 0), (0, 0), (width, width), (width, width)), **border)


def pool_by_loops(x, reduce, stride, size, border):
    """Every window by itself; where it leaves the map it has NaN or what the border repeats."""
    x = x.numpy()
    padded = pad(x, size, border)
    begin = size - (size - stride) // 2
    out = np.empty((*x.shape[:2], -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, c, i, j in np.ndindex(out.shape):
        top, left = begin + i * stride, begin + j * stride
        out[b, c, i, j] = reduce(padded[b, c, top : top + size, left : left + size])
    return out


def filter_by_scipy(x, filter_, stride, size, border):
    """A filter of SciPy, read where the windows lie."""
    filtered = filter_(pad(x, 3 * size, border), size=(1, 1, size, size))
    # SciPy's window of place j begins at j - size // 2.
    begin = 3 * size - (size - stride) // 2 + size // 2
    rows, columns = (begin + stride * np.arange(-(-n // stride)) for n in x.shape[2:])
    return filtered[:, :, rows[:, None], columns]


def median_by_scipy(x, size):
    count = size[-1] ** 2
    low, high = (ndimage.rank_filter(x, r, size=size) for r in ((count - 1) // 2, count // 2))
    return (low + high) / 2


# The windows of these take what they have when the border cuts them.
FORMULAS = {
    "max": (max_pool2d, np.nanmax),
    "avg": (avg_pool2d, np.nanmean),
    "min": (min_pool2d, np.nanmin),
    "max+avg": (max_avg_pool2d, lambda v: 0.5 * np.nanmax(v) + 0.5 * np.nanmean(v)),
    "lp": (lp_pool2d, lambda v: np.nansum(v * v) ** 0.5),
    "rms": (rms_pool2d, lambda v: np.nanmean(v * v) ** 0.5),
}


@pytest.mark.parametrize("operator_id", PLAIN)
@pytest.mark.parametrize(
    ("size", "stride", "expected"),
    [((32, 32), 4, (8, 8)), ((7, 9), 4, (2, 3)), ((1, 5), 2, (1, 3)), ((3, 3), 1, (3, 3))],
)
def test_plain_output_is_the_ceiling_of_size_over_stride(operator_id, size, stride, expected):
    x = torch.randn(2, 5, *size, generator=torch.Generator().manual_seed(0))
    assert build_operator(operator_id, 5, stride=stride)(x).shape == (2, 5, *expected)


@pytest.mark.parametrize("operator_id", PLAIN)
def test_plain_operators_keep_blocks_that_are_constant(operator_id):
    coarse = torch.arange(2.0 * 3 * 4 * 4).view(2, 3, 4, 4)
    blocks = coarse.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.equal(build_operator(operator_id, 3, stride=4)(blocks), coarse)


def test_plain_operators_differ_on_one_bright_pixel():
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 2] = 16.0
    assert decimate2d(x, stride=4).item() == 0.0
    assert max_pool2d(x, stride=4).item() == 16.0
    assert avg_pool2d(x, stride=4).item() == 1.0


def test_cells_cut_by_the_border_use_what_they_have():
    x = torch.tensor([[[[1.0, 2.0, -3.0]]]])
    assert max_pool2d(x, stride=2).flatten().tolist() == [2.0, -3.0]
    assert avg_pool2d(x, stride=2).flatten().tolist() == [1.5, -3.0]


@pytest.mark.one_of_each(seconds=0.01)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("operator_id", FORMULAS)
def test_plain_is_its_formula_over_each_window(operator_id, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    function, formula = FORMULAS[operator_id]
    expected = pool_by_loops(x, formula, stride, kernel_size, NOTHING)
    found = function(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.one_of_each(seconds=0.01)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize(
    ("function", "filter_", "outside"),
    [
        (max_pool2d, ndimage.maximum_filter, -np.inf),
        (min_pool2d, ndimage.minimum_filter, np.inf),
    ],
)
def test_extremes_are_filters_of_scipy(function, filter_, outside, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    border = {"mode": "constant", "constant_values": outside}
    expected = filter_by_scipy(x.numpy(), filter_, stride, kernel_size, border)
    found = function(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_avg_is_a_uniform_filter_of_scipy(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    zeros = {"mode": "constant", "constant_values": 0.0}
    total, covered = (
        filter_by_scipy(values, ndimage.uniform_filter, stride, kernel_size, zeros)
        for values in (x.numpy(), np.ones_like(x.numpy()))
    )
    found = avg_pool2d(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_allclose(found.numpy(), total / covered, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_median_is_the_median_of_numpy_and_scipy(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    found = median_pool2d(x, stride=stride, kernel_size=kernel_size).numpy()
    by_numpy = pool_by_loops(x, np.median, stride, kernel_size, REPEATED)
    by_scipy = filter_by_scipy(x.numpy(), median_by_scipy, stride, kernel_size, REPEATED)
    np.testing.assert_allclose(found, by_numpy, atol=1e-12)
    np.testing.assert_allclose(found, by_scipy, atol=1e-12)


@pytest.mark.parametrize("size", [(12, 12), (13, 15), (14, 11)])
@pytest.mark.parametrize(("stride", "kernel_size"), [(2, 2), (3, 3), (4, 4), (2, 4), (3, 5)])
def test_max_and_avg_are_those_of_torch(stride, kernel_size, size):
    x = make_map(2, 3, *size)
    padding = (kernel_size - stride) // 2
    options = {"stride": stride, "padding": padding, "ceil_mode": True}
    largest = F.max_pool2d(x, kernel_size, **options)
    mean = F.avg_pool2d(x, kernel_size, **options, count_include_pad=False)
    assert torch.equal(max_pool2d(x, stride=stride, kernel_size=kernel_size), largest)
    assert torch.allclose(avg_pool2d(x, stride=stride, kernel_size=kernel_size), mean, atol=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3, 2.5, 7])
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_lp_is_that_of_torch(stride, p):
    # Torch takes no absolute value, so it is given one.
    x = make_map(2, 3, 12, 24).abs()
    assert torch.allclose(lp_pool2d(x, stride=stride, p=p), F.lp_pool2d(x, p, stride), atol=1e-12)
    assert torch.equal(lp_pool2d(-x, stride=stride, p=p), lp_pool2d(x, stride=stride, p=p))


@pytest.mark.parametrize("p", [1.0, 3.0, 4.5])
@pytest.mark.parametrize(("stride", "kernel_size"), [(2, 3), (3, 3), (4, 7)])
def test_lp_of_cut_windows_is_the_norm_of_what_they_have(stride, kernel_size, p):
    x = make_map(2, 2, 7, 9)
    expected = pool_by_loops(
        x, lambda v: np.linalg.norm(v[~np.isnan(v)], p), stride, kernel_size, NOTHING
    )
    found = lp_pool2d(x, stride=stride, kernel_size=kernel_size, p=p)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_lp_goes_to_the_largest_absolute_value(stride):
    x = make_map(2, 3, 7, 9)
    largest = max_pool2d(x.abs(), stride=stride)
    assert torch.allclose(lp_pool2d(x, stride=stride, p=1e5), largest, rtol=1e-4)
    # The norm falls as p grows.
    assert (lp_pool2d(x, stride=stride, p=8) <= lp_pool2d(x, stride=stride, p=4) + 1e-12).all()


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_rms_and_lp_differ_by_the_root_of_the_area(stride):
    x = make_map(2, 3, 12, 12)
    assert torch.allclose(rms_pool2d(x, stride=stride) * stride, lp_pool2d(x, stride=stride))


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_decimate_after_a_convolution_is_a_strided_convolution(stride):
    x, weight = make_map(2, 3, 11, 14), make_map(5, 3, 3, 3, seed=1)
    dense = F.conv2d(x, weight, padding=1)
    strided = F.conv2d(x, weight, stride=stride, padding=1)
    assert torch.allclose(decimate2d(dense, stride=stride), strided, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_decimate_keeps_the_first_of_each_cell(stride, size):
    x = make_map(2, 2, *size)
    expected = pool_by_loops(x, lambda v: v[0, 0], stride, stride, NOTHING)
    np.testing.assert_array_equal(decimate2d(x, stride=stride).numpy(), expected)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_conv_begins_as_the_mean_with_a_repeated_border(stride, kernel_size):
    x = make_map(2, 3, 7, 9)
    conv = get_operator("conv").cls(3, stride=stride, kernel_size=kernel_size).double()
    expected = pool_by_loops(x, np.mean, stride, kernel_size, REPEATED)
    np.testing.assert_allclose(conv(x).detach().numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("stride", "kernel_size"), [(2, 2), (2, 5), (3, 4), (4, 4)])
def test_conv_is_a_correlation_of_scipy(stride, kernel_size):
    x = make_map(1, 2, 7, 9)
    module = get_operator("conv").cls(2, stride=stride, kernel_size=kernel_size).double()
    weight = make_map(2, 2, kernel_size, kernel_size, seed=1)
    module.conv.weight.data, module.conv.bias.data = weight, torch.tensor([0.5, -2.0]).double()

    def correlate(padded, size):
        kernels = [weight[c].numpy()[None] for c in range(2)]
        # Of two channels, SciPy's window of the second covers both.
        parts = [ndimage.correlate(padded, kernel, mode="nearest")[:, 1:] for kernel in kernels]
        return np.concatenate(parts, axis=1)

    expected = filter_by_scipy(x.numpy(), correlate, stride, kernel_size, REPEATED)
    expected = expected + np.array([0.5, -2.0])[:, None, None]
    np.testing.assert_allclose(module(x).detach().numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize(("operator_id", "formula"), [("max", np.nanmax), ("avg", np.nanmean)])
def test_overlapping_windows_share_all_but_one_pixel_of_a_cell(operator_id, formula, stride):
    x = make_map(2, 3, 9, 13)
    expected = pool_by_loops(x, formula, stride, 2 * stride - 1, NOTHING)
    found = build_operator(f"overlap-{operator_id}", 3, stride=stride)(x)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", WINDOWED + OVERLAPPING)
def test_plain_refuses_windows_narrower_than_the_stride(operator_id, kernel_size):
    cls = get_operator(operator_id).cls
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        cls(3, stride=3, kernel_size=kernel_size)
    if cls.function is not None:
        with pytest.raises(UsageError, match=f"kernel_size is {kernel_size}; "):
            cls.function(torch.ones(1, 1, 6, 6), stride=3, kernel_size=kernel_size)


@pytest.mark.parametrize("p", [0.9, 0, -2])
def test_lp_refuses_a_power_below_one(p):
    with pytest.raises(UsageError, match=f"p is {p}; expected at least 1"):
        get_operator("lp").cls(3, stride=2, p=p)
    with pytest.raises(UsageError, match=f"p is {p}; expected at least 1"):
        lp_pool2d(torch.ones(1, 1, 4, 4), stride=2, p=p)


def test_get_operator_names_the_nearest():
    with pytest.raises(UnknownNameError, match="stride"):
        get_operator("strde")


def test_register_refuses_a_taken_id_and_a_strange_one():
    class Other(torch.nn.Module):
        """Some other module."""

    with pytest.raises(UsageError, match="belongs to MaxPool2d"):
        register("max")(Other)
    with pytest.raises(UsageError, match="cannot be an operator id"):
        register("a/b")(Other)
    assert get_operator("max").cls is not Other


@pytest.mark.parametrize(("channels", "stride"), [(0, 2), (3, 0), (-1, 2), (3, -2)])
def test_operator_refuses_sizes_below_one(channels, stride):
    with pytest.raises(UsageError, match=f"channels is {channels} and stride is {stride}; "):
        build_operator("avg", channels, stride=stride)
