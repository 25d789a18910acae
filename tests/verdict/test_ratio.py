"""Ratios of training times, by hand."""

import numpy as np
import pytest
from scipy import stats

from poolbench.errors import UsageError
from poolbench.verdict.ratio import compute_ratio


def test_ratio_is_the_geometric_mean_with_the_t_interval_of_its_logarithm():
    ratio = compute_ratio(np.array([2.0, 4.0]), np.array([1.0, 0.5]))
    # Ratios 2 and 8: logarithms log 4 -+ log 2, whose standard error is log 2.
    assert ratio.ratio == pytest.approx(4.0)
    reach = stats.t.ppf(0.975, 1)
    assert (ratio.low, ratio.high) == pytest.approx((4 / 2**reach, 4 * 2**reach))
    wanted = stats.ttest_1samp(np.log([2.0, 8.0]), 0.0).pvalue
    assert ratio.p_value == pytest.approx(wanted)


def test_ratio_turned_round_is_one_over_it():
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 6)) + 0.5
    there, back = compute_ratio(first, second, 0.9), compute_ratio(second, first, 0.9)
    assert (1 / there.ratio, 1 / there.high) == pytest.approx((back.ratio, back.low))


def test_ratio_of_equal_times_has_no_width():
    ratio = compute_ratio(np.full(4, 3.0), np.full(4, 1.5))
    assert (ratio.low, ratio.ratio, ratio.high) == pytest.approx((2.0, 2.0, 2.0))
    assert ratio.p_value == pytest.approx(0.0)
    assert compute_ratio(np.ones(3), np.ones(3)).p_value == 1.0


def test_ratio_of_one_trial_has_no_interval():
    ratio = compute_ratio(np.array([3.0]), np.array([2.0]))
    assert ratio.ratio == pytest.approx(1.5)
    assert np.isnan([ratio.low, ratio.high, ratio.p_value]).all()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1.0, 2.0], [1.0]),
        ([], []),
        ([[1.0]], [[1.0]]),
        ([1.0, 0.0], [1.0, 1.0]),
        ([1.0, 1.0], [1.0, -1.0]),
        ([1.0, np.nan], [1.0, 1.0]),
    ],
)
def test_ratio_refuses_what_are_no_times(first, second):
    with pytest.raises(
        UsageError, match=r"expected two rows of one length|expected numbers above 0"
    ):
        compute_ratio(np.array(first), np.array(second))
