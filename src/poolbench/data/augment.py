"""Augmentation of whole batches on the device; the draws come from outside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from poolbench.config import RecipeConfig

Draws = NDArray[np.int64]


def draw_shifts(rng: np.random.Generator, count: int, pixels: int) -> Draws:
    """int64 ``[count, 2]``: how far down and right each picture moves, in -pixels..pixels."""
    return rng.integers(-pixels, pixels, size=(count, 2), endpoint=True)


def draw_flips(rng: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """bool ``[count]``: which pictures are mirrored, each with probability one half."""
    return rng.random(count) < 0.5


@dataclass(frozen=True)
class Moves:
    """How each picture of a batch is augmented; first mirrored, then shifted.

    Attributes:
        flips: bool ``[B]``, mirrored left to right, or ``None``.
        shifts: int64 ``[B, 2]``, pixels down and right, smaller than the picture; or ``None``.
    """

    flips: Tensor | None
    shifts: Tensor | None

    def __getitem__(self, part: slice) -> "Moves":
        return Moves(
            None if self.flips is None else self.flips[part],
            None if self.shifts is None else self.shifts[part],
        )

    def to(self, device: torch.device) -> "Moves":
        """The same on a device."""
        return Moves(
            None if self.flips is None else self.flips.to(device),
            None if self.shifts is None else self.shifts.to(device),
        )


def draw_moves(
    rng: np.random.Generator, counts: Sequence[int], recipe: RecipeConfig
) -> Moves | None:
    """What the recipe does to batches of so many pictures, which are drawn one after the other."""
    pixels = recipe.translate_pixels
    flips: list[NDArray[np.bool_]] = []
    shifts: list[Draws] = []
    for count in counts:
        if recipe.flip:
            flips.append(draw_flips(rng, count))
        if pixels:
            shifts.append(draw_shifts(rng, count, pixels))
    if not flips and not shifts:
        return None
    return Moves(
        torch.from_numpy(np.concatenate(flips)) if flips else None,
        torch.from_numpy(np.concatenate(shifts)) if shifts else None,
    )


def gather(images: Tensor, index: Tensor, moves: Moves | None = None) -> Tensor:
    """A batch of the chosen pictures, mirrored and shifted by whole pixels.

    What comes in at the border is a reflection. Each value is copied once: the place that it comes
    from is computed from choice, mirror and shift together.

    Shape:
        ``(N, H, W, C), int64 (B,) -> (B, C, H, W)`` with the channels last in memory.

    Example:
        >>> images = torch.arange(4.0).view(1, 1, 4, 1)
        >>> moves = Moves(None, torch.tensor([[0, 1]]))
        >>> gather(images, torch.tensor([0]), moves)[0, 0, 0].tolist()
        [1.0, 0.0, 1.0, 2.0]
    """
    if moves is None:
        return images[index].permute(0, 3, 1, 2)
    _, height, width, channels = images.shape
    rows = torch.arange(height, device=images.device).expand(len(index), -1)
    columns = torch.arange(width, device=images.device).expand(len(index), -1)
    if moves.shifts is not None:
        rows = _reflect(rows - moves.shifts[:, :1], height)
        columns = _reflect(columns - moves.shifts[:, 1:], width)
    if moves.flips is not None:
        columns = torch.where(moves.flips[:, None], width - 1 - columns, columns)
    lines = index[:, None] * height + rows
    pixels = (lines[:, :, None] * width + columns[:, None, :]).flatten()
    # As rows of a table: three times as fast as indexing with three indexes.
    batch = images.view(-1, channels).index_select(0, pixels)
    return batch.view(len(index), height, width, channels).permute(0, 3, 1, 2)


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
