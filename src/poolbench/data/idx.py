"""Read IDX files, the form of MNIST, plain or packed with gzip.

Two zero bytes, the kind of number, the number of axes, the length of each axis as big-endian
uint32, then the numbers, the last axis fastest (LeCun, Cortes and Burges, The
MNIST database of handwritten digits).
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from poolbench.data.arrays import check_memory
from poolbench.errors import DataError
from poolbench.files import check_regular, explain_fault, quote_fault
from poolbench.texts import Phrase

# The third byte of a file to the kind of its numbers.
_KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_AXES = 4
_GZIP = b"\x1f\x8b"


def read_idx(path: Path) -> NDArray[Any]:
    """Read one array; whether the file is packed is seen by its first bytes, not by its name.

    Memory is taken once, for what the head says, after it was seen to be there.

    Raises:
        DataError: If it is no IDX file, ends early or late, is damaged, or memory does not hold it.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            is_packed = file.read(2) == _GZIP
            file.seek(0)
            if not is_packed:
                return _read_opened(path, file)
            with gzip.open(file) as unpacked:
                return _read_opened(path, cast(IO[bytes], unpacked))
    except EOFError:
        raise DataError("idx.cut", path=path) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError("idx.damaged", path=path, detail=quote_fault(error)) from None
    except OSError as error:
        raise DataError("file.unreadable", path=path, error=explain_fault(error)) from None


def _read_opened(path: Path, file: IO[bytes]) -> NDArray[Any]:
    head = file.read(4)
    if not head:
        raise DataError("idx.empty", path=path)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _KINDS or head[3] > _MOST_AXES:
        raise DataError("idx.kind", path=path, begin=head.hex(" "))
    dtype = np.dtype(_KINDS[head[2]])
    lengths = file.read(4 * head[3])
    if len(lengths) < 4 * head[3]:
        raise DataError("idx.head", path=path)
    shape = tuple(np.frombuffer(lengths, ">u4").tolist())
    expected = dtype.itemsize * math.prod(shape)
    check_memory(expected, Phrase("idx.head-says", path=path))
    content = np.empty(expected, dtype=np.uint8)
    found = _fill(file, content)
    said = " x ".join(map(str, shape))
    if found < expected:
        raise DataError("idx.short", path=path, shape=said, expected=expected, found=found)
    if file.read(1):
        raise DataError("idx.long", path=path, shape=said, expected=expected)
    return content.view(dtype).reshape(shape)


def _fill(file: IO[bytes], content: NDArray[np.uint8]) -> int:
    """Read until the array is full or the file ends; return how many bytes there were."""
    view, found = content.data, 0
    while found < len(view):
        part = file.readinto(view[found : found + (1 << 20)])  # type: ignore[attr-defined]
        if not part:
            break
        found += part
    return found
