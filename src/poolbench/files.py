"""Check and open files that a person names: to be read, they must have an end."""

import errno
import hashlib
import json
import os
import stat
import textwrap
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Any, BinaryIO

from poolbench.errors import UsageError, nearest_names
from poolbench.texts import Phrase
from poolbench.texts.filling import Spelling, Tellable

# Deepest nesting of lists and objects in JSON: a record has six.
MOST_DEPTH = 64
# Most characters of what another library says of a fault.
_MOST_DETAIL = 200


class ContentError(ValueError):
    """What is in a file is not what it should be; it tells why in the language of the reader.

    Args:
        reason: Part of a sentence.
    """

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the reason in a language."""
        return self.reason.tell(lang, spelling)

    def __str__(self) -> str:
        return self.tell()


class RefusedFileError(OSError):
    """A file that the system would open and poolbench does not, told as :class:`ContentError`."""

    def __init__(self, number: int, reason: Phrase, path: Path) -> None:
        super().__init__(number, reason.tell(), str(path))
        self.reason = reason

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the reason in a language."""
        return self.reason.tell(lang, spelling)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.errno, self.reason, Path(self.filename))


def explain_fault(error: Exception) -> Tellable | OSError:
    """Return why something cannot be read, as a part of a sentence: a value for a text.

    What poolbench or the system raised says it itself; other libraries are quoted.
    """
    if isinstance(error, MemoryError):
        return Phrase("os.ENOMEM")
    if isinstance(error, Tellable) or (isinstance(error, OSError) and error.strerror):
        # A copy has no traceback, which would hold all that was read so far.
        return copy(error)
    return Phrase("file.reason.foreign", detail=quote_fault(error))


def quote_fault(error: Exception) -> str:
    """Return what another library says of a fault, in one line that is not long."""
    return textwrap.shorten(str(error) or type(error).__name__, _MOST_DETAIL, placeholder="…")


def suggest_path(path: Path) -> Phrase:
    """Return a hint for a path that is not there."""
    near = list_near_paths(path)
    return Phrase("hint.near-paths", near=near) if near else Phrase("file.check-path")


def list_near_paths(path: Path) -> list[Path]:
    """List what lies beside a path that is not there, under a name like its own."""
    try:
        names = [other.name for other in path.parent.iterdir() if not other.name.startswith(".")]
    except (OSError, ValueError):
        return []
    return [path.parent / name for name in nearest_names(path.name, names)]


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
    if name == "~":
        raise UsageError("home.unset", path=written)
    raise UsageError("home.no-user", path=written, name=name, user=name[1:])


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
        raise RefusedFileError(errno.EINVAL, Phrase("file.reason.device"), path)


def read_text(path: Path, most_bytes: int, encoding: str = "utf-8") -> str:
    """Read the text of a file.

    Raises:
        OSError: If it cannot be read, or is larger than ``most_bytes``.
        UnicodeDecodeError: If it is no text.
    """
    check_regular(path)
    size = path.stat().st_size
    if size > most_bytes:
        reason = Phrase("file.reason.large", size=size, most=most_bytes)
        raise RefusedFileError(errno.EFBIG, reason, path)
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


class OutsideError(RefusedFileError):
    """A file that should be in a folder is none of its own: a link, a pipe, a device."""


def locate_inside(folder: Path, name: str) -> Path:
    """Return the path of a file, which need not be there, in a folder of somebody else.

    Raises:
        OutsideError: If it is a link, has no end, or a link on the way leads out of the folder.
    """
    path = folder / name
    if not is_within(path.parent, folder):
        raise OutsideError(errno.ELOOP, Phrase("file.reason.elsewhere"), path)
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        return path
    if stat.S_ISLNK(mode):
        raise OutsideError(errno.ELOOP, Phrase("file.reason.link"), path)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OutsideError(errno.EINVAL, Phrase("file.reason.device"), path)
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
        raise OutsideError(errno.EINVAL, Phrase("file.reason.device"), path)
    if found.st_size > most_bytes:
        reason = Phrase("file.reason.large", size=found.st_size, most=most_bytes)
        raise RefusedFileError(errno.EFBIG, reason, path)


def parse_json(content: bytes) -> Any:
    """Parse plain values from JSON that anybody may have written.

    Raises:
        ContentError: If it is none, or is nested deeper than anything here is.
    """
    deep = Phrase("file.reason.deep", most=MOST_DEPTH)
    try:
        values = json.loads(content)
    # Lists in lists in lists take a frame each.
    except RecursionError:
        raise ContentError(deep) from None
    except json.JSONDecodeError as error:
        reason = Phrase("file.reason.json", line=error.lineno, column=error.colno, detail=error.msg)
        raise ContentError(reason) from None
    except UnicodeDecodeError:
        raise ContentError(Phrase("file.reason.utf8")) from None
    except ValueError as error:
        raise ContentError(Phrase("file.reason.foreign", detail=quote_fault(error))) from None
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
    raise ContentError(deep)


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
        raise UsageError("file.unreadable", path=path, error=error) from None
