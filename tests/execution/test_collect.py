"""What is chosen from labels and groups before a verdict is asked for."""

import numpy as np
import pytest

from poolbench.evaluation.unequal import choose_metric
from poolbench.execution.collect import has_rough_groups


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
