"""Trials that are trained at the same time, as one stack; on a processor each is alone."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch

from poolbench.machine.memory import reset_peak_memory
from poolbench.models import Network
from poolbench.records import TrialSpec
from poolbench.training.loop import EpochRow, TrainingResult
from poolbench.training.stack import measure_convolutions, run_stack
from poolbench.trials.build import (
    SplitIndex,
    can_stack,
    make_form,
    make_schedule,
    make_watched,
    prepare_half,
    split_pictures,
    start_network,
)
from poolbench.trials.run import TrialOutcome, judge, run_again_if_collapsed, run_trial
from poolbench.trials.session import Workplace

OnEpoch = Callable[[TrialSpec, EpochRow], None]


def make_groups(specs: Sequence[TrialSpec]) -> list[list[TrialSpec]]:
    """Trials that may be trained as one, in the order of the first of each.

    Those of one variant, as many as their conditions allow.
    """
    filling: dict[tuple[str, str, int], list[TrialSpec]] = {}
    groups: list[list[TrialSpec]] = []
    for spec in specs:
        key = (spec.variant.id, spec.split, spec.folds)
        group = filling.get(key)
        if group is None or len(group) >= spec.conditions.stack:
            group = filling[key] = []
            groups.append(group)
        group.append(spec)
    return groups


def run_group(
    specs: Sequence[TrialSpec],
    place: Workplace,
    on_epoch: OnEpoch = lambda spec, row: None,
) -> Iterator[TrialOutcome]:
    """Train and judge trials of one variant, together where that is possible.

    Trials whose training parts differ in size cannot share steps; those of each size are a stack
    of their own. Where the memory of the device does not hold a stack, its halves are trained one
    after the other.

    Raises:
        torch.OutOfMemoryError: If it does not even hold one trial.
    """
    if specs[0].conditions.stack == 1:
        for spec in specs:
            yield run_trial(spec, place, partial(on_epoch, spec))
        return
    by_size: dict[int, list[TrialSpec]] = {}
    for spec in specs:
        by_size.setdefault(len(split_pictures(spec, place.image_set).train), []).append(spec)
    for group in by_size.values():
        yield from _run_stack(group, place, on_epoch)


def _run_stack(
    specs: list[TrialSpec], place: Workplace, on_epoch: OnEpoch
) -> Iterator[TrialOutcome]:
    reset_peak_memory(place.device)
    if not can_stack(specs[0], place):
        for spec in specs:
            yield run_trial(spec, place, partial(on_epoch, spec))
        return
    splits = [split_pictures(spec, place.image_set) for spec in specs]
    networks = [
        start_network(spec, place, split) for spec, split in zip(specs, splits, strict=True)
    ]
    try:
        results = _train(specs, networks, splits, place, on_epoch)
    except torch.OutOfMemoryError:
        if len(specs) == 1:
            raise
        results = None
    if results is None:
        # Only now is nothing of the failed stack held any more, but for cycles.
        gc.collect()
        torch.cuda.empty_cache()
        half = len(specs) // 2
        yield from _run_stack(specs[:half], place, on_epoch)
        yield from _run_stack(specs[half:], place, on_epoch)
        return
    for spec, network, split, result in zip(specs, networks, splits, results, strict=True):
        started = time.perf_counter() - result.train_seconds
        outcome = judge(spec, place, split, network, result, started)
        yield run_again_if_collapsed(outcome, place, partial(on_epoch, spec))


def _train(
    specs: list[TrialSpec],
    networks: list[Network],
    splits: list[SplitIndex],
    place: Workplace,
    on_epoch: OnEpoch,
) -> list[TrainingResult]:
    forms = [make_form(network, spec) for network, spec in zip(networks, specs, strict=True)]
    pictures = prepare_half("pool", specs[0], place, forms[0])
    trains = [place.make_part(pictures, split.train) for split in splits]
    watched = [
        make_watched(spec, place, split, form)
        for spec, split, form in zip(specs, splits, forms, strict=True)
    ]
    schedules = [make_schedule(spec) for spec in specs]
    # Once for a variant: its other groups are such stacks too.
    name = specs[0].variant.id
    if name not in place.convolutions:
        seconds = measure_convolutions(forms, trains, schedules)
        place.convolutions[name] = min(seconds, key=lambda kind: seconds[kind])
    return run_stack(
        forms,
        trains,
        watched,
        schedules,
        lambda number, row: on_epoch(specs[number], row),
        convolution=place.convolutions[name],
    )
