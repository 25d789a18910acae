"""Rows of arrays that may be too large for memory: those lie in a file that is mapped."""

import tempfile
from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from poolbench.data.cache import get_cache_folder

Kind = TypeVar("Kind", bound=np.generic)

# What is taken of a mapped file stays in memory up to so many bytes.
MOST_HELD_BYTES = 1 << 28
# Copied at a time.
_PART_BYTES = 1 << 24


def take_rows(images: NDArray[np.uint8], index: NDArray[np.int64]) -> NDArray[np.uint8]:
    """``images[index]``; many rows of a mapped file come in a mapped file again.

    Raises:
        OSError: If there is no room for it in the cache folder.
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
    """Rows that come part by part, as one array in a mapped file that cannot be written to.

    That file has no name: it is gone with the array.

    Raises:
        OSError: If there is no room for it in the cache folder.
    """
    folder = get_cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        for part in parts:
            file.write(np.ascontiguousarray(part).data)
        file.flush()
        return np.memmap(file, dtype=dtype, mode="r", shape=shape)
