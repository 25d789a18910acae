"""Handle standard streams that may be closed, full, or read by nobody."""

import io
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast


class _Forgiving:
    """A stream that drops what it cannot write; else the stream that it stands for."""

    def __init__(self, take: Callable[[], TextIO]) -> None:
        self._take = take

    def write(self, words: str) -> int:
        try:
            return self._take().write(words)
        # ValueError: it was closed.
        except (OSError, ValueError):
            return len(words)

    def flush(self) -> None:
        try:
            self._take().flush()
        except (OSError, ValueError):
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._take(), name)


def forgive(stream: TextIO | None) -> TextIO:
    """Wrap a stream for words that a person may do without: writing to it never fails.

    Args:
        stream: ``None``, as Python has it where it was closed at the start: they go nowhere.
    """
    found = io.StringIO() if stream is None else stream
    return cast(TextIO, _Forgiving(lambda: found))


def forgive_errors() -> TextIO:
    """Do the same for standard error, whatever stream that is when something is written."""
    return cast(TextIO, _Forgiving(lambda: sys.stderr or io.StringIO()))


def fill_descriptors() -> None:
    """Open those of standard input, output and error that are closed, on nothing.

    Otherwise the next files that are opened get their numbers, and what is printed ends up in them.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest free number: those below are open by now.
            os.open(os.devnull, os.O_RDWR)


def drop_output() -> None:
    """Forget what standard output did not take, or Python ends with a code of its own."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
