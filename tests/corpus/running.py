"""A case in this process, as the command line would run it."""

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from corpus.case import Box, Case
from corpus.judging import Outcome, hash_folder, judge

# Those that Python does not show to whoever runs a program.
HIDDEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


def check_inside(case: Case, place: Path, finished: Path) -> list[str]:
    """Make the input, run the command in this process; what is not as it has to be.

    Args:
        place: An empty folder.
    """
    box = make_box(place, finished)
    case.make(box)
    before = hash_folder(box.folder), hash_folder(box.work)
    with _standing_in(box.work, place / "tmp"), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        outcome = run_inside(case.fill(box))
    faults = judge(case, box, outcome)
    faults += [f"a warning: {w.message}" for w in warned if not issubclass(w.category, HIDDEN)]
    if (hash_folder(box.folder), hash_folder(box.work)) != before:
        faults.append("something changed on disk")
    if any((place / "tmp").iterdir()):
        faults.append("temporary files are left")
    return [*faults, outcome.stderr] if faults else []


def make_box(place: Path, finished: Path) -> Box:
    """Folders for the input, the work and temporary files."""
    for name in ("in", "work", "tmp"):
        (place / name).mkdir()
    return Box(place / "in", place / "work", finished)


def run_inside(arguments: list[str]) -> Outcome:
    """The command line, up to its exit."""
    from poolbench.cli.app import main

    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with (
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        mock.patch.object(sys, "argv", ["poolbench", *arguments]),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)
    return Outcome(code, out, err)


@contextmanager
def _standing_in(work: Path, temporary: Path) -> Iterator[None]:
    before, known = Path.cwd(), tempfile.tempdir
    os.chdir(work)
    tempfile.tempdir = str(temporary)
    try:
        yield
    finally:
        os.chdir(before)
        tempfile.tempdir = known
