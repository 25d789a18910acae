"""What the steps of a training follow: recipe, seeds, and the learning rate over time."""

from dataclasses import dataclass

from poolbench.config import Precision, RecipeConfig

# The one-cycle schedule starts at a 25th of its peak (Smith and Topin 2018, arXiv:1708.07120).
START_FRACTION = 1 / 25


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


def compute_rate(recipe: RecipeConfig, step: int, steps: int) -> float:
    """The learning rate of a step (from 0) out of ``steps``.

    ``constant``: always the recipe's rate. ``one-cycle``: straight up from a 25th to the recipe's
    rate over ``warmup_fraction`` of the steps, then straight down to zero after the last one.

    Example:
        >>> recipe = RecipeConfig(name="r", epochs=1, batch_size=1, learning_rate=1.0,
        ...                       schedule="one-cycle", warmup_fraction=0.5)
        >>> [round(compute_rate(recipe, step, 4), 2) for step in range(4)]
        [0.04, 0.52, 1.0, 0.5]
    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    peak = recipe.warmup_fraction * steps
    if step < peak:
        return recipe.learning_rate * (START_FRACTION + (1 - START_FRACTION) * step / peak)
    return recipe.learning_rate * (steps - step) / (steps - peak)
