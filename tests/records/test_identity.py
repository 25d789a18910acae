"""The ids of trials and of runs, which must stay what they are when a model gets another field."""

import json
from pathlib import Path

import pytest

from poolbench.config import (
    INTRODUCED,
    SAVED,
    RecipeConfig,
    StudyConfig,
    dump_config,
    dump_identity,
    hash_config,
)
from poolbench.records import TrialSpec, VariantSpec

GOLDEN = json.loads((Path(__file__).parent / "golden_specs.json").read_text())


class LaterRecipe(RecipeConfig):
    """A recipe as a later program may have it."""

    posterize: float = 0.0


class ChangedRecipe(RecipeConfig):
    """The same, after its default was changed."""

    posterize: float = 0.5


class LaterVariant(VariantSpec):
    recipe: LaterRecipe


class LaterSpec(TrialSpec):
    variant: LaterVariant


class ChangedVariant(VariantSpec):
    recipe: ChangedRecipe


class ChangedSpec(TrialSpec):
    variant: ChangedVariant


class LaterConfig(StudyConfig):
    own_recipes: tuple[LaterRecipe, ...] = ()
    limit: int | None = 3


@pytest.fixture(autouse=True)
def later_fields(monkeypatch):
    for field in ("LaterRecipe.posterize", "ChangedRecipe.posterize"):
        monkeypatch.setitem(INTRODUCED, field, 0.0)
    monkeypatch.setitem(INTRODUCED, "LaterConfig.limit", 3)
    # Fields that StudyConfig has been given already.
    for field in ("most_repeats", "log"):
        monkeypatch.setitem(INTRODUCED, f"LaterConfig.{field}", INTRODUCED[f"StudyConfig.{field}"])


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["id"].rpartition("-")[0])
def test_id_of_a_spec_is_what_it_has_always_been(golden):
    spec = TrialSpec.model_validate(golden["spec"], context=SAVED)
    assert spec.id == golden["id"], (
        f"{golden['id']} has become {spec.id}: every finished run would be refused as edited. "
        "Enter a new field into INTRODUCED (config/frozen.py); these ids themselves never change."
    )


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["id"].rpartition("-")[0])
def test_field_that_is_not_used_does_not_change_an_id(golden):
    later = LaterSpec.model_validate(golden["spec"], context=SAVED)
    assert later.variant.recipe.posterize == 0.0
    assert later.id == golden["id"]
    # Written and read again, it has the field.
    again = LaterSpec.model_validate(later.model_dump(mode="json"), context=SAVED)
    assert again == later
    assert again.id == golden["id"]


def use(spec, posterize):
    recipe = spec.variant.recipe.model_copy(update={"posterize": posterize})
    variant = spec.variant.model_copy(update={"recipe": recipe})
    return spec.model_copy(update={"variant": variant})


def test_field_that_is_used_changes_the_id():
    later = LaterSpec.model_validate(GOLDEN[0]["spec"])
    ids = {use(later, value).id for value in (0.0, 0.1, 0.2)}
    assert len(ids) == 3
    assert GOLDEN[0]["id"] in ids


def test_changed_default_changes_the_id_of_new_specs_and_of_no_old_one():
    fresh = ChangedSpec.model_validate(GOLDEN[0]["spec"])
    assert fresh.variant.recipe.posterize == 0.5
    assert fresh.id != GOLDEN[0]["id"]
    assert fresh.id == use(LaterSpec.model_validate(GOLDEN[0]["spec"]), 0.5).id
    old = ChangedSpec.model_validate(GOLDEN[0]["spec"], context=SAVED)
    assert old.variant.recipe.posterize == 0.0
    assert old.id == GOLDEN[0]["id"]


def test_run_of_a_config_keeps_its_name_until_a_new_field_is_used():
    recipe = {"name": "own", "epochs": 1, "batch_size": 2, "learning_rate": 0.1}
    values = {"recipes": ("own",), "own_recipes": [recipe]}
    before = hash_config(StudyConfig.model_validate(values))
    later = LaterConfig.model_validate(values)
    assert "posterize" in dump_config(later)
    assert hash_config(later) == before
    for changed in ({"limit": 4}, {"own_recipes": [{**recipe, "posterize": 0.5}]}):
        assert hash_config(LaterConfig.model_validate({**values, **changed})) != before


def test_identity_leaves_out_what_held_before_a_field_and_nothing_else():
    later = LaterSpec.model_validate(GOLDEN[0]["spec"])
    assert dump_identity(later) == GOLDEN[0]["spec"]
    assert dump_identity(use(later, 0.5))["variant"]["recipe"]["posterize"] == 0.5
