"""Measure how fast a trial will be, from a few steps of it."""

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from poolbench.evaluation.logits import PictureRows, compute_logits, split_batches
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.machine.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.models.views import add_views
from poolbench.records import Speed, TrialSpec
from poolbench.training.engine import Engine
from poolbench.training.loop import draw_epoch, split_epoch
from poolbench.training.schedule import Pace
from poolbench.training.stack import measure_convolutions
from poolbench.trials.build import PreparedTrial, build_trial
from poolbench.trials.session import Session
from poolbench.trials.stacks import can_stack

# Each kind of step is measured at least this long and this often, but no more often than a trial
# takes it, since what is over sooner needs no better estimate.
MEASURED_SECONDS = 0.3
MEASURED_TIMES = 2
# Seconds of training steps that are not counted, since they fetch the memory that later ones find
# there: on two cores a plan that counted them was 70 % too long.
WARM_SECONDS = 0.5
# A forward pass costs about a third of a training step.
FORWARD_SHARE = 1 / 3


def measure_speed(spec: TrialSpec, session: Session) -> Speed:
    """Train, watch and judge some pictures of a trial, and time it."""
    reset_peak_memory(spec.conditions.device)
    started = time.perf_counter()
    trial = build_trial(spec, session)
    if can_stack(trial):
        # The final trial has no others beside it.
        members = 1 if spec.split == "whole" else spec.conditions.stack
        return _measure_stack(spec, session, members)
    pictures, schedule = trial.train.pictures, trial.schedule
    engine = Engine(trial.form, pictures, schedule, session.lanes)
    index, draws = draw_epoch(schedule, trial.train, 0)
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
    judge = _measure_judge(trial, session)
    peak = read_peak_memory_bytes(spec.conditions.device)
    return Speed(
        train=train / len(index),
        watch=watch / len(index),
        judge=judge,
        start=start,
        tables=_measure_tables(session),
        peak_memory_bytes=peak,
        weights_bytes=count_bytes(trial.network),
    )


def _measure_stack(spec: TrialSpec, session: Session, members: int) -> Speed:
    """Return the share of one trial in a stack of ``members``, or of half as many if need be."""
    started = time.perf_counter()
    trials = [build_trial(spec, session) for _ in range(members)]
    start = (time.perf_counter() - started) / members
    try:
        seconds = measure_convolutions(
            [trial.form for trial in trials],
            [trial.train for trial in trials],
            [trial.schedule for trial in trials],
        )
    except torch.OutOfMemoryError:
        if members == 1:
            raise
        seconds = None
    if seconds is None:
        del trials
        return _measure_stack(spec, session, members // 2)
    batch = min(spec.variant.recipe.batch_size, len(trials[0].train))
    train = min(seconds.values()) / (members * batch)
    return Speed(
        train=train,
        watch=train * FORWARD_SHARE,
        judge=_measure_judge(trials[0], session),
        start=start,
        tables=_measure_tables(session),
        # It is the device's memory, which is no reason for fewer workers.
        peak_memory_bytes=None,
        weights_bytes=count_bytes(trials[0].form.whole),
    )


def count_bytes(network: nn.Module) -> int:
    """Count the bytes of the weights of a network."""
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())


def _measure_judge(trial: PreparedTrial, session: Session) -> float:
    """Return the seconds that the evaluation of one picture takes."""
    whole = add_views(trial.form.whole, trial.spec.variant.recipe.test_views)
    images = session.get_pictures("pool").images
    few = next(iter(split_batches(PictureRows(images, torch.arange(len(images))))))
    return _time(lambda: compute_logits(whole, few)) / len(few)


def _measure_tables(session: Session) -> float:
    """Return the seconds for the metrics of both sides of a trial; measured once in a process."""
    if session.tables_seconds is None:
        labels, classes = session.get_half("pool").labels, session.image_set.classes
        logits = np.zeros((len(labels), len(classes)), dtype=np.float32)
        session.tables_seconds = 2 * _time(lambda: compute_side_metrics(logits, labels, classes), 2)
    return session.tables_seconds


def _time(step: Callable[[], object], most: float = math.inf, warm_seconds: float = 0.0) -> float:
    """Return the median seconds of a step.

    Args:
        step: What is timed.
        most: How often a trial takes the step.
        warm_seconds: The first step, and all steps of so many seconds, do not count.
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
