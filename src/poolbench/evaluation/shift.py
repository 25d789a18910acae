"""Measure how steady the predictions are when a picture moves by a few pixels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.data.augment import shift_by
from poolbench.evaluation.logits import PictureRows, compute_logits, split_batches
from poolbench.records import ShiftCurve

SHIFT_PIXELS = 4
# Down, right, up, left. Each picture goes one way, the ways take turns, so that the whole
# held-out part is judged at a quarter of the cost.
DIRECTIONS = ((1, 0), (0, 1), (-1, 0), (0, -1))

# From pictures ``[n, 3, H, W]`` and pixels down and right to the moved pictures.
Mover = Callable[[Tensor, int, int], Tensor]


def roll_by(images: Tensor, down: int, right: int) -> Tensor:
    """Move all pictures; what leaves one at a side comes in at the other."""
    return torch.roll(images, (down, right), (2, 3))


def slide_by(images: Tensor, down: int, right: int) -> Tensor:
    """Move all pictures; what becomes free is black, as on a canvas."""
    height, width = images.shape[2:]
    moved = torch.zeros_like(images)
    kept = images[
        :, :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    moved[:, :, max(down, 0) : height - max(-down, 0), max(right, 0) : width - max(-right, 0)] = (
        kept
    )
    return moved


# Ways to fill the border that the report compares; a trial itself is judged with reflected borders.
SHIFT_MODES: Mapping[str, Mover] = {"circular": roll_by, "border": slide_by}


@dataclass(frozen=True)
class ShiftPredictions:
    """Predicted labels under shifts.

    Attributes:
        pixels: int64 ``[S]``; the first is 0.
        labels: int64 ``[S, n]``.
    """

    pixels: NDArray[np.int64]
    labels: NDArray[np.int64]


def predict_shifted(
    network: nn.Module,
    images: Tensor | PictureRows,
    move: Mover = shift_by,
    most: int = SHIFT_PIXELS,
    unmoved: NDArray[np.int64] | None = None,
) -> ShiftPredictions:
    """Predict the labels of pictures moved by 0, 1, … pixels.

    Args:
        images: uint8 ``[n, 3, H, W]``, 0–255.
        move: What comes in at the border; by default its reflection.
        most: Pixels; fewer where the picture is too small for them.
        unmoved: int64 ``[n]``, the labels predicted for the pictures as they are, where those are
            known; ``None``: they are predicted here.
    """
    most = count_pixels(images.shape[2:], most)
    direction = torch.arange(len(images), device=images.device) % len(DIRECTIONS)
    labels = np.zeros((most + 1, len(images)), dtype=np.int64)
    labels[0] = _predict(network, images) if unmoved is None else unmoved
    for pixels in range(1, most + 1):
        for number, (down, right) in enumerate(DIRECTIONS):
            chosen = direction == number
            if not bool(chosen.any()):
                continue
            labels[pixels, chosen.cpu().numpy()] = np.concatenate(
                [
                    _predict(network, move(batch.float(), down * pixels, right * pixels))
                    for batch in split_batches(images[chosen])
                ]
            )
    return ShiftPredictions(np.arange(most + 1), labels)


def count_pixels(image_size: Sequence[int], most: int) -> int:
    """Return the furthest shift that leaves something of the picture and a reflection can fill."""
    return min(most, *(size - 1 for size in image_size))


def _predict(network: nn.Module, images: Tensor | PictureRows) -> NDArray[np.int64]:
    predicted: NDArray[np.int64] = compute_logits(network, images).argmax(axis=1)
    return predicted


def compute_shift_curve(predictions: ShiftPredictions, truth: NDArray[np.int64]) -> ShiftCurve:
    """Compute accuracy and consistency at every shift.

    Args:
        truth: int64 ``[n]``.
    """
    labels = predictions.labels
    return ShiftCurve(
        pixels=tuple(int(pixels) for pixels in predictions.pixels),
        accuracy=tuple(float(value) for value in (labels == truth).mean(axis=1)),
        consistency=tuple(float(value) for value in (labels == labels[0]).mean(axis=1)),
    )
