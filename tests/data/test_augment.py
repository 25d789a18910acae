"""Batches are changed as a plain loop over pictures would do it."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance

from poolbench.data import augment
from poolbench.data.draws import Draws


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
    draws = Draws(
        torch.from_numpy(flips) if parts in ("both", "flips") else None,
        torch.from_numpy(shifts) if parts in ("both", "shifts") else None,
    )
    found = augment.gather(
        torch.from_numpy(images).to(dtype),
        torch.from_numpy(index),
        None if parts == "none" else draws,
    )
    expected = [
        move_by_padding(
            images[number],
            flips[place] and draws.flips is not None and parts != "none",
            shifts[place] if draws.shifts is not None and parts != "none" else (0, 0),
        )
        for place, number in enumerate(index)
    ]
    assert found.dtype == dtype
    assert np.array_equal(found.float().permute(0, 2, 3, 1).numpy(), np.stack(expected))
    assert found.is_contiguous(memory_format=torch.channels_last)


def draw_pictures(count=6, height=8, width=10):
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.uniform(0, 255, (count, 3, height, width)).astype(np.float32))


def test_crop_of_a_quarter_is_what_lies_there_enlarged():
    images = draw_pictures()
    box = torch.tensor([[0.5, 0.0, 1.0, 0.5]]).expand(len(images), 4)
    quarter = images[:, :, 4:, :5]
    expected = torch.nn.functional.interpolate(quarter, scale_factor=2, mode="bilinear")
    found = augment.crop_pictures(images, box)
    # At its border the crop sees the pixels beside it, which the quarter alone has not.
    torch.testing.assert_close(found[:, :, 1:-1, 1:-1], expected[:, :, 1:-1, 1:-1])


def test_crop_of_everything_changes_nothing():
    images = draw_pictures()
    found = augment.crop_pictures(images, torch.tensor([[0.0, 0, 1, 1]]).expand(6, 4))
    torch.testing.assert_close(found, images, rtol=1e-4, atol=1e-2)


def test_colors_change_as_pillow_changes_them():
    images = draw_pictures().round()
    factors = torch.tensor([[1.3, 0.6, 1.5]]).expand(6, 3)
    found = augment.jitter_colors(images, factors).permute(0, 2, 3, 1).numpy()
    for picture, mine in zip(images.permute(0, 2, 3, 1).byte().numpy(), found, strict=True):
        expected = Image.fromarray(picture)
        for change, factor in zip(
            (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color),
            (1.3, 0.6, 1.5),
            strict=True,
        ):
            expected = change(expected).enhance(factor)
        # Pillow rounds after each of the three.
        assert np.abs(np.asarray(expected, dtype=float) - mine).max() < 4


def test_hole_has_the_mean_colour_of_its_picture_in_any_unit():
    images = draw_pictures()
    box = torch.tensor([[0.25, 0.2, 0.75, 0.4]]).expand(6, 4)
    found = augment.wipe_out(images, box)
    changed = (found != images).any(1)
    expected = torch.zeros(8, 10, dtype=torch.bool)
    expected[2:6, 2:4] = True
    assert (changed == expected).all()
    torch.testing.assert_close(found[:, :, 3, 3], images.mean((2, 3)))
    torch.testing.assert_close(augment.wipe_out(images / 7 - 2, box), found / 7 - 2)


def test_mixing_shows_the_partner_in_the_patch_and_through_the_rest():
    images, others = draw_pictures().split(3)
    patches = torch.tensor([[0.0, 0.0, 0.5, 0.5]]).expand(3, 4)
    mixed, shares = augment.mix_pictures(images, others, torch.full((3,), 0.8), patches)
    torch.testing.assert_close(mixed[:, :, :4, :5], others[:, :, :4, :5])
    torch.testing.assert_close(mixed[:, :, 4:], 0.8 * images[:, :, 4:] + 0.2 * others[:, :, 4:])
    torch.testing.assert_close(shares, torch.full((3,), 0.8 * 0.75))


def test_shrinking_keeps_the_mean():
    images = draw_pictures(height=32, width=32)
    small = augment.shrink(images, (16, 16))
    assert small.shape == (6, 3, 16, 16)
    torch.testing.assert_close(small.mean((2, 3)), images.mean((2, 3)), rtol=0.03, atol=0)
    assert augment.shrink(images, (32, 32)) is images
