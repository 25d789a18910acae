"""Tell how the variants of a study stand while it runs: means, intervals and curves so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Metric
from poolbench.data.image_set import Half
from poolbench.records import TrialSpec
from poolbench.results.collect import summarize_accuracy, tell_right
from poolbench.results.history import read_history
from poolbench.rundir.store import HISTORY_COLUMNS, RunStore
from poolbench.verdict.intervals import Interval
from poolbench.verdict.paired import Evidence, compute_weights

_ACCURACY = HISTORY_COLUMNS.index("held_out_accuracy")


@dataclass(frozen=True)
class Standing:
    """One variant, as far as it is trained.

    Attributes:
        done: Finished trials, of ``total``.
        interval: Mean held-out accuracy (0–1) and its 95 % interval, over the whole repeats that
            are finished; before the first, over the pictures that were held out so far. ``None``:
            no trial is finished.
        curve: Held-out accuracy after each epoch, a mean over the trials that came so far; those
            that still run among them.
    """

    done: int
    total: int
    interval: Interval | None
    curve: tuple[float, ...]


@dataclass
class _Variant:
    """What is known of a variant.

    Attributes:
        right: By repeat and fold: the pictures that were held out, and which were told right.
        curves: By trial id.
        standing: What was computed last; ``None``: something has changed since.
    """

    specs: dict[str, TrialSpec] = field(default_factory=dict)
    right: dict[int, dict[int, tuple[NDArray[np.int64], NDArray[np.bool_]]]] = field(
        default_factory=dict
    )
    curves: dict[str, list[float]] = field(default_factory=dict)
    standing: Standing | None = None


class Standings:
    """Follows the trials of a study.

    Args:
        store: The run, which finished trials are read from.
        half: The pictures that are held out.
        metric: What accuracy is.
    """

    def __init__(self, store: RunStore, half: Half, metric: Metric) -> None:
        self._store, self._half, self._metric = store, half, metric
        self._variants: dict[str, _Variant] = {}
        self._specs: dict[str, TrialSpec] = {}

    def expect(self, specs: Sequence[TrialSpec]) -> None:
        """Expect these trials; those that are on disk count at once, with their curves."""
        for spec in specs:
            if spec.id in self._specs:
                continue
            self._specs[spec.id] = spec
            variant = self._variants.setdefault(spec.variant.id, _Variant())
            variant.specs[spec.id] = spec
            variant.standing = None
            if self._store.has_trial(spec.id):
                history = read_history(self._store, f"trials/{spec.id}/history.csv")
                variant.curves[spec.id] = history[:, _ACCURACY].tolist()
                self.take_finished(spec.id)

    def take_epoch(self, trial: str, epoch: int, accuracy: float) -> None:
        """Take the held-out accuracy (0–1) after an epoch, counted from 1, of a running trial."""
        spec = self._specs.get(trial)
        if spec is None:
            return
        variant = self._variants[spec.variant.id]
        curve = variant.curves.setdefault(trial, [])
        # A trial that was lost, or is begun again, goes over its epochs a second time.
        del curve[epoch - 1 :]
        curve += [np.nan] * (epoch - 1 - len(curve)) + [accuracy]
        variant.standing = None

    def take_finished(self, trial: str) -> None:
        """Read a trial that is on disk."""
        spec = self._specs.get(trial)
        if spec is None:
            return
        variant = self._variants[spec.variant.id]
        arrays = self._store.load_arrays(trial, "predictions")
        right = tell_right(self._store.load_trial(trial), arrays)
        variant.right.setdefault(spec.repeat, {})[spec.fold] = (arrays["index"], right)
        variant.standing = None

    def list(self) -> dict[str, Standing]:
        """Return how each variant stands, by its id, in the order in which they were expected."""
        return {name: self._stand(variant) for name, variant in self._variants.items()}

    def _stand(self, variant: _Variant) -> Standing:
        if variant.standing is None:
            variant.standing = Standing(
                done=sum(len(folds) for folds in variant.right.values()),
                total=len(variant.specs),
                interval=self._summarize(variant),
                curve=_average_curves(list(variant.curves.values())),
            )
        return variant.standing

    def _summarize(self, variant: _Variant) -> Interval | None:
        if not variant.right:
            return None
        folds = next(iter(variant.specs.values())).folds
        whole = [found for found in variant.right.values() if len(found) == folds]
        # In whole repeats every picture is held out once; of the first, those that were so far.
        repeats = whole or [max(variant.right.values(), key=len)]
        index = np.sort(np.concatenate([index for index, _ in repeats[0].values()]))
        shape = (len(repeats), len(self._half))
        correct, fold = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
        for row, found in enumerate(repeats):
            for number, (held_out, right) in found.items():
                correct[row, held_out], fold[row, held_out] = right, number
        labels, groups = self._half.labels[index], self._half.groups
        is_balanced = self._metric == "balanced-accuracy"
        return summarize_accuracy(
            Evidence(
                correct=correct[None, :, index],
                fold=fold[:, index],
                weights=compute_weights(labels) if is_balanced else None,
                groups=None if groups is None else groups[index],
            )
        )


def _average_curves(curves: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Average by epoch over the curves that are so long and hold a number there."""
    stack = np.full((len(curves), max(map(len, curves), default=0)), np.nan)
    for number, curve in enumerate(curves):
        stack[number, : len(curve)] = curve
    known = np.ma.masked_invalid(stack)
    return tuple(known.mean(axis=0).compressed().tolist()) if known.count() else ()
