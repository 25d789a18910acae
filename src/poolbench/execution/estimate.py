"""How long a trial will take, from a few measured steps."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import torch

from poolbench.data.image_set import ImageSet
from poolbench.execution.plan import take_first
from poolbench.execution.trial import build_network, split_pictures, to_device
from poolbench.models.rewrite import rewrite
from poolbench.records import TrialSpec
from poolbench.training.loop import Schedule, augment_batch, build_optimizer, run_step
from poolbench.training.seeds import Purpose, make_rng

MEASURED_STEPS = 2
# A forward pass costs about a third of a training step.
FORWARD_SHARE = 1 / 3
# After training: both sides in float32, and four shifts of the held-out side.
SHIFT_PASSES = 5
# Measured on two cores: tables and files of a trial; start of workers, export, proof and
# report of a study.
RECORD_SECONDS = 0.5
HAND_OVER_SECONDS = 20.0


def estimate_study_seconds(
    missing: Sequence[TrialSpec], seconds: Mapping[str, float], workers: int
) -> float:
    """Seconds from the first of these trials to the report.

    Args:
        seconds: As :func:`estimate_trial_seconds` gives them.
    """
    trials = sum(seconds[spec.variant.id] for spec in missing) / min(workers, len(missing))
    # The final trial is that of some variant, on the whole pool.
    return trials + max(seconds.values()) + HAND_OVER_SECONDS


def estimate_trial_seconds(specs: Iterable[TrialSpec], image_set: ImageSet) -> dict[str, float]:
    """Seconds of one trial of each variant, by variant id, measured on this machine now."""
    threads = torch.get_num_threads()
    try:
        return {name: _estimate(spec, image_set) for name, spec in take_first(specs).items()}
    finally:
        torch.set_num_threads(threads)


def _estimate(spec: TrialSpec, image_set: ImageSet) -> float:
    torch.set_num_threads(spec.conditions.threads)
    recipe = spec.variant.recipe
    train_half, held_half, _ = split_pictures(spec, image_set)
    batch = train_half.take(np.arange(min(recipe.batch_size, len(train_half))))
    train = to_device(batch, spec.conditions.device)
    network = build_network(spec).to(spec.conditions.device)
    form = rewrite(network) if spec.conditions.rewrites else network
    optimizer = build_optimizer(form, recipe)
    schedule = Schedule(recipe, spec.seed, (0,), spec.conditions.precision)
    draws = make_rng(spec.seed, Purpose.AUGMENTATION, 0)

    def step() -> None:
        images = augment_batch(train.images.float(), recipe, draws)
        loss, _ = run_step(form, optimizer, images, train.labels, schedule)
        loss.item()

    per_picture = _time(step) / len(train)
    trained = len(train_half) * recipe.epochs
    watched = len(held_half) * recipe.epochs if spec.split != "whole" else 0
    judged = len(train_half) + SHIFT_PASSES * len(held_half)
    return per_picture * (trained + FORWARD_SHARE * (watched + judged)) + RECORD_SECONDS


def _time(step: Callable[[], None]) -> float:
    """Seconds of a step; the first one, which sets things up, does not count."""
    step()
    started = time.perf_counter()
    for _ in range(MEASURED_STEPS):
        step()
    return (time.perf_counter() - started) / MEASURED_STEPS
