"""Run one trial: from its spec and the pictures to everything that is kept of it."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from poolbench.evaluation.collapse import has_collapsed
from poolbench.evaluation.cost import compute_cost
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_side_metrics, count_as_wrong
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch
from poolbench.evaluation.shift import ShiftPredictions, compute_shift_curve, predict_shifted
from poolbench.machine.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.models.views import add_views, count_passes
from poolbench.records import Cost, ShiftCurve, SideMetrics, TrialRecord, TrialSpec, TrialTiming
from poolbench.training.loop import EpochRow, TrainingResult, run_training
from poolbench.training.seeds import Purpose, forked_globals, seed_globals
from poolbench.trials.build import (
    PreparedTrial,
    SplitIndex,
    build_trial,
    make_form,
    split_pictures,
)
from poolbench.trials.checkpoints import TrialKeeper
from poolbench.trials.session import Session
from poolbench.trials.tuning import find_rate_factor

Index = NDArray[np.int64]

# Factor of the learning rate of a trial that is begun again: one step further down than a search
# over factors of two would go.
AGAIN_RATE_FACTOR = 0.25


@dataclass(frozen=True)
class Predictions:
    """The predictions for held-out pictures.

    Attributes:
        index: int64 ``[n]``, positions in the pool (split ``fold``) or in the test half.
        labels: int64 ``[n]``.
        logits: float32 ``[n, classes]``.
    """

    index: Index
    labels: NDArray[np.int64]
    logits: NDArray[np.float32]


@dataclass(frozen=True)
class TrialOutcome:
    """Everything that is kept of a trial.

    Attributes:
        has_collapsed: Whether it tells its training pictures no better than a constant answer.
    """

    record: TrialRecord
    timing: TrialTiming
    history: tuple[EpochRow, ...]
    predictions: Predictions
    shifted: ShiftPredictions
    weights: dict[str, NDArray[np.generic]]
    has_collapsed: bool = False


@forked_globals()
def run_trial(
    spec: TrialSpec, session: Session, on_epoch: Callable[[EpochRow], None] = lambda row: None
) -> TrialOutcome:
    """Train and judge one variant on one part of the pictures; once more if it learned nothing."""
    reset_peak_memory(spec.conditions.device)
    return run_again_if_collapsed(_run_attempt(spec, session, on_epoch), session, on_epoch)


def run_again_if_collapsed(
    outcome: TrialOutcome, session: Session, on_epoch: Callable[[EpochRow], None]
) -> TrialOutcome:
    """Run a collapsed trial again, with random numbers of its own and a lower learning rate.

    Any other outcome is returned unchanged. Only the training pictures decide which it is.
    """
    if not outcome.has_collapsed:
        return outcome
    again = _run_attempt(outcome.record.spec, session, on_epoch, outcome)
    timing = again.timing.model_copy(
        update={
            name: getattr(outcome.timing, name) + getattr(again.timing, name)
            for name in ("train_seconds", "wall_seconds", "watch_seconds", "judge_seconds")
        }
    )
    record = again.record.model_copy(update={"attempts": 2})
    return replace(again, record=record, timing=timing)


def _run_attempt(
    spec: TrialSpec,
    session: Session,
    on_epoch: Callable[[EpochRow], None],
    before: TrialOutcome | None = None,
) -> TrialOutcome:
    """Train and judge; after a collapse (``before``) with a part of the rate that it had."""
    started = time.perf_counter()
    attempt = 0 if before is None else 1
    split = split_pictures(spec, session.image_set)
    keeper = None if session.checkpoints is None else session.checkpoints.open(spec.id, attempt)
    if before is not None:
        factor: float | None = AGAIN_RATE_FACTOR * (before.record.rate_factor or 1.0)
    else:
        factor = _choose_rate(spec, session, split, keeper) if spec.tune == "lr" else None
    trial = build_trial(spec, session, split=split, rate_factor=factor or 1.0, attempt=attempt)
    result = run_training(
        trial.form,
        trial.train,
        trial.watched,
        trial.schedule,
        inner=trial.inner,
        lanes=session.lanes,
        on_epoch=on_epoch,
        keeper=keeper,
    )
    return judge(trial, session, result, started, factor)


def _choose_rate(
    spec: TrialSpec, session: Session, split: SplitIndex, keeper: TrialKeeper | None
) -> float:
    """Search for the learning rate, unless that was done before the training was interrupted."""
    saved = None if keeper is None else keeper.load()
    factor: float = (
        find_rate_factor(spec, session, split) if saved is None else saved.facts["rate_factor"]
    )
    if keeper is not None:
        keeper.facts["rate_factor"] = factor
    return factor


@forked_globals()
def judge(
    trial: PreparedTrial,
    session: Session,
    result: TrainingResult,
    started: float,
    rate_factor: float | None = None,
) -> TrialOutcome:
    """Evaluate a trained network on its training and held-out pictures, in float32.

    Args:
        trial: The trial, whose network is trained by now.
        session: What it was built in.
        result: What its training left.
        started: The time of :func:`time.perf_counter` when the trial began.
        rate_factor: Factor of the recipe's learning rate; ``None``: none was searched for.
    """
    begun = time.perf_counter()
    spec, split, network = trial.spec, trial.split, trial.network
    views = spec.variant.recipe.test_views
    whole = add_views(make_form(network, spec).whole, views)
    train = session.make_part(session.get_pictures("pool"), split.train)
    held_out = session.make_part(session.get_pictures(split.half), split.held_out)
    images = held_out.rows
    with _seed_evaluation(spec):
        train_logits, logits = compute_logits(whole, train.rows), compute_logits(whole, images)
        unmoved = logits.argmax(axis=1)
        result = _note_divergence(result, spec, split, (train_logits, logits))
        if result.diverged_at is not None:
            # It says nothing: all classes alike, so its loss is ln(classes).
            train_logits, logits = np.zeros_like(train_logits), np.zeros_like(logits)
        shifted = predict_shifted(whole, images, unmoved=unmoved)
    train_labels = session.get_half("pool").labels[split.train]
    labels = session.get_half(split.half).labels[split.held_out]
    classes = session.image_set.classes
    record = _make_record(
        spec,
        result,
        train=compute_side_metrics(train_logits, train_labels, classes),
        held_out=compute_side_metrics(logits, labels, classes),
        shift=compute_shift_curve(shifted, labels),
        cost=compute_cost(network, spec.image_size, passes=count_passes(views)),
    ).model_copy(update={"rate_factor": rate_factor})
    ended = time.perf_counter()
    timing = TrialTiming(
        train_seconds=result.train_seconds,
        wall_seconds=ended - started,
        watch_seconds=result.watch_seconds,
        judge_seconds=ended - begun,
        peak_memory_bytes=read_peak_memory_bytes(spec.conditions.device),
    )
    predictions = Predictions(split.held_out, labels, logits)
    weights = {name: value.cpu().numpy() for name, value in network.state_dict().items()}
    collapsed = result.diverged_at is None and has_collapsed(train_logits, train_labels)
    return TrialOutcome(record, timing, result.history, predictions, shifted, weights, collapsed)


def _note_divergence(
    result: TrainingResult,
    spec: TrialSpec,
    split: SplitIndex,
    answers: Sequence[NDArray[np.float32]],
) -> TrainingResult:
    """Mark a result as diverged in its last step if an output of the network is not finite.

    Its weights and its loss may still be numbers: in evaluation mode, in another format or on
    other pictures it computes something else than in its last step.
    """
    if result.diverged_at is not None or all(np.isfinite(logits).all() for logits in answers):
        return result
    steps = math.ceil(len(split.train) / spec.variant.recipe.batch_size)
    last = len(result.history) * steps - 1
    return replace(result, diverged_at=last, chosen_epoch=None)


@contextmanager
def _seed_evaluation(spec: TrialSpec) -> Iterator[None]:
    """Seed what an operator draws in evaluation mode by an epoch after the last one."""
    devices = [torch.device(spec.conditions.device)] if spec.conditions.device == "cuda" else []
    recipe = spec.variant.recipe
    with torch.random.fork_rng(devices):
        key = (spec.repeat, spec.fold, spec.variant.replica, recipe.epochs)
        seed_globals(spec.seed, Purpose.LAYERS, *key)
        yield


def _make_record(
    spec: TrialSpec,
    result: TrainingResult,
    *,
    train: SideMetrics,
    held_out: SideMetrics,
    shift: ShiftCurve,
    cost: Cost,
) -> TrialRecord:
    history = result.history
    if result.diverged_at is not None:
        train, held_out = count_as_wrong(train), count_as_wrong(held_out)
        nothing = (0.0,) * len(shift.pixels)
        shift = shift.model_copy(update={"accuracy": nothing, "consistency": nothing})
    # Up to the epoch whose weights are kept.
    watched = history[: result.chosen_epoch]
    losses = [row.nll for row in watched if math.isfinite(row.nll)]
    return TrialRecord(
        id=spec.id,
        spec=spec,
        train=train,
        held_out=held_out,
        overfit=compute_overfit(train.accuracy, held_out.accuracy, losses or [held_out.nll]),
        best_epoch=find_best_epoch(
            [held_out.accuracy if math.isnan(row.accuracy) else row.accuracy for row in history]
        ),
        shift=shift,
        cost=cost,
        diverged_at=result.diverged_at,
        last_finite_loss=None if result.diverged_at is None else result.last_loss,
        chosen_epoch=result.chosen_epoch,
    )
