"""Confine what strangers made, models and uploaded pictures, to a process of its own.

What opens them is native code, which a file of three hundred bytes may make take all memory, all
time, or break off. So it works in a process that is bounded in both, that is replaced when it is
lost, and that knows nothing but what it is given: :mod:`poolbench.export.confined_worker`.

Both sides speak in frames: four bytes, the length of a JSON text; the text, which says the kinds
and shapes of the arrays that follow; the arrays.
"""

import atexit
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import DataError
from poolbench.system import read_available_memory_bytes
from poolbench.texts import Phrase
from poolbench.texts.told import Told

Arrays = Sequence[NDArray[Any]]
# Purposes with a process each: models need not wait for a picture that is being decoded.
Purpose = Literal["models", "pictures"]

# Time to load its libraries, on a machine that does other work.
_START_SECONDS = 60.0
_LENGTH_BYTES = 4
# Most bytes of the text of an answer: the class names of the largest model that is opened.
_MOST_TEXT_BYTES = 64_000_000
# Environment of the process: its libraries would begin as many threads, each with memory of its
# own, as there are cores.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class LostError(Exception):
    """The process ended, or was ended, before it had answered.

    Attributes:
        how: That, as a part of a sentence.
    """

    def __init__(self, how: Phrase) -> None:
        super().__init__(how)
        self.how = how


class ConfinedError(DataError):
    """The process refuses what it is asked.

    Attributes:
        reason: A word for it, where there is one.
    """

    def __init__(self, code: str, reason: object = None, /, **values: object) -> None:
        super().__init__(code, **values)
        self.reason = reason


class Confined:
    """One such process, begun when it is first asked; one question at a time.

    Attributes:
        lives: How many processes there have been; what an earlier one had opened is lost.
    """

    def __init__(self) -> None:
        self.lives = 0
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._is_late = False
        self._is_asked = False
        self._closed = threading.Event()
        self._forgotten: list[int] = []

    def is_alive_since(self, life: int) -> bool:
        """Return whether the process of that number is still there, with what it had opened."""
        return self._process is not None and self.lives == life

    def forget(self, life: int, number: int) -> None:
        """Forget what was opened under this number; nobody asks for it any more."""
        if life == self.lives:
            self._forgotten.append(number)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep others from asking between questions that belong together."""
        with self._lock:
            if self._owner != os.getpid():
                # After a fork: the other side listens to the parent.
                self._process = None
            if self._process is not None and self._process.poll() is not None:
                self._end()
            yield

    def ask(
        self, task: str, facts: dict[str, Any], arrays: Arrays, seconds: float
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Ask a function of the worker, and return its answer.

        Args:
            task: Its name.
            seconds: Time for all of it.

        Raises:
            ConfinedError: If the function refuses.
            LostError: If there is no answer.
        """
        with self.hold():
            process = self._process or self._begin()
            forgotten, self._forgotten = self._forgotten, []
            question = {"task": task, "seconds": seconds, "forgotten": forgotten, **facts}
            try:
                with self._ended_after(process, seconds):
                    send(process.stdin, question, arrays)
                    answer, found = receive(process.stdout, _MOST_TEXT_BYTES)
            except (OSError, EOFError, ValueError, MemoryError, RecursionError):
                raise LostError(self._explain(process, seconds)) from None
            except BaseException:
                # Interrupted: what it still says would be taken for the next answer.
                self._end()
                raise
        if "refused" in answer:
            said = Told(answer["refused"])
            raise ConfinedError("quoted", answer.get("reason"), message=said)
        return answer, found

    def interrupt(self) -> None:
        """Give up the question that somebody waits for, if there is one."""
        process = self._process
        if process is not None and self._is_asked:
            process.kill()

    def close(self) -> None:
        """End the process, also while somebody waits for its answer, and begin no other."""
        self._closed.set()
        process = self._process
        if process is not None and self._owner == os.getpid():
            process.kill()

    def _begin(self) -> "subprocess.Popen[bytes]":
        if self._closed.is_set():
            raise LostError(Phrase("fault.closed"))
        # -P: a file of the working directory must not stand in for a library.
        command = [sys.executable, "-P", "-X", "utf8", "-m", "poolbench.export.confined_worker"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
        self._process, self._owner, self._forgotten = process, os.getpid(), []
        self.lives += 1
        if self._closed.is_set():
            process.kill()
        try:
            with self._ended_after(process, _START_SECONDS):
                receive(process.stdout, _MOST_TEXT_BYTES)
        except (OSError, EOFError, ValueError):
            raise LostError(self._explain(process, _START_SECONDS)) from None
        except BaseException:
            self._end()
            raise
        return process

    @contextmanager
    def _ended_after(self, process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[None]:
        def end() -> None:
            self._is_late = True
            process.kill()

        self._is_late, self._is_asked = False, True
        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            self._is_asked = False
            clock.cancel()

    def _explain(self, process: "subprocess.Popen[bytes]", seconds: float) -> Phrase:
        code = self._end()
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        if self._is_late or name == "SIGXCPU":
            return Phrase("fault.late", seconds=seconds)
        if code >= 0:
            return Phrase("fault.ended", code=code)
        return Phrase("fault.killed", name=name)

    def _end(self) -> int:
        """End the process, and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            # What is ending by itself says why.
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        return code


def get_confined(purpose: Purpose = "models") -> Confined:
    """Return the process that a program shares for a purpose; it ends with this one."""
    return _share(purpose)


@cache
def _share(purpose: Purpose) -> Confined:
    confined = Confined()
    atexit.register(confined.close)
    return confined


def bound_by_free(most_bytes: int) -> int:
    """Return so many bytes, or as many as the machine has free."""
    free = read_available_memory_bytes()
    return most_bytes if free is None else min(most_bytes, free)


def send(file: IO[bytes] | None, facts: dict[str, Any], arrays: Arrays = ()) -> None:
    """Write one frame."""
    assert file is not None
    kinds = [(array.dtype.str, array.shape) for array in arrays]
    text = json.dumps({**facts, "arrays": kinds}).encode()
    file.write(len(text).to_bytes(_LENGTH_BYTES, "little"))
    file.write(text)
    for array in arrays:
        if array.size:
            file.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    file.flush()


def receive(
    file: IO[bytes] | None, most_text_bytes: int
) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Read one frame.

    Raises:
        EOFError: If it ends too early.
        ValueError: If it is none.
    """
    assert file is not None
    length = int.from_bytes(_read(file, _LENGTH_BYTES), "little")
    if length > most_text_bytes:
        raise ValueError(f"a text of {length} bytes")
    facts = json.loads(bytes(_read(file, length)))
    arrays = []
    for kind, shape in facts.pop("arrays"):
        dtype = np.dtype(kind)
        content = _read(file, dtype.itemsize * math.prod(shape))
        arrays.append(np.frombuffer(content, dtype).reshape(shape))
    return facts, arrays


def _read(file: IO[bytes], count: int) -> bytearray:
    content = bytearray(count)
    rest = memoryview(content)
    while rest:
        got = file.readinto(rest)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        rest = rest[got:]
    return content
