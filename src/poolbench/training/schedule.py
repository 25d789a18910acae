"""Schedule the steps of a training: recipe, seeds, and the learning rate over time."""

import math
from dataclasses import dataclass

from poolbench.config import Precision, RecipeConfig

# The one-cycle schedule starts at a 25th of its peak (Smith and Topin 2018, arXiv:1708.07120).
START_FRACTION = 1 / 25
# Share of the epochs, the last ones, in which pictures have their full size.
FULL_FRACTION = 0.25


@dataclass(frozen=True)
class Schedule:
    """What decides the steps of a training, apart from the pictures.

    Attributes:
        key: Names the random streams: repeat, fold, replica.
    """

    recipe: RecipeConfig
    seed: int
    key: tuple[int, ...]
    precision: Precision


@dataclass(frozen=True)
class Pace:
    """What changes from step to step.

    Attributes:
        lr: Learning rate.
        ema_decay: How much of the moving average of the weights is kept.
        size: Height and width to which the pictures are shrunk; ``None``: they keep theirs.
    """

    lr: float
    ema_decay: float = 0.0
    size: tuple[int, int] | None = None


def compute_pace(recipe: RecipeConfig, step: int, steps: int, image_size: tuple[int, int]) -> Pace:
    """Compute the pace of a step (from 0) out of ``steps``, for pictures of this size."""
    epoch = step * recipe.epochs // steps
    height, width = (compute_size(recipe, epoch, side) for side in image_size)
    size = None if (height, width) == image_size else (height, width)
    return Pace(compute_lr(recipe, step, steps), compute_ema_decay(recipe, step), size)


def compute_lr(recipe: RecipeConfig, step: int, steps: int) -> float:
    """Compute the learning rate of a step (from 0) out of ``steps``.

    ``constant``: always the recipe's rate. Any other rises in a straight line to the recipe's rate
    over ``warmup_fraction`` of the steps, from a 25th of it (``one-cycle``) or from nearly zero,
    and then falls to zero after the last step: in a straight line, or (``cosine``) along half a
    cosine (Loshchilov and Hutter 2017, arXiv:1608.03983).

    Example:
        >>> recipe = RecipeConfig(name="r", epochs=1, batch_size=1, learning_rate=1.0,
        ...                       schedule="one-cycle", warmup_fraction=0.5)
        >>> [round(compute_lr(recipe, step, 4), 2) for step in range(4)]
        [0.04, 0.52, 1.0, 0.5]
    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    peak = recipe.warmup_fraction * steps
    if step < peak:
        # A rate of exactly zero would be a step for nothing.
        start = START_FRACTION if recipe.schedule == "one-cycle" else 1 / (peak + 1)
        return recipe.learning_rate * (start + (1 - start) * step / peak)
    left = (steps - step) / (steps - peak)
    if recipe.schedule == "cosine":
        left = (1 - math.cos(math.pi * left)) / 2
    return recipe.learning_rate * left


def compute_ema_decay(recipe: RecipeConfig, step: int) -> float:
    """Compute how much of the moving average of the weights a step (from 0) keeps.

    At first less than the recipe's decay, so that the average forgets the initial values.
    """
    return min(recipe.ema_decay, (1 + step) / (10 + step))


def compute_size(recipe: RecipeConfig, epoch: int, size: int) -> int:
    """Compute the side of the pictures in an epoch (from 0), in pixels; even below the full side.

    It grows in a straight line and is full for the last quarter of the epochs, in which a network
    gets used to what it will be judged by.
    """
    if recipe.progressive_size == 1:
        return size
    # The last epoch is full, however few there are.
    growing = min((1 - FULL_FRACTION) * recipe.epochs, recipe.epochs - 1)
    grown = min(1.0, epoch / growing) if growing else 1.0
    part = recipe.progressive_size + (1 - recipe.progressive_size) * grown
    return size if part >= 1 else max(2, 2 * round(size * part / 2))
