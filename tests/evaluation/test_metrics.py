"""Measures against hand-made numbers."""

import math

import numpy as np
import pytest
from sklearn.metrics import classification_report, confusion_matrix

from poolbench.evaluation.metrics import (
    compute_calibration_error,
    compute_nll,
    compute_side_metrics,
    count_confusion,
    make_class_report,
)
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch

LOGITS = np.log(np.array([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.3, 0.3, 0.4]], dtype=np.float32))
LABELS = np.array([0, 0, 2])


def test_side_metrics_count_what_is_right():
    metrics = compute_side_metrics(LOGITS, LABELS, ("a", "b", "c"))
    assert metrics.accuracy == pytest.approx(2 / 3)
    assert metrics.confusion == ((1, 1, 0), (0, 0, 0), (0, 0, 1))
    assert metrics.report["a"]["recall"] == 0.5
    assert metrics.report["b"]["support"] == 0
    assert metrics.count == 3


def test_nll_is_the_mean_of_minus_log_probability():
    expected = -(math.log(0.7) + math.log(0.4) + math.log(0.4)) / 3
    assert compute_nll(LOGITS, LABELS) == pytest.approx(expected, rel=1e-6)


def test_nll_of_huge_logits_is_finite():
    assert compute_nll(np.array([[1e4, 0.0]], dtype=np.float32), np.array([1])) == 1e4


def test_calibration_error_is_confidence_less_accuracy_in_each_bin():
    # Three bins of one picture each: right at 0.7, wrong at 0.5, right at 0.4.
    expected = (0.3 + 0.5 + 0.6) / 3
    assert compute_calibration_error(LOGITS, LABELS) == pytest.approx(expected, abs=1e-6)


def test_class_named_like_an_average_keeps_its_own_row():
    metrics = compute_side_metrics(LOGITS, LABELS, ("macro avg", "b", "accuracy"))
    assert metrics.report["macro avg (class)"]["recall"] == 0.5
    assert "macro avg" in metrics.report


def test_overfit_reads_the_rise_of_the_loss():
    overfit = compute_overfit(0.99, 0.9, [0.8, 0.3, 0.35, 0.5])
    assert overfit.gap == pytest.approx(0.09)
    assert overfit.loss_rise == pytest.approx(0.2)
    assert overfit.loss_minimum_epoch == 2


def test_best_epoch_is_the_first_of_the_highest():
    assert find_best_epoch([0.1, 0.9, 0.9, 0.2]).epoch == 2


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("predicted", [2, 5])
def test_report_is_that_of_scikit_learn_to_the_bit(classes, predicted):
    rng = np.random.default_rng(classes)
    # Also where a class has no picture, or is never answered.
    labels, answers = rng.integers(0, classes, 200), rng.integers(0, predicted, 200)
    names = [f"class {number}" for number in range(5)]
    numbers = list(range(5))
    confusion = count_confusion(labels, answers, 5)
    np.testing.assert_array_equal(confusion, confusion_matrix(labels, answers, labels=numbers))
    options = {"labels": numbers, "target_names": names, "output_dict": True, "zero_division": 0}
    expected = classification_report(labels, answers, **options)
    del expected["accuracy"]
    assert make_class_report(confusion, names) == expected
