"""Plain PyTorch: the data in memory, a loop by hand.

A setting is ``MODE-PRECISION-LAYOUT``: eager or compile; float32 or bfloat16 (autocast);
contiguous or channels-last. Its defaults are ``eager-float32-contiguous``.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.peers.problem import (
    BATCH_SIZE,
    LEARNING_RATE,
    MEAN,
    MOMENTUM,
    NUM_CLASSES,
    SD,
    STRIDE,
    EpochClock,
    Problem,
    Trainings,
)


class Normalize(nn.Module):
    """Pixels of 0–255 to about zero mean and unit deviation."""

    mean: Tensor
    sd: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("sd", torch.tensor(SD).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.sd


def build_network(network: str) -> nn.Sequential:
    """One of the three published networks."""
    pools = {"stride": [], "max": [nn.MaxPool2d(STRIDE)], "avg": [nn.AvgPool2d(STRIDE)]}
    return nn.Sequential(
        Normalize(),
        nn.Conv2d(3, 32, 5, stride=STRIDE if network == "stride" else 1, padding=2),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        *pools[network],
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, NUM_CLASSES),
    )


def build_optimizer(network: nn.Module) -> torch.optim.SGD:
    """Plain stochastic gradient descent."""
    return torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)


class Batches:
    """Shuffled batches of pictures that lie in memory; a loader for whoever wants one.

    The pictures are kept as bytes, in the layout that the network computes in.
    """

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.int64], *, channels_last: bool
    ) -> None:
        self._images = torch.from_numpy(images)
        if not channels_last:
            self._images = self._images.permute(0, 3, 1, 2).contiguous()
        self._labels = torch.from_numpy(labels)
        self._channels_last = channels_last

    def __len__(self) -> int:
        return math.ceil(len(self._labels) / BATCH_SIZE)

    def __iter__(self):
        for index in torch.randperm(len(self._labels)).split(BATCH_SIZE):
            images = self._images[index].float()
            yield images.permute(0, 3, 1, 2) if self._channels_last else images, self._labels[index]


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed."""
    mode, precision, layout = setting.split("-", 2)
    channels_last = layout == "channels-last"
    batches = Batches(problem.images, problem.labels, channels_last=channels_last)
    clock, accuracies = EpochClock(), []
    for seed in problem.seeds:
        clock.start()
        torch.manual_seed(seed)
        network = build_network(problem.network)
        if channels_last:
            network.to(memory_format=torch.channels_last)
        # Not dynamic: the last batch is smaller, and two fixed sizes are faster than one that is
        # not known.
        called = torch.compile(network, dynamic=False) if mode == "compile" else network
        optimizer = build_optimizer(network)
        for _ in range(problem.epochs):
            run_epoch(called, optimizer, batches, precision)
            clock.lap()
        clock.stop()
        accuracies.append(compute_accuracy(network, problem))
    return clock.collect(accuracies, threads=torch.get_num_threads())


def run_epoch(
    network: nn.Module, optimizer: torch.optim.SGD, batches: Batches, precision: str
) -> None:
    """One step for each batch."""
    for images, labels in batches:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = F.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def compute_accuracy(network: nn.Module, problem: Problem) -> float:
    """Share of the test pictures that are right, in float32."""
    network.eval()
    images = torch.from_numpy(problem.test_images).permute(0, 3, 1, 2).float().contiguous()
    right = network(images).argmax(1) == torch.from_numpy(problem.test_labels)
    network.train()
    return right.float().mean().item()
