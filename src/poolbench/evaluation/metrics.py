"""Compute the metrics of predictions: logits and labels in, plain numbers out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from sklearn.metrics import classification_report, confusion_matrix

from poolbench.records import SideMetrics

CALIBRATION_BINS = 15


def compute_side_metrics(
    logits: NDArray[np.float32], labels: NDArray[np.int64], classes: Sequence[str]
) -> SideMetrics:
    """Compute all metrics of one side.

    Args:
        logits: ``[n, classes]``.
        labels: ``[n]``, positions in ``classes``.
    """
    predicted = logits.argmax(axis=1)
    numbers = list(range(len(classes)))
    report = classification_report(
        labels,
        predicted,
        labels=numbers,
        target_names=_make_unique(classes),
        output_dict=True,
        zero_division=0.0,
    )
    # scikit-learn leaves "accuracy" as a bare number among the tables.
    report.pop("accuracy", None)
    report.pop("micro avg", None)
    return SideMetrics(
        count=len(labels),
        accuracy=float(np.mean(predicted == labels)),
        nll=compute_nll(logits, labels),
        calibration_error=compute_calibration_error(logits, labels),
        macro_f1=float(report["macro avg"]["f1-score"]),
        confusion=tuple(
            tuple(int(cell) for cell in row)
            for row in confusion_matrix(labels, predicted, labels=numbers)
        ),
        report={name: {k: float(v) for k, v in row.items()} for name, row in report.items()},
    )


def compute_losses(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute each picture's negative log-likelihood in nats, in float64: ``[n]``."""
    log_probabilities = log_softmax(logits.astype(np.float64), axis=1)
    losses: NDArray[np.float64] = -log_probabilities[np.arange(len(labels)), labels]
    return losses


def compute_nll(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Compute the mean negative log-likelihood in nats."""
    return float(compute_losses(logits, labels).mean())


def compute_calibration_error(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Compute the expected calibration error, 0–1 (Guo 2017, arXiv:1706.04599).

    The mean distance between confidence and accuracy over equal-width bins of confidence,
    weighted by the pictures in each.
    """
    probabilities = softmax(logits.astype(np.float64), axis=1)
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    confidence_sums = np.bincount(bins, weights=confidence, minlength=CALIBRATION_BINS)
    correct_sums = np.bincount(bins, weights=correct, minlength=CALIBRATION_BINS)
    return float(np.abs(confidence_sums - correct_sums)[counts > 0].sum() / len(labels))


def _make_unique(classes: Sequence[str]) -> list[str]:
    """Return class names that cannot be taken for the averages in scikit-learn's report."""
    reserved = {"accuracy", "macro avg", "weighted avg", "micro avg"}
    return [f"{name} (class)" if name in reserved else name for name in classes]
