"""Operators that draw, against the probabilities that they state and their form in evaluation."""

import itertools

import numpy as np
import pytest
import torch
from scipy import ndimage, stats

from poolbench.errors import UsageError
from poolbench.operators import get_operator
from poolbench.operators.plain import avg_pool2d, max_avg_pool2d, max_pool2d
from poolbench.operators.stochastic import compute_edges

SIZES = [(8, 8), (7, 9), (1, 5)]
WINDOWS = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (2, 5), (4, 7)]
# With a fixed seed a right operator passes always, a wrong one of so many draws never.
LEAST_P = 1e-3
DRAWS = 4000


@pytest.fixture(autouse=True)
def _seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def build(operator_id, training, **options):
    return get_operator(operator_id).cls(2, **options).double().train(training)


def pool_by_loops(x, reduce, stride, size):
    """Of every window what lies on the map."""
    x = x.numpy()
    out = np.empty((*x.shape[:2], -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, c, i, j in np.ndindex(out.shape):
        top, left = (k * stride - (size - stride) // 2 for k in (i, j))
        rows, columns = slice(max(top, 0), top + size), slice(max(left, 0), left + size)
        out[b, c, i, j] = reduce(x[b, c, rows, columns].ravel())
    return out


def has_frequencies(drawn, values, probabilities):
    """Whether each value was drawn about as often as it should be, and nothing else was."""
    counts = np.array([(drawn == value).sum() for value in values])
    expected = np.array(probabilities) * drawn.numel()
    return counts.sum() == drawn.numel() and stats.chisquare(counts, expected).pvalue > LEAST_P


def expect(values):
    """The mean weighted by what is positive; where nothing is, the mean."""
    weights = values.clip(min=0)
    return np.average(values, weights=weights if weights.any() else None)


@pytest.mark.parametrize(("cell", "chances"), [
    ([[1.0, 2.0], [3.0, 4.0]], {1.0: 0.1, 2.0: 0.2, 3.0: 0.3, 4.0: 0.4}),
    ([[-9.0, 1.0], [0.0, 3.0]], {1.0: 0.25, 3.0: 0.75}),
    ([[-1.0, -2.0], [-3.0, 0.0]], {-1.0: 0.25, -2.0: 0.25, -3.0: 0.25, 0.0: 0.25}),
    ([[1e-30, 3e-30], [0.0, 0.0]], {1e-30: 0.25, 3e-30: 0.75}),
])  # fmt: skip
def test_stochastic_draws_in_proportion_to_the_values(cell, chances):
    x = torch.tensor(cell, dtype=torch.float64).repeat(DRAWS // 2, 2, 1, 1)
    drawn = build("stochastic", True, stride=2)(x)
    assert has_frequencies(drawn, list(chances), list(chances.values()))


def test_stochastic_draws_from_the_map_alone_where_the_border_cuts():
    row = torch.tensor([[1.0, 3.0, -2.0]], dtype=torch.float64)
    drawn = build("stochastic", True, stride=2)(row.repeat(DRAWS, 2, 1, 1))
    assert has_frequencies(drawn[..., 0], [1.0, 3.0], [0.25, 0.75])
    assert torch.equal(drawn[..., 1], torch.full_like(drawn[..., 1], -2.0))


def test_stochastic_draws_for_each_picture_channel_and_cell():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64).repeat(20, 2, 10, 10)
    drawn = build("stochastic", True, stride=2)(x)
    for axis in range(4):
        assert (drawn.diff(dim=axis) != 0).any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_stochastic_evaluates_to_its_expectation(stride, kernel_size, size):
    x = make_map(2, 2, *size)
    expected = pool_by_loops(x, expect, stride, kernel_size)
    found = build("stochastic", False, stride=stride, kernel_size=kernel_size)(x)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(("stride", "kernel_size"), [(2, 2), (3, 3), (2, 3)])
def test_stochastic_draws_average_to_its_evaluation(stride, kernel_size):
    options = {"stride": stride, "kernel_size": kernel_size}
    x = make_map(1, 2, 5, 7)
    drawn = build("stochastic", True, **options)(x.repeat(DRAWS, 1, 1, 1))
    error = (drawn.mean(0) - build("stochastic", False, **options)(x)[0]).abs()
    assert (error <= 4 * drawn.std(0) / DRAWS**0.5 + 1e-12).all()


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_mixed_random_is_one_of_the_two_for_a_whole_map(stride, kernel_size):
    options = {"stride": stride, "kernel_size": kernel_size}
    x = make_map(30, 2, 7, 9)
    drawn = build("mixed-random", True, **options)(x)
    is_max = (drawn == max_pool2d(x, **options)).flatten(2).all(2)
    is_mean = (drawn - avg_pool2d(x, **options)).abs().amax((2, 3)) < 1e-12
    assert (is_max | is_mean).all()
    assert (is_max & ~is_mean).any() == (is_mean & ~is_max).any() == (kernel_size > 1)


def test_mixed_random_throws_a_fair_coin_for_each_picture_and_channel():
    x = torch.tensor([[0.0, 4.0], [0.0, 0.0]], dtype=torch.float64).repeat(DRAWS, 2, 1, 1)
    drawn = build("mixed-random", True, stride=2)(x).view(DRAWS, 2)
    assert has_frequencies(drawn, [1.0, 4.0], [0.5, 0.5])
    # Both channels together: each of the four outcomes a quarter.
    assert has_frequencies(drawn @ torch.tensor([1.0, 10.0]).double(), [11, 14, 41, 44], [0.25] * 4)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_mixed_random_evaluates_to_the_mean_of_the_two(stride, kernel_size):
    options = {"stride": stride, "kernel_size": kernel_size}
    x = make_map(2, 2, 7, 9)
    found = build("mixed-random", False, **options)(x)
    assert torch.allclose(found, max_avg_pool2d(x, **options), atol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 0.1, 0.5, 0.77, 1.0])
def test_fractional_cells_have_one_or_two_pixels_and_cover_everything(offset):
    for size in range(1, 90):
        for wanted in range(-(-size // 2), size + 1):
            edges = compute_edges(size, wanted, offset)
            assert len(edges) == wanted + 1
            assert (edges[0], edges[-1]) == (0, size)
            assert set(np.diff(edges)) <= {1, 2}


@pytest.mark.parametrize(("size", "wanted"), [(32, 23), (23, 16), (45, 32), (9, 7)])
@pytest.mark.parametrize("offset", [0.05, 0.5, 0.9])
def test_fractional_cells_follow_the_papers_sequence(size, wanted, offset):
    sequence = [np.ceil(size / wanted * (i + offset)) for i in range(wanted)]
    widths = np.diff(compute_edges(size, wanted, offset))
    # The ends are given, so the last cells may have to give way.
    assert list(widths[: wanted // 2]) == list(np.diff(sequence)[: wanted // 2])


def find_cells(module, size):
    """Where the cells of a whole pass lie along the columns: a rising map has their last pixels."""
    rising = torch.arange(float(size)).double().expand(1, 2, 3, size)
    state = torch.get_rng_state()
    last = module(rising)[0, 0, 0].long().numpy()
    torch.set_rng_state(state)
    first = -module(-rising)[0, 0, 0].long().numpy()
    return first, last


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_fractional_max_cuts_a_row_into_cells_without_gap_or_overlap(stride, training):
    module = build("fractional-max", training, stride=stride)
    for size in itertools.chain(range(1, 20), (31, 32, 50, 97)):
        first, last = find_cells(module, size)
        assert len(first) == -(-size // stride)
        assert (first[0], last[-1]) == (0, size - 1)
        np.testing.assert_array_equal(first[1:], last[:-1] + 1)


@pytest.mark.parametrize("size", [(16, 16), (13, 18)])
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_fractional_max_is_the_maximum_of_its_cells(stride, size):
    x = make_map(2, 2, *size)
    module = build("fractional-max", False, stride=stride)
    rows, columns = (list(zip(*find_cells(module, n), strict=True)) for n in size)
    expected = [
        [x[..., top : bottom + 1, left : right + 1].amax((2, 3)) for left, right in columns]
        for top, bottom in rows
    ]
    expected = torch.stack([torch.stack(row, -1) for row in expected], -2)
    assert torch.equal(module(x), expected)


def test_fractional_max_draws_cells_anew_for_each_batch():
    x = make_map(1, 2, 32, 32)
    module = build("fractional-max", True, stride=2)
    first = module(torch.cat([x, x]))
    assert torch.equal(first[0], first[1])
    assert any(not torch.equal(first[:1], module(x)) for _ in range(3))
    module.eval()
    assert torch.equal(module(x), module(x))


def draw_lines(module, size):
    """The rows and columns kept: in a falling map the maximum ahead is the value itself."""
    rows = module(-torch.arange(float(size)).double()[:, None].expand(3, 2, size, size))
    columns = module(-torch.arange(float(size)).double().expand(3, 2, size, size))
    # All pictures and channels share them.
    for found in (rows, columns):
        assert torch.equal(found, found[:1, :1].expand_as(found))
    return (-rows[0, 0, :, 0]).long().numpy(), (-columns[0, 0, 0]).long().numpy()


@pytest.mark.parametrize(("stride", "grid"), [(1, None), (2, None), (2, 2), (2, 6), (3, 6), (4, 8)])
@pytest.mark.parametrize("size", [24, 25, 13, 1])
def test_s3_keeps_a_share_of_each_strip_in_order(size, stride, grid):
    module = build("s3", True, stride=stride, grid=grid)
    width = grid or 2 * stride
    for lines in draw_lines(module, size):
        assert (np.diff(lines) > 0).all()
        for start in range(0, size, width):
            length = min(width, size - start)
            kept = ((lines >= start) & (lines < start + length)).sum()
            assert kept == -(-length // stride)


def test_s3_keeps_every_line_equally_often():
    module = build("s3", True, stride=2)
    rows, columns = zip(*(draw_lines(module, 4) for _ in range(120)), strict=True)
    for lines in (np.array(rows), np.array(columns)):
        # Two of four lines: six pairs, all alike.
        pairs = lines @ [1, 10]
        counts = [(pairs == a + 10 * b).sum() for a, b in itertools.combinations(range(4), 2)]
        assert sum(counts) == 120
        assert stats.chisquare(counts).pvalue > LEAST_P
    # Rows and columns are drawn apart.
    assert (np.array(rows) != np.array(columns)).any()


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 6)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_s3_keeps_values_of_the_maximum_at_stride_one(stride, size):
    x = make_map(1, 2, *size)
    drawn = build("s3", True, stride=stride)(x)
    assert torch.isin(drawn, torch.from_numpy(max_ahead_by_scipy(x, stride))).all()


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 6)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_s3_evaluates_to_the_average_of_the_maximum(stride, size):
    x = make_map(2, 2, *size)
    largest = torch.from_numpy(max_ahead_by_scipy(x, stride))
    expected = pool_by_loops(largest, np.mean, stride, stride)
    found = build("s3", False, stride=stride)(x)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


def max_ahead_by_scipy(x, width):
    """The maximum of the window that begins at each place, the border repeated."""
    size, origin = (1, 1, width, width), (0, 0, -(width // 2), -(width // 2))
    return ndimage.maximum_filter(x.numpy(), size=size, origin=origin, mode="nearest")


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", ["stochastic", "mixed-random"])
def test_stochastic_refuses_windows_narrower_than_the_stride(operator_id, kernel_size):
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        build(operator_id, True, stride=3, kernel_size=kernel_size)


@pytest.mark.parametrize("grid", [0, 1, 2, 4, 5, -3])
def test_s3_refuses_a_grid_that_the_stride_does_not_divide(grid):
    with pytest.raises(UsageError, match=rf"grid is {grid}; .* stride, 3\."):
        build("s3", True, stride=3, grid=grid)
