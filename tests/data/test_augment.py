"""Batches are mirrored and shifted as a plain loop over pictures would do it."""

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig
from poolbench.data.augment import Moves, draw_moves, gather

RECIPE = RecipeConfig(
    name="test", epochs=1, batch_size=8, learning_rate=0.1, flip=True, translate_pixels=3
)


def move_by_padding(picture, flip, shift):
    """One picture [H, W, C], with NumPy's own reflection."""
    if flip:
        picture = picture[:, ::-1]
    height, width, _ = picture.shape
    down, right = shift
    padded = np.pad(picture, ((4, 4), (4, 4), (0, 0)), mode="reflect")
    return padded[4 - down : 4 - down + height, 4 - right : 4 - right + width]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("parts", ["both", "flips", "shifts", "none"])
def test_gather_equals_moving_each_picture(dtype, parts):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (20, 7, 9, 3), dtype=np.uint8)
    index = rng.integers(0, 20, 12)
    flips, shifts = rng.random(12) < 0.5, rng.integers(-4, 5, (12, 2))
    moves = Moves(
        torch.from_numpy(flips) if parts in ("both", "flips") else None,
        torch.from_numpy(shifts) if parts in ("both", "shifts") else None,
    )
    found = gather(
        torch.from_numpy(images).to(dtype),
        torch.from_numpy(index),
        None if parts == "none" else moves,
    )
    expected = [
        move_by_padding(
            images[number],
            flips[place] and moves.flips is not None and parts != "none",
            shifts[place] if moves.shifts is not None and parts != "none" else (0, 0),
        )
        for place, number in enumerate(index)
    ]
    assert found.dtype == dtype
    assert np.array_equal(found.float().permute(0, 2, 3, 1).numpy(), np.stack(expected))
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_each_picture_has_its_own_draw():
    moves = draw_moves(np.random.default_rng(0), [64], RECIPE)
    assert len({tuple(shift) for shift in moves.shifts.tolist()}) > 20
    assert 10 < int(moves.flips.sum()) < 54
    assert moves.shifts.abs().max() == 3


def test_recipe_without_augmentation_draws_nothing():
    plain = RECIPE.model_copy(update={"flip": False, "translate_pixels": 0})
    assert draw_moves(np.random.default_rng(0), [64], plain) is None
