"""Forecast within seconds how long a study would take, from a step or two in this process."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from poolbench.data.image_set import ImageSet
from poolbench.executors.base import OnMeasured, ignore_measured
from poolbench.machine.description import Machine
from poolbench.records import Speed, TrialSpec
from poolbench.training.engine import Engine
from poolbench.training.loop import draw_epoch
from poolbench.training.schedule import Pace
from poolbench.trials.build import PreparedTrial, SplitIndex, build_trial
from poolbench.trials.session import Session
from poolbench.trials.speed import FORWARD_SHARE, count_bytes

# Seconds for all variants together; those that are not reached are taken to be like the others.
BUDGET_SECONDS = 4.0
# Pixels of a batch that shows what a picture costs: 32 pictures of 64 × 64.
BATCH_PIXELS = 32 * 64 * 64
# Batch normalisation needs two pictures.
LEAST_PICTURES = 2


class Forecaster:
    """Measures a few variants roughly; a :class:`~poolbench.executors.base.Measurer`.

    Attributes:
        measured, variants: How many trials of the last call were looked at, of how many.
    """

    def __init__(
        self, machine: Machine, image_set: ImageSet, seconds: float = BUDGET_SECONDS
    ) -> None:
        self.machine = machine
        self.image_set = image_set
        self.seconds = seconds
        self.measured = self.variants = 0

    def measure(
        self, specs: Sequence[TrialSpec], on_measured: OnMeasured = ignore_measured
    ) -> dict[str, Speed]:
        """See :class:`~poolbench.executors.base.Measurer`."""
        ends = time.perf_counter() + self.seconds
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        found: dict[str, Speed] = {}
        try:
            # The first of each precision, then the others: spread over the list.
            for spec in _spread(specs):
                if found and time.perf_counter() > ends:
                    break
                found[spec.id] = _measure_roughly(spec, self.image_set)
                on_measured(len(found), len(specs))
        finally:
            torch.set_num_threads(threads)
        self.measured, self.variants = len(found), len(specs)
        return {spec.id: found.get(spec.id) or _average(spec, specs, found) for spec in specs}

    def fit(self, speeds: Sequence[Speed]) -> int:
        """See :class:`~poolbench.executors.base.Measurer`; memory is not looked at."""
        return self.machine.workers


def _spread(specs: Sequence[TrialSpec]) -> list[TrialSpec]:
    """Order trials so that the first of them are of all kinds."""
    first = {spec.conditions.precision: spec for spec in reversed(specs)}
    order = [*first.values()]
    step = 1 + len(specs) // 8
    for start in range(step):
        order += [spec for spec in specs[start::step] if spec not in order]
    return order


def _average(spec: TrialSpec, specs: Sequence[TrialSpec], found: dict[str, Speed]) -> Speed:
    """Average the speeds of variants like this one, of its backbone and precision if there are."""
    known = [other for other in specs if other.id in found]
    alike = [
        other
        for other in known
        if (other.variant.backbone, other.conditions.precision)
        == (spec.variant.backbone, spec.conditions.precision)
    ]
    speeds = [found[other.id] for other in alike or known]
    means = {
        name: float(np.mean([getattr(speed, name) for speed in speeds]))
        for name in ("train", "watch", "judge", "start", "tables")
    }
    return speeds[0].model_copy(update=means)


def _measure_roughly(spec: TrialSpec, image_set: ImageSet) -> Speed:
    """Measure a training step on a few of the pictures."""
    height, width = image_set.image_size
    batch = min(spec.variant.recipe.batch_size, BATCH_PIXELS // (height * width))
    count = min(max(LEAST_PICTURES, batch), len(image_set.pool))
    few = image_set.pool.take(np.arange(count))
    session = Session(replace(image_set, pool=few), spec.conditions.device)
    started = time.perf_counter()
    plain = spec.model_copy(update={"weights": None})
    split = SplitIndex(np.arange(count), "pool", np.arange(count))
    trial = build_trial(plain, session, split=split)
    start = time.perf_counter() - started
    train = _time_step(trial, session) / count
    return Speed(
        train=train,
        watch=train * FORWARD_SHARE,
        judge=train * FORWARD_SHARE,
        start=start,
        tables=0.0,
        peak_memory_bytes=None,
        weights_bytes=count_bytes(trial.network),
    )


def _time_step(trial: PreparedTrial, session: Session) -> float:
    """Return the seconds of the second step: the first fetches memory and chooses its kernels."""
    pictures, schedule = trial.train.pictures, trial.schedule
    engine = Engine(trial.form, pictures, schedule, session.lanes)
    index, draws = draw_epoch(schedule, trial.train, 0)
    size = slice(0, len(trial.train))
    for _ in range(2):
        started = time.perf_counter()
        loss, _ = engine.run_step(pictures, index[size], draws[size], Pace(1e-12))
        loss.item()
    return time.perf_counter() - started
