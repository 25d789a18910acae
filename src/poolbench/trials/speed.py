"""How fast a trial will be, from a few measured steps of it."""

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from poolbench.evaluation.logits import PictureRows, compute_logits, split_batches
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.machine.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.models.rewrite import TrainingForm
from poolbench.models.views import add_views
from poolbench.records import Speed, TrialSpec
from poolbench.training.engine import Engine
from poolbench.training.loop import draw_epoch, split_epoch
from poolbench.training.schedule import Pace
from poolbench.training.stack import measure_convolutions
from poolbench.trials.build import (
    can_stack,
    make_form,
    make_schedule,
    prepare_half,
    split_pictures,
    start_network,
)
from poolbench.trials.session import Workplace

# Of each kind of step: at least so long, and at least so often; but no more often than a trial does
# it, since what is over sooner needs no better estimate.
MEASURED_SECONDS = 0.3
MEASURED_TIMES = 2
# Of the first training steps, which fetch the memory that the later ones find there: on two cores
# a plan that counted them was 70 % too long.
WARM_SECONDS = 0.5
# A forward pass costs about a third of a training step.
FORWARD_SHARE = 1 / 3


def measure_speed(spec: TrialSpec, place: Workplace) -> Speed:
    """Train, watch and judge some pictures of a trial, and time it."""
    device = spec.conditions.device
    reset_peak_memory(device)
    if can_stack(spec, place):
        # The final trial has no others beside it.
        return _measure_stack(spec, place, 1 if spec.split == "whole" else spec.conditions.stack)
    started = time.perf_counter()
    split = split_pictures(spec, place.image_set)
    network = start_network(spec, place, split)
    form = make_form(network, spec)
    pictures = prepare_half("pool", spec, place, form)
    schedule = make_schedule(spec)
    engine = Engine(form, pictures, schedule, place.lanes)
    index, draws = draw_epoch(schedule, place.make_part(pictures, split.train), 0)
    batches = split_epoch(len(index), schedule.recipe)
    index, draws = index[batches[0]], draws[batches[0]]
    start = time.perf_counter() - started

    def train_batch() -> None:
        # A rate of nearly nothing, so that the numbers stay what they are at the start.
        loss, _ = engine.run_step(pictures, index, draws, Pace(1e-12))
        loss.item()

    steps = schedule.recipe.epochs * len(batches)
    train = _time(train_batch, steps, WARM_SECONDS)
    watch = _time(lambda: engine.compute_logits(pictures, index).sum().item(), steps)
    judge, peak = _measure_judge(place, form, spec), read_peak_memory_bytes(device)
    return Speed(
        train=train / len(index),
        watch=watch / len(index),
        judge=judge,
        start=start,
        tables=_measure_tables(place),
        peak_memory_bytes=peak,
        weights_bytes=_count_bytes(network),
    )


def _measure_stack(spec: TrialSpec, place: Workplace, members: int) -> Speed:
    """The share of one trial in a stack of so many, or of half as many if they do not fit."""
    started = time.perf_counter()
    split = split_pictures(spec, place.image_set)
    forms = [make_form(start_network(spec, place, split), spec) for _ in range(members)]
    pictures = prepare_half("pool", spec, place, forms[0])
    trains = [place.make_part(pictures, split.train)] * members
    start = (time.perf_counter() - started) / members
    try:
        seconds = measure_convolutions(forms, trains, [make_schedule(spec)] * members)
    except torch.OutOfMemoryError:
        if members == 1:
            raise
        seconds = None
    if seconds is None:
        return _measure_stack(spec, place, members // 2)
    batch = min(spec.variant.recipe.batch_size, len(split.train))
    train = min(seconds.values()) / (members * batch)
    return Speed(
        train=train,
        watch=train * FORWARD_SHARE,
        judge=_measure_judge(place, forms[0], spec),
        start=start,
        tables=_measure_tables(place),
        # Of the device's memory, which is no reason for fewer workers.
        peak_memory_bytes=None,
        weights_bytes=_count_bytes(forms[0].whole),
    )


def _count_bytes(network: nn.Module) -> int:
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())


def _measure_judge(place: Workplace, form: TrainingForm, spec: TrialSpec) -> float:
    """Seconds for a picture."""
    whole = add_views(form.whole, spec.variant.recipe.test_views)
    images = place.get_pictures("pool").images
    few = next(iter(split_batches(PictureRows(images, torch.arange(len(images))))))
    return _time(lambda: compute_logits(whole, few)) / len(few)


def _measure_tables(place: Workplace) -> float:
    """Seconds for the measures of both sides of a trial; measured once in a process."""
    if place.tables_seconds is None:
        labels, classes = place.get_half("pool").labels, place.image_set.classes
        logits = np.zeros((len(labels), len(classes)), dtype=np.float32)
        place.tables_seconds = 2 * _time(lambda: compute_side_metrics(logits, labels, classes), 2)
    return place.tables_seconds


def _time(step: Callable[[], object], most: float = math.inf, warm_seconds: float = 0.0) -> float:
    """Seconds of a step, the median; the first one, and those of so long, do not count.

    Args:
        most: How often a trial takes the step.
    """
    started = time.perf_counter()
    warm = 0
    while warm == 0 or (warm < most and time.perf_counter() < started + warm_seconds):
        step()
        warm += 1
    seconds: list[float] = []
    while len(seconds) < MEASURED_TIMES or (
        len(seconds) < most and sum(seconds) < MEASURED_SECONDS
    ):
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))
