"""What a task of a cluster is asked, does and answers; :mod:`.executor` sends it there."""

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from poolbench.data.image_set import Half, ImageSet
from poolbench.data.store import save_arrays
from poolbench.errors import TrainingError
from poolbench.executors.base import Failure, Measures, describe_failure, take_measures
from poolbench.executors.process import add_paths, register_sources, save_outcome
from poolbench.machine.description import NUM_THREADS
from poolbench.machine.environment import compute_fingerprint, hash_package
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.system import make_part_folder
from poolbench.training.loop import EpochRow
from poolbench.trials.run import TrialOutcome
from poolbench.trials.session import Session
from poolbench.trials.speed import measure_speed
from poolbench.trials.stacks import run_group

# Seconds between two messages of a task.
REPORT_SECONDS = 0.5

Task = Literal["train", "measure"]
# The id of a trial, the epoch that is over, and what was measured in it.
News = tuple[str, int, Measures]


@dataclass(frozen=True)
class Request:
    """What a task is asked to do.

    Attributes:
        specs: Of one group.
        sources: As :func:`~poolbench.executors.process.pack_sources` gives them.
        fingerprints: Of the machines that may do it.
        storage: Where finished trials go; ``None``: into the answer.
        paths: Where the study's own process looks for modules.
        code: SHA-256 of the source of poolbench; empty: any.
    """

    task: Task
    specs: tuple[TrialSpec, ...]
    sources: dict[str, str]
    lanes: int
    fingerprints: frozenset[str]
    storage: RunStore | None
    paths: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """What a task answers.

    Attributes:
        shared: Ids of the trials that lie in the storage.
    """

    outcomes: tuple[TrialOutcome, ...] = ()
    shared: tuple[str, ...] = ()
    speeds: Mapping[str, Speed] = field(default_factory=dict)
    failure: Failure | None = None


def serve(
    request: Request, open_session: Callable[[], Session], report: Callable[[list[News]], object]
) -> Answer:
    """Train or measure, and answer whatever goes wrong.

    Args:
        report: Given what is new, now and then, and once more at the end.
    """
    try:
        _check_fingerprint(request)
        add_paths(request.paths)
        register_sources(request.sources, request.specs)
        session = open_session()
        session.set_lanes(request.lanes)
        if request.task == "measure":
            return Answer(speeds={spec.id: measure_speed(spec, session) for spec in request.specs})
        reporter = _Reporter(report)
        answer = _train(request, run_group(request.specs, session, reporter))
        reporter.send()
        return answer
    except Exception as error:
        return Answer(failure=describe_failure(error))


def _train(request: Request, outcomes: Iterable[TrialOutcome]) -> Answer:
    if request.storage is None:
        return Answer(tuple(outcomes))
    shared = []
    for outcome in outcomes:
        save_outcome(request.storage, outcome)
        shared.append(outcome.record.id)
    return Answer(shared=tuple(shared))


class _Reporter:
    """Reports every epoch of the trials, but not more often than someone looks."""

    def __init__(self, report: Callable[[list[News]], object]) -> None:
        self.report = report
        self.news: list[News] = []
        self.next = 0.0

    def __call__(self, spec: TrialSpec, row: EpochRow) -> None:
        self.news.append((spec.id, row.epoch, take_measures(row)))
        if time.monotonic() >= self.next:
            self.send()

    def send(self) -> None:
        """Report what is new since the last report."""
        if self.news:
            self.report(self.news)
            self.news = []
            self.next = time.monotonic() + REPORT_SECONDS


class Mailbox:
    """Collects how far trials are, since tasks answer only when they end."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def put(self, news: list[News]) -> None:
        """Add what is new."""
        self.news += news

    def take(self) -> list[News]:
        """Return what was added since it was taken last."""
        taken, self.news = self.news, []
        return taken


def _check_fingerprint(request: Request) -> None:
    """Refuse a node that joined later and is of another kind."""
    found = compute_fingerprint(request.specs[0].conditions.device, NUM_THREADS)
    if request.code not in ("", hash_package()):
        raise TrainingError("node.other-code", node=platform.node())
    if found not in request.fingerprints:
        raise TrainingError("node.other-kind", node=platform.node(), kind=found)


def make_plain(image_set: ImageSet) -> ImageSet:
    """Return the set with plain NumPy arrays, which an object store hands on without copies."""

    def convert(half: Half) -> Half:
        return replace(half, images=np.asarray(half.images), labels=np.asarray(half.labels))

    return replace(image_set, pool=convert(image_set.pool), test=convert(image_set.test))


def share_pictures(image_set: ImageSet, storage: Path) -> Path:
    """Save the pictures in a folder of the storage, which several studies may use."""
    folder = storage / f"pictures-{image_set.manifest_hash[:16]}"
    if not folder.exists():
        storage.mkdir(parents=True, exist_ok=True)
        part = make_part_folder(storage)
        save_arrays(image_set, part)
        with suppress(OSError):
            # Someone may have been faster.
            part.rename(folder)
    return folder
