"""From a config and an image set to the list of trials."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from poolbench.config import StudyConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.splits import check_enough, count_units
from poolbench.errors import DataError, ShapeError, UnknownNameError, UsageError
from poolbench.files import hash_file
from poolbench.machine.description import THREADS, Machine, describe_machine
from poolbench.models import Network, find_backbone, get_backbone
from poolbench.models.start import freeze, whiten_first
from poolbench.models.transfer import Transfer, load_weights, transfer
from poolbench.operators import expand_operators, get_operator
from poolbench.planning.ablations import list_methods, list_variations
from poolbench.records import BACKBONE_SOURCE, Conditions, Split, TrialSpec, VariantSpec
from poolbench.training.recipes import NAMES as RECIPES
from poolbench.training.recipes import fit_recipe, get_recipe
from poolbench.trials.build import make_form
from poolbench.trials.tuning import JUDGING_PARTS
from poolbench.verdict.racing import LOOKS

NO_OPERATOR = "none"
# Pixels each way that every operator takes in every network, if both come with poolbench; in
# smaller pictures the maps may end before an operator does.
SMALL_SIDE = 32
# Trials of a variant that a GPU trains at once.
GPU_STACK = 64


@dataclass(frozen=True)
class Plan:
    """What will be done.

    Attributes:
        specs: All trials of the comparison, in the order in which they are started; a study that
            is decided early leaves the last ones out.
        workers: Processes at the same time.
    """

    variants: tuple[VariantSpec, ...]
    specs: tuple[TrialSpec, ...]
    workers: int

    def list_trials(self, variant_id: str, repeats: int | None = None) -> list[TrialSpec]:
        """The trials of one variant, of the first so many repeats."""
        return [
            spec
            for spec in self.specs
            if spec.variant.id == variant_id and (repeats is None or spec.repeat < repeats)
        ]


def make_variants(config: StudyConfig, pool: Half | None = None) -> tuple[VariantSpec, ...]:
    """Operators x backbones x recipes; a backbone without a site gives one variant.

    Args:
        pool: The pictures to train on, which recipes are fitted to; ``None``: not known yet.

    Raises:
        UnknownNameError: For an operator, backbone or recipe that nobody knows.
        UsageError: If a recipe of one's own has the name of another one.
    """
    own = {recipe.name: recipe for recipe in config.own_recipes}
    for name, recipe in own.items():
        if name in RECIPES and recipe != get_recipe(name):
            raise UsageError(
                f"Recipe {name!r} of your own has the name of one of poolbench's: rename it, or "
                "its file."
            )
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
    """The id of the variant that all others are compared with.

    What is changed in one thing at a time is compared with what it was changed from.

    Raises:
        UnknownNameError: If the config names none of the variants.
    """
    if config.baseline is None and (config.vary or config.methods):
        return variants[0].id
    return choose_baseline(config.baseline, variants)


def _change_one(variants: Sequence[VariantSpec], config: StudyConfig) -> list[VariantSpec]:
    if len(variants) != 1:
        raise UsageError(
            f"--vary and --methods change one variant, and {len(variants)} are named: name one "
            "operator, one backbone and one recipe."
        )
    changed = list(list_variations(variants[0], config.vary))
    if config.methods:
        changed += list_methods(variants[0])
    return changed


def _check_sizes(variants: Sequence[VariantSpec]) -> None:
    for variant in variants:
        is_growing = variant.recipe.progressive_size < 1
        if is_growing and not get_backbone(variant.backbone).any_size:
            raise UsageError(
                f"Recipe {variant.recipe.name!r} begins with smaller pictures, and backbone "
                f"{variant.backbone!r} takes one size: its last layer sees every place of its map."
            )


def choose_baseline(name: str | None, variants: Sequence[VariantSpec]) -> str | None:
    """The id of the variant that all others are compared with.

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


def make_plan(config: StudyConfig, image_set: ImageSet, machine: Machine | None = None) -> Plan:
    """All trials of a study.

    Where the precision is still open, it is float32.

    Args:
        machine: What they run on; ``None``: this machine.

    Raises:
        UsageError: If the protocol or the device does not fit, the file of weights cannot be
            read, or is missing where a recipe needs one.
        DataError: If there are too few pictures for the folds.
    """
    variants = make_variants(config, image_set.pool)
    find_baseline(config, variants)
    machine = machine or describe_machine(config)
    if config.protocol == "lab" and not image_set.has_official_test:
        raise UsageError(
            f"The lab protocol needs an official test half, and {image_set.source} has none. "
            "Use --protocol cv."
        )
    if config.protocol == "cv":
        check_enough(image_set.pool, image_set.classes, config.folds)
    else:
        _check_test(image_set.test)
    _check_inner(variants, config, image_set)
    manifest_hash = image_set.manifest_hash
    weights = None if config.weights is None else hash_file(config.weights)
    _check_weights_used(variants, config)
    folds = config.folds if config.protocol == "cv" else 1
    split: Split = "fold" if config.protocol == "cv" else "official"
    specs = [
        TrialSpec(
            variant=variant,
            split=split,
            repeat=repeat,
            fold=fold,
            folds=folds,
            seed=config.seed,
            manifest_hash=manifest_hash,
            num_classes=len(image_set.classes),
            image_size=image_set.image_size,
            conditions=_make_conditions(config, variant, machine, len(image_set.classes)),
            weights=weights if variant.recipe.pretrained else None,
            tune=config.tune,
        )
        for repeat in range(list_looks(config)[-1])
        for fold in range(folds)
        for variant in variants
    ]
    return Plan(variants, tuple(specs), machine.workers)


def check_networks(plan: Plan) -> dict[str, Network]:
    """Build each network once that may not be what its variant or its pictures need.

    Returns:
        Networks of one's own, by backbone id.

    Raises:
        UsageError: If a factory fails, its network does not fit the pictures or an operator, or a
            network has no place for what its recipe does to it.
    """
    found: dict[str, Network] = {}
    for spec in take_first(plan.specs).values():
        backbone, recipe = get_backbone(spec.variant.backbone), spec.variant.recipe
        is_changed = recipe.dropout or recipe.whitened or recipe.trained_part != "all"
        is_small = min(spec.image_size) < SMALL_SIDE
        if backbone.factory is None and not (is_changed or is_small or _is_foreign(spec)):
            continue
        try:
            network = backbone.build(spec.variant.operator, spec.num_classes, spec.image_size)
        except ShapeError as error:
            raise ShapeError(f"{spec.variant.id}: {error}") from None
        if backbone.factory is not None:
            found[backbone.id] = network
        if recipe.whitened:
            whiten_first(network, torch.zeros(1, 3, *spec.image_size))
        freeze(network, recipe.trained_part)
        make_form(network, spec)
    return found


def _is_foreign(spec: TrialSpec) -> bool:
    name = spec.variant.operator
    return name != NO_OPERATOR and not get_operator(name).is_builtin


def check_weights(plan: Plan, path: Path) -> dict[str, Transfer]:
    """What the networks that begin with a file of weights take of it, by variant id.

    Raises:
        UsageError: If the file cannot be read, or nothing of it fits a network.
    """
    weights = load_weights(path)
    found = {}
    for name, spec in take_first(plan.specs).items():
        if spec.weights is None:
            continue
        backbone = get_backbone(spec.variant.backbone)
        network = backbone.build(spec.variant.operator, spec.num_classes, spec.image_size)
        found[name] = transfer(network, weights)
        if not found[name].taken:
            first = next(iter(found[name].unused), "nothing")
            raise UsageError(
                f"Nothing in {path} fits {name}: the file has {first!r} and the like, the network "
                f"{found[name].fresh[0]!r}."
            )
        freeze(network, spec.variant.recipe.trained_part)
        frozen = {key for key, value in network.named_parameters() if not value.requires_grad}
        random = [key for key in found[name].fresh if key in frozen]
        if random:
            raise UsageError(
                f"Recipe {spec.variant.recipe.name!r} would keep {random[0]!r} of {name} as it is, "
                f"and {path} has no values for it: take weights of this network, or a recipe that "
                "trains all of it."
            )
    return found


def list_looks(config: StudyConfig) -> tuple[int, ...]:
    """Repeats at which the study is judged; the last is the most that there will be."""
    looks = LOOKS if config.repeats == "auto" else (config.repeats,)
    most = config.planned_repeats
    if most is None or most >= looks[-1]:
        return looks
    return (*(look for look in looks if look < most), most)


def make_final_spec(plan: Plan, variant_id: str) -> TrialSpec:
    """The trial whose network is handed over.

    After cross-validation it is trained on the whole pool; the lab protocol has already done so.
    """
    first = plan.list_trials(variant_id)[0]
    if first.split == "official":
        return first
    return first.model_copy(update={"split": "whole", "repeat": 0, "fold": 0, "folds": 1})


def take_first(specs: Iterable[TrialSpec]) -> dict[str, TrialSpec]:
    """The first trial of each variant, by variant id, in the order of the variants."""
    first: dict[str, TrialSpec] = {}
    for spec in specs:
        first.setdefault(spec.variant.id, spec)
    return first


def choose_stack(config: StudyConfig, device: str) -> int:
    """Trials at once: as many as a GPU is worth, which falls back to fewer where memory ends."""
    if config.stack != "auto":
        return config.stack
    return GPU_STACK if device == "cuda" else 1


def has_mixed_positions(variants: Sequence[VariantSpec]) -> bool:
    """Whether variants of one backbone differ in the position of their operator."""
    for backbone_id in {variant.backbone for variant in variants}:
        operators = {v.operator for v in variants if v.backbone == backbone_id}
        mixed = "stride" in operators and len(operators) > 1
        if get_backbone(backbone_id).positions_differ and mixed:
            return True
    return False


def favours_an_operator(specs: Sequence[TrialSpec]) -> bool:
    """Whether networks begin with weights that were trained with one operator, and not all have it.

    It is not known which one it was, so this is so wherever several are compared.
    """
    operators = {spec.variant.operator for spec in specs}
    return len(operators) > 1 and any(
        spec.weights is not None
        or get_backbone(spec.variant.backbone).find_kept(spec.num_classes).names
        for spec in take_first(specs).values()
    )


def _check_weights_used(variants: Sequence[VariantSpec], config: StudyConfig) -> None:
    """Weights, and a recipe that begins with them, or neither."""
    users = [variant.recipe.name for variant in variants if variant.recipe.pretrained]
    if users and config.weights is None:
        raise UsageError(
            f"Recipe {users[0]!r} begins with weights that were trained before: name them, "
            "--weights FILE.safetensors (poolbench pretrain makes some)."
        )
    if config.weights is not None and not users:
        raise UsageError(
            f"No recipe of this study begins with weights, so {config.weights} would not be used. "
            "Take --recipes finetune, or put pretrained = true into a recipe."
        )


def _check_inner(variants: Sequence[VariantSpec], config: StudyConfig, image_set: ImageSet) -> None:
    """Of each class enough for every part into which training pictures are split again."""
    parts = max(variant.recipe.validation_parts for variant in variants)
    parts = max(parts, JUDGING_PARTS if config.tune == "lr" else 0)
    folds = config.folds if config.protocol == "cv" else 1
    pool = image_set.pool
    for label, name in enumerate(image_set.classes):
        units = count_units(pool, label)
        # Of which the largest fold is held out.
        left = units - (-(-units // folds) if config.protocol == "cv" else 0)
        if left < parts:
            kind = "pictures" if pool.groups is None else "groups"
            raise DataError(
                f"Class {name!r} has {left} {kind} to train on, and choosing an epoch or a "
                f"learning rate splits them into {parts} parts. Add pictures, leave the class "
                "out, or take --tune none and a recipe without validation_parts."
            )


def _check_test(test: Half) -> None:
    """An interval over pictures needs at least two draws."""
    units = len(test) if test.groups is None else len(np.unique(test.groups))
    if units < 2:
        kind = "pictures" if test.groups is None else "groups"
        raise DataError(
            f"The test half has {units} {kind}; the lab protocol judges by it and needs at least 2."
        )


def _make_conditions(
    config: StudyConfig, variant: VariantSpec, machine: Machine, num_classes: int
) -> Conditions:
    sources = {}
    if variant.operator != NO_OPERATOR and not get_operator(variant.operator).is_builtin:
        sources[variant.operator] = get_operator(variant.operator).source_hash
    backbone = get_backbone(variant.backbone)
    if backbone.factory is not None:
        sources[f"{BACKBONE_SOURCE}{backbone.id}"] = backbone.hash_source(num_classes)
    return Conditions(
        device=machine.device,
        precision=machine.precisions[0] if config.precision == "auto" else config.precision,
        threads=THREADS,
        rewrites=config.rewrites,
        stack=choose_stack(config, machine.device),
        poolbench=machine.poolbench,
        torch=machine.torch,
        fingerprint=machine.fingerprint,
        sources=sources,
    )
