"""Find runs: by a path, by ``@NAME``, or ``@last``."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from poolbench.errors import RunError, UsageError, nearest_names
from poolbench.files import expand_home

# The folder in which runs are made, and looked for by their names.
RUNS = Path("runs")
SIGN = "@"
LAST = "last"
# Files of which one is there from when a study is prepared until it is finished.
_MARKS = ("study.json", "plan.json", ".holder.json")
# Files that tell when a study was finished, or is worked at again; and when one that is not
# finished was worked at last.
_FINISHED_AT = ("study.json", ".holder.json")
_WORKED_AT = ("trials", "plan.json", "config.toml", "data.json", ".holder.json")
_NAME = re.compile(r"\w[\w.+-]*")
_MOST_NAME = 100
# Names of devices on Windows, whatever their ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def find_run(given: str | Path) -> Path:
    """Return the run directory that a person names; a path need not be there.

    Args:
        given: A path, ``@last`` for the run that was worked at last, or ``@NAME`` for
            ``runs/NAME``. ``./@NAME`` is a path.

    Raises:
        RunError: If there is no run of that name; the message has the nearest ones.
        UsageError: As :func:`poolbench.files.expand_home`.
    """
    written = os.fspath(given)
    if not written.startswith(SIGN):
        return expand_home(given)
    name = written.removeprefix(SIGN)
    # By its very name only: what a name leads out of the folder by is none.
    found = {path.name: path for path in list_runs()}
    if name == LAST and found:
        return max(found.values(), key=lambda path: (read_time(path), path.name))
    if name in found:
        return found[name]
    raise _explain_missing(written, found)


def find_run_there(given: str | Path) -> Path:
    """Find a run as :func:`find_run`, for what reads one: a name without its sign is refused.

    Raises:
        RunError: Also if there is no such path, and a run in ``runs`` is called so.
    """
    path = find_run(given)
    is_name = len(path.parts) == 1 and not os.path.lexists(path)
    if is_name and any(run.name == path.name for run in list_runs()):
        run, name = RUNS / path.name, f"{SIGN}{path.name}"
        raise RunError("runs.without-sign", path=path, run=run, name=name)
    return path


def _explain_missing(written: str, known: Iterable[str]) -> RunError:
    names = list(known)
    place = RUNS.absolute()
    if not names:
        return RunError("runs.none-here", name=written, place=place)
    near = nearest_names(written.removeprefix(SIGN), names) or sorted(names)[:3]
    meant = [f"{SIGN}{name}" for name in near]
    return RunError("runs.unknown", name=written, place=place, near=meant)


def list_runs(folder: Path = RUNS) -> list[Path]:
    """List the run directories in a folder, by name; a folder that is a run itself is its own.

    Raises:
        RunError: If the folder is there and cannot be read.
    """
    if looks_like_run(folder):
        return [folder]
    try:
        inside = sorted(folder.iterdir(), key=lambda path: path.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError("runs.unsearchable", path=folder, reason=error) from None
    return [path for path in inside if not path.name.startswith(".") and looks_like_run(path)]


def looks_like_run(path: Path) -> bool:
    """Return whether a folder holds a run, whole, broken or just begun."""
    if not path.is_dir():
        return False
    if any(os.path.lexists(path / name) for name in _MARKS):
        return True
    if not any(os.path.lexists(path / name) for name in ("data.json", "trials")):
        return False
    # NumPy comes with it, for which a shell that completes a name does not wait.
    from poolbench.rundir.owned import is_run

    return is_run(path)


def read_time(path: Path) -> float:
    """Return when a run was last worked at, in seconds since 1970, by the dates of its files.

    A finished study has the date of its last file, so a report that is rebuilt does not change it.
    """
    is_finished = (path / _FINISHED_AT[0]).is_file()
    times = [0.0]
    for name in _FINISHED_AT if is_finished else _WORKED_AT:
        with suppress(OSError):
            times.append((path / name).lstat().st_mtime)
    return max(times)


def choose_place(out: Path | None, name: str | None) -> Path | None:
    """Choose a run directory by its path or by the name of the run; ``None``: neither is given.

    Raises:
        UsageError: If both are given; if the name is none of a folder everywhere, or stands for
            something else.
    """
    if name is None:
        return out
    if out is not None:
        raise UsageError("runs.name-and-out", runs=RUNS)
    plain = name.removeprefix(SIGN)
    is_name = _NAME.fullmatch(plain) and not _DEVICE.fullmatch(plain) and not plain.endswith(".")
    if not is_name or len(plain) > _MOST_NAME or plain == LAST:
        raise UsageError("runs.name", name=name, most=_MOST_NAME, last=LAST)
    return RUNS / plain
