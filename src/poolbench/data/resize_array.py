"""Resize as :mod:`poolbench.data.resize` does, in NumPy, for what must do without torch.

The weights and both roundings are the same whole numbers, and every sum is exact in float32, so the
pictures are identical too.
"""

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Fit
from poolbench.data.image_set import Images

WEIGHT_ONE = 2**16
# Values that are resized at a time, so that the float copy of a large picture never lies in memory
# as a whole.
_BLOCK_VALUES = 2**21

Scale = tuple[int, int]


def resize_array(image: Images, size: tuple[int, int], fit: Fit) -> Images:
    """Bring one picture to one size, as the exported graph does.

    Args:
        image: uint8 ``[H, W, 3]``.
        size: Height and width of the result in pixels.

    Returns:
        uint8 ``[h, w, 3]``.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == size:
        return image
    down, across = _compute_scales(rows, columns, size, fit)
    height, width = size
    # Colours before columns, so that each pass is one product of two matrices.
    narrowed = np.empty((rows, 3, width), np.float32)
    weights = _compute_weights(columns, width, across).T
    step = max(1, _BLOCK_VALUES // (columns * 3))
    for start in range(0, rows, step):
        block = image[start : start + step].transpose(0, 2, 1).reshape(-1, columns)
        products = _round_half_up(block.astype(np.float32) @ weights)
        narrowed[start : start + step] = products.reshape(-1, 3, width)
    weights = _compute_weights(rows, height, down)
    whole = np.clip(_round_half_up(weights @ narrowed.reshape(rows, -1)), 0, 255)
    return whole.astype(np.uint8).reshape(height, 3, width).transpose(0, 2, 1).copy()


def _compute_scales(
    rows: int, columns: int, size: tuple[int, int], fit: Fit
) -> tuple[Scale, Scale]:
    """Compute the pixels of the input for one pixel of the result, down and across."""
    height, width = size
    if fit == "squash":
        return (rows, height), (columns, width)
    down, across = rows * width, columns * height
    by_rows = down <= across if fit == "crop" else down >= across
    scale = (rows, height) if by_rows else (columns, width)
    return scale, scale


def _compute_weights(length: int, out: int, scale: Scale) -> NDArray[np.float32]:
    """Compute the weight of each input pixel in each output pixel: float32 ``[out, length]``."""
    numerator, denominator = scale
    middles = (2 * np.arange(out) + 1 - out) * numerator + length * denominator
    positions = (2 * np.arange(length) + 1) * denominator
    support = 2 * max(numerator, denominator)
    heights = np.maximum(support - np.abs(positions - middles[:, None]), 0)
    running = np.cumsum(heights, axis=1)
    total = np.maximum(running[:, -1:], 1)
    running = (running * WEIGHT_ONE + total // 2) // total
    weights = np.diff(running, axis=1, prepend=0)
    inside = (middles > 0) & (middles < 2 * length * denominator)
    result: NDArray[np.float32] = (weights * inside[:, None] / WEIGHT_ONE).astype(np.float32)
    return result


def _round_half_up(values: NDArray[np.float32]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = np.floor(values + np.float32(0.5))
    return rounded
