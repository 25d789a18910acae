"""What is chosen from labels and groups before a verdict is asked for."""

import numpy as np
import pytest

from poolbench.data.image_set import Half
from poolbench.evaluation.imbalance import choose_metric
from poolbench.results.collect import Outcomes, find_missed_classes, has_rough_groups


@pytest.mark.parametrize(
    ("sizes", "is_rough"),
    [
        ([5] * 20, False),
        ([5] * 19, True),
        # One as large as a fold of five still fits; one more picture does not.
        ([24] + [5] * 19 + [1], False),
        ([25] + [5] * 19 + [1], True),
    ],
)
def test_groups_are_rough_if_few_or_if_one_is_larger_than_a_fold(sizes, is_rough):
    assert has_rough_groups(np.repeat(np.arange(len(sizes)), sizes), 5) is is_rough


@pytest.mark.parametrize(
    ("wanted", "sizes", "metric"),
    [
        ("auto", [10, 15], "accuracy"),
        ("auto", [10, 16], "balanced-accuracy"),
        ("accuracy", [10, 90], "accuracy"),
        ("balanced-accuracy", [10, 10], "balanced-accuracy"),
    ],
)
def test_metric_is_balanced_if_classes_differ_by_more_than_half_or_if_asked(wanted, sizes, metric):
    assert choose_metric(wanted, np.repeat(np.arange(len(sizes)), sizes)) == metric


def test_classes_that_no_trial_ever_told_right_are_missed():
    labels = np.array([0, 0, 1, 1, 2])
    half = Half(np.zeros((5, 2, 2, 3), dtype=np.uint8), labels, tuple("abcde"))
    right = {
        "always-0": [[True, True, False, False, False]] * 2,
        "once-1": [[True, True, False, False, False], [True, False, True, False, True]],
    }
    outcomes = {
        name: Outcomes((), np.array(rows), *(np.zeros((2, 5)) for _ in range(3)))
        for name, rows in right.items()
    }
    # A class of no picture is nobody's miss.
    found = find_missed_classes(outcomes, half, ("zero", "one", "two", "none"))
    assert found == {"always-0": ("one", "two")}
