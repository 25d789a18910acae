"""Weights by rank, against SciPy's rank filter, NumPy's sort and their limits."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.special import softmax

from poolbench.errors import UsageError
from poolbench.operators import get_operator
from poolbench.operators.plain import max_pool2d
from poolbench.operators.ranks import rank_pool2d, top_k_pool2d

SIZES = [(8, 8), (7, 9), (1, 5)]
WINDOWS = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (2, 5), (4, 7)]
RANKED = ("ordinal", "rank", "top-k")


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def pad(x, width):
    return np.pad(x, ((0, 0), (0, 0), (width, width), (width, width)), mode="edge")


def sort_by_loops(x, stride, size):
    """``[size**2, B, C, h, w]``: the values of every window, the largest first."""
    x = x.numpy()
    padded, begin = pad(x, size), size - (size - stride) // 2
    out = np.empty((size**2, *x.shape[:2], -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, c, i, j in np.ndindex(out.shape[1:]):
        top, left = begin + i * stride, begin + j * stride
        window = padded[b, c, top : top + size, left : left + size]
        out[:, b, c, i, j] = np.sort(window.ravel())[::-1]
    return out


def take_rank_by_scipy(x, rank, stride, size):
    """The value of this rank, 0 the smallest, of every window."""
    filtered = ndimage.rank_filter(pad(x.numpy(), 3 * size), rank, size=(1, 1, size, size))
    # SciPy's window of place j begins at j - size // 2.
    begin = 3 * size - (size - stride) // 2 + size // 2
    rows, columns = (begin + stride * np.arange(-(-n // stride)) for n in x.shape[2:])
    return filtered[:, :, rows[:, None], columns]


def check(found, expected, atol=1e-12):
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("decay", [0.1, 0.5, 0.9])
def test_rank_weighs_by_a_geometric_series(decay, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    weights = decay * (1 - decay) ** np.arange(kernel_size**2)
    expected = np.tensordot(weights / weights.sum(), sort_by_loops(x, stride, kernel_size), 1)
    check(rank_pool2d(x, stride=stride, kernel_size=kernel_size, decay=decay), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_top_k_is_the_mean_of_the_first_of_numpys_sort(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    values = sort_by_loops(x, stride, kernel_size)
    for k in {1, max(1, kernel_size**2 // 3), kernel_size**2}:
        found = top_k_pool2d(x, stride=stride, kernel_size=kernel_size, k=k)
        check(found, values[:k].mean(0))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), [(2, 2), (3, 3), (2, 4), (2, 5)])
def test_every_rank_is_that_of_scipys_filter(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    count = kernel_size**2
    sums = [
        k * top_k_pool2d(x, stride=stride, kernel_size=kernel_size, k=k)
        for k in range(1, count + 1)
    ]
    for k in range(2, count + 1):
        expected = take_rank_by_scipy(x, count - k, stride, kernel_size)
        check(sums[k - 1] - sums[k - 2], expected, atol=1e-11)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_ordinal_weighs_by_the_softmax_of_each_channel(stride, kernel_size, size):
    x = make_map(2, 3, *size)
    module = get_operator("ordinal").cls(3, stride=stride, kernel_size=kernel_size).double()
    logits = make_map(kernel_size**2, 3, seed=1)
    module.logits.data = logits
    weights = softmax(logits.numpy(), axis=0)
    expected = np.einsum("rc,rbchw->bchw", weights, sort_by_loops(x, stride, kernel_size))
    check(module(x), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_ordinal_begins_as_the_mean_with_a_repeated_border(stride, kernel_size, size):
    x = make_map(2, 3, *size)
    module = get_operator("ordinal").cls(3, stride=stride, kernel_size=kernel_size).double()
    check(module(x), sort_by_loops(x, stride, kernel_size).mean(0))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_rank_goes_from_the_mean_to_the_maximum(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    options = {"stride": stride, "kernel_size": kernel_size}
    largest = max_pool2d(x, **options)
    check(rank_pool2d(x, **options, decay=1), largest)
    mean = sort_by_loops(x, stride, kernel_size).mean(0)
    check(rank_pool2d(x, **options, decay=1e-9), mean, atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_top_k_goes_from_the_maximum_to_the_mean(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    options = {"stride": stride, "kernel_size": kernel_size}
    # A repeated border adds nothing to a maximum.
    check(top_k_pool2d(x, **options, k=1), max_pool2d(x, **options))
    mean = sort_by_loops(x, stride, kernel_size).mean(0)
    check(top_k_pool2d(x, **options, k=kernel_size**2), mean)


@pytest.mark.parametrize(
    ("stride", "kernel_size", "k"), [(1, 1, 1), (2, 2, 2), (3, 3, 4), (2, 5, 12)]
)
def test_top_k_takes_half_of_the_window_by_default(stride, kernel_size, k):
    x = make_map(2, 2, 7, 9)
    options = {"stride": stride, "kernel_size": kernel_size}
    assert torch.equal(top_k_pool2d(x, **options), top_k_pool2d(x, **options, k=k))


def test_ranks_count_equal_values_as_often_as_they_are_there():
    x = torch.tensor([[[[2.0, 2.0], [2.0, -6.0]]]])
    assert top_k_pool2d(x, stride=2, k=3).item() == 2.0
    assert top_k_pool2d(x, stride=2, k=4).item() == 0.0


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", RANKED)
def test_ranks_refuse_windows_narrower_than_the_stride(operator_id, kernel_size):
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        get_operator(operator_id).cls(2, stride=3, kernel_size=kernel_size)


@pytest.mark.parametrize("decay", [0, -0.1, 1.1, float("nan")])
def test_rank_refuses_a_decay_beyond_its_range(decay):
    with pytest.raises(UsageError, match=f"decay is {decay}; .* at most 1"):
        get_operator("rank").cls(2, stride=2, decay=decay)
    with pytest.raises(UsageError, match=f"decay is {decay}; .* at most 1"):
        rank_pool2d(torch.ones(1, 1, 4, 4), stride=2, decay=decay)


@pytest.mark.parametrize(("kernel_size", "k"), [(None, 0), (None, -1), (None, 5), (3, 10)])
def test_top_k_refuses_more_values_than_a_window_has(kernel_size, k):
    most = (kernel_size or 2) ** 2
    with pytest.raises(UsageError, match=f"k is {k}; .* from 1 to {most}"):
        get_operator("top-k").cls(2, stride=2, kernel_size=kernel_size, k=k)
    with pytest.raises(UsageError, match=f"k is {k}; .* from 1 to {most}"):
        top_k_pool2d(torch.ones(1, 1, 4, 4), stride=2, kernel_size=kernel_size, k=k)
