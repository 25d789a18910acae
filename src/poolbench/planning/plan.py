"""Plan a study: from a config and an image set to the list of its trials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from poolbench.config import Precision, StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.files import hash_file
from poolbench.machine.description import NUM_THREADS, Machine, describe_machine
from poolbench.models import get_backbone
from poolbench.operators import get_operator
from poolbench.planning.checks import check_pictures, check_weights_used
from poolbench.planning.variants import NO_OPERATOR, find_baseline, make_variants
from poolbench.records import BACKBONE_SOURCE, Conditions, Split, TrialSpec, VariantSpec
from poolbench.verdict.looks import LOOKS

# Trials of a variant that a GPU trains at once.
GPU_STACK = 64


@dataclass(frozen=True)
class Plan:
    """The trials of a comparison.

    Attributes:
        variants: What is compared.
        specs: All trials of the comparison, in the order in which they are started; a study that
            is decided early leaves the last ones out.
        workers: Processes at the same time.
    """

    variants: tuple[VariantSpec, ...]
    specs: tuple[TrialSpec, ...]
    workers: int

    def list_trials(self, variant_id: str, repeats: int | None = None) -> list[TrialSpec]:
        """List the trials of one variant, in the first ``repeats`` repeats or in all."""
        return [
            spec
            for spec in self.specs
            if spec.variant.id == variant_id and (repeats is None or spec.repeat < repeats)
        ]

    def take_precision(self, precision: Precision) -> "Plan":
        """Return the same trials in another precision."""
        return replace(self, specs=tuple(_set_precision(spec, precision) for spec in self.specs))

    def take_repeats(self, count: int) -> "Plan":
        """Return the trials of the first ``count`` repeats."""
        return replace(self, specs=tuple(spec for spec in self.specs if spec.repeat < count))


def _set_precision(spec: TrialSpec, precision: Precision) -> TrialSpec:
    conditions = spec.conditions.model_copy(update={"precision": precision})
    return spec.model_copy(update={"conditions": conditions})


def make_plan(config: StudyConfig, image_set: ImageSet, machine: Machine | None = None) -> Plan:
    """List all trials of a study.

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
    check_pictures(config, image_set, variants)
    check_weights_used(variants, config)
    manifest_hash = image_set.manifest_hash
    weights = None if config.weights is None else hash_file(config.weights)
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


def list_schedule(config: StudyConfig) -> tuple[int, ...]:
    """Return the repeats at which the study is judged if there is time for all of them."""
    if config.repeats != "auto":
        return (config.repeats,)
    return tuple(look for look in LOOKS if look <= config.most_repeats)


def list_looks(config: StudyConfig) -> tuple[int, ...]:
    """Return the repeats at which the study is judged; the last is the most there will be.

    Where time does not suffice for the first look, they are as many as there is time for.
    """
    looks, most = list_schedule(config), config.planned_repeats
    if most is None or most >= looks[-1]:
        return looks
    return tuple(look for look in looks if look <= most) or (most,)


def make_final_spec(plan: Plan, variant_id: str) -> TrialSpec:
    """Return the trial whose network is handed over.

    After cross-validation it is trained on the whole pool; the lab protocol has already done so.
    """
    first = plan.list_trials(variant_id)[0]
    if first.split == "official":
        return first
    return first.model_copy(update={"split": "whole", "repeat": 0, "fold": 0, "folds": 1})


def take_first(specs: Iterable[TrialSpec]) -> dict[str, TrialSpec]:
    """Return the first trial of each variant, by variant id, in the order of the variants."""
    first: dict[str, TrialSpec] = {}
    for spec in specs:
        first.setdefault(spec.variant.id, spec)
    return first


def choose_stack(config: StudyConfig, device: str) -> int:
    """Return how many trials are trained at once: many on a GPU, fewer where its memory ends."""
    if config.stack != "auto":
        return config.stack
    return GPU_STACK if device == "cuda" else 1


def favours_an_operator(specs: Sequence[TrialSpec]) -> bool:
    """Return whether networks begin with weights of one operator, and not all have that operator.

    It is not known which one it was, so this is so wherever several are compared.
    """
    operators = {spec.variant.operator for spec in specs}
    return len(operators) > 1 and any(
        spec.weights is not None
        or get_backbone(spec.variant.backbone).find_kept(spec.num_classes).names
        for spec in take_first(specs).values()
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
        threads=NUM_THREADS,
        rewrites=config.rewrites,
        stack=choose_stack(config, machine.device),
        poolbench=machine.poolbench,
        torch=machine.torch,
        fingerprint=machine.fingerprint,
        sources=sources,
    )
