"""One trial, from its spec and an image set to everything that is kept of it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from poolbench.data.image_set import Half, ImageSet
from poolbench.data.splits import assign_folds
from poolbench.evaluation.cost import compute_cost
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch
from poolbench.evaluation.shift import ShiftPredictions, compute_shift_curve, predict_shifted
from poolbench.execution.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import rewrite
from poolbench.records import Cost, ShiftCurve, SideMetrics, TrialRecord, TrialSpec, TrialTiming
from poolbench.training.loop import EpochRow, Pictures, Schedule, TrainingResult, run_training
from poolbench.training.seeds import Purpose, initialize, make_rng, make_torch_seed

Index = NDArray[np.int64]


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
    """Everything that is kept of a trial."""

    record: TrialRecord
    timing: TrialTiming
    history: tuple[EpochRow, ...]
    predictions: Predictions
    shifted: ShiftPredictions
    weights: dict[str, NDArray[np.generic]]


def build_network(spec: TrialSpec) -> Network:
    """The network of a trial with its initial values, on the CPU."""
    variant = spec.variant
    key = (spec.repeat, spec.fold, variant.replica)
    with torch.random.fork_rng(devices=[]):
        # What an operator draws when it is built comes from the trial's own stream.
        torch.manual_seed(make_torch_seed(spec.seed, Purpose.INIT, *key))
        build = get_backbone(variant.backbone).build
        network = build(variant.operator, spec.num_classes, spec.image_size)
    initialize(network, spec.seed, *key)
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def assign_repeat(spec: TrialSpec, pool: Half) -> Index:
    """int64 ``[N]``: the fold of each picture of the pool in the repeat of this trial."""
    rng = make_rng(spec.seed, Purpose.SPLIT, spec.repeat)
    return assign_folds(pool.labels, spec.folds, rng, pool.groups)


def split_pictures(spec: TrialSpec, image_set: ImageSet) -> tuple[Half, Half, Index]:
    """Training part, held-out part, and the positions of the held-out pictures in their half."""
    pool = image_set.pool
    if spec.split == "fold":
        held_out = assign_repeat(spec, pool) == spec.fold
        index = np.flatnonzero(held_out)
        return pool.take(np.flatnonzero(~held_out)), pool.take(index), index
    return pool, image_set.test, np.arange(len(image_set.test))


def run_trial(
    spec: TrialSpec, image_set: ImageSet, on_epoch: Callable[[EpochRow], None] = lambda row: None
) -> TrialOutcome:
    """Train and judge one variant on one part of the pictures."""
    started = time.perf_counter()
    device = spec.conditions.device
    reset_peak_memory(device)
    train_half, held_half, index = split_pictures(spec, image_set)
    train, held_out = to_device(train_half, device), to_device(held_half, device)
    network = build_network(spec).to(device)
    form = rewrite(network) if spec.conditions.rewrites else network
    # The test half is opened once, after training; only the lab protocol watches it.
    watched = None if spec.split == "whole" else held_out
    result = run_training(form, train, watched, _make_schedule(spec), on_epoch)
    train_logits = _compute_finite_logits(network, train, result)
    logits = _compute_finite_logits(network, held_out, result)
    shifted = predict_shifted(network, held_out.images)
    record = _make_record(
        spec,
        result,
        train=compute_side_metrics(train_logits, train_half.labels, image_set.classes),
        held_out=compute_side_metrics(logits, held_half.labels, image_set.classes),
        shift=compute_shift_curve(shifted, held_half.labels),
        cost=compute_cost(network, spec.image_size),
    )
    timing = TrialTiming(
        train_seconds=result.train_seconds,
        wall_seconds=time.perf_counter() - started,
        peak_memory_bytes=read_peak_memory_bytes(device),
    )
    predictions = Predictions(index, held_half.labels, logits)
    weights = {name: value.cpu().numpy() for name, value in network.state_dict().items()}
    return TrialOutcome(record, timing, result.history, predictions, shifted, weights)


def _make_schedule(spec: TrialSpec) -> Schedule:
    key = (spec.repeat, spec.fold, spec.variant.replica)
    return Schedule(spec.variant.recipe, spec.seed, key, spec.conditions.precision)


def to_device(half: Half, device: str) -> Pictures:
    """Pictures of a half as tensors on a device."""
    # A view with the channels last in memory, as the convolutions want them.
    images = torch.from_numpy(_make_writeable(half.images)).permute(0, 3, 1, 2)
    labels = torch.from_numpy(_make_writeable(half.labels))
    return Pictures(images.to(device), labels.to(device))


def _make_writeable(array: NDArray[Any]) -> NDArray[Any]:
    """torch does not take arrays that are mapped read-only; others need no copy."""
    return array if array.flags.writeable else np.array(array)


def _compute_finite_logits(
    network: Network, pictures: Pictures, result: TrainingResult
) -> NDArray[np.float32]:
    """A diverged network says nothing: all classes alike, so its loss is ln(classes)."""
    logits = compute_logits(network, pictures.images)
    return logits if result.diverged_at is None else np.zeros_like(logits)


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
    losses = [row.nll for row in history if math.isfinite(row.nll)]
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
    )
