"""The recipes that come with poolbench: one TOML file each, with the reason for its numbers."""

from importlib import resources

from poolbench.config import RecipeConfig, read_recipe
from poolbench.errors import UnknownNameError

# In the order in which they are shown.
NAMES = ("lab", "quick", "standard", "strong", "finetune", "finetune-last", "finetune-head")
# The built-in pictures are learned in a fraction of the epochs, and a first run should be short.
SAMPLE_EPOCHS = 3


def load_recipe_text(name: str) -> str:
    """The TOML file of a recipe, comments and all.

    Raises:
        UnknownNameError: With the nearest names.
    """
    if name not in NAMES:
        raise UnknownNameError("recipe", name, NAMES)
    folder = resources.files("poolbench.training") / "recipe_files"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def get_recipe(name: str) -> RecipeConfig:
    """The recipe with this name.

    Raises:
        UnknownNameError: With the nearest names.
    """
    return read_recipe(load_recipe_text(name), name)


def list_recipes() -> list[RecipeConfig]:
    """All recipes."""
    return [get_recipe(name) for name in NAMES]


LAB, QUICK = get_recipe("lab"), get_recipe("quick")


def choose_epochs(recipe: RecipeConfig, source: str) -> int:
    """The recipe's epochs; fewer of ``quick``, whatever it is called, on the built-in image set."""
    is_quick = recipe.model_copy(update={"name": QUICK.name}) == QUICK
    return SAMPLE_EPOCHS if source == "sample" and is_quick else recipe.epochs
