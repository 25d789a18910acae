"""Run trials on this machine, in worker processes that get one piece of work at a time."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from poolbench.errors import TrainingError
from poolbench.executors.base import (
    SILENT_SECONDS,
    Failure,
    Groups,
    Lost,
    Measures,
    OnMeasured,
    Progress,
    Reason,
    bound_silence,
    ignore_measured,
    is_hung,
    make_error,
)
from poolbench.executors.identity import name_identity
from poolbench.executors.process import WORKER_ENVIRONMENT, pack_sources
from poolbench.machine.description import Machine
from poolbench.machine.memory import bound_starts, bound_workers
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.system import read_processor_seconds
from poolbench.texts import Phrase
from poolbench.texts.filling import Tellable
from poolbench.texts.joined import Joined
from poolbench.texts.told import Told

STOP_SECONDS = 2.0
# SIGKILL, which Windows does not have.
KILL_SIGNAL = 9
WAIT_SECONDS = 0.5
# Seconds between two looks at the workers above which it was this process that did not look.
AWAY_SECONDS = 2.0
# Seconds of processor time between two looks at a worker; less is no work.
TICK_SECONDS = 0.02


class LocalExecutor:
    """Worker processes that train and measure; a context manager.

    They start with the first work that there is for them, no more than that, and stay until the
    end.

    Args:
        images: Folder written by :func:`poolbench.data.store.save_arrays`.
        run: The run directory that finished trials are written to.
        machine: How many processes there are, and cores for all of them together.
        silent_seconds: After which a process that says nothing is ended, unless its trial may take
            longer, or it works and others have the processor.
    """

    def __init__(
        self, images: Path, run: Path, machine: Machine, silent_seconds: float = SILENT_SECONDS
    ) -> None:
        self.images = images
        self.run_path = run
        self.store = RunStore(run).pin()
        self.machine = machine
        self.silent_seconds = silent_seconds
        self.count = machine.workers
        self._workers: list[_Worker] = []
        self._messages: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()
        self._looked = time.monotonic()
        self._ready: list[int] = []

    def __enter__(self) -> "LocalExecutor":
        return self

    def __exit__(self, *error: object) -> None:
        self.shrink(0)

    def run(
        self,
        groups: Groups,
        on_progress: Callable[[Progress], None],
        seconds: Mapping[str, float],
    ) -> list[Lost]:
        """See :class:`~poolbench.executors.base.Executor`."""
        rest = ([spec for spec in group if not self.store.has_trial(spec.id)] for group in groups)
        jobs = [_Job(g, bound_silence(g, seconds, self.silent_seconds)) for g in rest if g]
        lost = []
        for message in self._serve("train", jobs):
            kind = message["event"]
            if kind == "lost":
                lost.append(message["lost"])
            elif kind == "epoch":
                measures = Measures(**message["measures"])
                on_progress(Progress("epoch", message["trial"], message["epoch"], measures))
            elif kind == "trained":
                on_progress(Progress("done", message["trial"]))
        return lost

    def measure(
        self, specs: Sequence[TrialSpec], on_measured: OnMeasured = ignore_measured
    ) -> dict[str, Speed]:
        """See :class:`~poolbench.executors.base.Executor`."""
        jobs = [_Job([spec], self.silent_seconds) for spec in specs]
        speeds = {}
        for message in self._serve("measure", jobs):
            if message["event"] == "lost":
                raise TrainingError("quoted", message=message["lost"].details)
            if message["event"] == "measured":
                speeds[message["trial"]] = Speed.model_validate(message["speed"])
                on_measured(len(speeds), len(specs))
        return speeds

    def fit(self, speeds: Sequence[Speed]) -> int:
        """See :class:`~poolbench.executors.base.Executor`."""
        self.shrink(bound_workers(self.count, speeds, running=len(self._workers)))
        return self.count

    def shrink(self, count: int) -> None:
        """Keep ``workers`` processes and end the others."""
        self.count = min(self.count, count)
        gone = self._workers[count:]
        del self._workers[count:]
        self._ready = [number for number in self._ready if number < count]
        # All are told before the first is waited for, so that many end as fast as one.
        for worker in gone:
            worker.process.terminate()
        for worker in gone:
            worker.stop()

    def _serve(self, task: str, jobs: Sequence["_Job"]) -> Iterator[dict[str, Any]]:
        """Hand out the jobs, and yield what the workers say until the last is done or lost."""
        waiting = list(reversed(jobs))
        left = len(jobs)
        lanes = max(1, self.machine.cores // max(1, min(self.count, left)))
        if jobs:
            assert self.count, "the executor was closed"
            self._start(left)
        try:
            while left:
                while waiting and self._ready:
                    worker = self._workers[self._ready.pop(0)]
                    worker.take(waiting.pop(), task, lanes)
                for message in self._listen():
                    if message["event"] in ("lost", "done"):
                        left -= 1
                    yield message
        except BaseException:
            self.shrink(0)
            raise

    def _listen(self) -> Iterator[dict[str, Any]]:
        """Yield what a worker says, if anything, and what became of its job."""
        self.store.check_there()
        now = time.monotonic()
        was_away = now - self._looked > AWAY_SECONDS
        self._looked = now
        for worker in self._workers:
            if was_away:
                # Stopped by Ctrl-Z, or busy: what they said meanwhile was not heard yet.
                worker.hear()
            worker.end_if_hung()
        try:
            number, message = self._messages.get(timeout=WAIT_SECONDS)
        except Empty:
            # In short turns, since on Windows Ctrl-C does not end a long one.
            return
        if number >= len(self._workers):
            return  # The last words of one that was ended.
        worker = self._workers[number]
        worker.hear()
        kind = message["event"]
        if kind == "ended":
            lost = worker.explain_end()
            self._replace(number)
            if lost is not None:
                yield {"event": "lost", "lost": lost}
        elif kind == "refused":
            raise TrainingError("quoted", message=Told(message["message"]))
        elif kind == "failed":
            failure = Failure(message["reason"], message["message"], message["details"])
            if failure.reason != "memory":
                raise make_error(message["trial"], failure)
            # It ends itself, so that the next one begins with all of the memory.
            worker.reason = ("memory", Told(failure.message))
        elif kind == "ready":
            worker.has_started = True
            self._ready.append(number)
            if worker.job is not None:
                worker.job = None
                yield {"event": "done"}
        else:
            yield message

    def _start(self, jobs: int) -> None:
        """Start as many more workers as there are jobs and memory for, but at least the first."""
        running = len(self._workers)
        wanted = min(self.count, jobs) - running
        if wanted > 0:
            more = bound_starts(wanted, least=0 if running else 1)
            self._workers += [self._begin(number) for number in range(running, running + more)]

    def _begin(self, number: int) -> "_Worker":
        worker = _Worker(number, self._messages)
        worker.send(
            {
                "images": str(self.images),
                "run": str(self.run_path),
                "paths": list_paths(),
                "identity": name_identity(self.machine),
            }
        )
        return worker

    def _replace(self, number: int) -> None:
        self._workers[number].stop()
        self._ready = [ready for ready in self._ready if ready != number]
        self._workers[number] = self._begin(number)


@dataclass(frozen=True)
class _Job:
    """A group of trials, and for how many seconds it may be silent."""

    specs: Sequence[TrialSpec]
    silent_seconds: float


class _Worker:
    """One worker process and the thread that listens to it.

    Attributes:
        job: What it is at; ``None``: it starts, or waits for the next.
        heard: When it said something last.
        worked: When it was last seen to have worked.
        has_started: Whether it was ever ready.
        reason: Why it will end, where that is known before.
    """

    def __init__(self, number: int, messages: "SimpleQueue[tuple[int, dict[str, Any]]]") -> None:
        self.job: _Job | None = None
        self.lanes = 1
        self.reason: tuple[Reason, Tellable] | None = None
        self.has_started = False
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = start_process("poolbench.executors.worker", self.errors)
        listener = threading.Thread(target=self._listen, args=(number, messages), daemon=True)
        listener.start()
        self.hear()

    def take(self, job: _Job, task: str, lanes: int) -> None:
        """Give the worker a job."""
        self.job, self.lanes = job, lanes
        self.hear()
        self.send(_make_request(task, job.specs, lanes))

    def hear(self) -> None:
        """Note that it said something, or could not be heard: its silence begins anew."""
        self.heard = self.worked = time.monotonic()
        self._seen_seconds = self._heard_seconds = read_processor_seconds(self.process.pid)

    def end_if_hung(self) -> None:
        """Kill the worker if it hangs; its end is then reported like any other."""
        is_idle = self.job is None and self.has_started
        most = SILENT_SECONDS if self.job is None else self.job.silent_seconds
        if not is_idle and self.reason is None and self._is_hung(most):
            self.reason = ("hung", Phrase("lost.silent", seconds=most))
            self.process.kill()

    def _is_hung(self, most: float) -> bool:
        now, seconds = time.monotonic(), read_processor_seconds(self.process.pid)
        if seconds is None or self._seen_seconds is None or self._heard_seconds is None:
            return is_hung(now - self.heard, None, None, most)
        if seconds - self._seen_seconds >= TICK_SECONDS:
            self._seen_seconds, self.worked = seconds, now
        own = (seconds - self._heard_seconds) / self.lanes
        return is_hung(now - self.heard, now - self.worked, own, most)

    def explain_end(self) -> Lost | None:
        """Return what was lost with a process that is gone; ``None``: nothing.

        Raises:
            TrainingError: If it could not even start.
        """
        code = self.process.wait()
        if not self.has_started:
            last = self.read_errors()
            raise TrainingError("process.not-started", how=explain_code(code), last=last)
        if self.job is None:
            return None
        reason, details = self.reason or ("lost", explain_code(code))
        last = self.read_errors().strip()
        return Lost(self.job.specs, reason, Joined([details, last]) if last else details)

    def send(self, request: dict[str, Any]) -> None:
        """Send one JSON line; a worker that is gone is reported by its listener."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def stop(self) -> None:
        """Wait for the end of a process that was told to end; use force if it does not listen."""
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def read_errors(self) -> str:
        """Read the end of what the process wrote to standard error."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")[-2000:]

    def _listen(self, number: int, messages: "SimpleQueue[tuple[int, dict[str, Any]]]") -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            messages.put((number, json.loads(line)))
        messages.put((number, {"event": "ended"}))


def explain_code(code: int) -> Phrase:
    """Tell how a process ended, from its return code in :class:`subprocess.Popen`."""
    if code == -KILL_SIGNAL:
        return Phrase("lost.killed")
    return Phrase("lost.ended", code=code)


def list_paths() -> list[str]:
    """List where this process looks for modules, as another process can."""
    # The folder of a script or notebook is importable there, so it must be in the worker too.
    # An empty entry is the working directory; last, so that a file there hides no library.
    paths = [path for path in sys.path if path]
    if "" in sys.path:
        paths.append(str(Path.cwd()))
    return paths


def start_process(module: str, errors: IO[bytes] | int) -> subprocess.Popen[str]:
    """Start a process that serves this one, see :func:`poolbench.executors.process.open_pipes`.

    Args:
        module: What it runs.
        errors: Where its standard error goes, as in :class:`subprocess.Popen`.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        env=make_environment(),
    )


def make_environment() -> dict[str, str]:
    """Return the environment of a worker process: one thread, and what this process can import.

    The variable has no way to write a path with a colon; :func:`list_paths` has them all.
    """
    paths = os.pathsep.join(path for path in list_paths() if os.pathsep not in path)
    return {**os.environ, **WORKER_ENVIRONMENT, "PYTHONPATH": paths}


def _make_request(task: str, specs: Sequence[TrialSpec], lanes: int) -> dict[str, Any]:
    return {
        "task": task,
        "specs": [spec.model_dump(mode="json") for spec in specs],
        "sources": pack_sources(specs),
        "lanes": lanes,
    }
