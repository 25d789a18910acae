"""One variant is changed in one thing at a time."""

import pytest

from poolbench.config import DataConfig, StudyConfig
from poolbench.errors import UsageError
from poolbench.planning.ablations import METHODS, list_methods
from poolbench.planning.variants import find_baseline, make_variants

ONE = {"operators": ("max",), "recipes": ("quick",)}


def vary(*names, **settings):
    config = StudyConfig(**{**ONE, **settings}, vary=names)
    return config, make_variants(config)


def test_each_change_is_one_more_variant_beside_the_base():
    data = DataConfig(source="cifar100")
    config, variants = vary("batch", "epochs", "rate", "width", "kernel", "layers", data=data)
    base, *others = variants
    assert base.id == "max.lab.quick"
    assert find_baseline(config, variants) == base.id
    changed = {
        "batch_size": [16, 64],
        "epochs": [20, 80],
        "learning_rate": [pytest.approx(0.02 / 3), pytest.approx(0.06)],
    }
    for field, values in changed.items():
        own = [v for v in others if getattr(v.recipe, field) != getattr(base.recipe, field)]
        assert [getattr(variant.recipe, field) for variant in own] == values
        assert all(variant.backbone == base.backbone for variant in own)
    shapes = [variant.backbone for variant in others if variant.recipe == base.recipe]
    assert shapes == ["lab-x2", "lab-k3", "lab-k7", "lab-l1", "lab-l3"]
    assert len({variant.id for variant in variants}) == 1 + 6 + 5


def test_each_method_is_added_or_taken_away():
    config = StudyConfig(**ONE, methods=True)
    base, *others = make_variants(config)
    # The course's network takes pictures of one size.
    assert len(others) == len(METHODS) - 1
    by_name = {variant.recipe.name: variant.recipe for variant in others}
    assert by_name["quick-flip"].flip == "none"
    assert by_name["quick-schedule"].schedule == "constant"
    assert by_name["quick+mixup"].mixup > 0
    for variant in others:
        name = variant.recipe.name.removeprefix("quick")[1:]
        fields = set(METHODS[name][0])
        before, after = base.recipe.model_dump(), variant.recipe.model_dump()
        assert {key for key in before if before[key] != after[key]} - {"name"} <= fields
        assert before != after


def test_what_was_added_can_be_taken_away_again():
    base = make_variants(StudyConfig(**ONE))[0]
    for variant in list_methods(base):
        name = variant.recipe.name.removeprefix("quick")[1:]
        back = {v.recipe.name[len(variant.recipe.name) + 1 :]: v for v in list_methods(variant)}
        restored = back[name].recipe.model_dump() | {"name": "quick"}
        if name not in ("shift", "weight-decay"):  # The recipe has another amount.
            assert restored == base.recipe.model_dump()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vary": ("batch",), "operators": ("max", "avg")}, "Name one operator"),
        ({"vary": ("kernel",), "backbones": ("resnet",)}, "no kernel to vary"),
        ({"methods": True, "replicas": 2}, "2 are given"),
    ],
)
def test_what_cannot_be_changed_is_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        make_variants(StudyConfig(**{**ONE, **settings}))


def test_pictures_cannot_grow_where_a_network_takes_one_size():
    recipe = {"name": "grow", "epochs": 4, "batch_size": 8, "learning_rate": 0.1}
    own = ({**recipe, "progressive_size": 0.5},)
    with pytest.raises(UsageError, match="takes one size"):
        make_variants(StudyConfig(operators=("max",), recipes=("grow",), own_recipes=own))
    config = StudyConfig(
        operators=("max",), recipes=("grow",), own_recipes=own, backbones=("speed",)
    )
    assert len(make_variants(config)) == 1


@pytest.mark.parametrize(
    ("backbone", "left_out"),
    [("mlp", {"whitening", "dirac", "progressive-size"}), ("speed", set())],
)
def test_method_that_a_network_has_no_place_for_is_left_out(backbone, left_out):
    config = StudyConfig(**ONE, backbones=(backbone,), methods=True)
    names = {variant.recipe.name.removeprefix("quick")[1:] for variant in make_variants(config)[1:]}
    assert set(METHODS) - names == left_out


def test_start_is_no_method_where_weights_take_its_place():
    settings = {"operators": ("max",), "recipes": ("finetune",), "backbones": ("speed",)}
    base, *others = make_variants(StudyConfig(**settings, methods=True))
    assert base.recipe.pretrained
    names = {variant.recipe.name.removeprefix("finetune")[1:] for variant in others}
    assert set(METHODS) - names == {"whitening", "dirac"}


def test_variation_of_a_shape_goes_on_from_there():
    variants = vary("width", "kernel", backbones=("lab-x2",))[1]
    assert [variant.backbone for variant in variants] == [
        "lab-x2",
        "lab-x4",
        "lab-x2-k3",
        "lab-x2-k7",
    ]
