"""Train several trials at the same time, as one stack; on a CPU each is trained alone."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch

from poolbench.machine.memory import reset_peak_memory
from poolbench.records import TrialSpec
from poolbench.training.loop import EpochRow, TrainingResult
from poolbench.training.stack import is_stackable, measure_convolutions, run_stack
from poolbench.trials.build import PreparedTrial, build_trial, split_pictures
from poolbench.trials.run import TrialOutcome, judge, run_again_if_collapsed, run_trial
from poolbench.trials.session import Session

OnEpoch = Callable[[TrialSpec, EpochRow], None]


def make_groups(specs: Sequence[TrialSpec]) -> list[list[TrialSpec]]:
    """Group the trials that may be trained as one, in the order of the first of each group.

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


def can_stack(trial: PreparedTrial) -> bool:
    """Return whether trials like this one are trained several at once."""
    spec = trial.spec
    # Trials that search for their learning rates end up with different ones.
    if spec.conditions.stack == 1 or spec.tune != "none":
        return False
    return is_stackable(trial.form, trial.schedule, spec.image_size)


def run_group(
    specs: Sequence[TrialSpec],
    session: Session,
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
        yield from _run_alone(specs, session, on_epoch)
        return
    by_size: dict[int, list[TrialSpec]] = {}
    for spec in specs:
        by_size.setdefault(len(split_pictures(spec, session.image_set).train), []).append(spec)
    for group in by_size.values():
        yield from _run_stack(group, session, on_epoch)


def _run_alone(
    specs: Sequence[TrialSpec], session: Session, on_epoch: OnEpoch
) -> Iterator[TrialOutcome]:
    for spec in specs:
        yield run_trial(spec, session, partial(on_epoch, spec))


def _run_stack(
    specs: list[TrialSpec], session: Session, on_epoch: OnEpoch
) -> Iterator[TrialOutcome]:
    reset_peak_memory(session.device)
    if not can_stack(build_trial(specs[0], session)):
        yield from _run_alone(specs, session, on_epoch)
        return
    trained = _train_together(specs, session, on_epoch)
    if trained is None:
        # Only now is nothing of the failed stack held any more, but for cycles.
        gc.collect()
        torch.cuda.empty_cache()
        half = len(specs) // 2
        yield from _run_stack(specs[:half], session, on_epoch)
        yield from _run_stack(specs[half:], session, on_epoch)
        return
    for trial, result in trained:
        started = time.perf_counter() - result.train_seconds
        outcome = judge(trial, session, result, started)
        yield run_again_if_collapsed(outcome, session, partial(on_epoch, trial.spec))


def _train_together(
    specs: Sequence[TrialSpec], session: Session, on_epoch: OnEpoch
) -> list[tuple[PreparedTrial, TrainingResult]] | None:
    """Train a stack; return ``None`` if memory does not hold it.

    Raises:
        torch.OutOfMemoryError: If memory does not hold the only trial.
    """
    try:
        trials = [build_trial(spec, session) for spec in specs]
        return list(zip(trials, _train(trials, session, on_epoch), strict=True))
    except torch.OutOfMemoryError:
        if len(specs) == 1:
            raise
        return None


def _train(
    trials: Sequence[PreparedTrial], session: Session, on_epoch: OnEpoch
) -> list[TrainingResult]:
    """Train the networks of a stack together."""
    forms = [trial.form for trial in trials]
    parts = [trial.train for trial in trials]
    schedules = [trial.schedule for trial in trials]
    # Measured once for a variant, whose other groups are such stacks too.
    name = trials[0].spec.variant.id
    if name not in session.convolutions:
        seconds = measure_convolutions(forms, parts, schedules)
        session.convolutions[name] = min(seconds, key=lambda kind: seconds[kind])
    return run_stack(
        forms,
        parts,
        [trial.watched for trial in trials],
        schedules,
        lambda number, row: on_epoch(trials[number].spec, row),
        convolution=session.convolutions[name],
    )
