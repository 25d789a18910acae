"""The levels of the looks at a growing study."""

import numpy as np
import pytest

from poolbench.verdict.looks import LOOKS, WHOLE, compute_levels, make_levels


def test_levels_are_those_of_an_independent_audit():
    # Computed with other code, for alpha t^0.7 and six looks at 2 to 24 repeats.
    expected = [0.0088, 0.0073, 0.0076, 0.0117, 0.0161, 0.0208]
    assert [level.alpha for level in make_levels(LOOKS).values()] == expected


def test_study_that_is_judged_once_spends_everything():
    assert make_levels((6,)) == {6: WHOLE}


def test_looks_grow():
    assert list(LOOKS) == sorted(set(LOOKS))
    assert LOOKS[0] >= 2


def draw_scores(rng, looks, shared, studies=200_000):
    """Standardised means at the looks, ``[studies, looks]``; ``shared`` of the last one's
    variance is common to all, as that of pictures is.
    """
    steps = np.diff(looks, prepend=0)
    sums = np.cumsum(rng.normal(0, np.sqrt(steps), (studies, len(looks))), axis=1)
    means = sums / looks * np.sqrt(looks[-1])
    common = rng.normal(0, np.sqrt(shared / (1 - shared)), (studies, 1))
    means = means + common
    return means / np.sqrt(looks[-1] / np.array(looks) + shared / (1 - shared))


@pytest.mark.parametrize("looks", [(2, 4, 6), LOOKS])
@pytest.mark.parametrize("shared", [0.0, 0.3, 0.8])
def test_error_over_all_looks_is_what_was_accepted_whatever_pictures_share(looks, shared):
    from scipy import stats

    scores = draw_scores(np.random.default_rng(0), looks, shared)
    levels = make_levels(looks).values()
    bounds = stats.norm.isf([level.alpha / 2 for level in levels])
    ties = stats.norm.isf([level.tie_alpha for level in levels])
    error = (np.abs(scores) > bounds).any(axis=1).mean()
    tie_error = (scores > ties).any(axis=1).mean()
    # Within what so many draws, and levels of four digits, leave open.
    assert error <= 0.05 + 0.002
    assert tie_error <= 0.05 + 0.002
    if not shared:
        assert error == pytest.approx(0.05, abs=0.002)
        assert tie_error == pytest.approx(0.05, abs=0.002)


def test_all_error_is_spent_at_the_last_look_and_less_before():
    one = compute_levels((1, 2), 0.05, sides=2)
    assert 0 < max(one) < 0.05 < sum(one)
    assert one[0] == pytest.approx(0.05 * 0.5**0.7, abs=5e-5)
