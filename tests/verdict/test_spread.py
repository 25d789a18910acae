"""What makes a difference uncertain, and what a study of another size would find."""

import numpy as np
import pytest

from poolbench.verdict.components import compute_components
from poolbench.verdict.spread import TRIAL_SD_POINTS, Spread, estimate_spread

# Points squared: 8 % of pictures judged differently, half of it by chance in one training.
TYPICAL = Spread(trial=1.0, residual=400.0, shared=400.0, folds=5)


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
