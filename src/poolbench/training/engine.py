"""Run the steps of a training: gradients slice by slice, then the optimizer."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from poolbench.data.augment import shrink
from poolbench.data.draws import Draws
from poolbench.models.rewrite import TrainingForm
from poolbench.training.average import MovingAverage
from poolbench.training.losses import compute_losses
from poolbench.training.optimizers import build_optimizer
from poolbench.training.pictures import Pictures, Targets, take_mixed
from poolbench.training.precision import autocast, make_scaler
from poolbench.training.schedule import Pace, Schedule
from poolbench.training.slices import Lanes, choose_slice_size, split_range

Gradients = tuple[Tensor | None, ...]


@dataclass(frozen=True)
class SliceResult:
    """What one slice adds to a batch.

    Attributes:
        gradients: One for each parameter; ``None`` where the loss does not depend on it.
        loss: Its part of the batch's mean loss.
        correct: How many pictures were classified correctly.
    """

    gradients: Gradients
    loss: Tensor
    correct: Tensor


class Engine:
    """Runs the steps of one training.

    Args:
        pictures: Such as will be trained on.
        class_weights: float ``[classes]``; ``None``: all classes weigh the same.
    """

    def __init__(
        self,
        form: TrainingForm,
        pictures: Pictures,
        schedule: Schedule,
        lanes: Lanes,
        class_weights: Tensor | None = None,
    ) -> None:
        self.body = form.body
        self.parameters = [value for value in form.body.parameters() if value.requires_grad]
        self.schedule = schedule
        self.lanes = lanes
        self.class_weights = class_weights
        self.device = pictures.images.device
        self.optimizer = build_optimizer(self.parameters, schedule.recipe)
        self.scaler = make_scaler(self.device.type, schedule.precision)
        self.average = None
        if schedule.recipe.ema_decay:
            self.average = MovingAverage([*form.body.parameters(), *form.body.buffers()])
        height, width = pictures.images.shape[1:3]
        self.slice_size = choose_slice_size(form.body, (height, width), schedule.precision)
        self._frozen = list_frozen(form.body)

    def run_step(
        self, pictures: Pictures, index: Tensor, draws: Draws, pace: Pace
    ) -> tuple[Tensor, Tensor]:
        """Run one step; return the batch's loss and accuracy, still on the device."""
        self.body.train()
        for module in self._frozen:
            # Only this layer's own flag: what sits at its site is trained.
            module.training = False
        count = len(index)

        def run_slice(part: slice) -> SliceResult:
            images, targets = take_mixed(pictures, index, draws, part)
            if pace.size is not None:
                images = shrink(images, pace.size)
            return self._run_slice(images, targets, count)

        results = list(self.lanes.map(run_slice, split_range(count, self.slice_size)))
        add_gradients(self.parameters, [result.gradients for result in results])
        for group in self.optimizer.param_groups:
            group["lr"] = pace.lr
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.average is not None:
            self.average.update(pace.ema_decay)
        loss = torch.stack([result.loss for result in results]).sum()
        correct = torch.stack([result.correct for result in results]).sum()
        return loss, correct / count

    def compute_logits(self, pictures: Pictures, index: Tensor) -> Tensor:
        """Compute the logits ``[B, classes]`` of a batch in evaluation mode."""
        self.body.eval()

        @torch.no_grad()
        def run_slice(part: slice) -> Tensor:
            return self._compute_logits(pictures.take(index[part]))

        with self.averaged():
            parts = split_range(len(index), self.slice_size)
            return torch.cat(list(self.lanes.map(run_slice, parts)))

    def averaged(self) -> AbstractContextManager[None]:
        """Give the network its averaged weights within the context, if there are any."""
        return nullcontext() if self.average is None else self.average.applied()

    def finish(self) -> None:
        """Leave the network with the weights that are evaluated."""
        if self.average is not None:
            self.average.apply()

    def _run_slice(self, images: Tensor, targets: Targets, count: int) -> SliceResult:
        logits = self._compute_logits(images)
        smoothing = self.schedule.recipe.label_smoothing
        losses = compute_losses(logits, targets, smoothing, self.class_weights)
        loss = losses.sum() / count
        gradients = torch.autograd.grad(self.scaler.scale(loss), self.parameters, allow_unused=True)
        return SliceResult(gradients, loss.detach(), (logits.argmax(1) == targets.labels).sum())

    def _compute_logits(self, images: Tensor) -> Tensor:
        with autocast(self.device.type, self.schedule.precision):
            logits: Tensor = self.body(images)
        return logits if logits.dtype == torch.float64 else logits.float()


def list_frozen(network: nn.Module) -> list[nn.Module]:
    """Return the layers whose parameters are all frozen; their statistics are kept too."""
    found = []
    for module in network.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(value.requires_grad for value in own):
            found.append(module)
    return found


def add_gradients(parameters: list[nn.Parameter], gradients: list[Gradients]) -> None:
    """Write the sum over slices, in their order, where the optimizer reads it."""
    for parameter, parts in zip(parameters, zip(*gradients, strict=True), strict=True):
        present = [part for part in parts if part is not None]
        if not present:
            parameter.grad = None
            continue
        if parameter.grad is None:
            # It lies in memory as the parameter does, which the fused optimizer relies on.
            parameter.grad = torch.empty_like(parameter)
        parameter.grad.copy_(present[0])
        for part in present[1:]:
            parameter.grad.add_(part)
