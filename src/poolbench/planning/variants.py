"""List the variants that a study compares, from its config."""

import itertools
from collections.abc import Sequence

from poolbench.config import StudyConfig
from poolbench.data.image_set import Half
from poolbench.errors import UnknownNameError, UsageError
from poolbench.models import find_backbone, get_backbone
from poolbench.operators import expand_operators
from poolbench.planning.ablations import list_methods, list_variations
from poolbench.records import VariantSpec
from poolbench.training.recipes import NAMES as RECIPES
from poolbench.training.recipes import fit_recipe, get_recipe

# The operator of the one variant of a backbone that has no site.
NO_OPERATOR = "none"


def make_variants(config: StudyConfig, pool: Half | None = None) -> tuple[VariantSpec, ...]:
    """Combine operators, backbones and recipes; a backbone without a site gives one variant.

    Args:
        pool: The pictures to train on, which recipes are fitted to; ``None``: not known yet.

    Raises:
        UnknownNameError: For an operator, backbone or recipe that nobody knows.
        UsageError: If a recipe of one's own has the name of another one.
    """
    own = {recipe.name: recipe for recipe in config.own_recipes}
    for name, recipe in own.items():
        if name in RECIPES and recipe != get_recipe(name):
            raise UsageError("plan.recipe-taken", name=name)
    operators = expand_operators(config.operators)
    variants = []
    backbones = [find_backbone(name) for name in config.backbones]
    for backbone, recipe_name in itertools.product(backbones, config.recipes):
        recipe = own.get(recipe_name) or get_recipe(recipe_name)
        recipe = fit_recipe(recipe, config, None if pool is None else pool.labels)
        names = operators if backbone.has_site else [NO_OPERATOR]
        for operator, replica in itertools.product(names, range(config.replicas)):
            variants.append(
                VariantSpec(operator=operator, backbone=backbone.id, recipe=recipe, replica=replica)
            )
    if config.vary or config.methods:
        variants += _change_one(variants, config)
    _check_sizes(variants)
    return tuple(variants)


def find_baseline(config: StudyConfig, variants: Sequence[VariantSpec]) -> str | None:
    """Return the id of the variant that all others are compared with.

    What is changed in one thing at a time is compared with what it was changed from.

    Raises:
        UnknownNameError: If the config names none of the variants.
    """
    if config.baseline is None and (config.vary or config.methods):
        return variants[0].id
    return choose_baseline(config.baseline, variants)


def _change_one(variants: Sequence[VariantSpec], config: StudyConfig) -> list[VariantSpec]:
    if len(variants) != 1:
        raise UsageError("plan.vary-many", count=len(variants))
    changed = list(list_variations(variants[0], config.vary))
    if config.methods:
        changed += list_methods(variants[0])
    return changed


def _check_sizes(variants: Sequence[VariantSpec]) -> None:
    for variant in variants:
        is_growing = variant.recipe.progressive_size < 1
        if is_growing and not get_backbone(variant.backbone).any_size:
            recipe, backbone = variant.recipe.name, variant.backbone
            raise UsageError("plan.one-size", recipe=recipe, backbone=backbone)


def choose_baseline(name: str | None, variants: Sequence[VariantSpec]) -> str | None:
    """Return the id of the variant that a name stands for.

    Args:
        name: An id, or an operator that only one variant has.

    Raises:
        UnknownNameError: If it is neither.
    """
    if name is None:
        return None
    by_name: dict[str, list[str]] = {}
    for variant in variants:
        by_name.setdefault(variant.id, []).append(variant.id)
        by_name.setdefault(variant.operator, []).append(variant.id)
    known = {short: ids[0] for short, ids in by_name.items() if len(ids) == 1}
    if name not in known:
        raise UnknownNameError("variant", name, known)
    return known[name]


def has_mixed_positions(variants: Sequence[VariantSpec]) -> bool:
    """Return whether variants of one backbone differ in the position of their operator."""
    for backbone_id in {variant.backbone for variant in variants}:
        operators = {v.operator for v in variants if v.backbone == backbone_id}
        mixed = "stride" in operators and len(operators) > 1
        if get_backbone(backbone_id).positions_differ and mixed:
            return True
    return False
