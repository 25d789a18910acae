"""The assignment's settings: as the course publishes them, or for a lesson."""

import pytest

from poolbench.config import DataConfig, StudyConfig
from poolbench.errors import UsageError
from poolbench.planning.lab import (
    FULL,
    LESSON,
    find_recipe,
    list_tried,
    make_config,
    name_example,
)
from poolbench.planning.variants import find_baseline, make_variants
from poolbench.records import CHOICE, EXAMPLE, METHODS, PUBLISHED, STEPS
from poolbench.training.recipes import LAB, QUICK

BASE = StudyConfig(data=DataConfig(source="cifar100", classes=("0", "33", "43")), seed=7)


@pytest.mark.parametrize("length", [LESSON, FULL])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_keeps_pictures_and_seed_and_makes_variants(step, length):
    config = make_config(step, BASE, length)
    assert (config.data, config.seed) == (BASE.data, 7)
    variants = make_variants(config)
    assert len({variant.id for variant in variants}) == len(variants)
    find_baseline(config, variants)


def test_what_the_course_does_is_as_it_publishes_it():
    for step, operators in ((EXAMPLE, {"avg"}), (PUBLISHED, {"stride", "max", "avg"})):
        config = make_config(step, BASE, FULL)
        assert config.protocol == "lab"
        variants = make_variants(config)
        assert {variant.operator for variant in variants} == operators
        assert {variant.recipe for variant in variants} == {LAB}
        assert {variant.recipe.epochs for variant in variants} == {500}


def test_nothing_is_chosen_by_the_test_half():
    for step in (METHODS, CHOICE):
        assert make_config(step, BASE, LESSON).protocol == "cv"


def test_methods_differ_from_the_course_in_one_thing_each():
    config = make_config(METHODS, BASE, LESSON)
    base, *changed, joined = make_variants(config)
    assert find_baseline(config, make_variants(config)) == base.id == name_example("lab")
    # The rise of a schedule belongs to it.
    expected = {"schedule": {"schedule", "warmup_fraction"}}
    for variant in changed:
        values = dict(variant.recipe)
        differing = {field for field, value in dict(base.recipe).items() if values[field] != value}
        differing.remove("name")
        name = variant.recipe.name.removeprefix("lab+")
        assert len(differing) == 1 or differing == expected[name]
    assert joined.recipe.name == QUICK.name
    assert {variant.recipe.epochs for variant in (base, *changed, joined)} == {40}


def test_the_poolings_are_judged_with_the_recipe_that_was_recommended():
    for recipe in (LAB, *list_tried(), QUICK):
        assert find_recipe(name_example(recipe.name)) == recipe
        variants = make_variants(make_config(CHOICE, BASE, LESSON, recipe))
        assert {variant.recipe.name for variant in variants} == {recipe.name}
        assert [variant.backbone for variant in variants] == ["lab-published"] * 3 + ["mlp"]
    assert find_recipe(None) == LAB


@pytest.mark.parametrize("source", ["cifar100", "cifar10"])
def test_classes_of_a_set_of_many_are_to_be_chosen(source):
    everything = StudyConfig(data=DataConfig(source=source))
    with pytest.raises(UsageError, match="classes=") as refused:
        make_config(EXAMPLE, everything, LESSON)
    example = str(refused.value).rpartition("classes=")[2].strip("'.").split(",")
    chosen = StudyConfig(data=DataConfig(source=source, classes=tuple(example)))
    assert len(make_config(EXAMPLE, chosen, LESSON).data.classes) == 3
    make_config(EXAMPLE, StudyConfig(data=DataConfig(source="sample")), LESSON)
