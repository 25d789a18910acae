"""One trial, from its spec and an image set to everything that is kept of it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from poolbench.data.image_set import Half, ImageSet
from poolbench.data.splits import assign_folds, check_enough
from poolbench.evaluation.cost import compute_cost
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch
from poolbench.evaluation.shift import ShiftPredictions, compute_shift_curve, predict_shifted
from poolbench.execution.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.execution.workplace import HalfName, Workplace
from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import TrainingForm, add_dropout, keep_plain, rewrite
from poolbench.models.start import freeze, make_dirac, whiten_first
from poolbench.models.transfer import transfer
from poolbench.models.views import add_views, count_passes
from poolbench.records import Cost, ShiftCurve, SideMetrics, TrialRecord, TrialSpec, TrialTiming
from poolbench.training.loop import EpochRow, TrainingResult, run_training
from poolbench.training.pictures import Part, Pictures
from poolbench.training.schedule import Schedule
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
        backbone = get_backbone(variant.backbone)
        network = backbone.build(variant.operator, spec.num_classes, spec.image_size)
    initialize(network, spec.seed, *key)
    if variant.recipe.initialization == "dirac":
        make_dirac(network)
    if backbone.factory is not None:
        # It may rely on how its maps lie in memory, as every ``view`` does.
        return network
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def assign_repeat(spec: TrialSpec, pool: Half) -> Index:
    """int64 ``[N]``: the fold of each picture of the pool in the repeat of this trial."""
    rng = make_rng(spec.seed, Purpose.SPLIT, spec.repeat)
    return assign_folds(pool.labels, spec.folds, rng, pool.groups)


@dataclass(frozen=True)
class SplitIndex:
    """Which pictures train a trial and which judge it.

    Attributes:
        train: int64 ``[N]``, positions in the pool.
        half: Where the held-out pictures are.
        held_out: int64 ``[n]``, positions there.
        inner: int64 ``[m]``, positions in the pool: put aside to choose the epoch that is kept.
    """

    train: Index
    half: HalfName
    held_out: Index
    inner: Index | None = None


def split_pictures(spec: TrialSpec, image_set: ImageSet) -> SplitIndex:
    """The split of a trial."""
    pool = image_set.pool
    if spec.split == "fold":
        is_held_out = assign_repeat(spec, pool) == spec.fold
        split = SplitIndex(np.flatnonzero(~is_held_out), "pool", np.flatnonzero(is_held_out))
    else:
        split = SplitIndex(np.arange(len(pool)), "test", np.arange(len(image_set.test)))
    share = spec.variant.recipe.validation_fraction
    return _put_aside(split, spec, pool, share) if share else split


def _put_aside(split: SplitIndex, spec: TrialSpec, pool: Half, share: float) -> SplitIndex:
    """A part of the training pictures is put aside, of each class its share, groups whole."""
    part = pool.take(split.train)
    parts = round(1 / share)
    check_enough(part, [str(label) for label in range(spec.num_classes)], parts)
    rng = make_rng(spec.seed, Purpose.VALIDATION, spec.repeat, spec.fold)
    is_inner = assign_folds(part.labels, parts, rng, part.groups) == 0
    return replace(split, train=split.train[~is_inner], inner=split.train[is_inner])


def make_form(network: Network, spec: TrialSpec) -> TrainingForm:
    """The form in which a trial trains its network."""
    form = rewrite(network) if spec.conditions.rewrites else keep_plain(network)
    share = spec.variant.recipe.dropout
    return add_dropout(form, share) if share else form


def start_network(spec: TrialSpec, place: Workplace, split: SplitIndex) -> Network:
    """The network as its training begins, on the device.

    Whitened as the recipe says, with what fits of the weights that were trained before, and then
    frozen.
    """
    network = build_network(spec)
    if spec.variant.recipe.whitened:
        pool = place.get_half("pool").images
        images = torch.from_numpy(pool[split.train]).permute(0, 3, 1, 2)
        whiten_first(network, images.float())
    if spec.weights is not None:
        transfer(network, place.load_weights(spec.weights))
    freeze(network, spec.variant.recipe.trained_part)
    return network.to(spec.conditions.device)


def prepare_half(name: HalfName, spec: TrialSpec, place: Workplace, form: TrainingForm) -> Pictures:
    """The pictures of a half as the training takes them."""
    late = spec.variant.recipe.color_jitter > 0
    return place.prepare(name, form, spec.conditions.precision, late=late)


def run_trial(
    spec: TrialSpec, place: Workplace, on_epoch: Callable[[EpochRow], None] = lambda row: None
) -> TrialOutcome:
    """Train and judge one variant on one part of the pictures."""
    started = time.perf_counter()
    reset_peak_memory(spec.conditions.device)
    split = split_pictures(spec, place.image_set)
    network = start_network(spec, place, split)
    form = make_form(network, spec)
    pool = prepare_half("pool", spec, place, form)
    result = run_training(
        form,
        place.make_part(pool, split.train),
        make_watched(spec, place, split, form),
        make_schedule(spec),
        inner=None if split.inner is None else place.make_part(pool, split.inner),
        lanes=place.lanes,
        on_epoch=on_epoch,
    )
    return judge(spec, place, split, network, result, started)


def make_watched(
    spec: TrialSpec, place: Workplace, split: SplitIndex, form: TrainingForm
) -> Part | None:
    """The pictures that are looked at after each epoch.

    The test half is opened once, after training; only the lab protocol watches it.
    """
    if spec.split == "whole":
        return None
    return place.make_part(prepare_half(split.half, spec, place, form), split.held_out)


def judge(
    spec: TrialSpec,
    place: Workplace,
    split: SplitIndex,
    network: Network,
    result: TrainingResult,
    started: float,
) -> TrialOutcome:
    """What a trained network does with the pictures, in float32.

    Args:
        started: By the clock :func:`time.perf_counter`, when the trial began.
    """
    views = spec.variant.recipe.test_views
    whole = add_views(make_form(network, spec).whole, views)
    train = place.make_part(place.get_pictures("pool"), split.train)
    held_out = place.make_part(place.get_pictures(split.half), split.held_out)
    images = held_out.take_images()
    train_logits = _compute_finite_logits(whole, train.take_images(), result)
    logits = _compute_finite_logits(whole, images, result)
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
    )
    timing = TrialTiming(
        train_seconds=result.train_seconds,
        wall_seconds=time.perf_counter() - started,
        peak_memory_bytes=read_peak_memory_bytes(spec.conditions.device),
    )
    predictions = Predictions(split.held_out, labels, logits)
    weights = {name: value.cpu().numpy() for name, value in network.state_dict().items()}
    return TrialOutcome(record, timing, result.history, predictions, shifted, weights)


def make_schedule(spec: TrialSpec) -> Schedule:
    """What the steps of a trial follow."""
    key = (spec.repeat, spec.fold, spec.variant.replica)
    return Schedule(spec.variant.recipe, spec.seed, key, spec.conditions.precision)


def _compute_finite_logits(
    network: Network, images: Tensor, result: TrainingResult
) -> NDArray[np.float32]:
    """A diverged network says nothing: all classes alike, so its loss is ln(classes)."""
    logits = compute_logits(network, images)
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
        chosen_epoch=result.chosen_epoch,
    )
