"""Count what a network costs for one picture: parameters and multiply-adds."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from poolbench.models import Network
from poolbench.models.rewrite import StridedConv, fuse_decimation
from poolbench.models.swap import SwappedConv
from poolbench.operators import Operator, list_operators
from poolbench.records import Cost

CONVOLUTIONS = (nn.Conv2d, StridedConv)

# Multiply-adds that something which is only looked at may cost: about two seconds of one core.
BUDGET = 10**11
# Multiply-adds that it may cost where fewer pictures would say nothing.
LIMIT = 10**12
LEAST_PICTURES = 16


def bound_pictures(multiply_adds: int, passes: int, available: int) -> int:
    """Return with how many pictures the work is bounded, whatever the network; 0: with none.

    Args:
        multiply_adds: Those for one picture.
        passes: How often each picture is looked at.

    Example:
        >>> [bound_pictures(10**power, 100, 1000) for power in (4, 7, 8, 9)]
        [1000, 100, 16, 0]
    """
    each = max(multiply_adds, 1) * passes
    least = min(available, LEAST_PICTURES)
    if least * each > LIMIT:
        return 0
    return min(available, max(least, BUDGET // each))


def compute_cost(network: Network, image_size: tuple[int, int], *, passes: int = 1) -> Cost:
    """Count parameters, and multiply-adds by one forward pass of zeros.

    A decimation after a convolution counts as the strided convolution that it is, whichever way
    it is computed. Convolutions and linear layers are counted by their shapes; an operator says
    by itself, in ``count_operations(height, width)``, what it costs.

    Args:
        passes: How often the network is run for one answer.
    """
    form = fuse_decimation(network)
    totals = {"conv": 0, "other": 0}
    handles = [
        module.register_forward_hook(_make_counter(totals))
        # A layer that is used several times is hooked once, and called for each use.
        for module in dict.fromkeys(_list_counted(form))
    ]
    training = network.training
    device = next(network.parameters()).device
    try:
        with torch.no_grad():
            form.eval()(torch.zeros(1, 3, *image_size, device=device))
    finally:
        network.train(training)
        for handle in handles:
            handle.remove()
    return Cost(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        multiply_adds=passes * (totals["conv"] + totals["other"]),
        conv_multiply_adds=passes * totals["conv"],
    )


def _list_counted(module: nn.Module) -> Iterator[nn.Module]:
    """Yield the modules to count, but nothing inside an operator that counts itself."""
    is_layer = isinstance(module, (*CONVOLUTIONS, nn.Linear))
    if is_layer or _counts_itself(module) or _is_silent(module):
        yield module
        if not isinstance(module, SwappedConv) and not _is_silent(module):
            return
    for child in module.children():
        yield from _list_counted(child)


def _counts_itself(module: nn.Module) -> bool:
    return hasattr(module, "count_operations")


def _is_silent(module: nn.Module) -> bool:
    """Return whether a module is an operator that does not say what it costs."""
    counts = getattr(type(module), "count_operations", None)
    if counts is None:
        return type(module) in {entry.cls for entry in list_operators()}
    return counts is Operator.count_operations


def _make_counter(totals: dict[str, int]):  # type: ignore[no-untyped-def]
    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if _is_silent(module):
            totals["other"] += inputs[0][0].numel()
        elif _counts_itself(module):
            height, width = inputs[0].shape[2:]
            totals["other"] += module.count_operations(height, width)  # type: ignore[operator]
        elif isinstance(module, SwappedConv):
            height, width = module.compute_full_size(*inputs[0].shape[2:])
            totals["conv"] += height * width * module.weight.numel()
        elif isinstance(module, CONVOLUTIONS):
            totals["conv"] += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            totals["other"] += output[0].numel() * module.in_features

    return count
