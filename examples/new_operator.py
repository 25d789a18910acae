"""For a researcher: an operator of one's own in a fair test against max and average pooling.

    python examples/new_operator.py [EPOCHS [REPEATS]]

The operator is a module that is built with ``channels`` and ``stride``. All variants share splits,
picture order, augmentation and initial values, so the operator is the only difference.
"""

import sys

import torch.nn.functional as F
from torch import Tensor

import poolbench


@poolbench.register("half-max", title="the mean of max and average pooling")
class HalfMaxPool2d(poolbench.Operator):
    """Half max pooling, half average pooling (Lee 2016, arXiv:1509.08985, with a fixed half)."""

    def forward(self, x: Tensor) -> Tensor:
        size = self.stride
        largest = F.max_pool2d(x, size, ceil_mode=True)
        mean = F.avg_pool2d(x, size, ceil_mode=True, count_include_pad=False)
        return (largest + mean) / 2

    def count_operations(self, height: int, width: int) -> int:
        return 2 * self.channels * height * width


def main() -> None:
    """Compare on the built-in image set and a small network; put your own and more repeats here."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else None
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    study = poolbench.compare(
        "sample",
        operators=["half-max", "max", "avg"],
        backbones=("lab-example",),
        epochs=epochs,
        repeats=repeats,
    )
    for pair in study.verdict.differences:
        print(
            f"{pair.first} - {pair.second}: {pair.points:+.2f} points "
            f"({pair.low:+.2f} to {pair.high:+.2f})"
        )
    print(f"Verdict: {study.verdict.kind}; use {study.verdict.recommended}.")


if __name__ == "__main__":
    main()
