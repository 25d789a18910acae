"""Average the weights over the steps; the average is evaluated instead of the weights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor


class MovingAverage:
    """An exponential moving average of tensors (Polyak 1992; Tarvainen 2017, arXiv:1703.01780).

    Args:
        values: Parameters and buffers, which are followed where they lie in memory. What is no
            floating-point number is not averaged.
    """

    def __init__(self, values: Sequence[Tensor]) -> None:
        self.values = [value.detach() for value in values if value.is_floating_point()]
        self.averages = [value.clone() for value in self.values]

    @torch.no_grad()
    def update(self, decay: float | Tensor) -> None:
        """Take in what the values are now.

        Args:
            decay: How much of the average is kept; a tensor where steps are recorded.
        """
        for average, value in zip(self.averages, self.values, strict=True):
            # Not by ``lerp_``, which takes no weight of another format.
            average.add_((value - average) * (1 - decay))

    @torch.no_grad()
    def apply(self) -> None:
        """Overwrite the values with their averages."""
        for average, value in zip(self.averages, self.values, strict=True):
            value.copy_(average)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the values their averages within the context, and restore them after it."""
        before = [value.clone() for value in self.values]
        self.apply()
        try:
            yield
        finally:
            with torch.no_grad():
                for value, old in zip(self.values, before, strict=True):
                    value.copy_(old)
