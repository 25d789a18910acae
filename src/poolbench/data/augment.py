"""Augmentation of whole batches on the device; the draws come from outside."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Draws = NDArray[np.int64]


def draw_shifts(rng: np.random.Generator, count: int, pixels: int) -> Draws:
    """int64 ``[count, 2]``: how far down and right each picture moves, in -pixels..pixels."""
    return rng.integers(-pixels, pixels, size=(count, 2), endpoint=True)


def draw_flips(rng: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """bool ``[count]``: which pictures are mirrored, each with probability one half."""
    return rng.random(count) < 0.5


def flip(images: Tensor, flips: Tensor) -> Tensor:
    """Mirror the chosen pictures left to right.

    Shape:
        ``(B, C, H, W), bool (B,) -> (B, C, H, W)``
    """
    return torch.where(flips.view(-1, 1, 1, 1), images.flip(3), images)


def translate(images: Tensor, shifts: Tensor) -> Tensor:
    """Move each picture by whole pixels; what comes in at the border is a reflection.

    Shape:
        ``(B, C, H, W), int64 (B, 2) -> (B, C, H, W)``

    Args:
        shifts: Pixels down and right, for each picture; smaller than the picture.

    Example:
        >>> images = torch.arange(4.0).view(1, 1, 1, 4).expand(1, 1, 4, 4)
        >>> translate(images, torch.tensor([[0, 1]]))[0, 0, 0].tolist()
        [1.0, 0.0, 1.0, 2.0]
    """
    batch, _, height, width = images.shape
    rows = _reflect(torch.arange(height, device=images.device) - shifts[:, :1], height)
    columns = _reflect(torch.arange(width, device=images.device) - shifts[:, 1:], width)
    which = torch.arange(batch, device=images.device).view(-1, 1, 1)
    # Indexing with the channels last gathers whole pixels.
    pixels = images.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]]
    return pixels.permute(0, 3, 1, 2)


def shift_by(images: Tensor, down: int, right: int) -> Tensor:
    """Move all pictures by the same number of pixels, the border filled by reflection.

    Shape:
        ``(B, C, H, W) -> (B, C, H, W)``
    """
    height, width = images.shape[2:]
    amounts = (max(right, 0), max(-right, 0), max(down, 0), max(-down, 0))
    padded = F.pad(images, amounts, mode="reflect") if any(amounts) else images
    top, left = max(-down, 0), max(-right, 0)
    return padded[:, :, top : top + height, left : left + width]


def _reflect(positions: Tensor, size: int) -> Tensor:
    """Positions outside 0..size-1 bounce back, the border pixel itself not repeated."""
    if size == 1:
        return torch.zeros_like(positions)
    period = 2 * (size - 1)
    folded = positions.remainder(period)
    return torch.minimum(folded, period - folded)
