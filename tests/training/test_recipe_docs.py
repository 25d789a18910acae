"""Every field of a recipe is explained, measured by ``--methods``, or says why not."""

from pathlib import Path

import pytest

from poolbench.config import RecipeConfig
from poolbench.planning.ablations import METHODS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("recipes.md", "method.md")
MEASURED = {field for values in METHODS.values() for part in values for field in part}
# What is no method and needs no row, and why.
EXCEPTIONS = {
    "name": "what the recipe is called",
}


@pytest.fixture(scope="module")
def text():
    return "\n".join((DOCS / page).read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("field", list(RecipeConfig.model_fields))
def test_field_of_a_recipe_is_explained_measured_or_excepted(field, text):
    is_named = f"`{field}`" in text or field in MEASURED or field in EXCEPTIONS
    assert is_named, (
        f"RecipeConfig.{field} is named nowhere. A method has its row in docs/recipes.md, and "
        "where it can be switched on and off an entry in METHODS (planning/ablations.py), so that "
        "--methods measures it; what is none stands in EXCEPTIONS of this test, with a reason."
    )


def test_names_of_the_lists_are_fields():
    gone = (MEASURED | EXCEPTIONS.keys()) - RecipeConfig.model_fields.keys()
    assert not gone, f"METHODS or EXCEPTIONS name what is no field of a recipe: {sorted(gone)}"
