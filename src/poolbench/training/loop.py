"""Train once: a network, its pictures and a recipe in, weights and curves out."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.config import RecipeConfig
from poolbench.data.draws import Draws, draw_augmentation, draw_first_flips
from poolbench.models.rewrite import TrainingForm
from poolbench.training.checkpoint import (
    Checkpoint,
    Keeper,
    pack_engine,
    restore_engine,
    take_group,
)
from poolbench.training.engine import Engine
from poolbench.training.losses import compute_class_weights
from poolbench.training.pictures import Part
from poolbench.training.read_ahead import ReadAhead
from poolbench.training.schedule import Schedule, compute_pace
from poolbench.training.seeds import Purpose, forked_globals, make_rng, seed_globals
from poolbench.training.slices import Lanes


@dataclass(frozen=True)
class Curve:
    """Mean and quartiles over the batches of one epoch."""

    mean: float
    low: float
    high: float


UNKNOWN = Curve(math.nan, math.nan, math.nan)

# The held-out side of an epoch: curves of loss and accuracy, mean loss and accuracy over pictures.
HeldOut = tuple[Curve, Curve, float, float]
NOT_WATCHED: HeldOut = (UNKNOWN, UNKNOWN, math.nan, math.nan)


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
class TrainingResult:
    """What a training leaves beside the weights.

    Attributes:
        train_seconds: Seconds of the steps alone.
        watch_seconds: Seconds in which the network was evaluated after its epochs.
        diverged_at: The first step (from 0) whose loss is not finite; training stops after its
            epoch.
        last_loss: Loss of the last step whose loss is finite; ``None``: there was none.
        chosen_epoch: The epoch (from 1) whose weights were kept, where one was chosen.
    """

    history: tuple[EpochRow, ...]
    train_seconds: float
    diverged_at: int | None
    last_loss: float | None
    chosen_epoch: int | None = None
    watch_seconds: float = 0.0


def find_last_loss(losses: NDArray[np.float64], before: float | None) -> float | None:
    """Return the loss before the first one that is not finite.

    Args:
        losses: ``[n]``, one for each step of an epoch.
        before: The last loss of the epochs before it.
    """
    end = int(np.argmin(np.append(np.isfinite(losses), False)))
    return float(losses[end - 1]) if end else before


@dataclass
class Snapshot:
    """The weights of the epoch with the best accuracy on some pictures, the first of equals.

    Attributes:
        score: Accuracy, then the negative loss.
    """

    epoch: int = 0
    score: tuple[float, float] = (-math.inf, -math.inf)
    state: dict[str, Tensor] = field(default_factory=dict)

    def offer(self, epoch: int, seen: HeldOut, network: nn.Module) -> None:
        """Keep the weights if they are better than the kept ones and give finite logits."""
        if not math.isfinite(seen[2]):
            return
        score = (seen[3], -seen[2])
        if score > self.score:
            self.epoch, self.score = epoch, score
            self.state = {name: value.clone() for name, value in network.state_dict().items()}


@dataclass
class _State:
    """What a training has come to, beside what its engine holds."""

    history: list[EpochRow] = field(default_factory=list)
    seconds: float = 0.0
    watch_seconds: float = 0.0
    last_loss: float | None = None
    best: Snapshot = field(default_factory=Snapshot)

    def pack(self, engine: Engine) -> Checkpoint:
        best = {f"best.{name}": value for name, value in self.best.state.items()}
        facts = {
            "history": [asdict(row) for row in self.history],
            "seconds": self.seconds,
            "watch_seconds": self.watch_seconds,
            "last_loss": self.last_loss,
            "best_epoch": self.best.epoch,
            "best_score": self.best.score,
        }
        return Checkpoint(pack_engine(engine) | best, facts)

    def restore(self, engine: Engine, saved: Checkpoint) -> None:
        restore_engine(engine, saved.tensors)
        self.history = [_parse_row(row) for row in saved.facts["history"]]
        self.seconds, self.last_loss = saved.facts["seconds"], saved.facts["last_loss"]
        self.watch_seconds = saved.facts.get("watch_seconds", 0.0)
        accuracy, loss = saved.facts["best_score"]
        best = take_group(saved.tensors, "best")
        self.best = Snapshot(saved.facts["best_epoch"], (accuracy, loss), best)


def _parse_row(values: dict[str, Any]) -> EpochRow:
    curves = {name: Curve(**value) for name, value in values.items() if isinstance(value, dict)}
    return EpochRow(**(values | curves))


def run_training(
    form: TrainingForm,
    train: Part,
    watched: Part | None,
    schedule: Schedule,
    *,
    inner: Part | None = None,
    lanes: Lanes | None = None,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
    keeper: Keeper | None = None,
) -> TrainingResult:
    """Train the network of ``form`` in place.

    ``watched`` are the held-out pictures whose loss and accuracy are taken after each epoch, for
    the curves alone; nothing is chosen by them. The global random states (PyTorch's, which dropout
    draws from, NumPy's and Python's) are set from the schedule's key and put back.

    Args:
        inner: Pictures that were put aside from the training part; the weights of the epoch that
            tells most of them right are kept.
        lanes: Threads that share the work on a batch; they do not change the result.
        keeper: Has what an earlier process left of this very training; it goes on from there.
    """
    recipe = schedule.recipe
    device = train.pictures.images.device
    is_weighted = recipe.class_balance == "loss"
    weights = compute_class_weights(train.labels) if is_weighted else None
    engine = Engine(form, train.pictures, schedule, lanes or Lanes(), weights)
    state = _State()
    saved = None if keeper is None else keeper.load()
    if saved is not None:
        state.restore(engine, saved)
    history, best = state.history, state.best
    diverged_at = None
    with torch.random.fork_rng([device] if device.type == "cuda" else []), forked_globals():
        for epoch in range(len(history), recipe.epochs):
            started = time.perf_counter()
            losses, accuracies = _run_epoch(engine, train, schedule, epoch)
            trained = time.perf_counter()
            state.seconds += trained - started
            row = EpochRow(
                epoch + 1,
                summarize(losses),
                summarize(accuracies),
                *_evaluate(engine, watched, recipe.batch_size),
            )
            state.watch_seconds += time.perf_counter() - trained
            history.append(row)
            state.last_loss = find_last_loss(losses, state.last_loss)
            on_epoch(row)
            if not np.isfinite(losses).all():
                diverged_at = epoch * len(losses) + int(np.argmin(np.isfinite(losses)))
                break
            if inner is not None:
                _offer(best, epoch + 1, engine, inner)
                if recipe.patience and epoch + 1 - best.epoch >= recipe.patience:
                    break
            if keeper is not None:
                keeper.offer(partial(state.pack, engine))
    return _conclude(engine, state, diverged_at, math.ceil(len(train) / recipe.batch_size))


def _conclude(engine: Engine, state: _State, diverged_at: int | None, steps: int) -> TrainingResult:
    """Write the weights that are kept into the network.

    Args:
        steps: Steps of an epoch.
    """
    best = state.best
    if diverged_at is None and best.epoch:
        engine.body.load_state_dict(best.state)
    else:
        engine.finish()
    if diverged_at is None and not is_finite(engine.body):
        # The loss of the last step was still a number, what it did to the weights is not.
        diverged_at = len(state.history) * steps - 1
    chosen = best.epoch if best.epoch and diverged_at is None else None
    return TrainingResult(
        tuple(state.history),
        state.seconds,
        diverged_at,
        state.last_loss,
        chosen,
        state.watch_seconds,
    )


def _offer(best: Snapshot, epoch: int, engine: Engine, inner: Part) -> None:
    seen = _evaluate(engine, inner, engine.schedule.recipe.batch_size)
    with engine.averaged():
        best.offer(epoch, seen, engine.body)


def is_finite(network: nn.Module) -> bool:
    """Return whether all parameters are finite."""
    return all(bool(torch.isfinite(value).all()) for value in network.parameters())


def draw_epoch(schedule: Schedule, train: Part, epoch: int) -> tuple[Tensor, Draws]:
    """Draw the order of an epoch's pictures (int64 ``[n]``) and their augmentation."""
    recipe, count, device = schedule.recipe, len(train), train.index.device
    rng = make_rng(schedule.seed, Purpose.ORDER, *schedule.key, epoch)
    if recipe.class_balance == "sampling":
        order = draw_balanced(rng, train.labels.cpu().numpy())
    else:
        order = rng.permutation(count)
    augmentation = partial(make_rng, schedule.seed, Purpose.AUGMENTATION, *schedule.key, epoch)
    counts = [part.stop - part.start for part in split_epoch(count, recipe)]
    draws = draw_augmentation(augmentation, counts, recipe)
    if recipe.flip == "alternating":
        # Each picture is seen from its other side in every second epoch (Jordan 2024).
        first = draw_first_flips(make_rng(schedule.seed, Purpose.FLIPS, *schedule.key), count)
        draws = replace(draws, flips=torch.from_numpy((first ^ bool(epoch % 2))[order]))
    index = train.index[torch.from_numpy(order).to(device)]
    return index, draws.to(device)


def draw_balanced(rng: np.random.Generator, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw as many positions as there are labels, about the same number of each class.

    A class of few pictures comes with all of them in turn before one comes again.
    """
    classes = np.unique(labels)
    share = -(-len(labels) // len(classes))
    columns = []
    for label in classes:
        mine = np.flatnonzero(labels == label)
        rounds = -(-share // len(mine))
        columns.append(np.concatenate([rng.permutation(mine) for _ in range(rounds)])[:share])
    positions: NDArray[np.int64] = rng.permutation(np.concatenate(columns))[: len(labels)]
    return positions


def split_epoch(count: int, recipe: RecipeConfig) -> list[slice]:
    """Return which of the pictures of an epoch each step takes."""
    size = recipe.batch_size
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _run_epoch(
    engine: Engine, train: Part, schedule: Schedule, epoch: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    recipe = schedule.recipe
    seed_globals(schedule.seed, Purpose.LAYERS, *schedule.key, epoch)
    index, draws = draw_epoch(schedule, train, epoch)
    parts = split_epoch(len(train), recipe)
    height, width = train.pictures.images.shape[1:3]
    losses, accuracies = [], []
    with ReadAhead(train.pictures, [index[part] for part in parts]) as ahead:
        for number, part in enumerate(parts, epoch * len(parts)):
            ahead.advance()
            pace = compute_pace(recipe, number, recipe.epochs * len(parts), (height, width))
            loss, accuracy = engine.run_step(train.pictures, index[part], draws[part], pace)
            losses.append(loss)
            accuracies.append(accuracy)
    return _gather(losses), _gather(accuracies)


def _evaluate(engine: Engine, watched: Part | None, batch_size: int) -> HeldOut:
    if watched is None:
        return NOT_WATCHED
    batches = torch.split(watched.index, batch_size)
    logits = torch.cat([engine.compute_logits(watched.pictures, index) for index in batches])
    losses = F.cross_entropy(logits, watched.labels, reduction="none")
    hits = logits.argmax(1) == watched.labels
    return describe_held_out(losses.cpu().double().numpy(), hits.cpu().numpy(), batch_size)


def describe_held_out(
    losses: NDArray[np.float64], hits: NDArray[np.bool_], batch_size: int
) -> HeldOut:
    """Summarize the loss of each picture, and whether it is classified correctly."""
    return describe_held_out_rows(losses[None], hits[None], batch_size)[0]


def describe_held_out_rows(
    losses: NDArray[np.float64], hits: NDArray[np.bool_], batch_size: int
) -> list[HeldOut]:
    """Do what :func:`describe_held_out` does for each row of ``[T, n]``."""
    starts = np.arange(0, losses.shape[1], batch_size)
    sizes = np.diff(starts, append=losses.shape[1])
    curves = (
        summarize_rows(np.add.reduceat(values.astype(np.float64), starts, axis=1) / sizes)
        for values in (losses, hits)
    )
    means = losses.mean(1).tolist(), hits.mean(1).tolist()
    return list(zip(*curves, *means, strict=True))


def _gather(values: list[Tensor]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = torch.stack(values).cpu().double().numpy()
    return result


def summarize(values: NDArray[np.float64]) -> Curve:
    """Compute mean and quartiles of the values of an epoch's batches."""
    return summarize_rows(values[None])[0]


def summarize_rows(values: NDArray[np.float64]) -> list[Curve]:
    """Do what :func:`summarize` does for each row of ``[T, n]``."""
    with np.errstate(invalid="ignore"):  # A training that diverges has endless losses.
        low, high = np.percentile(values, [25, 75], axis=1)
        return list(map(Curve, values.mean(1).tolist(), low.tolist(), high.tolist()))
