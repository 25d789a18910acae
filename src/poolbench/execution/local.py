"""Trials on this machine: worker processes of a fixed number of threads, fed one at a time."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

import cloudpickle

from poolbench.errors import TrainingError
from poolbench.operators import get_operator
from poolbench.records import TrialSpec

STOP_SECONDS = 2.0
WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class Progress:
    """What happened to a trial: ``kind`` is ``epoch`` or ``done``."""

    kind: str
    trial: str
    epoch: int = 0


class LocalExecutor:
    """Runs trials in worker processes.

    Args:
        images: Folder written by :func:`poolbench.data.store.save_arrays`.
        run: The run directory that finished trials are written to.
        workers: Processes at the same time.
        threads: Threads of each.
    """

    def __init__(self, images: Path, run: Path, workers: int, threads: int) -> None:
        self.images = images
        self.run_path = run
        self.workers = workers
        self.threads = threads

    def run(self, specs: Sequence[TrialSpec], on_progress: Callable[[Progress], None]) -> None:
        """Run all trials in this order; returns when the last is on disk.

        Raises:
            TrainingError: If a trial fails or a worker dies; the others in flight are ended,
                finished ones stay.
        """
        if not specs:
            return
        waiting = list(reversed(specs))
        left = len(specs)
        count = min(self.workers, len(specs))
        with self._start_workers(count, specs) as (workers, messages):
            while left:
                number, message = _wait_for(messages)
                kind = message["event"]
                if kind == "ended":
                    raise TrainingError(_describe_end(workers[number]))
                if kind == "failed":
                    raise _make_error(message)
                if kind != "ready":
                    on_progress(Progress(kind, message["trial"], message.get("epoch", 0)))
                if kind == "done":
                    left -= 1
                if kind in ("ready", "done") and waiting:
                    workers[number].send(waiting.pop().model_dump(mode="json"))

    @contextmanager
    def _start_workers(
        self, count: int, specs: Sequence[TrialSpec]
    ) -> "Iterator[tuple[list[_Worker], SimpleQueue[tuple[int, dict[str, Any]]]]]":
        messages: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()
        workers: list[_Worker] = []
        try:
            for number in range(count):
                worker = _Worker(number, messages, self.threads)
                workers.append(worker)
                worker.send(
                    {
                        "images": str(self.images),
                        "run": str(self.run_path),
                        "threads": self.threads,
                        "operators": _pack_operators(specs),
                    }
                )
            yield workers, messages
        finally:
            # All are told before the first is waited for, so that many end as fast as one.
            for worker in workers:
                worker.process.terminate()
            for worker in workers:
                worker.stop()


class _Worker:
    """One worker process and the thread that listens to it."""

    def __init__(
        self, number: int, messages: "SimpleQueue[tuple[int, dict[str, Any]]]", threads: int
    ) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "poolbench.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            encoding="utf-8",
            env=_make_environment(threads),
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


def _make_environment(threads: int) -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # The folder of a script or notebook is importable there, so it must be in the worker too.
    # An empty entry is the working directory; last, so that a file there hides no library.
    paths = [path for path in sys.path if path]
    if "" in sys.path:
        paths.append(str(Path.cwd()))
    return {
        **os.environ,
        **dict.fromkeys(names, str(threads)),
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _pack_operators(specs: Sequence[TrialSpec]) -> dict[str, str]:
    """Classes that are not poolbench's own, as the worker cannot import a notebook's cell."""
    packed = {}
    for operator_id in {name for spec in specs for name in spec.conditions.sources}:
        cls = get_operator(operator_id).cls
        packed[operator_id] = base64.b64encode(cloudpickle.dumps(cls)).decode("ascii")
    return packed
