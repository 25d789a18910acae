"""Draw what an augmentation does to each picture, from a generator that is handed over."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from poolbench.config import RecipeConfig

Values = NDArray[np.generic]

# Greatest width over height of what is cut out, and the inverse of the least one (Szegedy 2015).
MOST_ASPECT = 4 / 3


class Kind(IntEnum):
    """Kinds of change that have random numbers of their own; the numbers never change."""

    CROPS = 1
    COLORS = 2
    HOLES = 3
    MIXING = 4


@dataclass(frozen=True)
class Draws:
    """What is drawn for each picture of a batch; ``None``: what the recipe does not do.

    A box is float32 ``[B, 4]``: top, left, bottom, right as parts of the picture's sides.

    Attributes:
        flips: bool ``[B]``: mirrored left to right.
        shifts: int64 ``[B, 2]``: pixels down and right, smaller than the picture.
        crops: The box that is enlarged to the whole picture.
        colors: float32 ``[B, 3]``: factors of brightness, contrast, saturation.
        holes: The box that is wiped out.
        partners: int64 ``[B]``: which picture of the batch each is mixed with.
        opacities: float32 ``[B]``: how much of a picture itself is left by the mixing.
        patches: The box in which the partner is seen alone.
    """

    flips: Tensor | None = None
    shifts: Tensor | None = None
    crops: Tensor | None = None
    colors: Tensor | None = None
    holes: Tensor | None = None
    partners: Tensor | None = None
    opacities: Tensor | None = None
    patches: Tensor | None = None

    @property
    def values(self) -> tuple[Tensor | None, ...]:
        """All of the draws, in the order above."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def map(self, function: Callable[[Tensor], Tensor]) -> "Draws":
        """Return the draws with a function applied to each of them."""
        return Draws(*(None if value is None else function(value) for value in self.values))

    def __getitem__(self, part: slice | Tensor) -> "Draws":
        return self.map(lambda value: value[part])

    def to(self, device: torch.device) -> "Draws":
        """Move the draws to a device."""
        return self.map(lambda value: value.to(device))


def stack_draws(members: Sequence[Draws]) -> Draws:
    """Stack the draws of several trainings of one recipe: each value ``[T, n, …]``."""
    columns = zip(*(draws.values for draws in members), strict=True)
    return Draws(*(None if None in column else torch.stack(column) for column in columns))


def draw_augmentation(
    make_rng: Callable[..., np.random.Generator], counts: Sequence[int], recipe: RecipeConfig
) -> Draws:
    """Draw what the recipe does to batches of so many pictures, one batch after the other.

    Alternating flips are no draw of an epoch; see :func:`draw_first_flips`.

    Args:
        make_rng: From nothing, or from a number, to a generator. Each further kind of change has
            one of its own, so that a recipe with it moves pictures as the recipe without it does.
    """
    columns: dict[str, list[Values]] = {}
    rngs: dict[Kind | None, np.random.Generator] = {kind: make_rng(int(kind)) for kind in Kind}
    rngs[None] = make_rng()
    for count in counts:
        for name, values in _draw_batch(rngs, count, recipe):
            columns.setdefault(name, []).append(values)
    return Draws(
        **{name: torch.from_numpy(np.concatenate(parts)) for name, parts in columns.items()}
    )


def draw_first_flips(rng: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """Draw which pictures are mirrored in the first epoch, each with one half: bool ``[count]``."""
    return rng.random(count) < 0.5


def _draw_batch(
    rngs: Mapping[Kind | None, np.random.Generator], count: int, recipe: RecipeConfig
) -> Iterator[tuple[str, Values]]:
    moves = rngs[None]
    if recipe.flip == "random":
        yield "flips", moves.random(count) < 0.5
    if recipe.translate_pixels:
        pixels = recipe.translate_pixels
        yield "shifts", moves.integers(-pixels, pixels, size=(count, 2), endpoint=True)
    if recipe.crop_scale < 1:
        yield "crops", _draw_crops(rngs[Kind.CROPS], count, recipe.crop_scale)
    if recipe.color_jitter:
        reach = recipe.color_jitter
        factors = rngs[Kind.COLORS].uniform(1 - reach, 1 + reach, (count, 3))
        yield "colors", factors.astype(np.float32)
    if recipe.cutout:
        yield "holes", _draw_squares(rngs[Kind.HOLES], np.full(count, recipe.cutout))
    if recipe.mixup or recipe.cutmix:
        yield from _draw_mixing(rngs[Kind.MIXING], count, recipe)


def _draw_crops(rng: np.random.Generator, count: int, scale: float) -> Values:
    """Draw boxes of random area and proportion, wherever they fit (Szegedy 2015)."""
    area = rng.uniform(scale, 1, count)
    # No longer than the picture, so that the area stays what was drawn.
    most = np.log(np.minimum(MOST_ASPECT, 1 / area))
    aspect = np.exp(rng.uniform(-most, most))
    sides = np.stack([np.sqrt(area / aspect), np.sqrt(area * aspect)], 1).clip(max=1)
    start = rng.random((count, 2)) * (1 - sides)
    return np.concatenate([start, start + sides], 1).astype(np.float32)


def _draw_squares(rng: np.random.Generator, sides: NDArray[np.float64]) -> Values:
    """Draw squares around points anywhere in the picture, so that a part may lie outside."""
    centres = rng.random((len(sides), 2))
    half = sides[:, None] / 2
    return np.concatenate([centres - half, centres + half], 1).clip(0, 1).astype(np.float32)


def _draw_mixing(
    rng: np.random.Generator, count: int, recipe: RecipeConfig
) -> Iterator[tuple[str, Values]]:
    """Draw mixup, cutmix, or for each picture one of them."""
    yield "partners", rng.permutation(count)
    by_box = rng.random(count) < (0.5 if recipe.mixup else 1.0) if recipe.cutmix else None
    share = rng.beta(recipe.mixup, recipe.mixup, count) if recipe.mixup else np.ones(count)
    if by_box is None:
        yield "opacities", share.astype(np.float32)
        return
    kept = rng.beta(recipe.cutmix, recipe.cutmix, count)
    boxes = _draw_squares(rng, np.sqrt(1 - kept))
    yield "opacities", np.where(by_box, 1.0, share).astype(np.float32)
    yield "patches", np.where(by_box[:, None], boxes, 0).astype(np.float32)
