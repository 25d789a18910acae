"""The resize of :mod:`poolbench.data.resize` in NumPy, for what must do without torch.

The weights and both roundings are the same whole numbers, so the pictures are identical too.
"""

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Fit
from poolbench.data.image_set import Images

WEIGHT_ONE = 2**16
# So that the float copy of a large picture never lies in memory as a whole.
_BLOCK_VALUES = 2**22

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
    narrowed = np.empty((rows, size[1], 3), np.float64)
    weights = _compute_weights(columns, size[1], across)
    step = max(1, _BLOCK_VALUES // (columns * 3))
    for start in range(0, rows, step):
        block = image[start : start + step].astype(np.float64)
        narrowed[start : start + step] = _round_half_up(np.matmul(weights, block))
    weights = _compute_weights(rows, size[0], down)
    whole = _round_half_up(np.matmul(weights, narrowed.reshape(rows, -1)))
    return np.clip(whole, 0, 255).astype(np.uint8).reshape(*size, 3)


def _compute_scales(
    rows: int, columns: int, size: tuple[int, int], fit: Fit
) -> tuple[Scale, Scale]:
    """Pixels of the input for one pixel of the result, down and across."""
    height, width = size
    if fit == "squash":
        return (rows, height), (columns, width)
    down, across = rows * width, columns * height
    by_rows = down <= across if fit == "crop" else down >= across
    scale = (rows, height) if by_rows else (columns, width)
    return scale, scale


def _compute_weights(length: int, out: int, scale: Scale) -> NDArray[np.float64]:
    """Of each input pixel in each output pixel: float64 ``[out, length]``."""
    numerator, denominator = scale
    middles = (2 * np.arange(out) + 1 - out) * numerator + length * denominator
    places = (2 * np.arange(length) + 1) * denominator
    support = 2 * max(numerator, denominator)
    heights = np.maximum(support - np.abs(places - middles[:, None]), 0)
    running = np.cumsum(heights, axis=1)
    total = np.maximum(running[:, -1:], 1)
    running = (running * WEIGHT_ONE + total // 2) // total
    weights = np.diff(running, axis=1, prepend=0)
    inside = (middles > 0) & (middles < 2 * length * denominator)
    result: NDArray[np.float64] = weights * inside[:, None] / WEIGHT_ONE
    return result


def _round_half_up(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded: NDArray[np.float64] = np.floor(values + 0.5)
    return rounded
