"""Predictions under shifts."""

import numpy as np
import torch
from torch import Tensor, nn

from poolbench.data.augment import gather, shift_by
from poolbench.data.draws import Draws
from poolbench.evaluation.shift import compute_shift_curve, predict_shifted


class _Column(nn.Module):
    """Says whether the picture is brighter in its left or right half."""

    def forward(self, x: Tensor) -> Tensor:
        half = x.shape[3] // 2
        return torch.stack([x[..., :half].mean((1, 2, 3)), x[..., half:].mean((1, 2, 3))], 1)


def test_shifts_move_pictures_as_augmentation_does():
    images = torch.rand(1, 9, 7, 3)
    for down, right in ((3, 0), (0, -2), (-4, 1)):
        draws = Draws(shifts=torch.tensor([[down, right]]))
        moved = gather(images, torch.tensor([0]), draws)
        assert torch.equal(shift_by(images.permute(0, 3, 1, 2), down, right), moved)


def test_consistency_falls_only_where_the_prediction_changes():
    images = torch.zeros(8, 3, 8, 8)
    images[:, :, :, 3] = 255.0  # just left of the middle: one pixel to the right changes the half
    predictions = predict_shifted(_Column(), images)
    curve = compute_shift_curve(predictions, np.zeros(8, dtype=np.int64))
    assert curve.pixels == (0, 1, 2, 3, 4)
    assert curve.consistency[0] == 1.0
    # Of the four directions, which take turns, only "right" crosses the middle.
    # Further than two pixels the reflection brings the bright column back.
    assert curve.accuracy[:3] == (1.0, 0.75, 0.75)
    assert curve.consistency == curve.accuracy


def test_tiny_pictures_are_shifted_as_far_as_a_reflection_reaches():
    predictions = predict_shifted(_Column(), torch.zeros(4, 3, 3, 3))
    assert predictions.pixels.tolist() == [0, 1, 2]
