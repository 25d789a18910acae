"""For whoever has a network already: another operator in it, then a study on it.

    python examples/own_network.py [EPOCHS [REPEATS]]

The network is an ordinary module with a strided convolution and one pooling layer in two places.
"""

import sys

import torch
from torch import Tensor, nn

import poolbench


class SmallNetwork(nn.Module):
    """Normalised pixels, float ``[B, 3, H, W]``, to logits ``[B, classes]``."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.linear = nn.Linear(32, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(torch.relu(self.norm(self.conv1(x))))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.linear(x.mean((2, 3)))


def small(num_classes: int) -> nn.Module:
    """The network for so many classes; ``--backbones own_network:small`` on the command line."""
    return SmallNetwork(num_classes)


def main() -> None:
    """Swap once by hand, then compare three operators on the built-in image set."""
    swapped = poolbench.swap(SmallNetwork(4), "blur")
    print(swapped)
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else None
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    study = poolbench.compare(
        "sample",
        operators=["max", "avg", "blur"],
        backbones=[small],
        epochs=epochs,
        repeats=repeats,
    )
    print(f"Verdict: {study.verdict.kind}; use {study.verdict.recommended}.")


if __name__ == "__main__":
    main()
