"""The table of metrics, and what computes them: logits and labels in, plain numbers out.

A metric is one entry of :data:`METRICS` and its words, ``report.KEY``, in every folder of
``texts``: the records, ``leaderboard.csv``, the report and the screen take it from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from poolbench.records import SideMetrics, TrialRecord, TrialTiming

CALIBRATION_BINS = 15

Compute = Callable[[NDArray[np.float32], NDArray[np.int64]], float]
Read = Callable[[TrialRecord, TrialTiming], float]
# How a value is written; the report and the screen each have their way to write it.
Form = Literal["plain", "signed", "points", "seconds", "milliseconds", "count", "millions"]


@dataclass(frozen=True)
class MetricEntry:
    """One metric of a variant: where its value comes from, and how it is shown.

    Attributes:
        key: Its name in the records and its column in ``leaderboard.csv``.
        better: Which values are the better ones; a table of the report is sorted so at first.
        source: Where the value of a trial stands: ``side``: among the measures of the held-out
            pictures; ``study``: not in a trial, but by variant in the ``timing.json`` of the run;
            or what reads it from the record and the timing of a trial.
        compute: From logits ``[n, classes]`` and labels ``[n]`` of one side; ``None``: the value
            is found in another way.
        diverged: The value of a training that diverged; ``None``: that of its constant logits.
        in_report: Whether the leaderboard of the report shows it.
        on_screen: The text that heads its column on the screen, which needs not be the one in the
            report; ``None``: the screen does not show it.
    """

    key: str
    form: Form
    better: Literal["higher", "lower"]
    source: Read | Literal["side", "study"] = "side"
    compute: Compute | None = None
    diverged: float | None = None
    in_report: bool = True
    on_screen: str | None = None

    @property
    def words(self) -> str:
        """Name the text that heads its column in the report."""
        return f"report.{self.key.replace('_', '-')}"

    def read(self, trial: TrialRecord, timing: TrialTiming) -> float | None:
        """Return the value of a trial, or ``None`` where the trial is older than the metric."""
        if callable(self.source):
            return self.source(trial, timing)
        return trial.held_out.get(self.key) if self.source == "side" else None


def compute_side_metrics(
    logits: NDArray[np.float32], labels: NDArray[np.int64], classes: Sequence[str]
) -> SideMetrics:
    """Compute all metrics of one side.

    Args:
        logits: ``[n, classes]``.
        labels: ``[n]``, positions in ``classes``.
    """
    predicted = logits.argmax(axis=1)
    confusion = count_confusion(labels, predicted, len(classes))
    report = make_class_report(confusion, _make_unique(classes))
    values = {
        "count": len(labels),
        "accuracy": float(np.mean(predicted == labels)),
        "macro_f1": report["macro avg"]["f1-score"],
        "confusion": confusion.tolist(),
        "report": report,
    }
    computed = {entry.key: entry.compute(logits, labels) for entry in METRICS if entry.compute}
    return SideMetrics.model_validate(values | computed)


def count_confusion(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Count the pictures of each class that are taken for each: ``[classes, classes]``."""
    pairs = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return pairs.reshape(classes, classes)


def make_class_report(
    confusion: NDArray[np.int64], classes: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Make the tables of scikit-learn's ``classification_report``, to the bit; without it.

    To import that takes seconds in every process that trains. What is divided by nothing is 0.

    Args:
        confusion: Rows are true classes, columns predicted ones.
    """
    right, support = confusion.diagonal(), confusion.sum(axis=1)
    answers = confusion.sum(axis=0)
    scores = {
        "precision": _divide(right, answers),
        "recall": _divide(right, support),
        "f1-score": _divide(2 * right, support + answers),
    }
    report = {
        name: {key: float(values[row]) for key, values in scores.items()}
        | {"support": float(support[row])}
        for row, name in enumerate(classes)
    }
    for name, weights in (("macro avg", None), ("weighted avg", support)):
        averages = {key: float(np.average(v, weights=weights)) for key, v in scores.items()}
        report[name] = averages | {"support": float(support.sum())}
    return report


def count_as_wrong(side: SideMetrics) -> SideMetrics:
    """Return the measures of a diverged network, which is right about nothing."""
    wrong = {entry.key: entry.diverged for entry in METRICS if entry.diverged is not None}
    return side.model_copy(update={"accuracy": 0.0, **wrong})


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


def _divide(counts: NDArray[np.int64], all_counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(counts, all_counts, out=np.zeros(len(counts)), where=all_counts > 0)


def _make_unique(classes: Sequence[str]) -> list[str]:
    """Return class names that cannot be taken for the averages in the report."""
    reserved = {"accuracy", "macro avg", "weighted avg", "micro avg"}
    return [f"{name} (class)" if name in reserved else name for name in classes]


# In the order in which the report shows them.
METRICS = (
    MetricEntry("macro_f1", "plain", "higher", diverged=0.0),
    MetricEntry("nll", "plain", "lower", compute=compute_nll),
    MetricEntry("calibration_error", "plain", "lower", compute=compute_calibration_error),
    MetricEntry(
        "gap",
        "points",
        "lower",
        source=lambda trial, timing: trial.overfit.gap,
        on_screen="run.column-gap",
    ),
    MetricEntry(
        "loss_rise",
        "signed",
        "lower",
        source=lambda trial, timing: trial.overfit.loss_rise,
        in_report=False,
    ),
    MetricEntry(
        "shift_consistency",
        "plain",
        "higher",
        source=lambda trial, timing: trial.shift.consistency[-1],
        in_report=False,
    ),
    MetricEntry(
        "train_seconds",
        "seconds",
        "lower",
        source=lambda trial, timing: timing.train_seconds,
        on_screen="run.column-seconds",
    ),
    MetricEntry(
        "wall_seconds",
        "seconds",
        "lower",
        source=lambda trial, timing: timing.wall_seconds,
        in_report=False,
    ),
    MetricEntry("latency_ms", "milliseconds", "lower", source="study"),
    MetricEntry("parameters", "count", "lower", source=lambda trial, timing: trial.cost.parameters),
    MetricEntry(
        "multiply_adds",
        "millions",
        "lower",
        source=lambda trial, timing: trial.cost.multiply_adds,
        on_screen="run.column-multiply-adds",
    ),
)
