"""Intervals: hand-solved, and right about as often as they say."""

import numpy as np
import pytest
from scipy import stats

from poolbench.errors import UsageError
from poolbench.verdict.intervals import compute_components, compute_interval


def make_fold(rng, repeats, folds, pictures):
    return np.array([rng.permutation(np.arange(pictures) % folds) for _ in range(repeats)])


def test_interval_of_one_repeat_is_the_t_interval_of_its_trials():
    values = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]])
    fold = np.array([[0, 0, 1, 1, 2, 2, 3, 3]])
    means = [1.0, 0.5, 0.0, 0.5]
    low, high = stats.t.interval(0.9, 3, np.mean(means), stats.sem(means))
    interval = compute_interval(values, fold, 0.9)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.5, low, high))


def test_picture_part_vanishes_when_pictures_are_alike():
    rng = np.random.default_rng(0)
    fold = make_fold(rng, 4, 5, 100)
    values = rng.normal(size=(4, 5))[np.arange(4)[:, None], fold]
    assert compute_components(values, fold).pictures == pytest.approx(0.0, abs=0.02)


def test_picture_part_stays_when_repeats_say_the_same():
    rng = np.random.default_rng(0)
    row = rng.normal(size=400)
    fold = make_fold(rng, 10, 5, 400)
    parts = compute_components(np.tile(row, (10, 1)), fold)
    total = parts.trials + parts.pictures
    assert total == pytest.approx(row.var(ddof=1) / 400, rel=0.1)


def test_same_test_pictures_in_every_training_count_in_full():
    # The lab protocol: one fold, so nothing of the pictures shows between the trials.
    rng = np.random.default_rng(1)
    row = rng.normal(size=500)
    values = row + rng.normal(0, 0.01, (3, 500))
    parts = compute_components(values, np.zeros((3, 500), dtype=int))
    assert parts.trials + parts.pictures == pytest.approx(row.var(ddof=1) / 500, rel=0.05)


@pytest.mark.parametrize(
    ("repeats", "folds", "trial_sd"), [(2, 5, 0.02), (6, 5, 0.02), (6, 5, 0.003), (5, 1, 0.01)]
)
def test_interval_covers_over_new_trainings_and_new_pictures(repeats, folds, trial_sd):
    rng = np.random.default_rng(repeats)
    studies, pictures = 400, 300
    covered = 0
    for _ in range(studies):
        easy = rng.beta(6, 0.8, pictures)  # mean 6 / 6.8
        fold = make_fold(rng, repeats, folds, pictures)
        noise = rng.normal(0, trial_sd, (repeats, folds))[np.arange(repeats)[:, None], fold]
        values = (rng.random((repeats, pictures)) < easy + noise).astype(float)
        interval = compute_interval(values, fold, 0.95)
        # Clipping at one moves the mean by less than a tenth of the interval's width.
        truth = 6 / 6.8
        covered += interval.low <= truth + 0.002 and interval.high >= truth - 0.002
    assert 0.92 <= covered / studies <= 0.99


def test_one_trial_speaks_of_pictures_alone():
    values = np.array([[1.0] * 90 + [0.0] * 10])
    interval = compute_interval(values, np.zeros((1, 100), dtype=int), 0.95)
    assert interval.high - interval.mean == pytest.approx(1.984 * np.sqrt(0.09 / 99), rel=1e-3)


def test_equal_values_give_no_width():
    interval = compute_interval(np.zeros((2, 10)), np.tile(np.arange(10) % 5, (2, 1)), 0.95)
    assert (interval.low, interval.mean, interval.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "values", [np.zeros(4), np.zeros((2, 1)), np.array([[1.0, np.nan, 0.0]]), np.zeros((3, 4))]
)
def test_what_is_no_array_of_numbers_is_refused(values):
    with pytest.raises(UsageError, match="needs"):
        compute_interval(values, np.zeros((1, 3), dtype=int), 0.95)
