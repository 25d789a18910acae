"""Trials on this machine: worker processes, fed one piece of work at a time."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

import cloudpickle

from poolbench.errors import TrainingError
from poolbench.models import get_backbone
from poolbench.operators import get_operator
from poolbench.records import BACKBONE_SOURCE, Speed, TrialSpec

STOP_SECONDS = 2.0
WAIT_SECONDS = 0.5

WORKER_ENVIRONMENT = {
    # One thread for each slice of a batch, in every library.
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    # glibc gives large arrays back to the system at once and fetches them anew, page by page, in
    # the next step: up to half of the time of one. These keep them (mallopt(3)).
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**32 - 1),
}


@dataclass(frozen=True)
class Progress:
    """What happened to a trial: ``kind`` is ``epoch`` or ``done``."""

    kind: str
    trial: str
    epoch: int = 0


class LocalExecutor:
    """Worker processes that train and measure; a context manager.

    They start with the first work that there is for them, and stay until the end.

    Args:
        images: Folder written by :func:`poolbench.data.store.save_arrays`.
        run: The run directory that finished trials are written to.
        workers: Processes at the same time.
        cores: Threads of all of them together, where there are fewer processes than that.
    """

    def __init__(self, images: Path, run: Path, workers: int, cores: int = 1) -> None:
        self.images = images
        self.run_path = run
        self.count = workers
        self.cores = cores
        self._workers: list[_Worker] = []
        self._messages: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()
        self._ready: list[int] = []

    def __enter__(self) -> "LocalExecutor":
        return self

    def __exit__(self, *error: object) -> None:
        self.shrink(0)

    def run(
        self, groups: Sequence[Sequence[TrialSpec]], on_progress: Callable[[Progress], None]
    ) -> None:
        """Run all trials, the groups in this order; returns when the last is on disk.

        Args:
            groups: Trials that are trained together as one stack; on a processor each is alone.

        Raises:
            TrainingError: If a trial fails or a worker dies; the others in flight are ended,
                finished ones stay.
        """
        for message in self._serve("train", groups):
            kind = message["event"]
            if kind in ("epoch", "trained"):
                name = "done" if kind == "trained" else kind
                on_progress(Progress(name, message["trial"], message.get("epoch", 0)))

    def measure(self, specs: Sequence[TrialSpec]) -> dict[str, Speed]:
        """How fast these trials will be, by trial id; as many at once as will be trained at once.

        Raises:
            TrainingError: If a trial fails or a worker dies.
        """
        return {
            message["trial"]: Speed.model_validate(message["speed"])
            for message in self._serve("measure", [[spec] for spec in specs])
            if message["event"] == "measured"
        }

    def shrink(self, count: int) -> None:
        """Go on with so many processes; the others end."""
        self.count = min(self.count, count)
        gone = self._workers[count:]
        del self._workers[count:]
        self._ready = [number for number in self._ready if number < count]
        # All are told before the first is waited for, so that many end as fast as one.
        for worker in gone:
            worker.process.terminate()
        for worker in gone:
            worker.stop()

    def _serve(self, task: str, groups: Sequence[Sequence[TrialSpec]]) -> Iterator[dict[str, Any]]:
        """Hand out the groups, and give what the workers say until the last is done."""
        waiting = list(reversed(groups))
        left = len(groups)
        lanes = max(1, self.cores // max(1, min(self.count, left)))
        if groups:
            assert self.count, "the executor was closed"
            self._start()
        try:
            while left:
                while waiting and self._ready:
                    self._workers[self._ready.pop(0)].send(
                        _make_request(task, waiting.pop(), lanes)
                    )
                number, message = _wait_for(self._messages)
                kind = message["event"]
                if number >= len(self._workers):
                    continue  # The last words of one that was ended.
                if kind == "ended":
                    raise TrainingError(_describe_end(self._workers[number]))
                if kind == "failed":
                    raise _make_error(message)
                if kind == "ready":
                    self._ready.append(number)
                    left -= not message["first"]
                yield message
        except BaseException:
            self.shrink(0)
            raise

    def _start(self) -> None:
        while len(self._workers) < self.count:
            worker = _Worker(len(self._workers), self._messages)
            self._workers.append(worker)
            worker.send({"images": str(self.images), "run": str(self.run_path)})


class _Worker:
    """One worker process and the thread that listens to it."""

    def __init__(self, number: int, messages: "SimpleQueue[tuple[int, dict[str, Any]]]") -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "poolbench.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            encoding="utf-8",
            env=_make_environment(),
        )
        listener = threading.Thread(target=self._listen, args=(number, messages), daemon=True)
        listener.start()

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
        """The end of what the process wrote to standard error."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")[-2000:]

    def _listen(self, number: int, messages: "SimpleQueue[tuple[int, dict[str, Any]]]") -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            messages.put((number, json.loads(line)))
        messages.put((number, {"event": "ended"}))


def _wait_for(messages: "SimpleQueue[tuple[int, dict[str, Any]]]") -> tuple[int, dict[str, Any]]:
    """The next message; waits in short turns, since on Windows Ctrl-C does not end a long one."""
    while True:
        with suppress(Empty):
            return messages.get(timeout=WAIT_SECONDS)


def _make_error(message: dict[str, Any]) -> TrainingError:
    error = TrainingError(
        f"Trial {message['trial']} failed: {message['error']} Finished trials are kept; --debug "
        "shows where it happened."
    )
    # Shown with the traceback alone.
    error.add_note(message["details"])
    return error


def _describe_end(worker: _Worker) -> str:
    code = worker.process.wait()
    return (
        f"A worker process ended with code {code}; finished trials are kept, and the same command "
        f"goes on. Its last words:\n{worker.read_errors()}"
    )


def _make_environment() -> dict[str, str]:
    # The folder of a script or notebook is importable there, so it must be in the worker too.
    # An empty entry is the working directory; last, so that a file there hides no library.
    paths = [path for path in sys.path if path]
    if "" in sys.path:
        paths.append(str(Path.cwd()))
    return {**os.environ, **WORKER_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths)}


def _make_request(task: str, specs: Sequence[TrialSpec], lanes: int) -> dict[str, Any]:
    return {
        "task": task,
        "specs": [spec.model_dump(mode="json") for spec in specs],
        "sources": _pack_sources(specs),
        "lanes": lanes,
    }


def _pack_sources(specs: Sequence[TrialSpec]) -> dict[str, str]:
    """Operators and backbones of one's own, as the worker cannot import a notebook's cell."""
    packed = {}
    for name in {name for spec in specs for name in spec.conditions.sources}:
        if name.startswith(BACKBONE_SOURCE):
            thing: Any = get_backbone(name.removeprefix(BACKBONE_SOURCE)).factory
        else:
            thing = get_operator(name).cls
        packed[name] = base64.b64encode(cloudpickle.dumps(thing)).decode("ascii")
    return packed
