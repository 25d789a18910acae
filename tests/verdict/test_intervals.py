"""Intervals: hand-solved, against independent oracles, and right as often as they say."""

import dataclasses
from fractions import Fraction as F

import numpy as np
import pytest
from scipy import stats

from poolbench.errors import UsageError
from poolbench.verdict.components import (
    POOL_SHARE,
    Components,
    compute_components,
    compute_picture_variances,
    sum_groups,
)
from poolbench.verdict.intervals import (
    compute_half_width,
    compute_interval,
    compute_probability_below,
)
from poolbench.verdict.paired import share_confidence

# The parts of the variance, solved by hand. Each: values, folds, then mean, trials (mean square
# between the trials over their number), pictures (what repeats hide), shared, residual. To what
# repeats hide comes POOL_SHARE of what they share.
SOLVED = {
    # Trial means 1/2, 1. One repeat hides nothing, and what pictures share cannot be seen.
    "one repeat": (
        [[1, 0, 1, 1]],
        [[0, 0, 1, 1]],
        (F(3, 4), F(1, 16), F(0), F(0), F(1, 4)),
    ),
    # Trial means 1/2, 1, 1, 1/2. Between pictures 1/6, residual 1/3: what is shared is cut at 0.
    "repeats that disagree": (
        [[1, 0, 1, 1], [1, 1, 1, 0]],
        [[0, 0, 1, 1], [0, 1, 0, 1]],
        (F(3, 4), F(1, 48), F(0), F(0), F(1, 3)),
    ),
    # Trial means 1/2, 1/2, 1/2, 0. Between pictures 11/24, residual 1/8, so shared
    # (11/24 - 1/8) / 2 = 1/6, of which repeats hide (1 - 1/2) 4/3 = 2/3, over 4 pictures.
    "repeats that agree": (
        [[1, 1, 0, 0], [1, 0, 0, 0]],
        [[0, 1, 0, 1], [0, 0, 1, 1]],
        (F(3, 8), F(1, 64), F(1, 36), F(1, 6), F(1, 8)),
    ),
    # The lab protocol: trial means 1/2, 1, 1/2. Between pictures 2/3, residual 1/6. Every
    # training sees the same test pictures, so all that they share is hidden.
    "one fold": (
        [[1, 0], [1, 1], [1, 0]],
        [[0, 0], [0, 0], [0, 0]],
        (F(2, 3), F(1, 36), F(1, 12), F(1, 6), F(1, 6)),
    ),
    # Folds of 3 and 2 pictures: trial means 1/3, 1, but the mean is that of the pictures.
    "unequal folds": (
        [[1, 0, 0, 1, 1]],
        [[0, 0, 0, 1, 1]],
        (F(3, 5), F(1, 9), F(0), F(0), F(3, 10)),
    ),
}


def make_parts(trials, pictures, freedom, mean=0.0):
    zero = np.zeros(())
    return Components(
        np.asarray(mean), np.asarray(trials), freedom, np.asarray(pictures), 299, 300, zero, zero
    )


def is_covered(parts, confidence, factor=1.0, truth=0.0):
    return np.abs(parts.mean - truth) <= factor * compute_half_width(parts, confidence)


@pytest.mark.parametrize(("values", "fold", "expected"), SOLVED.values(), ids=SOLVED)
def test_components_agree_with_the_hand(values, fold, expected):
    parts = compute_components(np.array(values, dtype=float), np.array(fold))
    pool = POOL_SHARE * float(parts.shared) / len(values[0])
    hidden = parts.pictures - pool
    found = (parts.mean, parts.trials, hidden, parts.shared, parts.residual)
    assert [float(part) for part in found] == pytest.approx([float(part) for part in expected])
    assert parts.freedom == len({(r, f) for r, row in enumerate(fold) for f in row}) - 1
    assert parts.picture_freedom == len(values[0]) - 1
    assert parts.variance == pytest.approx(float(expected[1] + expected[2]) + pool)


def test_components_without_a_second_trial_know_pictures_alone():
    parts = compute_components(np.array([[1.0, 0.0, 1.0, 1.0]]), np.zeros((1, 4), dtype=int))
    assert np.isnan(parts.trials)
    assert parts.freedom == 0
    assert parts.variance == pytest.approx(1 / 16)


def test_components_of_many_questions_are_those_of_each(draw_fold):
    rng = np.random.default_rng(0)
    values, fold = rng.normal(size=(3, 2, 4, 60)), draw_fold(rng, 4, 60)
    groups = np.arange(60) // 3
    for given in (None, groups):
        together = compute_components(values, fold, given)
        assert together.mean.shape == (3, 2)
        for place in np.ndindex(3, 2):
            alone = compute_components(values[place], fold, given)
            for name in ("mean", "trials", "pictures", "shared", "residual"):
                assert getattr(together, name)[place] == pytest.approx(getattr(alone, name))
            assert compute_half_width(together, 0.95)[place] == pytest.approx(
                float(compute_half_width(alone, 0.95))
            )


@pytest.mark.parametrize("shape", [(2, 7), (3, 40), (10, 25)])
def test_picture_variances_agree_with_least_squares(shape):
    # Analysis of variance as nested linear models, fitted with dummy variables.
    rng = np.random.default_rng(shape[0])
    values = rng.normal(size=shape) + 2 * rng.normal(size=shape[1]) + rng.normal(size=(shape[0], 1))
    row, column = (index.ravel() for index in np.indices(shape))

    def fit(*factors):
        design = np.hstack([np.eye(factor.max() + 1)[factor] for factor in factors])
        solution, *_ = np.linalg.lstsq(design, values.ravel())
        return ((values.ravel() - design @ solution) ** 2).sum()

    rest = fit(row, column)
    mean_square = (fit(row) - rest) / (shape[1] - 1)
    residual = rest / ((shape[0] - 1) * (shape[1] - 1))
    found = compute_picture_variances(values)
    assert found == pytest.approx(((mean_square - residual) / shape[0], residual))


def test_picture_part_vanishes_when_pictures_are_alike(draw_fold):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 4, 100)
    values = rng.normal(size=(4, 5))[np.arange(4)[:, None], fold]
    assert compute_components(values, fold).pictures == pytest.approx(0.0, abs=0.02)


def test_picture_part_stays_when_repeats_say_the_same(draw_fold):
    rng = np.random.default_rng(0)
    row = rng.normal(size=400)
    parts = compute_components(np.tile(row, (10, 1)), draw_fold(rng, 10, 400))
    alone = row.var(ddof=1) / 400
    assert parts.variance == pytest.approx((1 + POOL_SHARE) * alone, rel=0.1)


def test_same_test_pictures_in_every_training_count_in_full():
    # The lab protocol: one fold, so nothing of the pictures shows between the trials.
    rng = np.random.default_rng(1)
    row = rng.normal(size=500)
    values = row + rng.normal(0, 0.01, (3, 500))
    parts = compute_components(values, np.zeros((3, 500), dtype=int))
    alone = row.var(ddof=1) / 500
    assert parts.variance == pytest.approx((1 + POOL_SHARE) * alone, rel=0.05)


def test_interval_of_one_repeat_is_the_t_interval_of_its_trials():
    values = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]])
    fold = np.array([[0, 0, 1, 1, 2, 2, 3, 3]])
    means = [1.0, 0.5, 0.0, 0.5]
    low, high = stats.t.interval(0.9, 3, np.mean(means), stats.sem(means))
    interval = compute_interval(values, fold, 0.9)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.5, low, high))


@pytest.mark.parametrize("freedom", [1, 4, 9, 119, 20_000])
@pytest.mark.parametrize("confidence", [0.90, 0.95, 0.995])
def test_reach_without_pictures_is_that_of_student(freedom, confidence):
    expected = 0.3 * stats.t.ppf(0.5 + confidence / 2, freedom)
    half_width = compute_half_width(make_parts(0.09, 0.0, freedom), confidence)
    assert float(half_width) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("confidence", [0.90, 0.95, 0.995])
def test_reach_without_trials_is_that_of_the_normal(confidence):
    expected = 0.3 * stats.norm.ppf(0.5 + confidence / 2)
    assert float(compute_half_width(make_parts(0.0, 0.09, 4), confidence)) == pytest.approx(
        expected
    )


@pytest.mark.parametrize(
    ("trials", "pictures", "freedom"), [(1.0, 0.5, 4), (0.3, 1.0, 1), (1.0, 2.0, 9)]
)
def test_reach_agrees_with_the_pivot_drawn_at_random(trials, pictures, freedom):
    rng = np.random.default_rng(freedom)
    chi2 = rng.chisquare(freedom, 400_000)
    drawn = np.sqrt(trials * freedom / chi2 + pictures) * rng.standard_normal(400_000)
    parts = make_parts(trials, pictures, freedom, mean=2.0)
    for confidence in (0.90, 0.95):
        expected = np.quantile(np.abs(drawn), confidence)
        assert float(compute_half_width(parts, confidence)) == pytest.approx(expected, rel=0.015)
    for threshold in (0.0, 1.5, 2.0, 4.0):
        below = compute_probability_below(parts, threshold)
        assert float(below) == pytest.approx((2.0 + drawn < threshold).mean(), abs=0.003)


@pytest.mark.parametrize("freedom", [1, 4, 119])
def test_probability_below_without_pictures_is_that_of_student(freedom):
    parts = make_parts(0.25, 0.0, freedom, mean=1.0)
    for threshold in (-3.0, 0.0, 1.0, 2.5):
        expected = stats.t.cdf((threshold - 1.0) / 0.5, freedom)
        below = float(compute_probability_below(parts, threshold))
        assert below == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("trials", "pictures"), [(1.0, 0.0), (1.0, 3.0), (0.0, 1.0)])
def test_p_value_is_005_where_the_95_percent_interval_ends(trials, pictures):
    parts = make_parts(trials, pictures, 4, mean=7.0)
    half_width = float(compute_half_width(parts, 0.95))
    assert 2 * float(compute_probability_below(parts, 7.0 - half_width)) == pytest.approx(0.05)
    assert 2 * (1 - float(compute_probability_below(parts, 7.0 + half_width))) == pytest.approx(
        0.05
    )


def test_probability_below_of_what_is_sure_is_0_or_1():
    parts = make_parts(0.0, 0.0, 4, mean=1.0)
    assert [float(compute_probability_below(parts, x)) for x in (0.9, 1.0, 1.1)] == [0.0, 0.5, 1.0]


def test_groups_of_one_picture_change_nothing(draw_fold):
    rng = np.random.default_rng(2)
    values, fold = rng.normal(size=(3, 50)), draw_fold(rng, 3, 50)
    alone = compute_interval(values, fold, 0.95)
    grouped = compute_interval(values, fold, 0.95, groups=7 + rng.permutation(50))
    assert (grouped.low, grouped.high) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize("repeats", [1, 3])
def test_groups_of_copies_are_no_more_pictures(draw_fold, repeats):
    rng = np.random.default_rng(3)
    values = rng.normal(size=(repeats, 50)) + rng.normal(size=50)
    fold = draw_fold(rng, repeats, 50)
    once = compute_interval(values, fold, 0.95)
    copies, folds = (np.repeat(array, 4, axis=1) for array in (values, fold))
    grouped = compute_interval(copies, folds, 0.95, groups=np.repeat(np.arange(50), 4))
    assert (grouped.low, grouped.high) == pytest.approx((once.low, once.high))
    if repeats > 1:
        # The error that groups are there to prevent.
        apart = compute_interval(copies, folds, 0.95)
        assert apart.high - apart.low < 0.9 * (once.high - once.low)


def test_groups_of_unequal_size_are_no_noise():
    values = np.ones((2, 6))
    assert sum_groups(values, np.array([0, 0, 0, 0, 1, 2])) == pytest.approx(np.ones((2, 3)))


def test_groups_keep_the_mean():
    values = np.array([[1.0, 0.0, 0.0, 1.0, 1.0]])
    sums = sum_groups(values, np.array([5, 5, 9, 9, 9]))
    # 0.6 + (sum of distances from 0.6) * 2 groups / 5 pictures.
    assert sums == pytest.approx(np.array([[0.6 - 0.2 * 0.4, 0.6 + 0.2 * 0.4]]))
    assert sums.mean() == pytest.approx(values.mean())


@pytest.mark.parametrize(("repeats", "pictures"), [(2, 300), (6, 300), (3, 1500)])
def test_interval_covers_over_new_trainings_and_new_pictures(
    draw_fold, draw_correct, repeats, pictures
):
    rng = np.random.default_rng(repeats)
    fold = draw_fold(rng, repeats, pictures)
    correct = draw_correct(rng, [0.85, 0.85], fold, studies=1500)
    parts = compute_components(correct[:, 0].astype(float) - correct[:, 1], fold)
    assert 0.93 <= is_covered(parts, 0.95).mean() <= 0.97
    # The same test finds out an interval that is 20 % too narrow.
    assert is_covered(parts, 0.95, factor=0.8).mean() < 0.93


def test_interval_covers_when_all_trainings_share_the_test_pictures(draw_correct):
    rng = np.random.default_rng(5)
    fold = np.zeros((5, 300), dtype=int)
    correct = draw_correct(rng, [0.85, 0.85], fold, studies=1500)
    parts = compute_components(correct[:, 0].astype(float) - correct[:, 1], fold)
    assert 0.93 <= is_covered(parts, 0.95).mean() <= 0.97
    assert is_covered(parts, 0.95, factor=0.8).mean() < 0.93


@pytest.mark.full(seconds=2)
def test_intervals_of_twelve_variants_cover_together(draw_fold, draw_correct):
    rng = np.random.default_rng(12)
    fold = draw_fold(rng, 2, 300)
    correct = draw_correct(rng, [0.85] * 12, fold, studies=800)
    parts = compute_components(correct[:, :1].astype(float) - correct[:, 1:], fold)
    confidence = share_confidence(0.05, 11)
    assert 0.93 <= is_covered(parts, confidence).all(axis=1).mean() <= 0.985
    assert is_covered(parts, confidence, factor=0.8).all(axis=1).mean() < 0.93
    # At the level of one comparison they would not hold together.
    assert is_covered(parts, 0.95).all(axis=1).mean() < 0.85


def test_interval_of_groups_covers_where_that_of_pictures_does_not():
    rng = np.random.default_rng(6)
    sizes = np.tile([1, 3, 5, 11], 15)
    groups = np.repeat(np.arange(60), sizes)
    fold = np.stack([(rng.permutation(60) % 5)[groups] for _ in range(4)])
    common = rng.normal(size=(1000, 1, 60))[..., groups]
    values = common + rng.normal(size=(1000, 4, len(groups)))
    parts = compute_components(values, fold, groups)
    assert 0.92 <= is_covered(parts, 0.95).mean() <= 0.98
    assert is_covered(compute_components(values, fold), 0.95).mean() < 0.88


def test_one_trial_speaks_of_pictures_alone():
    values = np.array([[1.0] * 90 + [0.0] * 10])
    interval = compute_interval(values, np.zeros((1, 100), dtype=int), 0.95)
    assert interval.high - interval.mean == pytest.approx(1.984 * np.sqrt(0.09 / 99), rel=1e-3)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5])
@pytest.mark.parametrize("repeats", [1, 3])
def test_equal_values_give_no_width(draw_fold, value, repeats):
    fold = draw_fold(np.random.default_rng(0), repeats, 10)
    interval = compute_interval(np.full((repeats, 10), value), fold, 0.95)
    assert (interval.low, interval.mean, interval.high) == (value, value, value)


def test_reach_of_what_is_sure_is_0_beside_what_is_not():
    values = np.stack([np.zeros((1, 4)), [[0.0, 1.0, 1.0, 1.0]]])
    half_width = compute_half_width(compute_components(values, np.array([[0, 0, 1, 1]])), 0.95)
    # Two trials with means 1/2 and 1, so Student's with 1 degree of freedom.
    assert half_width == pytest.approx([0.0, stats.t.ppf(0.975, 1) / 4], rel=1e-5)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(4),
        np.zeros((2, 3)),
        np.zeros((3, 4)),
        np.array([[1.0, np.nan, 0.0]]),
        np.array([[1.0, np.inf, 0.0]]),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(values):
    with pytest.raises(UsageError, match=r"expected one shape|expected finite numbers"):
        compute_interval(values, np.zeros((1, 3), dtype=int), 0.95)


def test_single_picture_is_refused():
    with pytest.raises(UsageError, match="at least 2 images"):
        compute_interval(np.ones((2, 1)), np.zeros((2, 1), dtype=int), 0.95)


@pytest.mark.parametrize("groups", [np.zeros(3, dtype=int), np.arange(4)])
def test_groups_that_do_not_fit_are_refused(groups):
    with pytest.raises(UsageError, match="group"):
        compute_interval(np.ones((1, 3)), np.zeros((1, 3), dtype=int), 0.95, groups)


def draw_grouped(rng, studies, repeats, groups, size):
    """Differences whose groups vary by 20 points, and their folds: whole groups."""
    number = np.repeat(np.arange(groups), size)
    fold = np.stack([rng.permutation(np.arange(groups) % 5)[number] for _ in range(repeats)])
    common = rng.normal(0, 20, (studies, 1, groups))[:, :, number]
    return common + rng.normal(0, 30, (studies, repeats, len(number))), fold, number


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=2)
@pytest.mark.parametrize(
    ("groups", "repeats"), [pytest.param(10, 6, marks=pytest.mark.full(seconds=5)), (40, 6)]
)
def test_interval_covers_for_groups_also_if_they_are_few(groups, repeats):
    rng = np.random.default_rng(groups)
    values, fold, number = draw_grouped(rng, 3000, repeats, groups, 8)
    parts = compute_components(values, fold, number)
    covered = np.mean(np.abs(parts.mean) <= compute_half_width(parts, 0.95))
    assert 0.93 <= covered <= 0.975
    # As if each picture stood alone, which is what groups are there to prevent.
    alone = compute_components(values, fold)
    assert np.mean(np.abs(alone.mean) <= compute_half_width(alone, 0.95)) < 0.90


def test_interval_of_many_pictures_takes_their_part_as_known():
    parts = make_parts(0.5, 1.0, 9)
    few = dataclasses.replace(parts, picture_freedom=9)
    many = dataclasses.replace(parts, picture_freedom=1000)
    assert float(compute_half_width(few, 0.95)) > 1.05 * float(compute_half_width(many, 0.95))
    # Two independent parts of nine degrees of freedom each, drawn.
    rng = np.random.default_rng(0)
    scale = 9 / rng.chisquare(9, (2, 400_000))
    drawn = rng.standard_normal(400_000) * np.sqrt(0.5 * scale[0] + 1.0 * scale[1])
    assert float(compute_half_width(few, 0.95)) == pytest.approx(
        np.quantile(np.abs(drawn), 0.95), rel=0.01
    )
