"""Compute the loss around a trained network, on a plane through its weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.evaluation.cost import bound_pictures
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_nll

# Points along each axis; odd, so that the network itself is one of them.
SIDES = (25, 21, 15, 11, 7)
MOST_PICTURES = 128
# Pictures that a coarser grid is preferred to having fewer of.
FAIR_PICTURES = 32


@dataclass(frozen=True)
class Landscape:
    """Losses on a grid.

    Attributes:
        coefficients: float64 ``[k]``, -1 to 1, of either direction.
        losses: float32 ``[k, k]``, mean negative log-likelihood in nats; row: coefficient of the
            first direction, column: of the second. May be infinite far from the middle.
    """

    coefficients: NDArray[np.float64]
    losses: NDArray[np.float32]


def plan_landscape(multiply_adds: int, available: int) -> tuple[int, int]:
    """Return the points along an axis and the pictures a point that bound the work.

    Args:
        multiply_adds: What the network costs for one picture.
        available: How many pictures there are.

    Returns:
        ``(7, 0)`` if even that is too much.

    Example:
        >>> plan_landscape(1_000_000, 1000), plan_landscape(10**12, 1000)
        ((25, 128), (7, 0))
    """
    most = min(available, MOST_PICTURES)
    for side in SIDES:
        pictures = bound_pictures(multiply_adds, side**2, most)
        if pictures >= min(most, FAIR_PICTURES):
            break
    return side, pictures


@torch.no_grad()
def compute_landscape(
    network: nn.Module,
    images: Tensor,
    labels: NDArray[np.int64],
    side: int,
    rng: np.random.Generator,
) -> Landscape:
    """Compute losses on a plane spanned by two random directions, scaled filter by filter.

    Parameters of one dimension (biases, batch normalisation, what operators have of that kind)
    and buffers stay as they are, as in the code that belongs to the paper. The weights of the
    network are changed meanwhile, and are the same bits again afterwards.

    Args:
        images: uint8 ``[n, 3, H, W]``, 0–255.
        labels: int64 ``[n]``.
        side: Points along an axis, odd.

    Reference:
        Li 2018, arXiv:1712.09913.
    """
    weights = list_weights(network)
    origins = [weight.detach().clone() for weight in weights]
    first, second = (draw_direction(weights, rng) for _ in range(2))
    half = side // 2
    coefficients = np.arange(-half, half + 1) / half
    losses = np.zeros((side, side), dtype=np.float32)
    try:
        for row, column in np.ndindex(side, side):
            x, y = float(coefficients[row]), float(coefficients[column])
            for weight, origin, a, b in zip(weights, origins, first, second, strict=True):
                weight.copy_(origin + x * a + y * b)
            losses[row, column] = compute_nll(compute_logits(network, images), labels)
    finally:
        for weight, origin in zip(weights, origins, strict=True):
            weight.copy_(origin)
    return Landscape(coefficients, losses)


def list_weights(network: nn.Module) -> list[nn.Parameter]:
    """Return the parameters that have filters: those of at least two dimensions."""
    return [parameter for parameter in network.parameters() if parameter.dim() > 1]


def draw_direction(weights: Sequence[Tensor], rng: np.random.Generator) -> list[Tensor]:
    """Draw a direction whose filters (along the first dimension) are as long as the weights'."""
    direction = []
    for weight in weights:
        values = rng.standard_normal(tuple(weight.shape), dtype=np.float32)
        drawn = torch.from_numpy(values).to(weight)
        direction.append(drawn * (_measure_filters(weight) / _measure_filters(drawn)))
    return direction


def _measure_filters(weight: Tensor) -> Tensor:
    """Compute the length of each filter, in the shape ``[filters, 1, …]``."""
    return weight.square().sum(tuple(range(1, weight.dim())), keepdim=True).sqrt()
