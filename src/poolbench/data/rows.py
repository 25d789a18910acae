"""Some rows of an array of pictures, without holding all of them in memory."""

import tempfile

import numpy as np
from numpy.typing import NDArray

from poolbench.data.cache import get_cache_folder

# What is taken of a mapped file stays in memory up to so many bytes.
MOST_HELD_BYTES = 1 << 28
# Copied at a time.
_PART_BYTES = 1 << 24


def take_rows(images: NDArray[np.uint8], index: NDArray[np.int64]) -> NDArray[np.uint8]:
    """``images[index]``; many rows of a mapped file come in a mapped file again.

    That one has no name: it is gone with the array.

    Raises:
        OSError: If there is no room for it in the cache folder.
    """
    row_bytes = images.dtype.itemsize * int(np.prod(images.shape[1:]))
    if not isinstance(images, np.memmap) or len(index) * row_bytes <= MOST_HELD_BYTES:
        return np.asarray(images[index])
    folder = get_cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        step = max(1, _PART_BYTES // row_bytes)
        for start in range(0, len(index), step):
            file.write(np.ascontiguousarray(images[index[start : start + step]]).data)
        file.flush()
        shape = (len(index), *images.shape[1:])
        return np.memmap(file, dtype=np.uint8, mode="r", shape=shape)
