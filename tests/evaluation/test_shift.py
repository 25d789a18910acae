"""Predictions under shifts."""

import numpy as np
import torch
from torch import Tensor, nn

from poolbench.data.augment import gather, shift_by
from poolbench.data.draws import Draws
from poolbench.evaluation.shift import (
    SHIFT_MODES,
    compute_shift_curve,
    predict_shifted,
    roll_by,
    slide_by,
)


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


def test_known_labels_of_unmoved_pictures_are_not_predicted_again():
    seen = []

    class Counting(_Column):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(len(x))
            return super().forward(x)

    images = torch.rand(8, 3, 8, 8) * 255
    before = predict_shifted(Counting(), images)
    counts, seen[:] = sum(seen), []
    after = predict_shifted(Counting(), images, unmoved=before.labels[0])
    assert counts - sum(seen) == len(images)
    np.testing.assert_array_equal(after.labels, before.labels)


def test_tiny_pictures_are_shifted_as_far_as_a_reflection_reaches():
    predictions = predict_shifted(_Column(), torch.zeros(4, 3, 3, 3))
    assert predictions.pixels.tolist() == [0, 1, 2]


class _Mean(nn.Module):
    """Says whether a pattern is more often light or dark, wherever it is."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular")

    def forward(self, x: Tensor) -> Tensor:
        # Whole numbers, so that the order of a sum does not matter.
        return torch.relu(self.conv(x).round()).sum((2, 3))


def test_network_without_a_stride_does_not_see_a_circular_shift():
    images = torch.randint(
        256, (40, 3, 12, 12), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
    )
    images[:, :, ::3] = 0
    network, truth = _Mean(), np.zeros(40, dtype=np.int64)
    curves = {
        mode: compute_shift_curve(predict_shifted(network, images, move, 8), truth)
        for mode, move in SHIFT_MODES.items()
    }
    assert curves["circular"].consistency == (1.0,) * 9
    assert curves["circular"].pixels == tuple(range(9))
    assert min(curves["border"].consistency) < 1.0


def test_what_becomes_free_is_black_and_what_leaves_is_gone():
    images = torch.arange(1.0, 13).view(1, 1, 3, 4)
    assert slide_by(images, 1, -2)[0, 0].tolist() == [[0, 0, 0, 0], [3, 4, 0, 0], [7, 8, 0, 0]]
    assert slide_by(images, -2, 1)[0, 0].tolist() == [[0, 9, 10, 11], [0] * 4, [0] * 4]
    assert torch.equal(slide_by(images, 0, 0), images)
    assert roll_by(images, 1, 0)[0, 0, 0].tolist() == [9, 10, 11, 12]


def test_oblong_pictures_are_shifted_as_far_as_their_shorter_side_allows():
    images = torch.full((4, 3, 4, 20), 255.0)
    for move in SHIFT_MODES.values():
        assert predict_shifted(_Column(), images, move, 8).pixels.tolist() == [0, 1, 2, 3]
