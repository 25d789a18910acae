"""What is left of a difference after an early stop."""

import numpy as np
import pytest
from scipy import stats

from poolbench.verdict.early import estimate_unbiased


@pytest.mark.parametrize("drift", [0.5, 2.0, 4.0])
def test_half_of_the_studies_that_end_at_their_first_look_are_estimated_too_high(drift):
    rng = np.random.default_rng(0)
    alpha = 0.01
    scores = drift + rng.normal(size=60_000)
    stopped = scores[scores > stats.norm.isf(alpha / 2)][:1000]
    found = [estimate_unbiased(z, 2 * stats.norm.sf(z), [alpha], [1.0]) for z in stopped.tolist()]
    assert np.mean(np.array(found) > drift) == pytest.approx(0.5, abs=0.05)
    assert stopped.mean() > drift


def test_half_of_the_studies_that_end_at_their_third_look_are_estimated_too_high():
    rng = np.random.default_rng(1)
    drift, looks = 2.5, np.array([2, 4, 6])
    alphas = [0.0088, 0.0073, 0.0076]
    times = looks / looks[-1]
    steps = rng.normal(drift * np.diff(times, prepend=0), np.sqrt(np.diff(times, prepend=0)),
                       (40_000, 3))  # fmt: skip
    scores = np.cumsum(steps, axis=1) / np.sqrt(times)
    bounds = stats.norm.isf(np.array(alphas) / 2)
    is_last = (np.abs(scores[:, :2]) < bounds[:2]).all(axis=1) & (scores[:, 2] > bounds[2])
    stopped = scores[is_last, 2][:300]
    found = np.array(
        [estimate_unbiased(z, 2 * stats.norm.sf(z), alphas, times) for z in stopped.tolist()]
    )
    # Three standard errors of the share; what was found without a correction is too large.
    assert np.mean(found > drift) == pytest.approx(0.5, abs=0.08)
    assert np.mean(stopped > drift) > 0.9


def test_estimate_grows_with_the_difference_and_is_never_above_it():
    p_values = (0.0099, 0.005, 0.001, 1e-6, 1e-12)
    scores = [-stats.norm.ppf(p / 2) for p in p_values]
    found = [estimate_unbiased(z, p, [0.01], [1.0]) for z, p in zip(scores, p_values, strict=True)]
    assert found == sorted(found)
    assert all(0 <= e <= z for e, z in zip(found, scores, strict=True))
    assert found[-1] == pytest.approx(scores[-1], rel=1e-3)
