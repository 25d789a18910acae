"""One trial, from its spec and an image set to everything that is kept of it."""

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
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch
from poolbench.evaluation.shift import ShiftPredictions, compute_shift_curve, predict_shifted
from poolbench.machine.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.models import Network
from poolbench.models.views import add_views, count_passes
from poolbench.records import Cost, ShiftCurve, SideMetrics, TrialRecord, TrialSpec, TrialTiming
from poolbench.training.loop import EpochRow, TrainingResult, run_training
from poolbench.training.seeds import Purpose, forked_globals, seed_globals
from poolbench.trials.build import (
    SplitIndex,
    make_form,
    make_schedule,
    make_watched,
    prepare_half,
    split_pictures,
    start_network,
)
from poolbench.trials.checkpoints import TrialKeeper
from poolbench.trials.session import Workplace
from poolbench.trials.tuning import find_rate_factor

Index = NDArray[np.int64]

# Of the learning rate, for a trial that is begun again: one step further down than a search over
# factors of two would go.
AGAIN_RATE_FACTOR = 0.25


@dataclass(frozen=True)
class Predictions:
    """Held-out predictions.

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
    spec: TrialSpec, place: Workplace, on_epoch: Callable[[EpochRow], None] = lambda row: None
) -> TrialOutcome:
    """Train and judge one variant on one part of the pictures; once more if it learned nothing."""
    reset_peak_memory(spec.conditions.device)
    return run_again_if_collapsed(_run_attempt(spec, place, on_epoch), place, on_epoch)


def run_again_if_collapsed(
    outcome: TrialOutcome, place: Workplace, on_epoch: Callable[[EpochRow], None]
) -> TrialOutcome:
    """A collapsed trial anew, with random numbers of its own and a lower rate; any other as it is.

    Only what the network says of its training pictures decides it.
    """
    if not outcome.has_collapsed:
        return outcome
    again = _run_attempt(outcome.record.spec, place, on_epoch, outcome)
    timing = again.timing.model_copy(
        update={
            name: getattr(outcome.timing, name) + getattr(again.timing, name)
            for name in ("train_seconds", "wall_seconds")
        }
    )
    record = again.record.model_copy(update={"attempts": 2})
    return replace(again, record=record, timing=timing)


def _run_attempt(
    spec: TrialSpec,
    place: Workplace,
    on_epoch: Callable[[EpochRow], None],
    before: TrialOutcome | None = None,
) -> TrialOutcome:
    """Train and judge; after a collapse (``before``) with a part of the rate that it had."""
    started = time.perf_counter()
    attempt = 0 if before is None else 1
    split = split_pictures(spec, place.image_set)
    keeper = None if place.checkpoints is None else place.checkpoints.open(spec.id, attempt)
    if before is not None:
        factor: float | None = AGAIN_RATE_FACTOR * (before.record.rate_factor or 1.0)
    else:
        factor = _choose_rate(spec, place, split, keeper) if spec.tune == "lr" else None
    network = start_network(spec, place, split, attempt)
    form = make_form(network, spec)
    pool = prepare_half("pool", spec, place, form)
    result = run_training(
        form,
        place.make_part(pool, split.train),
        make_watched(spec, place, split, form),
        make_schedule(spec, factor or 1.0, attempt),
        inner=None if split.inner is None else place.make_part(pool, split.inner),
        lanes=place.lanes,
        on_epoch=on_epoch,
        keeper=keeper,
    )
    return judge(spec, place, split, network, result, started, factor)


def _choose_rate(
    spec: TrialSpec, place: Workplace, split: SplitIndex, keeper: TrialKeeper | None
) -> float:
    """Search for it, unless that was done before the training was cut."""
    saved = None if keeper is None else keeper.load()
    factor: float = (
        find_rate_factor(spec, place, split) if saved is None else saved.facts["rate_factor"]
    )
    if keeper is not None:
        keeper.facts["rate_factor"] = factor
    return factor


@forked_globals()
def judge(
    spec: TrialSpec,
    place: Workplace,
    split: SplitIndex,
    network: Network,
    result: TrainingResult,
    started: float,
    rate_factor: float | None = None,
) -> TrialOutcome:
    """What a trained network does with the pictures, in float32.

    Args:
        started: By the clock :func:`time.perf_counter`, when the trial began.
        rate_factor: Of the recipe's learning rate, where it is not 1.
    """
    views = spec.variant.recipe.test_views
    whole = add_views(make_form(network, spec).whole, views)
    train = place.make_part(place.get_pictures("pool"), split.train)
    held_out = place.make_part(place.get_pictures(split.half), split.held_out)
    images = held_out.rows
    with _drawing_after(spec):
        train_logits, logits = compute_logits(whole, train.rows), compute_logits(whole, images)
        result = _note_divergence(result, spec, split, (train_logits, logits))
        if result.diverged_at is not None:
            # It says nothing: all classes alike, so its loss is ln(classes).
            train_logits, logits = np.zeros_like(train_logits), np.zeros_like(logits)
        shifted = predict_shifted(whole, images)
    train_labels = place.get_half("pool").labels[split.train]
    labels = place.get_half(split.half).labels[split.held_out]
    classes = place.image_set.classes
    record = _make_record(
        spec,
        result,
        train=compute_side_metrics(train_logits, train_labels, classes),
        held_out=compute_side_metrics(logits, labels, classes),
        shift=compute_shift_curve(shifted, labels),
        cost=compute_cost(network, spec.image_size, passes=count_passes(views)),
    ).model_copy(update={"rate_factor": rate_factor})
    timing = TrialTiming(
        train_seconds=result.train_seconds,
        wall_seconds=time.perf_counter() - started,
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
    """The same result, diverged with its last step if an answer of the network is no number.

    Its weights and its loss may still be numbers: in evaluation mode, in another format or on
    other pictures it computes something else than in its last step.
    """
    if result.diverged_at is not None or all(np.isfinite(logits).all() for logits in answers):
        return result
    steps = math.ceil(len(split.train) / spec.variant.recipe.batch_size)
    last = len(result.history) * steps - 1
    return replace(result, diverged_at=last, chosen_epoch=None)


@contextmanager
def _drawing_after(spec: TrialSpec) -> Iterator[None]:
    """What an operator draws though it is judged comes after the last epoch, not from anywhere."""
    devices = [torch.device(spec.conditions.device)] if spec.conditions.device == "cuda" else []
    recipe = spec.variant.recipe
    with torch.random.fork_rng(devices):
        key = (spec.repeat, spec.fold, spec.variant.replica, recipe.epochs)
        seed_globals(spec.seed, Purpose.LAYERS, *key)
        yield


def _count_as_wrong(side: SideMetrics) -> SideMetrics:
    """A diverged network is right about nothing, whichever class comes first."""
    return side.model_copy(update={"accuracy": 0.0, "macro_f1": 0.0})


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
        train, held_out = _count_as_wrong(train), _count_as_wrong(held_out)
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
