"""Read what the trials of a variant said of pictures that they had not seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from poolbench.records import TrialRecord
from poolbench.rundir.store import RunStore
from poolbench.verdict.intervals import Interval, compute_interval
from poolbench.verdict.paired import SIDE_CONFIDENCE


def read_answers(store: RunStore, trials: Sequence[TrialRecord]) -> dict[str, Any]:
    """Read the fields of ``VariantView`` that come from the predictions of its trials."""
    arrays = [store.load_arrays(trial.id, "predictions") for trial in trials]
    confidences, rights = [], []
    for trial, found in zip(trials, arrays, strict=True):
        if trial.diverged_at is not None:
            # It says nothing, which counts as wrong.
            rights.append(np.zeros(len(found["labels"]), dtype=bool))
            continue
        probabilities = softmax(found["logits"].astype(np.float64), axis=1)
        confidences.append(probabilities.max(axis=1))
        rights.append(probabilities.argmax(axis=1) == found["labels"])
    known = [
        right for trial, right in zip(trials, rights, strict=True) if trial.diverged_at is None
    ]
    gaps = [
        trial.train.accuracy - right.astype(float)
        for trial, right in zip(trials, rights, strict=True)
    ]
    rises = [
        np.full(len(right), trial.overfit.loss_rise)
        for trial, right in zip(trials, rights, strict=True)
    ]
    indexes = [found["index"] for found in arrays]
    return {
        # With few trainings an interval may reach beyond what there can be.
        "gap": _bound(_find_interval(trials, indexes, gaps), -1, 1),
        "loss_rise": _bound(_find_interval(trials, indexes, rises), 0, np.inf),
        "confidence": np.concatenate([np.empty(0), *confidences]),
        "is_right": np.concatenate([np.empty(0, dtype=bool), *known]),
    }


def _bound(interval: Interval, least: float, most: float) -> Interval:
    return Interval(interval.mean, max(interval.low, least), min(interval.high, most))


def _find_interval(
    trials: Sequence[TrialRecord],
    indexes: Sequence[NDArray[np.int64]],
    values: Sequence[NDArray[np.float64]],
) -> Interval:
    """Compute the interval over the repeats in which every picture has a number."""
    repeats = sorted({trial.spec.repeat for trial in trials})
    pictures = np.unique(np.concatenate(indexes))
    table = np.full((len(repeats), len(pictures)), np.nan)
    fold = np.zeros(table.shape, dtype=np.int64)
    for trial, index, value in zip(trials, indexes, values, strict=True):
        row, columns = repeats.index(trial.spec.repeat), np.searchsorted(pictures, index)
        table[row, columns], fold[row, columns] = value, trial.spec.fold
    whole = np.isfinite(table).all(axis=1)
    if not whole.any():
        # A training diverged in every repeat.
        return Interval(np.nan, np.nan, np.nan)
    return compute_interval(table[whole], fold[whole], SIDE_CONFIDENCE)
