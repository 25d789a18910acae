"""Tell a program, and what it logs to, how a study goes: each epoch, each finished training."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from poolbench.errors import PoolbenchError, UsageError
from poolbench.executors.base import Progress
from poolbench.records import TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.study.logs import Logs


@dataclass(frozen=True)
class EpochEvent:
    """An epoch of a training has ended.

    A training that starts again, because its process was lost or it learned nothing, repeats its
    first epochs.

    Attributes:
        trial: The id of the trial.
        variant: The id of the variant, as in the leaderboard.
        repeat, fold: Counted from 0.
        is_final: Whether this is the training of the final model.
        epoch, epochs: The epoch, counted from 1, and the largest possible number of them.
        train_loss, train_accuracy: Means over the batches of the epoch, as in ``history.csv``.
        held_out_loss, held_out_accuracy: The same for the held-out images after the epoch;
            ``None`` if nothing is watched, as in the training of the final model.
    """

    trial: str
    variant: str
    repeat: int
    fold: int
    is_final: bool
    epoch: int
    epochs: int
    train_loss: float
    train_accuracy: float
    held_out_loss: float | None
    held_out_accuracy: float | None


@dataclass(frozen=True)
class TrialEvent:
    """A training has ended and is on disk; trainings of an earlier call are not reported again.

    Attributes:
        trial, variant, repeat, fold, is_final: As in :class:`EpochEvent`.
        train_accuracy, accuracy: Accuracy on the training and the held-out images, 0–1.
        nll: Negative log-likelihood of the held-out images, in nats.
        has_diverged: Whether the loss stopped being a number; all predictions then count as wrong.
        train_seconds, wall_seconds: Seconds of the steps alone, and from start to end.
    """

    trial: str
    variant: str
    repeat: int
    fold: int
    is_final: bool
    train_accuracy: float
    accuracy: float
    nll: float
    has_diverged: bool
    train_seconds: float
    wall_seconds: float


@dataclass(frozen=True)
class Hooks:
    """The functions of a person that are called while a study runs.

    Raises:
        UsageError: If one of them cannot be called.
    """

    on_trial: Callable[[TrialEvent], object] | None = None
    on_epoch: Callable[[EpochEvent], object] | None = None

    def __post_init__(self) -> None:
        for name, function in vars(self).items():
            if function is not None and not callable(function):
                raise UsageError("study.hook", name=name, given=repr(function))


NO_HOOKS = Hooks()


class Follower:
    """Hears what happens to trials, and tells whoever wants to know."""

    def __init__(self, store: RunStore, hooks: Hooks, logs: Logs) -> None:
        self._store, self._hooks, self._logs = store, hooks, logs

    def follow(self, spec: TrialSpec, progress: Progress) -> None:
        """Tell of a trial.

        Raises:
            PoolbenchError: If a function of the person fails.
        """
        if progress.kind == "done":
            # Before a function that may fail.
            self._logs.add(spec.id)
            if self._hooks.on_trial is not None:
                _call("on_trial", self._hooks.on_trial, self._make_trial_event(spec))
        elif self._hooks.on_epoch is not None:
            _call("on_epoch", self._hooks.on_epoch, _make_epoch_event(spec, progress))

    def _make_trial_event(self, spec: TrialSpec) -> TrialEvent:
        record, timing = self._store.load_trial(spec.id), self._store.load_timing(spec.id)
        return TrialEvent(
            **_name(spec),
            train_accuracy=record.train.accuracy,
            accuracy=record.held_out.accuracy,
            nll=record.held_out.nll,
            has_diverged=record.diverged_at is not None,
            train_seconds=timing.train_seconds,
            wall_seconds=timing.wall_seconds,
        )


def _make_epoch_event(spec: TrialSpec, progress: Progress) -> EpochEvent:
    measures = progress.measures
    assert measures is not None
    return EpochEvent(
        **_name(spec),
        epoch=progress.epoch,
        epochs=spec.variant.recipe.epochs,
        train_loss=measures.train_loss,
        train_accuracy=measures.train_accuracy,
        held_out_loss=_leave_unknown(measures.held_out_loss),
        held_out_accuracy=_leave_unknown(measures.held_out_accuracy),
    )


def _name(spec: TrialSpec) -> dict[str, Any]:
    """Return what an event says of the trial that it is of."""
    return {
        "trial": spec.id,
        "variant": spec.variant.id,
        "repeat": spec.repeat,
        "fold": spec.fold,
        "is_final": spec.split == "whole",
    }


def _leave_unknown(value: float) -> float | None:
    return None if math.isnan(value) else value


def _call(name: str, function: Callable[[Any], object], event: EpochEvent | TrialEvent) -> None:
    try:
        function(event)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise PoolbenchError(
            "study.hook-failed", name=name, trial=event.trial, error=told
        ) from error
