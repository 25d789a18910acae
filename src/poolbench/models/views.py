"""Average answers over several views of a picture."""

import torch
from torch import Tensor

from poolbench.config import Views
from poolbench.data.augment import shift_by
from poolbench.models._registry import Network

# Weight, and pixels down and right, of each view; each is looked at from both sides (after Jordan
# 2024, arXiv:2404.00498).
SHIFTS: dict[Views, tuple[tuple[float, int, int], ...]] = {
    "one": (),
    "mirror": ((1.0, 0, 0),),
    "mirror-shift": ((0.5, 0, 0), (0.25, 1, 1), (0.25, -1, -1)),
}


class ViewedNetwork(Network):
    """A network whose logits are means over views; it shares layers and their names.

    Shape:
        ``(B, 3, H, W) -> (B, classes)``
    """

    def __init__(self, network: Network, views: Views) -> None:
        super().__init__()
        for name, layer in network.named_children():
            self.add_module(name, layer)
        self.notes = network.notes
        self.views = views

    def forward(self, x: Tensor) -> Tensor:
        total = torch.zeros((), dtype=x.dtype, device=x.device)
        for weight, down, right in SHIFTS[self.views]:
            moved = shift_by(x, down, right)
            for view in (moved, moved.flip(3)):
                total = total + weight / 2 * super().forward(view)
        return total


def add_views(network: Network, views: Views) -> Network:
    """Return the network as it answers at test time; with one view it is the network itself."""
    return network if views == "one" else ViewedNetwork(network, views)


def count_passes(views: Views) -> int:
    """Return how often a network is run for one answer."""
    return 2 * len(SHIFTS[views]) or 1
