"""What is drawn for each picture: as much as the recipe says, and nothing else."""

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig
from poolbench.data.draws import Draws, draw_augmentation, stack_draws

EVERYTHING = {
    "flip": "random",
    "translate_pixels": 3,
    "crop_scale": 0.25,
    "color_jitter": 0.4,
    "cutout": 0.25,
    "mixup": 0.2,
    "cutmix": 1.0,
}
NAMES = {
    "flip": {"flips"},
    "translate_pixels": {"shifts"},
    "crop_scale": {"crops"},
    "color_jitter": {"colors"},
    "cutout": {"holes"},
    "mixup": {"partners", "opacities"},
    "cutmix": {"partners", "opacities", "patches"},
}


def draw(counts=(4000,), **options):
    recipe = RecipeConfig(name="test", epochs=1, batch_size=8, learning_rate=0.1, **options)
    return draw_augmentation(lambda *kind: np.random.default_rng(kind), counts, recipe)


def list_drawn(draws):
    return {name for name, value in vars(draws).items() if value is not None}


@pytest.mark.parametrize("option", EVERYTHING)
def test_each_option_draws_what_it_needs_alone(option):
    assert list_drawn(draw(**{option: EVERYTHING[option]})) == NAMES[option]


def test_recipe_without_augmentation_draws_nothing():
    assert draw() == Draws()


def test_moves_differ_from_picture_to_picture():
    draws = draw(**EVERYTHING)
    assert 0.45 < draws.flips.float().mean() < 0.55
    assert len({tuple(shift) for shift in draws.shifts.tolist()}) == 49
    assert draws.colors.min() >= 0.6
    assert draws.colors.max() <= 1.4


def test_boxes_lie_in_the_picture_and_have_the_size_that_was_asked_for():
    draws = draw(**EVERYTHING)
    for box in (draws.crops, draws.holes, draws.patches):
        assert box.min() >= 0
        assert box.max() <= 1
        assert (box[:, 2:] >= box[:, :2]).all()
    inner = (draws.holes[:, :2] > 0).all(1) & (draws.holes[:, 2:] < 1).all(1)
    torch.testing.assert_close(
        (draws.holes[:, 2:] - draws.holes[:, :2])[inner], torch.full((int(inner.sum()), 2), 0.25)
    )


@pytest.mark.parametrize("scale", [0.25, 0.9])
def test_crop_is_never_smaller_than_asked_for(scale):
    boxes = draw(crop_scale=scale).crops.double()
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    assert area.min() >= scale - 1e-6
    assert area.max() > 0.99


def test_another_change_leaves_the_moves_as_they_are():
    counts = (16, 16, 7)
    plain = draw(counts, flip="random", translate_pixels=3, mixup=0.2)
    for option in ("crop_scale", "color_jitter", "cutout"):
        more = draw(counts, **{"flip": "random", "translate_pixels": 3, "mixup": 0.2,
                               option: EVERYTHING[option]})  # fmt: skip
        for name in ("flips", "shifts", "partners", "opacities"):
            assert torch.equal(getattr(more, name), getattr(plain, name)), (option, name)


def test_each_batch_finds_its_partners_within_itself():
    counts = (5, 7, 3)
    partners = draw(counts, mixup=0.2).partners
    for count, part in zip(counts, partners.split(counts), strict=True):
        assert sorted(part.tolist()) == list(range(count))


def test_with_both_mixings_each_picture_meets_one_of_them():
    draws = draw(mixup=0.5, cutmix=1.0)
    has_patch = (draws.patches[:, 2:] > draws.patches[:, :2]).any(1)
    assert (draws.opacities[has_patch] == 1).all()
    assert 0.4 < has_patch.float().mean() < 0.6


def test_share_of_mixup_follows_the_beta_distribution():
    shares = draw(mixup=0.5).opacities.double()
    # Mean and variance of beta(a, a): 1/2 and 1 / (4 (2a + 1)).
    assert shares.mean().item() == pytest.approx(0.5, abs=0.03)
    assert shares.var().item() == pytest.approx(0.125, rel=0.05)


def test_draws_of_trainings_are_stacked_value_by_value():
    members = [draw((6,), **EVERYTHING) for _ in range(3)]
    stacked = stack_draws(members)
    assert stacked.holes.shape == (3, 6, 4)
    assert stack_draws([Draws(), Draws()]) == Draws()
    assert torch.equal(stacked[1:].flips[0], members[1].flips)
