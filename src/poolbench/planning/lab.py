"""Plan the course's assignment: from the choice of classes to the settings of its four studies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poolbench.config import RecipeConfig, StudyConfig
from poolbench.errors import UsageError
from poolbench.planning.ablations import add_method, scale_setting
from poolbench.records import CHOICE, EXAMPLE, METHODS, PUBLISHED, VariantSpec
from poolbench.training.recipes import LAB, QUICK

# What the example network is tried with, one at a time: the methods that recipe ``quick`` joins.
METHODS_TRIED = ("flip", "shift", "weight-decay", "schedule")
# The course publishes its example with average pooling.
EXAMPLE_OPERATOR, EXAMPLE_NETWORK = "avg", "lab-example"
POOLINGS = ("stride", "max", "avg")
FOLDS = 5
# Sets of which the course asks for a choice of classes, and one: with all of them, it takes a day.
EXAMPLE_CLASSES = {"cifar100": "apple,forest,lion", "cifar10": "cat,dog,ship"}


@dataclass(frozen=True)
class Length:
    """How much is trained.

    Attributes:
        watched_epochs: Of what is trained as the course does it, the test half watched; ``None``:
            as the recipe says.
        judged_epochs: Of what is judged by held-out folds, likewise.
        repeats: By step.
    """

    watched_epochs: int | None
    judged_epochs: int | None
    repeats: Mapping[str, int]


# A lesson: about ten minutes on two cores (docs/lab.md has a run). After a hundred epochs of the
# course's recipe the training pictures are learned by heart, which is what the lesson is to show.
LESSON = Length(100, 40, {EXAMPLE: 3, METHODS: 2, PUBLISHED: 2, CHOICE: 2})
# As published: 500 epochs; with the repeats of docs/lab.md.
FULL = Length(None, None, {EXAMPLE: 5, METHODS: 2, PUBLISHED: 2, CHOICE: 6})


def get_length(*, is_full: bool) -> Length:
    """Return how much is trained."""
    return FULL if is_full else LESSON


def make_config(
    step: str, base: StudyConfig, length: Length, recipe: RecipeConfig = QUICK
) -> StudyConfig:
    """Make the settings of one step.

    Args:
        step: Its folder.
        base: The pictures, the seed, and what trains; the rest of it is not used.
        recipe: What the poolings are compared with in the last step.

    Raises:
        UsageError: If classes are to be chosen, and are not.
    """
    check_classes(base)
    is_watched = step in (EXAMPLE, PUBLISHED)
    values: dict[str, Any] = {
        "protocol": "lab" if is_watched else "cv",
        "epochs": length.watched_epochs if is_watched else length.judged_epochs,
        "repeats": length.repeats[step],
        "folds": FOLDS,
    }
    if step in (EXAMPLE, METHODS):
        values |= {"operators": (EXAMPLE_OPERATOR,), "backbones": (EXAMPLE_NETWORK,)}
    else:
        values |= {"operators": POOLINGS, "backbones": ("lab-published",)}
    if step == METHODS:
        tried = list_tried()
        values |= {"recipes": tuple(one.name for one in (LAB, *tried, QUICK)), "own_recipes": tried}
        values["baseline"] = name_example(LAB.name)
    elif step == CHOICE:
        # The fully connected network is compared with on pictures that move.
        values["backbones"] = ("lab-published", "mlp")
        is_own = recipe.name not in (LAB.name, QUICK.name)
        values |= {"recipes": (recipe.name,), "own_recipes": (recipe,) if is_own else ()}
    else:
        values["recipes"] = (LAB.name,)
    return StudyConfig.model_validate({**dict(base), **values})


def check_classes(base: StudyConfig) -> None:
    """Refuse all classes of a set of which some are to be chosen.

    Raises:
        UsageError: If none are named.
    """
    example = EXAMPLE_CLASSES.get(base.data.source)
    if example is not None and base.data.classes is None:
        raise UsageError("plan.lab-classes", source=base.data.source, example=example)


def list_tried() -> tuple[RecipeConfig, ...]:
    """List the course's recipe with each change that is tried: methods, and a smaller batch."""
    smaller, *_ = scale_setting(LAB, "batch")
    return (*(add_method(LAB, name) for name in METHODS_TRIED), smaller)


def name_example(recipe: str) -> str:
    """Return the id of the example network's variant with a recipe."""
    spec = VariantSpec(
        operator=EXAMPLE_OPERATOR,
        backbone=EXAMPLE_NETWORK,
        recipe=LAB.model_copy(update={"name": recipe}),
    )
    return spec.id


def find_recipe(recommended: str | None) -> RecipeConfig:
    """Find the recipe that the held-out folds of the second step recommend.

    Args:
        recommended: Id of a variant; ``None``: nothing was learned, so it stays the course's.
    """
    found = {name_example(one.name): one for one in (LAB, *list_tried(), QUICK)}
    return LAB if recommended is None else found[recommended]
