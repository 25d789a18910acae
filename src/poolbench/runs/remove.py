"""Delete runs: what poolbench wrote there, and nothing else."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.rundir.owned import is_run, is_run_entry
from poolbench.rundir.refusal import explain_refusal
from poolbench.rundir.store import RunStore
from poolbench.system import LOCK_FILES

# What a folder is known by as a run: it goes last, so that half of a run can be deleted again.
_MARK = "data.json"


def check_removable(path: Path) -> None:
    """Refuse what is no run directory of its own.

    Raises:
        UsageError: If it is none, or a link to one.
    """
    if path.is_symlink():
        raise UsageError("runs.link", path=path, target=os.path.realpath(path))
    if not path.is_dir():
        raise UsageError("runs.no-folder", path=path)
    names = {entry.name for entry in path.iterdir()}
    # A study that was killed while it was prepared has left no more than that it was begun.
    if not (is_run(path) or (names and names <= {*LOCK_FILES})):
        raise UsageError("runs.no-run", path=path)


def remove_run(path: Path) -> list[str]:
    """Delete a run; return the names in its folder that poolbench did not write, which stay.

    Raises:
        RunError: If a process works at it, or something of it cannot be deleted.
        UsageError: As :func:`check_removable`.
    """
    check_removable(path)
    with RunStore(path).hold():
        names = sorted(entry.name for entry in path.iterdir() if entry.name not in LOCK_FILES)
        mine = [name for name in names if is_run_entry(name)]
        for name in sorted(mine, key=lambda name: name == _MARK):
            _delete(path / name)
        others = [name for name in names if name not in mine]
        # While it is held, so that nobody begins in what is about to go.
        _drop_folder(path)
    # Windows keeps a file that is open, as the lock was until now.
    _drop_folder(path)
    return others


def _delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, onerror=_raise)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise explain_refusal(error, path) from None


def _raise(function: Callable[..., object], path: str, reason: object) -> None:
    """Let what cannot be deleted end the deletion, unless it is gone."""
    error = reason[1] if isinstance(reason, tuple) else reason
    if isinstance(error, FileNotFoundError):
        return
    assert isinstance(error, OSError)
    raise error


def _drop_folder(path: Path) -> None:
    """Delete the lock, and the folder unless something of somebody else is in it."""
    for name in LOCK_FILES:
        with suppress(OSError):
            (path / name).unlink(missing_ok=True)
    with suppress(OSError):
        path.rmdir()
