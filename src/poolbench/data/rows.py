"""Take rows of arrays that may be too large for memory: those lie in a file that is mapped."""

import tempfile
from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from poolbench.data.cache import get_cache_folder

Kind = TypeVar("Kind", bound=np.generic)

# Bytes up to which what is taken of a mapped file stays in memory.
MOST_HELD_BYTES = 1 << 28
# Bytes that are copied at a time.
_PART_BYTES = 1 << 24


def take_rows(images: NDArray[np.uint8], index: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return ``images[index]``; many rows of a mapped file come in a mapped file again.

    Raises:
        OSError: If the cache folder has no space for it.
    """
    row_bytes = images.dtype.itemsize * int(np.prod(images.shape[1:]))
    if not isinstance(images, np.memmap) or len(index) * row_bytes <= MOST_HELD_BYTES:
        return np.asarray(images[index])
    step = max(1, _PART_BYTES // row_bytes)
    parts = (images[index[start : start + step]] for start in range(0, len(index), step))
    return map_rows(parts, (len(index), *images.shape[1:]), np.uint8)


def map_rows(
    parts: Iterable[NDArray[Kind]], shape: tuple[int, ...], dtype: type[Kind]
) -> NDArray[Kind]:
    """Write rows that come part by part to a mapped file; return them as one read-only array.

    That file has no name: it is gone with the array.

    Raises:
        OSError: If the cache folder has no space for it.
    """
    folder = get_cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        for part in parts:
            file.write(np.ascontiguousarray(part).data)
        file.flush()
        return np.memmap(file, dtype=dtype, mode="r", shape=shape)
