"""Collect finished trials on disk: the arrays that the verdict judges, and the leaderboard."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from poolbench.config import Metric
from poolbench.data.image_set import Half
from poolbench.errors import VerificationError
from poolbench.evaluation.metrics import METRICS, compute_losses
from poolbench.records import (
    LeaderboardRow,
    StudyTiming,
    TimeRatio,
    TrialRecord,
    TrialSpec,
    TrialTiming,
    VerdictRecord,
)
from poolbench.rundir.store import RunStore
from poolbench.verdict.components import compute_trial_means, count_effective
from poolbench.verdict.intervals import Interval, compute_interval
from poolbench.verdict.paired import SIDE_CONFIDENCE, Evidence, adjust_holm, compute_weights
from poolbench.verdict.proportion import compute_highest_rate, widen_near_ends
from poolbench.verdict.ratio import Ratio, compute_ratio

# Least number of groups of one size: with fewer the interval was seen to cover less than it says;
# docs/method.md.
LEAST_GROUPS = 20


@dataclass(frozen=True)
class Outcomes:
    """What the trials of one variant said of held-out pictures; see ``verdict.paired.Evidence``.

    Attributes:
        records: The records of the trials, in the order of the plan.
        correct: bool ``[R, n]``; ``fold`` int64, ``losses`` and ``train_accuracy`` float64 alike.
    """

    records: tuple[TrialRecord, ...]
    correct: NDArray[np.bool_]
    fold: NDArray[np.int64]
    losses: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]


def has_rough_groups(groups: NDArray[np.int64], folds: int) -> bool:
    """Return whether groups are too few, or one too large, to take an interval at its word.

    Groups of unequal size count as the number of equal ones that tell as much.

    Example:
        >>> has_rough_groups(np.arange(20), 5), has_rough_groups(np.arange(20) // 2, 5)
        (False, True)
    """
    largest = np.unique(groups, return_counts=True)[1].max()
    is_few = count_effective(len(groups), groups) < LEAST_GROUPS
    return bool(is_few or largest > len(groups) / folds)


def collect_outcomes(store: RunStore, specs: Sequence[TrialSpec]) -> Outcomes:
    """Read the held-out predictions of all trials of one variant."""
    records = [store.load_trial(spec.id) for spec in specs]
    return join_trials([(r, store.load_arrays(r.id, "predictions")) for r in records])


def join_trials(trials: Sequence[tuple[TrialRecord, Mapping[str, NDArray[Any]]]]) -> Outcomes:
    """Join the held-out predictions of all trials of one variant.

    A diverged trial is wrong on every picture, with a loss of ln(classes).

    Args:
        trials: Each record with its ``index``, ``labels`` and ``logits``.
    """
    repeats = 1 + max(record.spec.repeat for record, _ in trials)
    pictures = sum(len(arrays["index"]) for record, arrays in trials if record.spec.repeat == 0)
    shape = (repeats, pictures)
    found = Outcomes(
        tuple(record for record, _ in trials),
        np.zeros(shape, dtype=bool),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape),
        np.zeros(shape),
    )
    for record, arrays in trials:
        rows = (record.spec.repeat, arrays["index"])
        found.correct[rows] = tell_right(record, arrays)
        found.fold[rows] = record.spec.fold
        found.losses[rows] = compute_losses(arrays["logits"], arrays["labels"])
        found.train_accuracy[rows] = record.train.accuracy
    return found


def tell_right(record: TrialRecord, arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Tell which held-out pictures of a trial were predicted right; none if it diverged."""
    right: NDArray[np.bool_] = arrays["logits"].argmax(axis=1) == arrays["labels"]
    return right & (record.diverged_at is None)


def collect_probabilities(
    store: RunStore, specs: Sequence[TrialSpec], pictures: int, classes: int
) -> NDArray[np.float64]:
    """Average over repeats what networks that never saw a picture said: ``[pictures, classes]``."""
    total = np.zeros((pictures, classes))
    for spec in specs:
        arrays = store.load_arrays(spec.id, "predictions")
        total[arrays["index"]] += softmax(arrays["logits"].astype(np.float64), axis=1)
    shares: NDArray[np.float64] = total / total.sum(1, keepdims=True)
    return shares


def make_evidence(outcomes: Sequence[Outcomes], half: Half, metric: Metric) -> Evidence:
    """Make the evidence of some variants, of which those that were dropped have fewer repeats.

    Args:
        half: The pictures that were held out, in the order of the predictions' index.

    Raises:
        VerificationError: If two variants held out other pictures in the same trial.
    """
    longest = max(outcomes, key=lambda found: len(found.fold))
    repeats = len(longest.fold)
    for found in outcomes:
        _check_folds(found, longest)
    return Evidence(
        correct=np.stack([_pad(found.correct, repeats) for found in outcomes]),
        fold=longest.fold,
        weights=compute_weights(half.labels) if metric == "balanced-accuracy" else None,
        groups=half.groups,
        losses=np.stack([_pad(found.losses, repeats) for found in outcomes]),
        train_accuracy=np.stack([_pad(found.train_accuracy, repeats) for found in outcomes]),
        constant=half.labels == np.bincount(half.labels).argmax(),
        reached=tuple(len(found.fold) for found in outcomes),
    )


def _check_folds(outcomes: Outcomes, longest: Outcomes) -> None:
    if not np.array_equal(outcomes.fold, longest.fold[: len(outcomes.fold)]):
        first, second = (found.records[0].spec.variant.id for found in (outcomes, longest))
        raise VerificationError("results.folds", first=first, second=second)


def _pad(rows: NDArray[Any], repeats: int) -> NDArray[Any]:
    """Return an array with so many rows, of which the last ones do not count."""
    return np.pad(rows, ((0, repeats - len(rows)), (0, 0)))


def check_points(verdict: VerdictRecord, outcomes: Mapping[str, Outcomes], half: Half) -> None:
    """Check that each difference of the verdict is that of two accuracies, each for itself.

    Raises:
        VerificationError: If one is not.
    """
    for pair in (*verdict.differences, *verdict.against_baseline):
        repeats = verdict.repeats if pair.repeats is None else pair.repeats
        first, second = (
            compute_metric(outcomes[name].correct[:repeats], half.labels, verdict.metric)
            for name in (pair.first, pair.second)
        )
        if not math.isclose(100 * (first - second), pair.points, abs_tol=1e-6):
            raise VerificationError(
                "results.points",
                told=pair.points,
                first=pair.first,
                second=pair.second,
                found=100 * (first - second),
            )


def compute_metric(correct: NDArray[np.bool_], labels: NDArray[np.int64], metric: Metric) -> float:
    """Compute the mean over repeats of accuracy or balanced accuracy, 0-1.

    Args:
        correct: ``[R, n]``.
    """
    if metric == "accuracy":
        return float(correct.mean())
    return float(np.mean([correct[:, labels == label].mean() for label in np.unique(labels)]))


def find_missed_classes(
    outcomes: Mapping[str, Outcomes], half: Half, classes: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Find the classes of which no held-out picture was recognised in any trial, by variant."""
    found = {}
    for name, outcome in outcomes.items():
        told = np.bincount(half.labels, outcome.correct.any(axis=0), len(classes))
        present = np.bincount(half.labels, minlength=len(classes))
        missed = np.flatnonzero((told == 0) & (present > 0))
        if len(missed):
            found[name] = tuple(classes[int(label)] for label in missed)
    return found


def make_leaderboard(
    store: RunStore, outcomes: Mapping[str, Outcomes], half: Half, metric: Metric
) -> tuple[LeaderboardRow, ...]:
    """Make one row for each variant, the highest accuracy first.

    Variants that were dropped early follow those that were not: over fewer repeats a mean may lie
    higher by chance.

    Args:
        store: The run, for the seconds of its trials.
        outcomes: What the compared trials said, by variant id.
        half: The pictures that were held out.
        metric: What accuracy is.
    """
    rows = [
        _make_row(store, name, found.records, make_evidence([found], half, metric))
        for name, found in outcomes.items()
    ]
    return tuple(sorted(rows, key=_order_row))


def compute_time_ratios(store: RunStore, specs: Mapping[str, Sequence[TrialSpec]]) -> StudyTiming:
    """Compute ratios of training times of all pairs, over the trials that both have."""
    seconds = {
        name: {
            (spec.repeat, spec.fold): store.load_timing(spec.id).train_seconds for spec in trials
        }
        for name, trials in specs.items()
    }
    pairs = list(combinations(specs, 2))
    ratios = [_compute_pair_ratio(seconds[first], seconds[second]) for first, second in pairs]
    known = not any(math.isnan(ratio.p_value) for ratio in ratios)
    adjusted = adjust_holm(np.array([ratio.p_value for ratio in ratios])) if known else None
    return StudyTiming(
        train_ratios=tuple(
            TimeRatio(
                first=first,
                second=second,
                ratio=ratio.ratio,
                low=ratio.low if known else None,
                high=ratio.high if known else None,
                p_adjusted=None if adjusted is None else float(adjusted[number]),
            )
            for number, ((first, second), ratio) in enumerate(zip(pairs, ratios, strict=True))
        )
    )


def _compute_pair_ratio(
    first: Mapping[tuple[int, int], float], second: Mapping[tuple[int, int], float]
) -> Ratio:
    """Compute the ratio over the repeats and folds that both have."""
    shared = sorted(first.keys() & second.keys())
    over, under = (np.array([seconds[key] for key in shared]) for seconds in (first, second))
    return compute_ratio(over, under, SIDE_CONFIDENCE)


def _order_row(row: LeaderboardRow) -> tuple[Any, ...]:
    return (-row.trials, -row.accuracy, row.multiply_adds, row.variant)


def _make_row(
    store: RunStore, variant_id: str, records: Sequence[TrialRecord], evidence: Evidence
) -> LeaderboardRow:
    timings = [store.load_timing(record.id) for record in records]
    scores = evidence.score(0) / 100
    interval = summarize_accuracy(evidence)
    row = {
        "variant": variant_id,
        "metric": "accuracy" if evidence.weights is None else "balanced-accuracy",
        "accuracy": interval.mean,
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "trials": len(records),
        "collapsed": (collapsed := sum(record.has_collapsed for record in records)),
        "collapsed_at_most": compute_highest_rate(collapsed, len(records)),
        "worst": float(compute_trial_means(scores, evidence.fold).min()),
    }
    return LeaderboardRow.model_validate(row | average_metrics(records, timings))


def summarize_accuracy(evidence: Evidence) -> Interval:
    """Compute the mean accuracy of the first variant, 0–1, and its interval at 95 %."""
    scores = evidence.score(0) / 100
    interval = compute_interval(scores, evidence.fold, SIDE_CONFIDENCE, evidence.groups)
    interval = widen_near_ends(interval, evidence.effective_pictures)
    return Interval(interval.mean, max(interval.low, 0.0), min(interval.high, 1.0))


def average_metrics(
    records: Sequence[TrialRecord], timings: Sequence[TrialTiming]
) -> dict[str, float | None]:
    """Return the mean of every metric over trials; ``None`` where one of them lacks it."""
    means: dict[str, float | None] = {}
    for entry in METRICS:
        if entry.source == "study":
            continue
        values = [entry.read(*trial) for trial in zip(records, timings, strict=True)]
        known = [value for value in values if value is not None]
        means[entry.key] = float(np.mean(known)) if len(known) == len(values) else None
    return means


def list_leaderboard_columns() -> tuple[str, ...]:
    """List the columns of ``leaderboard.csv``; those of metrics that were added later come last."""
    keys = [entry.key for entry in METRICS if entry.source != "study"]
    return tuple(dict.fromkeys([*LeaderboardRow.model_fields, *keys]))
