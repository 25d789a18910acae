"""skorch.

- ``defaults``: as its introduction does it, losses printed after each epoch; but it may not hold
  out a fifth of the pictures, as it would, for the others train on all.
- ``tuned-MODE-PRECISION-LAYOUT``: as in with_torch.py; batches taken from memory, no callbacks.
"""

from typing import Any

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback
from torch import Tensor, nn

from benchmarks.peers.problem import (
    BATCH_SIZE,
    LEARNING_RATE,
    MOMENTUM,
    EpochClock,
    Problem,
    Trainings,
)
from benchmarks.peers.with_torch import Batches, build_network, compute_accuracy


class Lap(Callback):
    """Stop the clock after each epoch."""

    def __init__(self, clock: EpochClock) -> None:
        self.clock = clock

    def on_epoch_end(self, net: NeuralNetClassifier, **_: Any) -> None:
        self.clock.lap()


class TunedClassifier(NeuralNetClassifier):
    """Batches from memory, bfloat16 if wanted, the clock without callbacks."""

    def __init__(self, *args: Any, clock: EpochClock, batches: Batches, half: bool, **rest: Any):
        super().__init__(*args, **rest)
        self.clock, self.batches, self.half = clock, batches, half

    def get_iterator(self, dataset: Any, training: bool = False) -> Any:
        return self.batches if training else super().get_iterator(dataset, training)

    def infer(self, x: Tensor, **fit_params: Any) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            return super().infer(x, **fit_params).float()

    def on_epoch_end(self, net: NeuralNetClassifier, **_: Any) -> None:
        self.clock.lap()


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed."""
    channels_last = setting.endswith("channels-last")
    images = problem.images.transpose(0, 3, 1, 2).astype(np.float32)
    batches = Batches(problem.images, problem.labels, channels_last=channels_last)
    clock, accuracies = EpochClock(), []
    for seed in problem.seeds:
        clock.start()
        torch.manual_seed(seed)
        network = build_network(problem.network)
        if channels_last:
            network.to(memory_format=torch.channels_last)
        net = build_net(network, problem.epochs, setting, clock, batches)
        net.fit(images, problem.labels)
        clock.stop()
        accuracies.append(compute_accuracy(network, problem))
    return clock.collect(accuracies, threads=torch.get_num_threads())


def build_net(
    network: nn.Module, epochs: int, setting: str, clock: EpochClock, batches: Batches
) -> NeuralNetClassifier:
    """skorch's classifier; ``batches`` are those of the tuned one."""
    options: dict[str, Any] = {
        "max_epochs": epochs,
        "batch_size": BATCH_SIZE,
        "criterion": nn.CrossEntropyLoss,
        "optimizer": torch.optim.SGD,
        "lr": LEARNING_RATE,
        "optimizer__momentum": MOMENTUM,
        "train_split": None,
    }
    if setting == "defaults":
        options |= {"iterator_train__shuffle": True, "callbacks": [Lap(clock)]}
        return NeuralNetClassifier(network, **options)
    if "compile" in setting:
        options |= {"compile": True, "compile__dynamic": False}
    return TunedClassifier(
        network,
        clock=clock,
        batches=batches,
        half="bfloat16" in setting,
        callbacks="disable",
        verbose=0,
        **options,
    )
