"""Power means and log-sum-exp, against SciPy and their limits."""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import logsumexp

from poolbench.errors import UsageError
from poolbench.operators import get_operator
from poolbench.operators.means import log_sum_exp_pool2d
from poolbench.operators.plain import avg_pool2d, max_pool2d, rms_pool2d

SIZES = [(8, 8), (7, 9), (1, 5)]
WINDOWS = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (2, 5), (4, 7)]


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def make_positive_map(*shape):
    return make_map(*shape).abs() + 0.01


def build(operator_id, stride, kernel_size=None, **values):
    module = get_operator(operator_id).cls(2, stride=stride, kernel_size=kernel_size).double()
    for name, value in values.items():
        module.get_parameter(name).data = torch.tensor(value, dtype=torch.float64)
    return module


def pool_by_loops(x, reduce, stride, size):
    """Of every window what lies on the map."""
    x = x.numpy()
    out = np.empty((*x.shape[:2], -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, c, i, j in np.ndindex(out.shape):
        top, left = (k * stride - (size - stride) // 2 for k in (i, j))
        rows, columns = slice(max(top, 0), top + size), slice(max(left, 0), left + size)
        out[b, c, i, j] = reduce(x[b, c, rows, columns].ravel())
    return out


def check(found, expected, **tolerance):
    np.testing.assert_allclose(found.detach().numpy(), expected, **(tolerance or {"rtol": 1e-10}))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("power", [-2.0, -0.5, 0.5, 1.0, 3.0])
def test_gem_is_the_power_mean_of_scipy(power, stride, kernel_size, size):
    x = make_positive_map(2, 2, *size)
    expected = pool_by_loops(x, lambda v: stats.pmean(v, power), stride, kernel_size)
    check(build("gem", stride, kernel_size, power=power)(x), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize(
    ("alpha", "mean"), [(-1.0, np.mean), (3.0, stats.hmean), (-3.0, lambda v: (v**2).mean() ** 0.5)]
)
def test_alpha_goes_through_the_known_means(alpha, mean, stride, kernel_size, size):
    x = make_positive_map(2, 2, *size)
    expected = pool_by_loops(x, mean, stride, kernel_size)
    check(build("alpha", stride, kernel_size, alpha=alpha)(x), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_alpha_of_one_is_the_geometric_mean(stride, kernel_size, size):
    x = make_positive_map(2, 2, *size)
    expected = pool_by_loops(x, stats.gmean, stride, kernel_size)
    # Its power is 0.001 in place of 0.
    check(build("alpha", stride, kernel_size, alpha=1.0)(x), expected, rtol=1e-2)


@pytest.mark.parametrize(
    "power", [0.0, 1e-6, 5e-4, 9.99e-4, 1e-3, 2e-3, -1e-6, -5e-4, -9.99e-4, -0.0009999, -1e-3]
)
def test_gem_near_power_zero_is_the_geometric_mean_in_single_precision(power):
    x = make_positive_map(2, 2, 8, 8).float()
    module = get_operator("gem").cls(2, stride=2)
    module.power.data = torch.tensor(power)
    expected = pool_by_loops(x.double(), stats.gmean, 2, 2)
    check(module(x).double(), expected, rtol=1e-2)


@pytest.mark.parametrize("operator_id", ["gem", "alpha"])
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_power_means_begin_as_the_mean_of_positive_maps(operator_id, stride, kernel_size):
    x = make_positive_map(2, 2, 7, 9)
    expected = avg_pool2d(x, stride=stride, kernel_size=kernel_size)
    check(build(operator_id, stride, kernel_size)(x), expected)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize(
    ("operator_id", "values"), [("gem", {"power": 1e6}), ("alpha", {"alpha": -1e6})]
)
def test_power_means_go_to_the_maximum(operator_id, values, stride, kernel_size):
    x = make_positive_map(2, 2, 7, 9)
    expected = max_pool2d(x, stride=stride, kernel_size=kernel_size)
    check(build(operator_id, stride, kernel_size, **values)(x), expected, rtol=1e-4)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_gem_goes_to_the_minimum_for_a_large_negative_power(stride, kernel_size):
    x = make_positive_map(2, 2, 7, 9)
    expected = -max_pool2d(-x, stride=stride, kernel_size=kernel_size)
    check(build("gem", stride, kernel_size, power=-1e6)(x), expected, rtol=1e-4)


def test_gem_grows_with_its_power():
    x = make_positive_map(2, 2, 7, 9)
    means = [build("gem", 2, 3, power=p)(x) for p in (-3.0, -1.0, 0.1, 1.0, 2.0, 9.0)]
    assert all((low <= high + 1e-12).all() for low, high in itertools.pairwise(means))


def test_gem_of_power_two_is_the_root_of_the_mean_square():
    x = make_positive_map(2, 2, 7, 9)
    check(build("gem", 3, 4, power=2.0)(x), rms_pool2d(x, stride=3, kernel_size=4).numpy())


@pytest.mark.parametrize("operator_id", ["gem", "alpha"])
def test_power_means_take_negative_values_as_almost_nothing(operator_id):
    x = torch.tensor([[[[-5.0, 2.0], [0.0, 6.0]]]], dtype=torch.float64)
    assert build(operator_id, 2)(x).item() == pytest.approx((2e-6 + 8.0) / 4, rel=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("sharpness", [0.2, 1.0, 5.0, 40.0])
def test_log_sum_exp_is_that_of_scipy(sharpness, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    expected = pool_by_loops(
        x, lambda v: logsumexp(sharpness * v, b=1 / len(v)) / sharpness, stride, kernel_size
    )
    found = log_sum_exp_pool2d(x, stride=stride, kernel_size=kernel_size, sharpness=sharpness)
    check(found, expected, atol=1e-12)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize(("sharpness", "function"), [(1e-6, avg_pool2d), (1e6, max_pool2d)])
def test_log_sum_exp_goes_from_the_mean_to_the_maximum(sharpness, function, stride, kernel_size):
    x = make_map(2, 2, 7, 9)
    options = {"stride": stride, "kernel_size": kernel_size}
    found = log_sum_exp_pool2d(x, **options, sharpness=sharpness)
    check(found, function(x, **options), atol=1e-5)


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", ["gem", "alpha", "log-sum-exp"])
def test_means_refuse_windows_narrower_than_the_stride(operator_id, kernel_size):
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        get_operator(operator_id).cls(2, stride=3, kernel_size=kernel_size)


@pytest.mark.parametrize("sharpness", [0, -0.5])
def test_log_sum_exp_refuses_a_sharpness_of_zero_or_less(sharpness):
    with pytest.raises(UsageError, match=f"sharpness is {sharpness}; expected a number above 0"):
        get_operator("log-sum-exp").cls(2, stride=2, sharpness=sharpness)
    with pytest.raises(UsageError, match=f"sharpness is {sharpness}; expected a number above 0"):
        log_sum_exp_pool2d(torch.ones(1, 1, 4, 4), stride=2, sharpness=sharpness)
