"""One training: a network, its pictures and a recipe in, weights and curves out."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.config import Precision, RecipeConfig
from poolbench.data import augment
from poolbench.training.precision import autocast
from poolbench.training.schedule import compute_rate
from poolbench.training.seeds import Purpose, make_rng, make_torch_seed


@dataclass(frozen=True)
class Pictures:
    """Pictures on the device.

    Attributes:
        images: uint8 ``[N, 3, H, W]``, 0–255.
        labels: int64 ``[N]``.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Curve:
    """Mean and quartiles over the batches of one epoch."""

    mean: float
    low: float
    high: float


UNKNOWN = Curve(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class EpochRow:
    """One epoch: the training side as its steps saw it, the held-out side after the last step.

    Attributes:
        nll, accuracy: Held out, over pictures; the curves are unweighted over batches. Not a
            number where nothing was watched.
    """

    epoch: int
    train_loss: Curve
    train_accuracy: Curve
    held_out_loss: Curve
    held_out_accuracy: Curve
    nll: float
    accuracy: float


@dataclass(frozen=True)
class Schedule:
    """What decides the steps of a training, apart from the pictures.

    Attributes:
        key: Names the random streams: repeat, fold, replica.
    """

    recipe: RecipeConfig
    seed: int
    key: tuple[int, ...]
    precision: Precision


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves beside the weights.

    Attributes:
        train_seconds: Of the steps alone.
        diverged_at: The first step (from 0) whose loss is not finite; training stops after its
            epoch.
    """

    history: tuple[EpochRow, ...]
    train_seconds: float
    diverged_at: int | None


def run_training(
    network: nn.Module,
    train: Pictures,
    watched: Pictures | None,
    schedule: Schedule,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
) -> TrainingResult:
    """Train ``network`` in place.

    ``watched`` are the held-out pictures whose loss and accuracy are taken after each epoch, for
    the curves alone; nothing is chosen by them. PyTorch's global random state (which dropout draws
    from) is set from the schedule's key and put back.
    """
    recipe = schedule.recipe
    devices = [train.images.device] if train.images.is_cuda else []
    optimizer = build_optimizer(network, recipe)
    history: list[EpochRow] = []
    seconds = 0.0
    diverged_at = None
    with torch.random.fork_rng(devices):
        for epoch in range(recipe.epochs):
            started = time.perf_counter()
            losses, accuracies = _run_epoch(network, train, optimizer, schedule, epoch)
            seconds += time.perf_counter() - started
            row = EpochRow(
                epoch + 1,
                _summarize(losses),
                _summarize(accuracies),
                *_evaluate(network, watched, schedule),
            )
            history.append(row)
            on_epoch(row)
            if not np.isfinite(losses).all():
                diverged_at = epoch * len(losses) + int(np.argmin(np.isfinite(losses)))
                break
    if diverged_at is None and not _is_finite(network):
        # The loss of the last step was still a number, what it did to the weights is not.
        diverged_at = recipe.epochs * math.ceil(len(train) / recipe.batch_size) - 1
    return TrainingResult(tuple(history), seconds, diverged_at)


def _is_finite(network: nn.Module) -> bool:
    return all(bool(torch.isfinite(value).all()) for value in network.parameters())


def build_optimizer(network: nn.Module, recipe: RecipeConfig) -> torch.optim.Optimizer:
    """Stochastic gradient descent as the recipe says."""
    return torch.optim.SGD(
        network.parameters(),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay,
    )


def run_step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    schedule: Schedule,
) -> tuple[Tensor, Tensor]:
    """One step of the optimizer; loss and accuracy of the batch, still on the device."""
    with autocast(images.device.type, schedule.precision):
        logits = network(images)
    logits = logits.float()
    loss = F.cross_entropy(logits, labels, label_smoothing=schedule.recipe.label_smoothing)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.detach(), (logits.detach().argmax(1) == labels).float().mean()


def _run_epoch(
    network: nn.Module,
    train: Pictures,
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    epoch: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    recipe = schedule.recipe
    device = train.images.device
    order = make_rng(schedule.seed, Purpose.ORDER, *schedule.key, epoch).permutation(len(train))
    draws = make_rng(schedule.seed, Purpose.AUGMENTATION, *schedule.key, epoch)
    torch.manual_seed(make_torch_seed(schedule.seed, Purpose.LAYERS, *schedule.key, epoch))
    steps = math.ceil(len(train) / recipe.batch_size)
    losses, accuracies = [], []
    network.train()
    batches = torch.split(torch.from_numpy(order).to(device), recipe.batch_size)
    for number, index in enumerate(batches):
        rate = compute_rate(recipe, epoch * steps + number, recipe.epochs * steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        images = augment_batch(train.images[index].float(), recipe, draws)
        loss, accuracy = run_step(network, optimizer, images, train.labels[index], schedule)
        losses.append(loss)
        accuracies.append(accuracy)
    return _gather(losses), _gather(accuracies)


def augment_batch(images: Tensor, recipe: RecipeConfig, draws: np.random.Generator) -> Tensor:
    """Flip and move a batch as the recipe says; one draw for each picture."""
    if recipe.flip:
        flips = augment.draw_flips(draws, len(images))
        images = augment.flip(images, torch.from_numpy(flips).to(images.device))
    if recipe.translate_pixels:
        shifts = augment.draw_shifts(draws, len(images), recipe.translate_pixels)
        images = augment.translate(images, torch.from_numpy(shifts).to(images.device))
    return images


@torch.no_grad()
def _evaluate(
    network: nn.Module, watched: Pictures | None, schedule: Schedule
) -> tuple[Curve, Curve, float, float]:
    if watched is None:
        return UNKNOWN, UNKNOWN, math.nan, math.nan
    losses, accuracies = [], []
    network.eval()
    size = schedule.recipe.batch_size
    label_batches = torch.split(watched.labels, size)
    for images, labels in zip(torch.split(watched.images, size), label_batches, strict=True):
        with autocast(images.device.type, schedule.precision):
            logits = network(images.float()).float()
        losses.append(F.cross_entropy(logits, labels))
        accuracies.append((logits.argmax(1) == labels).float().mean())
    loss, accuracy = _gather(losses), _gather(accuracies)
    sizes = [len(labels) for labels in label_batches]
    return (
        _summarize(loss),
        _summarize(accuracy),
        float(np.average(loss, weights=sizes)),
        float(np.average(accuracy, weights=sizes)),
    )


def _gather(values: list[Tensor]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = torch.stack(values).cpu().double().numpy()
    return result


def _summarize(values: NDArray[np.float64]) -> Curve:
    low, high = np.percentile(values, [25, 75])
    return Curve(float(values.mean()), float(low), float(high))
