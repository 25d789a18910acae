"""Estimate the memory that training takes, before anything is trained."""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from poolbench.errors import DataError
from poolbench.models import get_backbone
from poolbench.planning.plan import Plan, take_first
from poolbench.records import TrialSpec
from poolbench.system import read_available_memory_bytes
from poolbench.training.precision import DTYPES
from poolbench.training.slices import SLICE_BYTES

DOUBLE_BYTES = 8
# Pictures of which it is seen whether a batch may be cut into slices, in float64.
PROBED_PICTURES = 3
# A forward pass needs two for batch normalisation.
_PASSED = 2
GIB = 2**30
# Pixels of a picture that every machine has the memory for.
USUAL_PIXELS = 128 * 128
# Pixels each way of the pictures that are looked at.
SMALL_SIDE = 64


@dataclass
class _Seen:
    """The values of one picture: all that the backward pass needs, and the largest map."""

    storages: set[int]
    kept: int = 0
    largest_map: int = 0
    largest_work: int = 0


def check_training_memory(plan: Plan, device: str, pictures: int) -> None:
    """Refuse pictures so large that one training would not fit into memory.

    What is estimated is the least that training needs, and only of large pictures; where the system
    does not say what is free, nothing is refused.

    Args:
        pictures: Of the training pool.

    Raises:
        DataError: That names the size, how much is needed and how much there is.
    """
    height, width = plan.specs[0].image_size
    is_large = height * width > USUAL_PIXELS
    free = read_available_memory_bytes() if device == "cpu" and is_large else None
    if free is None:
        return
    needed = {name: estimate_bytes(spec, pictures) for name, spec in take_first(plan.specs).items()}
    name = max(needed, key=lambda name: needed[name])
    if needed[name] <= free:
        return
    raise DataError(
        "plan.memory",
        variant=name,
        height=height,
        width=width,
        needed=needed[name] / GIB,
        free=free / GIB,
    )


def estimate_bytes(spec: TrialSpec, pictures: int) -> int:
    """Estimate the bytes for one training; 0 for a network that takes no small pictures."""
    try:
        seen, network = _look(spec)
    # A network or an operator of someone's own may fail in any way; training will tell it.
    except Exception:
        return 0
    growth = math.prod(spec.image_size) / SMALL_SIDE**2
    is_whole = any(_needs_company(module) for module in network.modules())
    width = DTYPES[spec.conditions.precision].itemsize
    fitting = max(1, int(SLICE_BYTES / (width * max(1, seen.largest_map) * growth)))
    batch = min(spec.variant.recipe.batch_size, pictures)
    at_once = batch if is_whole else min(batch, fitting * spec.conditions.threads)
    step = at_once * width * seen.kept
    probe = DOUBLE_BYTES * (PROBED_PICTURES * 2 * seen.largest_map + seen.largest_work)
    return int(max(step, probe) * growth)


def _needs_company(module: nn.Module) -> bool:
    return isinstance(module, nn.modules.batchnorm._BatchNorm | nn.modules.dropout._DropoutNd)


def _look(spec: TrialSpec) -> tuple[_Seen, nn.Module]:
    """Count the values of a pass of small pictures, whose maps grow with their pixels."""
    backbone, size = get_backbone(spec.variant.backbone), (SMALL_SIDE, SMALL_SIDE)
    with torch.random.fork_rng(devices=[]):
        network = backbone.build(spec.variant.operator, spec.num_classes, size).train()
        seen = _Seen({value.untyped_storage().data_ptr() for value in network.parameters()})
        with contextlib.ExitStack() as stack:
            for module in network.modules():
                handle = module.register_forward_hook(_make_hook(seen))
                stack.callback(handle.remove)
            stack.enter_context(
                torch.autograd.graph.saved_tensors_hooks(_make_pack(seen), lambda kept: kept)
            )
            # Kept, as what it was computed from: nothing new comes to lie where that was.
            _ = network(torch.zeros(_PASSED, 3, *size))
    return seen, network


def _make_pack(seen: _Seen) -> Callable[[Tensor], Tensor]:
    def pack(kept: Tensor) -> Tensor:
        storage = kept.untyped_storage().data_ptr()
        if storage not in seen.storages:
            seen.storages.add(storage)
            seen.kept += kept.numel() // _PASSED
        return kept

    return pack


def _make_hook(seen: _Seen) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def look(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen.largest_map = max(seen.largest_map, output.numel() // len(output))
        if isinstance(module, nn.Conv2d):
            # Where the library has no better way, each place of the result gets its own copy of
            # what the filter sees.
            places = math.prod(output.shape[2:])
            width = module.in_channels * math.prod(module.kernel_size)
            seen.largest_work = max(seen.largest_work, places * width)

    return look
