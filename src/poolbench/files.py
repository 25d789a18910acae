"""Check and open files that a person names: to be read, they must have an end."""

import errno
import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from poolbench.errors import UsageError

# Deepest nesting of lists and objects in JSON: a record has six.
MOST_DEPTH = 64
_DEEP = f"it is nested more than {MOST_DEPTH} deep"


def expand_home(path: str | Path) -> Path:
    """Expand ``~`` and ``~user`` in a path that a person names, as a shell does.

    A shell does it only where they begin a word, and leaves ``--out=~/run`` as it is.

    Raises:
        UsageError: If there is no such user, or this one has no home folder, and no file has that
            name either.
    """
    written = os.fspath(path)
    if not written.startswith("~"):
        # "./~" names a file, and would lose that when it is expanded once more.
        plain = Path(written)
        return plain.absolute() if plain.parts[:1] and plain.parts[0][0] == "~" else plain
    with suppress(RuntimeError):
        return Path(written).expanduser().absolute()
    if os.path.lexists(written):
        return Path(written).absolute()
    name = Path(written).parts[0]
    reason = f"there is no user {name[1:]!r}" if name != "~" else "HOME is not set"
    raise UsageError(
        f"{written}: {name} stands for a home folder, and {reason}. Write the path in full, or "
        f"./{written} for a file or folder of that very name."
    )


def check_regular(path: Path) -> None:
    """Make sure that a path leads to a file that has an end.

    Raises:
        OSError: If it leads nowhere, or to a folder, a pipe or a device.
    """
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        # A zero byte, which no system has in a name.
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "It is no file but a pipe or a device", str(path))


def read_text(path: Path, most_bytes: int, encoding: str = "utf-8") -> str:
    """Read the text of a file.

    Raises:
        OSError: If it cannot be read, or is larger than ``most_bytes``.
        UnicodeDecodeError: If it is no text.
    """
    check_regular(path)
    size = path.stat().st_size
    if size > most_bytes:
        reason = f"it has {size:,} bytes, and at most {most_bytes:,} are read"
        raise OSError(errno.EFBIG, reason, str(path))
    return path.read_text(encoding=encoding)


def is_within(path: Path, folder: Path) -> bool:
    """Return whether a path, which need not be there, ends up in a folder by its links."""
    # Not Path.resolve, which before Python 3.13 raises where links lead in a circle.
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def check_file_path(path: Path) -> None:
    """Make sure that a file can have this path, before work is done for it.

    Raises:
        OSError: If a folder is there, or a file where a folder would have to be.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    for folder in path.parents:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


class OutsideError(OSError):
    """A file that should be in a folder is none of its own: a link, a pipe, a device."""


def locate_inside(folder: Path, name: str) -> Path:
    """Return the path of a file, which need not be there, in a folder of somebody else.

    Raises:
        OutsideError: If it is a link, has no end, or a link on the way leads out of the folder.
    """
    path = folder / name
    if not is_within(path.parent, folder):
        raise OutsideError(errno.ELOOP, "it lies behind a link that leads elsewhere", str(path))
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        return path
    if stat.S_ISLNK(mode):
        raise OutsideError(errno.ELOOP, "it is a link", str(path))
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OutsideError(errno.EINVAL, "it is a pipe or a device", str(path))
    return path


def open_inside(folder: Path, name: str, most_bytes: int) -> BinaryIO:
    """Open a file of such a folder to be read.

    Raises:
        OutsideError: As :func:`locate_inside`.
        OSError: If it is not there, cannot be read, or is larger than ``most_bytes``.
    """
    path = locate_inside(folder, name)
    # Whatever has been put there since is neither followed nor waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    file = os.fdopen(descriptor, "rb")
    try:
        _check_opened(os.fstat(descriptor), path, most_bytes)
    except BaseException:
        file.close()
        raise
    return file


def _check_opened(found: os.stat_result, path: Path, most_bytes: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OutsideError(errno.EINVAL, "it is a pipe or a device", str(path))
    if found.st_size > most_bytes:
        reason = f"it has {found.st_size:,} bytes, and at most {most_bytes:,} are read"
        raise OSError(errno.EFBIG, reason, str(path))


def parse_json(content: bytes) -> Any:
    """Parse plain values from JSON that anybody may have written.

    Raises:
        ValueError: If it is none, or is nested deeper than anything here is.
    """
    try:
        values = json.loads(content)
    # Lists in lists in lists take a frame each.
    except RecursionError:
        raise ValueError(_DEEP) from None
    layer: list[Any] = [values]
    for _ in range(MOST_DEPTH):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not layer:
            return values
    raise ValueError(_DEEP)


def hash_file(path: Path) -> str:
    """Compute the SHA-256 of a file, in hex.

    Raises:
        UsageError: If it cannot be read.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
