"""Whether a study fits its pictures, its networks and its weights; found before it begins."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from poolbench.config import StudyConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.splits import check_enough, count_units
from poolbench.errors import DataError, ShapeError, UsageError
from poolbench.models import Backbone, Network, get_backbone
from poolbench.models.start import freeze, whiten_first
from poolbench.models.transfer import Transfer, load_weights, transfer
from poolbench.operators import build_operator, get_operator
from poolbench.planning.variants import NO_OPERATOR
from poolbench.records import TrialSpec, VariantSpec
from poolbench.trials.build import make_form
from poolbench.trials.tuning import JUDGING_PARTS

# Pixels each way that every operator takes in every network, if both come with poolbench; in
# smaller pictures the maps may end before an operator does.
SMALL_SIDE = 32


def check_pictures(
    config: StudyConfig, image_set: ImageSet, variants: Sequence[VariantSpec]
) -> None:
    """Refuse pictures that are too few for the protocol, the folds or the recipes.

    Raises:
        UsageError: If the lab protocol is wanted and there is no official test half.
        DataError: If there are too few pictures.
    """
    if config.protocol == "lab" and not image_set.has_official_test:
        raise UsageError("plan.no-test", source=image_set.source)
    if config.protocol == "cv":
        check_enough(image_set.pool, image_set.classes, config.folds)
    else:
        _check_test(image_set.test)
    _check_inner(variants, config, image_set)


def check_weights_used(variants: Sequence[VariantSpec], config: StudyConfig) -> None:
    """Refuse weights that no recipe begins with, and such a recipe without weights."""
    users = [variant.recipe.name for variant in variants if variant.recipe.pretrained]
    if users and config.weights is None:
        raise UsageError("plan.weights-missing", recipe=users[0])
    if config.weights is not None and not users:
        raise UsageError("plan.weights-unused", path=config.weights)


def check_networks(specs: Sequence[TrialSpec]) -> dict[str, Network]:
    """Build each network once that may not be what its variant or its pictures need.

    Args:
        specs: One trial of each variant.

    Returns:
        Networks of one's own, by backbone id.

    Raises:
        UsageError: If a factory fails, its network does not fit the pictures or an operator, an
            operator of one's own does not lower the resolution by the stride of its site, or a
            network has no place for what its recipe does to it.
    """
    found: dict[str, Network] = {}
    for spec in specs:
        backbone, recipe = get_backbone(spec.variant.backbone), spec.variant.recipe
        is_changed = recipe.dropout or recipe.whitened or recipe.trained_part != "all"
        is_small = min(spec.image_size) < SMALL_SIDE
        if backbone.factory is None and not (is_changed or is_small or _is_foreign(spec)):
            continue
        try:
            network = _build(backbone, spec)
        except ShapeError as error:
            raise ShapeError("plan.shape", variant=spec.variant.id, reason=error) from None
        if backbone.factory is not None:
            found[backbone.id] = network
        if recipe.whitened:
            whiten_first(network, torch.zeros(1, 3, *spec.image_size))
        freeze(network, recipe.trained_part)
        make_form(network, spec)
    return found


def _build(backbone: Backbone, spec: TrialSpec) -> Network:
    """Build a network, through which a picture passes, and look at what its operators make of it.

    Raises:
        UsageError: If one does not make ``(B, C, ceil(H / stride), ceil(W / stride))``.
    """
    name = spec.variant.operator
    faults: list[_Fault] = []
    handles = []

    def make_operator(channels: int, stride: int) -> nn.Module:
        module = build_operator(name, channels, stride=stride)
        note = partial(_note_fault, faults, stride)
        handles.append(module.register_forward_hook(note))
        return module

    make_operator.__name__ = name
    try:
        network = backbone.build(make_operator, spec.num_classes, spec.image_size)
    except UsageError:
        # What comes after a map of a wrong size may fail in words that lead away from it.
        if faults:
            raise _explain_fault(backbone, name, faults[0]) from None
        raise
    finally:
        for handle in handles:
            handle.remove()
    if faults:
        raise _explain_fault(backbone, name, faults[0])
    return network


class _Fault(NamedTuple):
    """What an operator made of a map; shapes are channels, height and width.

    Attributes:
        after: A shape, or what came that is no map.
    """

    stride: int
    before: list[int]
    after: list[int] | str
    wanted: list[int]


def _note_fault(
    faults: list[_Fault], stride: int, operator: nn.Module, inputs: tuple[Tensor, ...], out: object
) -> None:
    before = inputs[0].shape
    wanted = [*before[:2], *(-(-size // stride) for size in before[2:])]
    if isinstance(out, Tensor) and list(out.shape) == wanted:
        return
    after = list(out.shape[1:]) if isinstance(out, Tensor) else type(out).__name__
    faults.append(_Fault(stride, list(before[1:]), after, wanted[1:]))


def _explain_fault(backbone: Backbone, name: str, fault: _Fault) -> UsageError:
    check = get_operator(name).cls.__name__
    if isinstance(fault.after, str):
        return UsageError(
            "plan.operator-type",
            operator=name,
            backbone=backbone.id,
            check=check,
            stride=fault.stride,
            before=fault.before,
            after=fault.after,
            wanted=fault.wanted,
        )
    return UsageError(
        "plan.operator-shape",
        operator=name,
        backbone=backbone.id,
        check=check,
        stride=fault.stride,
        before=fault.before,
        after=fault.after,
        wanted=fault.wanted,
    )


def _is_foreign(spec: TrialSpec) -> bool:
    name = spec.variant.operator
    return name != NO_OPERATOR and not get_operator(name).is_builtin


def check_weights(specs: Sequence[TrialSpec], path: Path) -> dict[str, Transfer]:
    """Return what the networks that begin with a file of weights take of it, by variant id.

    Args:
        specs: One trial of each variant.
        path: The file.

    Raises:
        UsageError: If the file cannot be read, or nothing of it fits a network.
    """
    weights = load_weights(path)
    found = {}
    for spec in specs:
        if spec.weights is None:
            continue
        name = spec.variant.id
        backbone = get_backbone(spec.variant.backbone)
        network = backbone.build(spec.variant.operator, spec.num_classes, spec.image_size)
        found[name] = transfer(network, weights)
        if not (found[name].taken or found[name].unused):
            raise UsageError("plan.weights-empty", path=path)
        if not found[name].taken:
            raise UsageError(
                "plan.weights-fit",
                path=path,
                variant=name,
                there=found[name].unused[0],
                wanted=found[name].fresh[0],
            )
        freeze(network, spec.variant.recipe.trained_part)
        frozen = {key for key, value in network.named_parameters() if not value.requires_grad}
        random = [key for key in found[name].fresh if key in frozen]
        if random:
            raise UsageError(
                "plan.weights-random",
                recipe=spec.variant.recipe.name,
                value=random[0],
                variant=name,
                path=path,
            )
    return found


def _check_inner(variants: Sequence[VariantSpec], config: StudyConfig, image_set: ImageSet) -> None:
    """Refuse a class too small for the parts into which training pictures are split again."""
    parts = max(variant.recipe.validation_parts for variant in variants)
    parts = max(parts, JUDGING_PARTS if config.tune == "lr" else 0)
    folds = config.folds if config.protocol == "cv" else 1
    pool = image_set.pool
    for label, name in enumerate(image_set.classes):
        units = count_units(pool, label)
        # The largest fold of them is held out.
        left = units - (-(-units // folds) if config.protocol == "cv" else 0)
        if left < parts:
            if pool.groups is None:
                raise DataError("plan.inner-pictures", name=name, count=left, parts=parts)
            raise DataError("plan.inner-groups", name=name, count=left, parts=parts)


def _check_test(test: Half) -> None:
    """Refuse a test half with fewer than the two units that an interval needs."""
    units = len(test) if test.groups is None else len(np.unique(test.groups))
    if units < 2:
        if test.groups is None:
            raise DataError("plan.test-pictures", count=units)
        raise DataError("plan.test-groups", count=units)
