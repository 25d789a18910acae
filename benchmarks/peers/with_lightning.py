"""Lightning.

- ``defaults``: as its introduction does it: a ``DataLoader``, the loss logged, progress bar, logger
  and checkpoint on.
- ``tuned-MODE-PRECISION-LAYOUT``: as in with_torch.py; batches taken from memory, no bar,
  logger or checkpoint (``barebones``).
"""

import tempfile
from typing import Any

import lightning
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.peers.problem import BATCH_SIZE, EpochClock, Problem, Trainings
from benchmarks.peers.with_torch import Batches, build_network, build_optimizer, compute_accuracy


class Classifier(lightning.LightningModule):
    """A network that Lightning trains; ``called`` is what is called in its place."""

    def __init__(
        self, network: nn.Module, clock: EpochClock, *, logs: bool, compiles: bool
    ) -> None:
        super().__init__()
        self.network = network
        self.called = [torch.compile(network, dynamic=False) if compiles else network]
        self.clock = clock
        self.logs = logs

    def training_step(self, batch: tuple[Tensor, Tensor], batch_index: int) -> Tensor:
        images, labels = batch
        loss = F.cross_entropy(self.called[0](images), labels)
        if self.logs:
            self.log("train_loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return build_optimizer(self.network)

    def on_train_epoch_end(self) -> None:
        self.clock.lap()


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed."""
    tuned = setting != "defaults"
    with tempfile.TemporaryDirectory() as folder:
        options = {"max_epochs": problem.epochs, "accelerator": "cpu", "default_root_dir": folder}
        if tuned:
            options["barebones"] = True
        if "bfloat16" in setting:
            options["precision"] = "bf16-mixed"
        return train_all(problem, setting, options)


def train_all(problem: Problem, setting: str, options: dict[str, Any]) -> Trainings:
    """All seeds with one set of trainer options."""
    tuned, channels_last = setting != "defaults", setting.endswith("channels-last")
    loader = make_default_loader(problem)
    if tuned:
        loader = Batches(problem.images, problem.labels, channels_last=channels_last)
    clock, accuracies = EpochClock(), []
    for seed in problem.seeds:
        clock.start()
        lightning.seed_everything(seed, verbose=False)
        network = build_network(problem.network)
        if channels_last:
            network.to(memory_format=torch.channels_last)
        module = Classifier(network, clock, logs=not tuned, compiles="compile" in setting)
        lightning.Trainer(**options).fit(module, loader)
        clock.stop()
        accuracies.append(compute_accuracy(network, problem))
    return clock.collect(accuracies, threads=torch.get_num_threads())


def make_default_loader(problem: Problem) -> DataLoader:
    """Of pictures in memory, fetched and stacked one by one."""
    images = torch.from_numpy(problem.images).permute(0, 3, 1, 2).float().contiguous()
    dataset = TensorDataset(images, torch.from_numpy(problem.labels))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)
