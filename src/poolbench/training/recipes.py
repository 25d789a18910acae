"""The recipes that come with poolbench: one TOML file each, with the reason for its numbers."""

from importlib import resources

import numpy as np
from numpy.typing import NDArray

from poolbench.config import ClassBalance, RecipeConfig, StudyConfig, read_recipe
from poolbench.errors import UnknownNameError
from poolbench.evaluation.imbalance import choose_metric, is_imbalanced

# Names of the recipes, in the order in which they are shown.
NAMES = ("lab", "quick", "standard", "strong", "finetune", "finetune-last", "finetune-head")
# Epochs on the built-in pictures, by their source: they are learned in a fraction of the usual
# number, and a first run should be short.
BUILT_IN_EPOCHS = {"cells": 6, "sample": 3}
# Names of the recipes whose epochs grow where pictures are few; docs/recipes.md has the
# measurement.
STEPPED = ("quick", "standard", "strong")
LEAST_STEPS = 400
DEFAULT_BALANCE: ClassBalance = "sampling"


def load_recipe_text(name: str) -> str:
    """Return the TOML file of a recipe, comments and all.

    Raises:
        UnknownNameError: With the nearest names.
    """
    if name not in NAMES:
        raise UnknownNameError("recipe", name, NAMES)
    folder = resources.files("poolbench.training") / "recipe_files"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def get_recipe(name: str) -> RecipeConfig:
    """Return the recipe with this name.

    Raises:
        UnknownNameError: With the nearest names.
    """
    return read_recipe(load_recipe_text(name), name)


def list_recipes() -> list[RecipeConfig]:
    """Return all recipes."""
    return [get_recipe(name) for name in NAMES]


LAB, QUICK = get_recipe("lab"), get_recipe("quick")


def fit_recipe(
    recipe: RecipeConfig, config: StudyConfig, labels: NDArray[np.int64] | None
) -> RecipeConfig:
    """Return the recipe with the epochs and the class balance that the pictures need.

    Args:
        labels: Labels of the pool, int64 ``[N]``; ``None``: not known yet.
    """
    count, balance = None, recipe.class_balance
    if labels is not None:
        held_out = -(-len(labels) // config.folds) if config.protocol == "cv" else 0
        count = len(labels) - held_out
    if balance == "auto":
        balance = "none" if labels is None else choose_balance(labels, config.metric)
    epochs = config.epochs or choose_epochs(recipe, config.data.source, count)
    return recipe.model_copy(update={"epochs": epochs, "class_balance": balance})


def choose_epochs(recipe: RecipeConfig, source: str, pictures: int | None = None) -> int:
    """Return the recipe's epochs; fewer of ``quick`` on built-in pictures, more for few pictures.

    What comes with poolbench and begins with random values, but for the course's own recipe, takes
    at least ``LEAST_STEPS`` steps. What a recipe is called does not matter.

    Args:
        pictures: How many a trial is trained on; ``None``: not known yet.
    """
    known = [
        name for name in STEPPED if recipe.model_copy(update={"name": name}) == get_recipe(name)
    ]
    if known == [QUICK.name] and source in BUILT_IN_EPOCHS:
        return BUILT_IN_EPOCHS[source]
    if not known or pictures is None:
        return recipe.epochs
    steps = -(-pictures // recipe.batch_size)
    return max(recipe.epochs, -(-LEAST_STEPS // steps))


def choose_balance(labels: NDArray[np.int64], metric: str) -> ClassBalance:
    """Choose how classes of different sizes are treated where a recipe leaves it open.

    Args:
        labels: int64 ``[N]``.
        metric: ``auto`` or a name: what the study was asked to judge by.
    """
    is_wanted = is_imbalanced(labels) and choose_metric(metric, labels) == "balanced-accuracy"
    return DEFAULT_BALANCE if is_wanted else "none"
