"""How fast a trial will be, from a few measured steps of it."""

import time
from collections.abc import Callable

import numpy as np
import torch

from poolbench.evaluation.logits import BATCH_PIXELS, compute_logits
from poolbench.execution.memory import read_peak_memory_bytes, reset_peak_memory
from poolbench.execution.trial import build_network, make_form, make_schedule, split_pictures
from poolbench.execution.workplace import Workplace
from poolbench.records import Speed, TrialSpec
from poolbench.training.engine import Engine
from poolbench.training.loop import draw_epoch

# Of each kind of step: at least so long, and at least so often.
MEASURED_SECONDS = 0.5
MEASURED_TIMES = 2


def measure_speed(spec: TrialSpec, place: Workplace) -> Speed:
    """Train, watch and judge some pictures of a trial, and time it."""
    device = spec.conditions.device
    reset_peak_memory(device)
    started = time.perf_counter()
    split = split_pictures(spec, place.image_set)
    network = build_network(spec).to(device)
    form = make_form(network, spec)
    pictures = place.prepare("pool", form, spec.conditions.precision)
    schedule = make_schedule(spec)
    engine = Engine(form, pictures, schedule, place.lanes)
    index, moves = next(draw_epoch(schedule, place.make_part(pictures, split.train), 0))
    start = time.perf_counter() - started

    def train_batch() -> None:
        # A rate of nearly nothing, so that the numbers stay what they are at the start.
        loss, _ = engine.run_step(pictures, index, moves, 1e-12)
        loss.item()

    train = _time(train_batch)
    watch = _time(lambda: engine.compute_logits(pictures, index).sum().item())
    few = torch.from_numpy(split.train[: max(1, BATCH_PIXELS // np.prod(spec.image_size))])
    images = place.get_pictures("pool").images[few.to(device)].permute(0, 3, 1, 2)
    judge = _time(lambda: compute_logits(form.whole, images))
    return Speed(
        train=train / len(index),
        watch=watch / len(index),
        judge=judge / len(few),
        start=start,
        peak_memory_bytes=read_peak_memory_bytes(device),
    )


def _time(step: Callable[[], object]) -> float:
    """Seconds of a step, the median; the first one, which sets things up, does not count."""
    step()
    seconds: list[float] = []
    while len(seconds) < MEASURED_TIMES or sum(seconds) < MEASURED_SECONDS:
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))
