"""What an undecided comparison would take."""

import numpy as np
import pytest
from scipy import stats

from poolbench.verdict.intervals import compute_components, compute_half_width
from poolbench.verdict.paired import Levels
from poolbench.verdict.planning import (
    POWER,
    TRIAL_SD_POINTS,
    Spread,
    compute_need,
    estimate_spread,
)

LEVELS = Levels(confidence=0.95, tie_confidence=0.90, margin_points=1.0)
# Points squared: 8 % of pictures judged differently, half of it by chance in one training.
TYPICAL = Spread(trial=1.0, residual=400.0, shared=400.0, folds=5)


def as_number(count):
    return np.inf if count is None else count


def draw_differences(rng, points, spread, fold, studies):
    """float64 ``[S, R, n]``: differences of two variants with the wanted components."""
    repeats, pictures = fold.shape
    # Folds are independent trainings, so each adds K times what their mean does.
    trained = rng.normal(0, np.sqrt(spread.trial * spread.folds), (studies, repeats, spread.folds))
    values = points + rng.normal(0, np.sqrt(spread.shared), (studies, 1, pictures))
    values = values + rng.normal(0, np.sqrt(spread.residual), (studies, repeats, pictures))
    for repeat, row in enumerate(fold):
        values[:, repeat] += trained[:, repeat, row]
    return values


def find_power(draw_fold, points, spread, repeats, pictures, studies=400):
    """How often a study of this size is a win, or a tie."""
    rng = np.random.default_rng(repeats)
    fold = draw_fold(rng, repeats, pictures, spread.folds)
    parts = compute_components(draw_differences(rng, points, spread, fold, studies), fold)
    wins = parts.mean - compute_half_width(parts, LEVELS.confidence) > 0
    ties = (
        np.abs(parts.mean) + compute_half_width(parts, LEVELS.tie_confidence) < LEVELS.margin_points
    )
    return (wins | ties).mean()


@pytest.mark.parametrize(
    ("points", "spread", "pictures"),
    [(3.0, Spread(30.0, 400.0, 50.0, 5), 200), (0.0, Spread(4.0, 100.0, 4.0, 5), 200)],
)
def test_need_of_repeats_reaches_the_power(draw_fold, points, spread, pictures):
    need = compute_need(points, spread, 2, pictures, LEVELS)
    assert need.repeats >= 2
    assert find_power(draw_fold, points, spread, 2 + need.repeats, pictures) > POWER - 0.15
    assert find_power(draw_fold, points, spread, 2, pictures) < POWER - 0.15


def test_need_of_pictures_reaches_the_power(draw_fold):
    spread = Spread(1.0, 300.0, 300.0, 5)
    need = compute_need(2.5, spread, 3, 200, LEVELS)
    assert need.total_repeats == 3
    assert 200 + need.pictures < 2000
    assert POWER - 0.12 < find_power(draw_fold, 2.5, spread, 3, 200 + need.pictures) < 0.95
    assert find_power(draw_fold, 2.5, spread, 3, 200) < POWER - 0.2


def test_need_says_that_no_number_of_repeats_shows_what_pictures_hide():
    need = compute_need(1.5, TYPICAL, 2, 300, LEVELS)
    assert need.repeats is None
    assert need.pictures > 0
    quantile = stats.norm.ppf(0.975) + stats.norm.ppf(0.80)
    assert quantile == pytest.approx(2.8, abs=0.01)
    assert need.detectable_points == pytest.approx(quantile * 20 / np.sqrt(300))


def test_need_has_its_limit_at_what_can_be_detected():
    limit = compute_need(1.5, TYPICAL, 2, 300, LEVELS).detectable_points
    assert compute_need(1.05 * limit, TYPICAL, 2, 300, LEVELS).repeats is not None
    assert compute_need(0.95 * limit, TYPICAL, 2, 300, LEVELS).repeats is None


def test_detectable_points_follow_the_level():
    strict = Levels(confidence=0.995, tie_confidence=0.90, margin_points=1.0)
    quantile = stats.norm.ppf(0.9975) + stats.norm.ppf(0.80)
    need = compute_need(1.5, TYPICAL, 2, 300, strict)
    assert need.detectable_points == pytest.approx(quantile * 20 / np.sqrt(300))


def test_need_of_a_bigger_difference_is_no_bigger():
    needs = [compute_need(p, TYPICAL, 2, 1000, LEVELS) for p in (1.2, 2.0, 3.0, 6.0)]
    for name in ("repeats", "pictures", "total_repeats"):
        counts = [as_number(getattr(need, name)) for need in needs]
        assert counts == sorted(counts, reverse=True), name
    assert as_number(needs[0].repeats) > as_number(needs[-1].repeats)
    assert needs[0].pictures > needs[-1].pictures


def test_need_does_not_depend_on_the_sign():
    assert compute_need(-3.0, TYPICAL, 2, 300, LEVELS) == compute_need(3.0, TYPICAL, 2, 300, LEVELS)


def test_need_of_a_tie_grows_towards_the_margin():
    steady = Spread(0.01, 400.0, 400.0, 5)
    needs = [compute_need(points, steady, 2, 300, LEVELS) for points in (0.0, 0.3, 0.45)]
    assert [need.total_repeats for need in needs] == [2, 2, 2]
    counts = [need.pictures for need in needs]
    assert counts == sorted(set(counts))


def test_need_asks_for_repeats_too_where_pictures_alone_do_not_decide():
    # Trainings differ by 3 points, whatever the number of pictures.
    need = compute_need(2.5, Spread(9.0, 1.0, 1.0, 5), 2, 300, LEVELS)
    assert need.pictures is not None
    assert need.total_repeats > 2


def test_need_of_what_cannot_be_had_is_none():
    need = compute_need(1.0, Spread(1e5, 400.0, 4e4, 5), 2, 300, LEVELS)
    assert (need.repeats, need.pictures, need.total_repeats) == (None, None, 2)


def test_need_is_at_least_one_more_where_nothing_varies():
    need = compute_need(0.0, Spread(0.0, 0.0, 0.0, 5), 1, 30, LEVELS)
    assert (need.repeats, need.pictures, need.detectable_points) == (1, 1, 0.0)


def test_need_never_relies_on_one_training_of_each():
    # More pictures alone would leave one training, by which nothing is decided.
    need = compute_need(40.0, Spread(1.8, 200.0, 200.0, 1), 1, 300, LEVELS)
    assert need.pictures is not None
    assert need.total_repeats >= 2


@pytest.mark.parametrize(("repeats", "folds"), [(2, 5), (6, 5), (3, 1)])
def test_estimate_spread_takes_back_what_was_forecast(repeats, folds):
    spread = Spread(trial=1.5, residual=300.0, shared=200.0, folds=folds)
    parts = spread.forecast(repeats, 250)
    found = estimate_spread(parts, repeats)
    assert found == Spread(pytest.approx(1.5), pytest.approx(300.0), pytest.approx(200.0), folds)


def test_forecast_agrees_with_drawn_studies(draw_fold):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 3, 200)
    found = compute_components(draw_differences(rng, 2.0, TYPICAL, fold, 1500), fold)
    expected = TYPICAL.forecast(3, 200)
    for name in ("trials", "pictures", "shared", "residual", "variance"):
        mean = getattr(found, name).mean()
        assert mean == pytest.approx(float(getattr(expected, name)), rel=0.05), name
    assert found.mean.var(ddof=1) == pytest.approx(float(expected.variance), rel=0.1)
    assert (found.freedom, found.picture_freedom) == (expected.freedom, expected.picture_freedom)


def test_estimate_spread_of_one_repeat_halves_what_pictures_vary(draw_fold):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 1, 200)
    parts = compute_components(rng.normal(size=(1, 200)), fold)
    spread = estimate_spread(parts, 1)
    assert spread.shared == spread.residual == pytest.approx(float(parts.residual) / 2)
    assert spread.folds == 5


def test_estimate_spread_of_one_training_takes_that_of_the_lab():
    parts = compute_components(np.eye(1, 50), np.zeros((1, 50), dtype=int))
    spread = estimate_spread(parts, 1)
    assert (spread.trial, spread.folds) == (2 * TRIAL_SD_POINTS**2, 1)


def test_estimate_spread_is_never_negative():
    # All trials have the same mean, so less is seen between them than the pictures alone give.
    values = np.tile([1.0, 0.0, 0.0, 1.0], (2, 1))
    spread = estimate_spread(compute_components(values, np.array([[0, 0, 1, 1]] * 2)), 2)
    assert spread.trial == 0.0
    assert spread.shared > 0
