"""Read the arrays of an npz file that may come from anybody; nothing in it is unpickled."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from poolbench.files import ContentError, check_regular, explain_fault
from poolbench.system import read_available_memory_bytes
from poolbench.texts import Phrase


def read_arrays(
    source: Path | IO[bytes], names: Collection[str] | None = None
) -> dict[str, NDArray[Any]]:
    """Read the arrays of an npz file, by name.

    Args:
        source: The path, or the file opened already.
        names: Arrays to read, as far as they are there; ``None``: all.

    Raises:
        OSError: If the file cannot be opened.
        ContentError: If anything is wrong with what is in it, or memory does not hold it.
    """
    if not isinstance(source, Path):
        return _read_opened(source, names)
    check_regular(source)
    # Opened here: NumPy leaves a damaged file open.
    with source.open("rb") as file:
        return _read_opened(file, names)


def _read_opened(file: IO[bytes], names: Collection[str] | None) -> dict[str, NDArray[Any]]:
    try:
        _check_kind(file)
        with np.load(file, allow_pickle=False) as stored:
            wanted = [name for name in stored.files if names is None or name in names]
            _check_memory(stored, wanted)
            return {name: _read_array(stored, name) for name in wanted}
    except ContentError:
        raise
    except Exception as error:
        # Archive, compression and headers of arrays each fail with many kinds of exception.
        found = explain_fault(error)
        reason = found if isinstance(found, Phrase) else Phrase("npz.reason.system", error=found)
        raise ContentError(reason) from None


def _check_kind(file: IO[bytes]) -> None:
    """Refuse all but archives: NumPy would take anything else for a pickle."""
    mark = file.read(6)
    file.seek(0)
    if mark == np.lib.format.MAGIC_PREFIX:
        raise ContentError(Phrase("npz.reason.one-array"))
    if mark[:2] != b"PK":
        raise ContentError(Phrase("npz.reason.no-archive"))


def _check_memory(stored: Any, names: list[str]) -> None:
    """Refuse what memory does not hold: a small file may unpack to any size."""
    unpacked = sum(stored.zip.getinfo(f"{name}.npy").file_size for name in names)
    free = read_available_memory_bytes()
    if free is not None and unpacked > free:
        raise ContentError(Phrase("npz.reason.memory", unpacked=unpacked, free=free))


def _read_array(stored: Any, name: str) -> NDArray[Any]:
    try:
        _check_head(stored, name)
        array: NDArray[Any] = stored[name]
    except Exception as error:
        reason = explain_fault(error)
        raise ContentError(Phrase("npz.reason.array", name=name, reason=reason)) from None
    return array


def _check_head(stored: Any, name: str) -> None:
    """Check that an array has the size it says: NumPy takes the memory first."""
    member = stored.zip.getinfo(f"{name}.npy")
    with stored.zip.open(member) as file:
        is_first = np.lib.format.read_magic(file) == (1, 0)
        # The third version differs from the second in the names of fields alone.
        kinds = np.lib.format.read_array_header_1_0, np.lib.format.read_array_header_2_0
        shape, _, dtype = kinds[not is_first](file)
        found = member.file_size - file.tell()
    if dtype.hasobject:
        raise ContentError(Phrase("npz.reason.objects"))
    expected = dtype.itemsize * math.prod(shape)
    if min(shape, default=0) < 0 or expected != found:
        raise ContentError(Phrase("npz.reason.bytes", expected=expected, found=found))
