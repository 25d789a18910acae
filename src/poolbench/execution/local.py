"""Trials on this machine: worker processes, fed one piece of work at a time."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from poolbench.errors import TrainingError
from poolbench.execution.executor import Progress, make_error
from poolbench.execution.machine import Machine
from poolbench.execution.memory import bound_workers
from poolbench.execution.station import WORKER_ENVIRONMENT, pack_sources
from poolbench.records import Speed, TrialSpec

STOP_SECONDS = 2.0
WAIT_SECONDS = 0.5


class LocalExecutor:
    """Worker processes that train and measure; a context manager.

    They start with the first work that there is for them, and stay until the end.

    Args:
        images: Folder written by :func:`poolbench.data.store.save_arrays`.
        run: The run directory that finished trials are written to.
        machine: How many processes there are, and cores for all of them together.
    """

    def __init__(self, images: Path, run: Path, machine: Machine) -> None:
        self.images = images
        self.run_path = run
        self.machine = machine
        self.count = machine.workers
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
        """See :class:`~poolbench.execution.executor.Executor`."""
        for message in self._serve("train", groups):
            kind = message["event"]
            if kind in ("epoch", "trained"):
                on_progress(
                    Progress(
                        "done" if kind == "trained" else "epoch",
                        message["trial"],
                        message.get("epoch", 0),
                    )
                )

    def measure(self, specs: Sequence[TrialSpec]) -> dict[str, Speed]:
        """See :class:`~poolbench.execution.executor.Executor`."""
        return {
            message["trial"]: Speed.model_validate(message["speed"])
            for message in self._serve("measure", [[spec] for spec in specs])
            if message["event"] == "measured"
        }

    def fit(self, speeds: Sequence[Speed]) -> int:
        """See :class:`~poolbench.execution.executor.Executor`."""
        self.shrink(bound_workers(self.count, speeds))
        return self.count

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
        lanes = max(1, self.machine.cores // max(1, min(self.count, left)))
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
                    raise make_error(message["trial"], message["error"], message["details"])
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
            env=make_environment(),
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


def _describe_end(worker: _Worker) -> str:
    code = worker.process.wait()
    return (
        f"A worker process ended with code {code}; finished trials are kept, and the same command "
        f"goes on. Its last words:\n{worker.read_errors()}"
    )


def make_environment() -> dict[str, str]:
    """Of a worker process: one thread, and what this process can import."""
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
        "sources": pack_sources(specs),
        "lanes": lanes,
    }
