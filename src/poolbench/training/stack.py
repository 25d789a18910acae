"""Train many networks at once: one stacked network holds the parameters of all of them.

The members of a stack have the same layers, and their own values, pictures, order and augmentation.
None of them sees another, so each is trained as it would be alone, up to rounding.
"""

import copy
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.config import RecipeConfig
from poolbench.data.draws import Draws, stack_draws
from poolbench.models import Network
from poolbench.models.rewrite import TrainingForm
from poolbench.training.engine import Engine
from poolbench.training.graphs import CONVOLUTIONS, Convolution, StackEngine
from poolbench.training.loop import (
    NOT_WATCHED,
    Curve,
    EpochRow,
    HeldOut,
    TrainingResult,
    describe_held_out_rows,
    draw_epoch,
    find_last_loss,
    is_finite,
    split_epoch,
    summarize_rows,
)
from poolbench.training.losses import compute_class_weights
from poolbench.training.pictures import Part, Pictures
from poolbench.training.schedule import Pace, Schedule, compute_ema_decay, compute_lr
from poolbench.training.slices import TOLERANCE, Lanes, draw_noise

# Steps that are measured with each kind of convolution, after the first one, which sets things up.
MEASURED_STEPS = 5
# Batches that are evaluated together, as nothing is kept for gradients.
WATCHED_BATCHES = 4
# Learning rate of the step that tells whether a network can be stacked; exact in every format.
TRIED_LR = 0.125


def run_stack(
    forms: Sequence[TrainingForm],
    trains: Sequence[Part],
    watched: Sequence[Part | None],
    schedules: Sequence[Schedule],
    on_epoch: Callable[[int, EpochRow], None] = lambda number, row: None,
    *,
    convolution: Convolution = "grouped",
) -> list[TrainingResult]:
    """Train the networks of all ``forms`` in place, each as :func:`run_training` does it alone.

    A member that diverges does not disturb the others; its history and its weights are those of
    the end of that epoch. The ``train_seconds`` of a member are the seconds of the stack, divided
    by the number of all members.

    Args:
        forms: Networks of one structure, for which :func:`is_stackable` is true.
        trains: Parts of the same pictures, equally long.
        watched: Parts of the same pictures; lengths may differ, and any may be ``None``.
        schedules: Schedules with the same recipe and precision.
        on_epoch: Takes the position of a member and its row.
        convolution: The faster one by :func:`measure_convolutions`.

    Raises:
        ValueError: If the members do not belong together.
        torch.OutOfMemoryError: If the stack does not fit; the weights are then as they were.
    """
    _check_members(forms, trains, watched, schedules)
    recipe = schedules[0].recipe
    watch = _make_watch(watched)
    engine = StackEngine(
        *(forms, trains[0].pictures, schedules[0]),
        watched=None if watch is None else watch.pictures,
        class_weights=_weigh_classes(trains, recipe),
        convolution=convolution,
    )
    members = [_Member() for _ in forms]
    hosted = _bring_to_host(trains)
    draws = _draw_stack(hosted, schedules, 0, engine.device)
    for epoch in range(recipe.epochs):
        started = time.perf_counter()
        curves = _start_epoch(engine, draws, epoch)
        if epoch + 1 < recipe.epochs:
            # Here, while the device is still at work on the steps.
            draws = _draw_stack(hosted, schedules, epoch + 1, engine.device)
        losses, accuracies = (torch.stack(curve, 1).cpu().double().numpy() for curve in curves)
        seconds = (time.perf_counter() - started) / len(forms)
        seen = _evaluate(engine, watch, recipe.batch_size)
        rows = list(zip(summarize_rows(losses), summarize_rows(accuracies), strict=True))
        for number, member in enumerate(members):
            if not member.has_diverged():
                member.add(losses[number], rows[number], seen.get(number), seconds)
                on_epoch(number, member.history[-1])
                if member.has_diverged():
                    member.state = engine.copy_member(number)
        if all(member.has_diverged() for member in members):
            break
    for number, (member, form) in enumerate(zip(members, forms, strict=True)):
        _write(form.body, member.state or engine.copy_member(number))
    return [member.finish(form.body) for member, form in zip(members, forms, strict=True)]


def measure_convolutions(
    forms: Sequence[TrainingForm], trains: Sequence[Part], schedules: Sequence[Schedule]
) -> dict[Convolution, float]:
    """Measure the seconds of a step of this stack with each kind of convolution, here.

    The networks of ``forms`` stay as they are. A kind that does not fit takes endless seconds.

    Raises:
        torch.OutOfMemoryError: If the stack does not fit with grouped convolutions, which take
            the least memory.
    """
    draws = _draw_stack(trains, schedules, 0, trains[0].index.device)
    seconds: dict[Convolution, float] = {}
    for convolution in CONVOLUTIONS:
        try:
            engine = StackEngine(
                forms,
                trains[0].pictures,
                schedules[0],
                class_weights=_weigh_classes(trains, schedules[0].recipe),
                convolution=convolution,
            )
            seconds[convolution] = _measure_step(engine, draws)
        except torch.OutOfMemoryError:
            if convolution == "grouped":
                raise
            seconds[convolution] = math.inf
    return seconds


def is_stackable(form: TrainingForm, schedule: Schedule, image_size: tuple[int, int]) -> bool:
    """Return whether a stack trains such a network as it would be trained alone.

    It is tried: two members take a step in float64, in a stack and alone. This finds out layers
    that draw random numbers, that decide by the values of the pictures, that keep something which
    a stack would lose, or that :func:`torch.func.vmap` cannot take for another reason. With
    float16 each training chooses its own scale of the loss, which a stack cannot; nor can it keep
    a part of the network as it is, change the size of the pictures or choose an epoch.

    Args:
        image_size: Height and width in pixels.
    """
    recipe = schedule.recipe
    is_uneven = recipe.progressive_size < 1 or recipe.validation_parts > 0
    if schedule.precision == "float16" or is_uneven or recipe.trained_part != "all":
        return False
    try:
        return _is_equal_in_stack(form, schedule, image_size)
    except Exception:  # Whatever it is, training alone does without it or tells it.
        return False


def _weigh_classes(trains: Sequence[Part], recipe: RecipeConfig) -> Tensor | None:
    if recipe.class_balance != "loss":
        return None
    return torch.stack([compute_class_weights(train.labels) for train in trains])


def _bring_to_host(trains: Sequence[Part]) -> list[Part]:
    """Move the positions to the host, where the order is drawn without waiting for the device."""
    return [Part(train.pictures, train.index.cpu()) for train in trains]


def _draw_stack(
    trains: Sequence[Part], schedules: Sequence[Schedule], epoch: int, device: torch.device
) -> tuple[Tensor, Draws]:
    """Draw what each member would draw alone, index ``[T, n]``; it moves to the device at once."""
    members = [
        draw_epoch(schedule, train, epoch)
        for schedule, train in zip(schedules, trains, strict=True)
    ]
    index = torch.stack([index for index, _ in members])
    return index.to(device), stack_draws([draws for _, draws in members]).to(device)


@dataclass(frozen=True)
class _Watch:
    """What is watched after each epoch.

    Attributes:
        index: int64 ``[T, n]``; a member that watches fewer pictures has picture 0 at the end.
        counts: How many pictures each member watches.
    """

    pictures: Pictures
    index: Tensor
    counts: tuple[int, ...]


def _make_watch(watched: Sequence[Part | None]) -> _Watch | None:
    """Return what the members watch, or ``None`` if none of them watches anything."""
    parts = [part for part in watched if part is not None]
    if not parts:
        return None
    counts = tuple(0 if part is None else len(part) for part in watched)
    index = parts[0].index.new_zeros(len(watched), max(counts))
    for row, part in zip(index, watched, strict=True):
        if part is not None:
            row[: len(part)] = part.index
    return _Watch(parts[0].pictures, index, counts)


@dataclass
class _Member:
    """What is noted of one training.

    Attributes:
        state: Weights of a member that diverged, when it did.
    """

    history: list[EpochRow] = field(default_factory=list)
    seconds: float = 0.0
    steps: int = 0
    diverged_at: int | None = None
    last_loss: float | None = None
    state: dict[str, Tensor] | None = None

    def has_diverged(self) -> bool:
        return self.diverged_at is not None

    def add(
        self,
        losses: NDArray[np.float64],
        curves: tuple[Curve, Curve],
        seen: HeldOut | None,
        seconds: float,
    ) -> None:
        """Add an epoch: the loss of each of its steps, and the curves of loss and accuracy."""
        number, held_out = len(self.history) + 1, seen or NOT_WATCHED
        self.history.append(EpochRow(number, curves[0], curves[1], *held_out))
        self.seconds += seconds
        self.last_loss = find_last_loss(losses, self.last_loss)
        if not np.isfinite(losses).all():
            self.diverged_at = self.steps + int(np.argmin(np.isfinite(losses)))
        self.steps += len(losses)

    def finish(self, network: nn.Module) -> TrainingResult:
        """Return the result, once ``network`` has the weights of the end."""
        if self.diverged_at is None and not is_finite(network):
            # The loss of the last step was still a number, what it did to the weights is not.
            self.diverged_at = self.steps - 1
        return TrainingResult(tuple(self.history), self.seconds, self.diverged_at, self.last_loss)


def _start_epoch(
    engine: StackEngine, drawn: tuple[Tensor, Draws], epoch: int
) -> tuple[list[Tensor], list[Tensor]]:
    """Start the steps of an epoch; return the loss and accuracy ``[T]`` of each, on the device."""
    recipe = engine.schedule.recipe
    index, draws = drawn
    parts = split_epoch(index.shape[1], recipe)
    total = recipe.epochs * len(parts)
    numbers = range(epoch * len(parts), (epoch + 1) * len(parts))
    lrs = engine.make_numbers([compute_lr(recipe, number, total) for number in numbers])
    decays = engine.make_numbers([compute_ema_decay(recipe, number) for number in numbers])
    results = [
        engine.run_step(index[:, part], draws.map(partial(_take_columns, part)), lr, ema_decay)
        for part, lr, ema_decay in zip(parts, lrs, decays, strict=True)
    ]
    return [loss for loss, _ in results], [accuracy for _, accuracy in results]


def _take_columns(part: slice, values: Tensor) -> Tensor:
    return values[:, part]


def _evaluate(engine: StackEngine, watch: _Watch | None, batch_size: int) -> dict[int, HeldOut]:
    """Return the held-out side of an epoch by member, without those that watch nothing."""
    if watch is None:
        return {}
    at_once = WATCHED_BATCHES * batch_size
    results = [engine.evaluate(index) for index in torch.split(watch.index, at_once, 1)]
    losses = torch.cat([loss for loss, _ in results], 1).cpu().double().numpy()
    hits = torch.cat([hit for _, hit in results], 1).cpu().numpy()
    counts = np.array(watch.counts)
    seen: dict[int, HeldOut] = {}
    for count in set(watch.counts) - {0}:
        # Members that watch equally many pictures are described at once.
        numbers = np.flatnonzero(counts == count)
        rows = describe_held_out_rows(losses[numbers, :count], hits[numbers, :count], batch_size)
        seen.update(zip(numbers.tolist(), rows, strict=True))
    return seen


@torch.no_grad()
def _write(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        value.copy_(state[name])


def _measure_step(engine: StackEngine, drawn: tuple[Tensor, Draws]) -> float:
    """Return the median seconds of a step."""
    first = slice(engine.schedule.recipe.batch_size)
    index, draws = drawn[0][:, first], drawn[1].map(partial(_take_columns, first))
    # Nearly zero, so that the weights stay what they are at the start.
    lr, ema_decay = engine.make_numbers([1e-12, 0.0])
    seconds = []
    for _ in range(1 + MEASURED_STEPS):
        started = time.perf_counter()
        losses, _accuracies = engine.run_step(index, draws, lr, ema_decay)
        losses.sum().item()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[1:]))


def _check_members(
    forms: Sequence[TrainingForm],
    trains: Sequence[Part],
    watched: Sequence[Part | None],
    schedules: Sequence[Schedule],
) -> None:
    counts = {len(forms), len(trains), len(watched), len(schedules)}
    if counts == {0} or len(counts) > 1:
        raise ValueError(f"A stack needs one of each for every member, got {sorted(counts)}.")
    lengths = {len(train) for train in trains}
    if len(lengths) > 1:
        raise ValueError(f"Members of a stack train on as many images, got {sorted(lengths)}.")
    seen = [part.pictures for part in watched if part is not None]
    if any(train.pictures is not trains[0].pictures for train in trains) or any(
        pictures is not seen[0] for pictures in seen
    ):
        raise ValueError("Members of a stack take their images from the same place.")
    if any(
        (schedule.recipe, schedule.precision) != (schedules[0].recipe, schedules[0].precision)
        for schedule in schedules
    ):
        raise ValueError("Members of a stack have the same recipe and precision.")


def _is_equal_in_stack(form: TrainingForm, schedule: Schedule, image_size: tuple[int, int]) -> bool:
    network = copy.deepcopy(form.body)
    device = next(network.parameters()).device
    noise = draw_noise(image_size).permute(0, 2, 3, 1)
    images = torch.cat([noise, -noise]).contiguous().to(device)
    pictures = Pictures(images, torch.zeros(len(images), dtype=torch.int64, device=device))
    index = torch.arange(len(images), device=device).view(2, -1)
    if schedule.precision != "float32":
        # Rounding would hide what is wrong, so there it only has to run.
        rounded = Pictures(images.float(), pictures.labels)
        networks = [copy.deepcopy(network).float() for _ in range(2)]
        _step_together(networks, rounded, schedule, index)
    twins = [network.double(), copy.deepcopy(network)]
    with torch.no_grad():
        for parameter in twins[1].parameters():
            parameter.mul_(0.5)
    alone = copy.deepcopy(twins)
    exact = replace(schedule, precision="float32")
    losses = _step_together(twins, pictures, exact, index)
    for number, (twin, single) in enumerate(zip(twins, alone, strict=True)):
        engine = Engine(TrainingForm(None, single), pictures, exact, Lanes())
        engine.run_step(pictures, index[number], Draws(), Pace(TRIED_LR))
        logits = engine.compute_logits(pictures, index[number])
        loss = F.cross_entropy(logits, pictures.labels[index[number]])
        found = [losses[number], *twin.parameters(), *twin.buffers()]
        wanted = [loss, *single.parameters(), *single.buffers()]
        for mine, other in zip(found, wanted, strict=True):
            if not torch.allclose(mine, other, rtol=TOLERANCE, atol=TOLERANCE):
                return False
    return True


def _step_together(
    networks: list[Network], pictures: Pictures, schedule: Schedule, index: Tensor
) -> Tensor:
    """Train all by one step; return their losses ``[T]`` after it in evaluation mode."""
    forms = [TrainingForm(None, network) for network in networks]
    engine = StackEngine(forms, pictures, schedule, watched=pictures)
    lr, ema_decay = engine.make_numbers([TRIED_LR, 0.0])
    engine.train_batch(index, lr, ema_decay)
    for number, network in enumerate(networks):
        _write(network, engine.copy_member(number))
    return engine.evaluate_batch(index)[0].mean(1)
