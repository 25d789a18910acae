"""Set up a process that trains, send it operators of the user's own, and keep what it returns."""

import base64
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import cloudpickle
import torch

from poolbench.data.image_set import ImageSet
from poolbench.executors.identity import check_source
from poolbench.machine.environment import THREAD_VARIABLES
from poolbench.models import add_factory, get_backbone
from poolbench.operators import get_operator, register
from poolbench.records import BACKBONE_SOURCE, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.streams import forgive
from poolbench.system import ignore_interrupt
from poolbench.training.loop import EpochRow
from poolbench.trials.checkpoints import Checkpoints
from poolbench.trials.run import TrialOutcome
from poolbench.trials.session import Session

# Variables of the environment of a process that trains, set before it starts.
WORKER_ENVIRONMENT = {
    # One thread for each slice of a batch, in every library.
    **dict.fromkeys(THREAD_VARIABLES, "1"),
    # glibc gives large arrays back to the system at once and fetches them anew, page by page, in
    # the next step: up to half of the time of one. These keep them (mallopt(3)).
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**32 - 1),
}


def open_pipes() -> tuple["SimpleQueue[dict[str, Any]]", TextIO]:
    """Open the pipes of a process that serves another: its requests, and where to answer.

    Both are lines of JSON. The process ends when its standard input closes, so it never outlives
    the one that started it.
    """
    # The parent decides what Ctrl-C means.
    ignore_interrupt()
    # Standard output is for answers alone; what libraries print goes to standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # An operator that prints does not fail where its words have no room.
    sys.stdout, sys.stderr = forgive(sys.stdout), forgive(sys.stderr)
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    return requests, answers


def _read_requests(requests: "SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(0)


def open_session(
    image_set: ImageSet, weights: Path | bytes | None, store: RunStore | None, device: str
) -> Session:
    """Open what all trials of this process share.

    Args:
        image_set: The pictures of the study.
        weights: The file of weights that networks begin with, or its contents, if there is one.
        store: The run in which unfinished trainings are kept; ``None``: they are not.
        device: Where networks are trained.
    """
    checkpoints = None if store is None else Checkpoints(store.checkpoints)
    return Session(image_set, device, weights=weights, checkpoints=checkpoints)


def add_paths(paths: Sequence[str]) -> None:
    """Look for modules where the process of the study does, before anywhere else."""
    # "Anywhere else" are paths of this interpreter, which are among them where both have one.
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]


def prepare_process() -> None:
    """Set torch for trials, in a process that does nothing else."""
    torch.set_num_threads(1)
    # Numbers near zero that the processor handles a hundred times slower become zero.
    torch.set_flush_denormal(True)


def pack_sources(specs: Sequence[TrialSpec]) -> dict[str, str]:
    """Pickle the operators and backbones of the user's own, by name.

    Another process cannot import what was defined in a cell of a notebook.
    """
    packed = {}
    for name in {name for spec in specs for name in spec.conditions.sources}:
        if name.startswith(BACKBONE_SOURCE):
            thing: Any = get_backbone(name.removeprefix(BACKBONE_SOURCE)).factory
        else:
            thing = get_operator(name).cls
        packed[name] = base64.b64encode(cloudpickle.dumps(thing)).decode("ascii")
    return packed


def register_sources(packed: Mapping[str, str], specs: Sequence[TrialSpec]) -> None:
    """Register what :func:`pack_sources` packed; only what the process of the study sent.

    Args:
        specs: The trials that need it.

    Raises:
        TrainingError: If something of it was edited since the study was planned.
    """
    planned = {name: value for s in specs for name, value in s.conditions.sources.items()}
    for name, content in packed.items():
        thing = cloudpickle.loads(base64.b64decode(content))
        check_source(name, thing, planned[name])
        if name.startswith(BACKBONE_SOURCE):
            add_factory(name.removeprefix(BACKBONE_SOURCE), thing)
        else:
            register(name)(thing)


def save_outcome(store: RunStore, outcome: TrialOutcome) -> None:
    """Save everything that is kept of a trial in the run, and remove its checkpoints."""
    predictions, shifted = outcome.predictions, outcome.shifted
    store.save_trial(
        outcome.record,
        outcome.timing,
        [_flatten(row) for row in outcome.history],
        {
            "predictions": {
                "index": predictions.index,
                "labels": predictions.labels,
                "logits": predictions.logits,
            },
            "shift": {"pixels": shifted.pixels, "labels": shifted.labels},
        },
        outcome.weights,
    )
    Checkpoints(store.checkpoints).remove(outcome.record.id)


def _flatten(row: EpochRow) -> tuple[float, ...]:
    curves = (row.train_loss, row.train_accuracy, row.held_out_loss, row.held_out_accuracy)
    return (row.epoch, *(x for curve in curves for x in (curve.mean, curve.low, curve.high)))
