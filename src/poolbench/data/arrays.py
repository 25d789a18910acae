"""Resize arrays of pictures, and check whether memory will hold them."""

import numpy as np

from poolbench.config import Fit
from poolbench.data.image_set import Images
from poolbench.errors import DataError
from poolbench.system import read_available_memory_bytes
from poolbench.texts import Phrase

# Bytes of pictures that are resized at a time, as float32.
_BATCH_BYTES = 1 << 25


def resize_arrays(images: Images, size: tuple[int, int], fit: Fit) -> Images:
    """Bring pictures to one size; those that have it come back as they are.

    Shape:
        uint8 ``[N, H, W, 3] -> [N, h, w, 3]``
    """
    if images.shape[1:3] == size:
        return images
    # Here, so that listing classes and reading folders does not wait for torch.
    import torch

    from poolbench.data.resize import resize_images

    resized = np.empty((len(images), *size, 3), dtype=np.uint8)
    count = max(1, _BATCH_BYTES // (4 * 3 * images.shape[1] * images.shape[2]))
    for start in range(0, len(images), count):
        batch = torch.from_numpy(images[start : start + count].astype(np.float32))
        changed = resize_images(batch.permute(0, 3, 1, 2), size, fit)
        resized[start : start + count] = changed.permute(0, 2, 3, 1).numpy()
    return resized


def check_memory(needed_bytes: int, advice: Phrase, available_bytes: int | None = None) -> None:
    """Refuse what memory will not hold.

    Args:
        advice: What to do instead; the end of the message.
        available_bytes: ``None``: what the system says is free; where it does not say, nothing is
            refused.

    Raises:
        DataError: That says how much is needed and how much there is.
    """
    available = read_available_memory_bytes() if available_bytes is None else available_bytes
    if available is not None and needed_bytes > available:
        needed, free = needed_bytes / 2**30, available / 2**30
        raise DataError("memory.pictures", needed=needed, free=free, advice=advice)
