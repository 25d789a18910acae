"""Plans: which trials there are, and what their ids depend on."""

from dataclasses import replace

import numpy as np
import pytest

from poolbench.config import DataConfig, RecipeConfig, StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.errors import DataError, UnknownNameError, UsageError
from poolbench.planning.plan import list_looks, make_final_spec, make_plan
from poolbench.planning.variants import choose_baseline, has_mixed_positions, make_variants
from poolbench.training.recipes import QUICK


def test_plan_is_the_product_of_variants_folds_and_repeats(plan_of):
    plan = plan_of(folds=3, repeats=2)
    assert len(plan.specs) == 3 * 3 * 2
    assert len({spec.id for spec in plan.specs}) == len(plan.specs)
    assert [spec.repeat for spec in plan.specs] == sorted(spec.repeat for spec in plan.specs)


def test_lab_protocol_trains_once_for_each_repeat(plan_of):
    plan = plan_of(protocol="lab", repeats=4)
    assert len(plan.specs) == 3 * 4
    assert {spec.split for spec in plan.specs} == {"official"}
    assert make_final_spec(plan, plan.variants[1].id) in plan.specs


def test_final_trial_is_trained_on_the_whole_pool(plan_of):
    plan = plan_of()
    final = make_final_spec(plan, plan.variants[0].id)
    assert final.split == "whole"
    assert final.id not in {spec.id for spec in plan.specs}
    assert "-whole-" in final.id


def test_backbone_without_a_site_gives_one_variant():
    variants = make_variants(StudyConfig(backbones=("mlp", "lab")))
    names = [variant.id for variant in variants]
    assert names == ["none.mlp.quick", "stride.lab.quick", "max.lab.quick", "avg.lab.quick"]


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": 1},
        {"folds": 3},
        {"epochs": 3},
        {"rewrites": False},
        {"precision": "bfloat16"},
    ],
)
def test_trial_id_follows_what_decides_the_result(plan_of, settings):
    first, other = (
        plan_of(precision="float32").specs,
        plan_of(**{"precision": "float32", **settings}).specs,
    )
    assert {spec.id for spec in first}.isdisjoint(spec.id for spec in other)


def test_trial_id_follows_the_numbers_of_a_recipe_and_not_its_name_alone(plan_of):
    first, other = (
        plan_of(
            recipes=("mine",),
            own_recipes=(QUICK.model_copy(update={"name": "mine", "learning_rate": rate}),),
        ).specs
        for rate in (0.02, 0.5)
    )
    assert {spec.variant.id for spec in first} == {spec.variant.id for spec in other}
    assert {spec.id for spec in first}.isdisjoint(spec.id for spec in other)


@pytest.mark.parametrize("settings", [{"workers": 7}, {"margin_points": 3.0}, {"repeats": 2}])
def test_trial_id_ignores_what_does_not(plan_of, settings):
    ids = {spec.id for spec in plan_of(**settings).specs}
    assert {spec.id for spec in plan_of().specs} <= ids


def test_trial_id_follows_the_pictures(plan_of, small_set):
    config = StudyConfig(backbones=("lab-example",), epochs=2, folds=2, repeats=1)
    turned = ImageSet(
        "sample", small_set.classes[::-1], small_set.pool, small_set.test, has_official_test=True
    )
    other = make_plan(config, turned)
    assert {spec.id for spec in plan_of().specs}.isdisjoint(spec.id for spec in other.specs)


def test_own_recipe_is_found_by_name():
    own = RecipeConfig(name="mine", epochs=7, batch_size=8, learning_rate=0.1)
    variants = make_variants(
        StudyConfig(own_recipes=(own,), recipes=("mine",), data=DataConfig(source="cifar10"))
    )
    assert {variant.recipe.epochs for variant in variants} == {7}


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="quick"):
        make_variants(StudyConfig(recipes=("quik",)))
    with pytest.raises(UnknownNameError, match="max"):
        make_variants(StudyConfig(operators=("maxx",)))


def test_lab_protocol_is_refused_without_an_official_test(small_set):
    unofficial = ImageSet("x", small_set.classes, small_set.pool, small_set.test, False)
    with pytest.raises(UsageError, match="protocol='cv'"):
        make_plan(StudyConfig(protocol="lab"), unofficial)


def test_published_networks_differ_in_position():
    assert has_mixed_positions(make_variants(StudyConfig(backbones=("lab-published",))))
    assert not has_mixed_positions(make_variants(StudyConfig(backbones=("lab",))))
    pooled = StudyConfig(backbones=("lab-published",), operators=("max", "avg"))
    assert not has_mixed_positions(make_variants(pooled))


def test_replicas_are_variants_of_their_own():
    variants = make_variants(StudyConfig(operators=("max", "avg"), replicas=2))
    assert [variant.id for variant in variants] == [
        "max.lab.quick", "max.lab.quick.1", "avg.lab.quick", "avg.lab.quick.1"
    ]  # fmt: skip


def test_growing_study_plans_for_its_last_look(plan_of):
    config = StudyConfig(repeats="auto")
    looks = list_looks(config)
    assert len(looks) > 1
    assert list(looks) == sorted(set(looks))
    plan = plan_of(repeats="auto")
    assert {spec.repeat for spec in plan.specs} == set(range(looks[-1]))
    first = plan.list_trials(plan.variants[0].id, looks[0])
    assert {spec.repeat for spec in first} == set(range(looks[0]))


@pytest.mark.parametrize(
    ("repeats", "planned", "looks"),
    [(6, None, (6,)), (6, 4, (4,)), (6, 9, (6,)), ("auto", 6, (2, 4, 6)), ("auto", 1, (1,))],
)
def test_time_limit_shortens_the_plan(repeats, planned, looks):
    assert list_looks(StudyConfig(repeats=repeats, planned_repeats=planned)) == looks


def test_baseline_is_a_variant_or_an_operator_that_only_one_has():
    variants = make_variants(StudyConfig())
    assert choose_baseline(None, variants) is None
    assert choose_baseline("max", variants) == "max.lab.quick"
    assert choose_baseline("max.lab.quick", variants) == "max.lab.quick"
    doubled = make_variants(StudyConfig(backbones=("lab", "lab-example")))
    with pytest.raises(UnknownNameError, match=r"max\.lab"):
        choose_baseline("max", doubled)


def test_lab_protocol_needs_two_draws_to_judge_by(small_set):
    config = StudyConfig(protocol="lab", backbones=("lab-example",))
    lonely = replace(small_set, test=small_set.test.take(np.arange(1)))
    with pytest.raises(DataError, match="The test set has 1 image;"):
        make_plan(config, lonely)
    grouped = replace(small_set.test, groups=np.zeros(len(small_set.test), dtype=np.int64))
    with pytest.raises(DataError, match="The test set has 1 group;"):
        make_plan(config, replace(small_set, test=grouped))
