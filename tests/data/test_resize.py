import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from poolbench.data import resize
from poolbench.data.resize import compute_filters, resize_images
from poolbench.errors import ShapeError, UsageError

torch.set_num_threads(1)

FITS = ("crop", "pad", "squash")
SIDES = st.integers(1, 90)


def make_picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def to_tensor(picture):
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float()


def to_array(images):
    return images[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("size", [(32, 32), (24, 41), (64, 64)])
@pytest.mark.parametrize("given_size", [(32, 32), (7, 5), (1, 1), (224, 300), (480, 641)])
def test_resize_images_agrees_with_pillow_within_a_level(given_size, size):
    picture = make_picture(*given_size)
    expected = Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR)
    found = to_array(resize_images(to_tensor(picture), size))
    assert np.abs(found - np.asarray(expected, dtype=np.float32)).max() <= 1


def test_resize_images_crop_agrees_with_pillow_on_the_middle():
    picture = make_picture(60, 200)
    # 60 rows for 24 of the result; so 36 columns take 90 of the picture's 200.
    middle = Image.fromarray(picture).resize((36, 24), Image.Resampling.BILINEAR, (55, 0, 145, 60))
    found = to_array(resize_images(to_tensor(picture), (24, 36), "crop"))
    assert np.abs(found - np.asarray(middle, dtype=np.float32)).max() <= 1


def test_resize_images_pad_shows_the_whole_picture_between_black_bars():
    picture = make_picture(60, 120) // 2 + 100
    found = to_array(resize_images(to_tensor(picture), (40, 40), "pad"))
    whole = Image.fromarray(picture).resize((40, 20), Image.Resampling.BILINEAR)
    assert np.abs(found[10:30] - np.asarray(whole, dtype=np.float32)).max() <= 1
    assert (found[:10] == 0).all() and (found[30:] == 0).all()


@pytest.mark.parametrize("fit", FITS)
def test_resize_images_leaves_pictures_of_the_size_as_they_are(fit):
    images = to_tensor(make_picture(33, 20))
    assert torch.equal(resize_images(images, (33, 20), fit), images)


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(("crop", "squash")), st.integers(0, 255))
def test_resize_images_keeps_constant_pictures(rows, columns, height, width, fit, level):
    images = torch.full((1, 3, rows, columns), float(level))
    assert (resize_images(images, (height, width), fit) == level).all()


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FITS))
def test_resize_images_gives_whole_numbers_of_8_bits(rows, columns, height, width, fit):
    result = resize_images(to_tensor(make_picture(rows, columns)), (height, width), fit)
    assert result.shape == (1, 3, height, width)
    assert torch.equal(result, result.to(torch.uint8).float())


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FITS))
def test_compute_filters_weighs_evenly_on_both_sides(rows, columns, height, width, fit):
    for weights in compute_filters(rows, columns, (height, width), fit):
        sums = weights.sum(dim=1)
        assert (weights >= 0).all() and ((sums == 1) | (sums == 0)).all()
        # One step of rounding is all that the left may differ from the right.
        assert (weights - weights.flip(0, 1)).abs().max() <= 2 / resize.WEIGHT_ONE


def test_resize_images_does_not_depend_on_the_order_of_adding():
    images = to_tensor(make_picture(150, 211))
    down, across = compute_filters(150, 211, (32, 32), "squash")
    exact = torch.floor(images.double() @ across.double().T + 0.5)
    exact = torch.floor(down.double() @ exact + 0.5)
    assert torch.equal(resize_images(images, (32, 32)).double(), exact)


def test_resize_images_treats_each_picture_and_channel_alone():
    images = torch.cat([to_tensor(make_picture(20, 30, seed)) for seed in range(3)])
    together = resize_images(images, (16, 16), "crop")
    for picture, channel in itertools.product(range(3), range(3)):
        alone = images[picture, channel].expand(1, 3, 20, 30)
        assert torch.equal(resize_images(alone, (16, 16), "crop")[0, 0], together[picture, channel])


def test_resize_images_survives_very_large_pictures():
    images = torch.full((1, 3, 3, 70_000), 200.0)
    assert (resize_images(images, (4, 4)) == 200).all()


def test_resize_images_refuses_what_it_cannot_resize():
    with pytest.raises(ShapeError, match="expected"):
        resize_images(torch.zeros(1, 32, 32, 3), (8, 8))
    with pytest.raises(ShapeError, match="above 0"):
        resize_images(torch.zeros(1, 3, 8, 8), (0, 8))
    with pytest.raises(UsageError, match="crop, pad or squash"):
        resize_images(torch.zeros(1, 3, 8, 8), (8, 8), "stretch")
