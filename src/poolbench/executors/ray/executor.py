"""Run trials as tasks of a Ray cluster; this is the only file that imports Ray."""

import builtins
import importlib
import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray._private import ray_constants
from ray._private.authentication.authentication_utils import is_token_auth_enabled
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from poolbench.config import StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.data.store import open_arrays
from poolbench.errors import RunError, TrainingError, UsageError
from poolbench.executors.base import (
    SILENT_SECONDS,
    Groups,
    Lost,
    OnMeasured,
    Progress,
    bound_silence,
    ignore_measured,
    make_error,
)
from poolbench.executors.local import list_paths, make_environment
from poolbench.executors.process import (
    WORKER_ENVIRONMENT,
    open_session,
    pack_sources,
    prepare_process,
    save_outcome,
)
from poolbench.executors.ray.nodes import Node, describe_devices, explain_failure
from poolbench.executors.ray.task import (
    Answer,
    Mailbox,
    News,
    Request,
    Task,
    make_plain,
    serve,
    share_pictures,
)
from poolbench.machine.description import Machine
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.texts import Phrase
from poolbench.texts.told import Told, take_first_line
from poolbench.trials.session import Session

# How long nothing may happen before progress is asked for.
POLL_SECONDS = 0.5
# How long to wait for the last news of a task that is done: they are told before its end.
LAST_NEWS_SECONDS = 10.0
# By Ray itself, of a task whose worker or node is lost.
MOST_RETRIES = 3
# Tasks that Ray holds for each that runs: so none waits for this process, and it never holds many.
QUEUED_SHARE = 2
GPU_DIGITS = 4
# Share of the object store of a node that an image set may fill.
STORE_SHARE = 0.5
GIB = 2**30


@contextmanager
def connect(address: str | None, config: StudyConfig, folder: str) -> Iterator[list[Node]]:
    """Join a cluster, or (``None``) start one on this machine, and yield its nodes.

    Args:
        folder: Below which a new one keeps its logs and sockets; nobody else may enter it.

    Raises:
        RunError: If it cannot be joined.
    """
    is_mine = not ray.is_initialized()
    # Ray puts one of its own in its place.
    written = builtins.print
    if is_mine:
        _read_environment()
        settings: dict[str, Any] = {"log_to_driver": False}
        if address is None:
            workers = {} if config.workers is None else {"num_cpus": config.workers}
            # One below it, since Ray opens what it is given to everybody.
            below = str(Path(folder, "r"))
            settings |= {"include_dashboard": False, "_temp_dir": below, **workers}
        handler = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(address or "local", logging_level=logging.ERROR, **settings)
        except Exception as error:
            # Ray names what went wrong in many ways, some of which are not public.
            raise explain_failure(address, error) from None
        finally:
            _restore_handler(handler)
    try:
        yield list_nodes(config)
    finally:
        if is_mine:
            ray.shutdown()
        builtins.print = written


def _restore_handler(handler: Any) -> None:
    """Let SIGTERM act as before: Ray has it end the process at once, and nothing cleans up."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)


def _read_environment() -> None:
    """Read the environment again: Ray may have been imported before it was set."""
    importlib.reload(ray_constants)
    native: Any = ray._raylet
    native.Config.initialize("")


def list_nodes(config: StudyConfig) -> list[Node]:
    """List the living nodes of the cluster, and ask each of them what it is."""
    alive = [node for node in ray.nodes() if node["Alive"]]
    asked = []
    for node in alive:
        resources = node["Resources"]
        question = ray.remote(_describe).options(
            num_cpus=0,
            # Without a part of one a task does not see the GPUs of its node.
            num_gpus=10**-GPU_DIGITS if resources.get("GPU") else 0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            runtime_env=_make_runtime(),
        )
        asked.append(question.remote(config))
    try:
        answers = ray.get(asked)
    except ray.exceptions.RayError as error:
        raise RunError("ray.node-silent", said=take_first_line(error)) from None
    return [
        Node(
            address=node["NodeManagerAddress"],
            cpus=int(node["Resources"].get("CPU", 0)),
            gpus=int(node["Resources"].get("GPU", 0)),
            memory_bytes=int(node["Resources"].get("memory", 0)),
            has_token=has_token,
            machines=machines,
        )
        for node, (has_token, machines) in zip(alive, answers, strict=True)
    ]


class RayExecutor:
    """Runs trials as tasks of the connected cluster; a context manager.

    Finished trials come back to this process, which puts them into the run directory, or go to a
    folder that all nodes share, from which it takes them.
    """

    def __init__(
        self, image_set: ImageSet, store: RunStore, machine: Machine, config: StudyConfig
    ) -> None:
        self.store = store
        self.machine = machine
        self.workers = machine.workers
        self.storage = None if config.storage is None else RunStore(config.storage.absolute())
        self._memory_bytes = 0
        weights = None if config.weights is None else config.weights.read_bytes()
        pictures = self._choose_pictures(image_set)
        # In a list, so that a task gets the references: it takes what they refer to but once.
        self._things = [ray.put(pictures), ray.put(weights)]
        self._mailbox: Any = ray.remote(Mailbox).options(num_cpus=0, max_restarts=-1).remote()
        # What was asked of it and is not answered yet.
        self._asked: Any = None

    def __enter__(self) -> "RayExecutor":
        return self

    def __exit__(self, *error: object) -> None:
        ray.kill(self._mailbox)
        self._things.clear()

    def run(
        self,
        groups: Groups,
        on_progress: Callable[[Progress], None],
        seconds: Mapping[str, float],
    ) -> list[Lost]:
        """See :class:`~poolbench.executors.base.Executor`."""
        rest = (self._take_shared(group, on_progress) for group in groups)
        left = [group for group in rest if group]
        lost = []
        for answer in self._serve("train", left, on_progress, seconds):
            if isinstance(answer, Lost):
                lost.append(answer)
                continue
            for trial in self._keep(answer):
                on_progress(Progress("done", trial))
        return lost

    def _keep(self, answer: Answer) -> list[str]:
        """Put all trials of an answer into the run, before anybody hears of the first of them."""
        for outcome in answer.outcomes:
            save_outcome(self.store, outcome)
        for trial in answer.shared:
            self._adopt(trial)
        return [*(outcome.record.id for outcome in answer.outcomes), *answer.shared]

    def measure(
        self, specs: Sequence[TrialSpec], on_measured: OnMeasured = ignore_measured
    ) -> dict[str, Speed]:
        """See :class:`~poolbench.executors.base.Executor`."""
        speeds: dict[str, Speed] = {}
        for answer in self._serve("measure", [[spec] for spec in specs], lambda progress: None, {}):
            if isinstance(answer, Lost):
                raise TrainingError("quoted", message=answer.details)
            speeds |= answer.speeds
            on_measured(len(speeds), len(specs))
        return speeds

    def fit(self, speeds: Sequence[Speed]) -> int:
        """See :class:`~poolbench.executors.base.Executor`; Ray looks after the memory."""
        self._memory_bytes = max((speed.peak_memory_bytes or 0 for speed in speeds), default=0)
        return self.workers

    def _choose_pictures(self, image_set: ImageSet) -> ImageSet | Path:
        """Return the set for the object stores of the nodes, or a folder if it is too large."""
        needed = image_set.pool.images.nbytes + image_set.test.images.nbytes
        stores = [
            node["Resources"].get("object_store_memory", 0) for node in ray.nodes() if node["Alive"]
        ]
        if needed <= STORE_SHARE * min(stores):
            return make_plain(image_set)
        if self.storage is None:
            raise UsageError("ray.large-pictures", needed=needed / GIB, most=min(stores) / GIB)
        return share_pictures(image_set, self.storage.path)

    def _take_shared(
        self, group: Sequence[TrialSpec], on_progress: Callable[[Progress], None]
    ) -> list[TrialSpec]:
        """Take what the shared folder already has, and return the rest of the group."""
        left = []
        for spec in group:
            if self.storage is not None and self.storage.has_trial(spec.id):
                self._adopt(spec.id)
                on_progress(Progress("done", spec.id))
            else:
                left.append(spec)
        return left

    def _adopt(self, trial: str) -> None:
        assert self.storage is not None
        self.store.adopt_trial(self.storage, trial)

    def _serve(
        self,
        task: Task,
        groups: Groups,
        on_progress: Callable[[Progress], None],
        seconds: Mapping[str, float],
    ) -> Iterator[Answer | Lost]:
        """Hand out the groups, and yield what comes back until the last is done."""
        waiting = deque(groups)
        flying: dict[Any, Sequence[TrialSpec]] = {}
        submit = self._make_task(len(groups))
        # By trial: when something was heard of it last.
        heard: dict[str, float] = {}
        next_mail = 0.0
        try:
            while waiting or flying:
                while waiting and len(flying) < QUEUED_SHARE * self.workers:
                    group = waiting.popleft()
                    flying[submit(task, group)] = group
                    heard |= dict.fromkeys((spec.id for spec in group), time.monotonic())
                done, _ = ray.wait(list(flying), num_returns=1, timeout=POLL_SECONDS)
                if done or time.monotonic() >= next_mail:
                    next_mail = time.monotonic() + POLL_SECONDS
                    wait = LAST_NEWS_SECONDS if done else POLL_SECONDS
                    for trial, epoch, measures in self._read_mail(wait):
                        heard[trial] = time.monotonic()
                        on_progress(Progress("epoch", trial, epoch, measures))
                for reference in done:
                    yield _take_answer(reference, flying.pop(reference))
                for reference, group in list(flying.items()):
                    # It may wait for others before it is served.
                    most = (1 + QUEUED_SHARE) * bound_silence(group, seconds, SILENT_SECONDS)
                    if time.monotonic() - max(heard[spec.id] for spec in group) > most:
                        ray.cancel(reference, force=True)
                        details = Phrase("lost.silent", seconds=most)
                        yield Lost(flying.pop(reference), "hung", details)
        finally:
            for reference in flying:
                ray.cancel(reference, force=True)

    def _make_task(self, count: int) -> Callable[[Task, Sequence[TrialSpec]], Any]:
        cores = int(ray.cluster_resources().get("CPU", 1))
        lanes = max(1, min(self.machine.cores, cores // max(1, min(self.workers, count))))
        gpus = int(ray.cluster_resources().get("GPU", 0))
        share = min(1.0, gpus / self.workers) if self.machine.device == "cuda" else 0
        make_remote = ray.remote(
            num_cpus=lanes,
            num_gpus=int(share * 10**GPU_DIGITS) / 10**GPU_DIGITS,
            memory=self._memory_bytes,
            max_retries=MOST_RETRIES,
            # A worker stays for the next task, as one without a GPU does anyway.
            max_calls=0,
            runtime_env=_make_runtime(),
        )
        remote = make_remote(_serve_group)
        kinds = frozenset(self.machine.fingerprint.removeprefix("mixed-").split("-"))

        def submit(task: Task, group: Sequence[TrialSpec]) -> Any:
            request = Request(
                *(task, tuple(group), pack_sources(group), lanes, kinds, self.storage),
                paths=tuple(list_paths()),
                code=self.machine.code,
            )
            return remote.remote(request, self._things, self._mailbox)

        return submit

    def _read_mail(self, seconds: float) -> list[News]:
        if self._asked is None:
            self._asked = self._mailbox.take.remote()
        try:
            mail: list[News] = ray.get(self._asked, timeout=seconds)
        except ray.exceptions.GetTimeoutError:
            # What it answers later is no less true; it would be lost if it were asked once more.
            return []
        except ray.exceptions.RayError:
            # It was lost with its node and begins anew: progress is no reason to stop.
            mail = []
        self._asked = None
        return mail


@dataclass(frozen=True)
class _Kept:
    """The session that this process keeps between tasks, and what it was made from."""

    reference: str
    session: Session


_kept: _Kept | None = None


def _serve_group(request: Request, things: list[Any], mailbox: Any) -> Answer:
    """Do the task, on its node."""
    sent: list[Any] = []

    def report(news: list[News]) -> None:
        sent[:] = [mailbox.put.remote(news)]

    answer = serve(request, lambda: _take_session(things, request), report)
    with suppress(ray.exceptions.RayError):
        # So that the last epochs are known before the answer is.
        ray.get(sent, timeout=POLL_SECONDS)
    return answer


def _take_session(things: list[Any], request: Request) -> Session:
    global _kept
    reference = things[0].hex()
    if _kept is None or _kept.reference != reference:
        prepare_process()
        image_set, weights = ray.get(things)
        if isinstance(image_set, Path):
            image_set = open_arrays(image_set)
        device = request.specs[0].conditions.device
        session = open_session(image_set, weights, request.storage, device)
        _kept = _Kept(reference, session)
    return _kept.session


def _describe(config: StudyConfig) -> tuple[bool, dict[str, Machine]]:
    return is_token_auth_enabled(), describe_devices(config)


def _take_answer(reference: Any, group: Sequence[TrialSpec]) -> Answer | Lost:
    try:
        answer: Answer = ray.get(reference)
    except ray.exceptions.RayError as error:
        details = Phrase("lost.node", trial=group[0].id, said=str(error))
        return Lost(group, "lost", details)
    if answer.failure is None:
        return answer
    if answer.failure.reason == "memory":
        return Lost(group, "memory", Told(answer.failure.message))
    raise make_error(group[0].id, answer.failure)


def _make_runtime() -> dict[str, Any]:
    paths = make_environment()["PYTHONPATH"]
    return {"env_vars": {**WORKER_ENVIRONMENT, "PYTHONPATH": paths}}
