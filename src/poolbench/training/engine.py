"""The steps of a training: gradients slice by slice, and what the optimizer makes of them."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.config import RecipeConfig
from poolbench.data.augment import Moves
from poolbench.models.rewrite import TrainingForm
from poolbench.training.pictures import Pictures
from poolbench.training.precision import autocast, make_scaler
from poolbench.training.schedule import Schedule
from poolbench.training.slices import Lanes, choose_slice_size, split_range

Gradients = tuple[Tensor | None, ...]


@dataclass(frozen=True)
class SliceResult:
    """What one slice adds to a batch.

    Attributes:
        gradients: Of each parameter; ``None`` where the loss does not depend on it.
        loss: Its part of the batch's mean loss.
        correct: How many pictures were told right.
    """

    gradients: Gradients
    loss: Tensor
    correct: Tensor


class Engine:
    """Runs the steps of one training.

    Args:
        pictures: Such as will be trained on.
    """

    def __init__(
        self, form: TrainingForm, pictures: Pictures, schedule: Schedule, lanes: Lanes
    ) -> None:
        self.body = form.body
        self.parameters = list(form.body.parameters())
        self.schedule = schedule
        self.lanes = lanes
        self.device = pictures.images.device
        self.optimizer = build_optimizer(self.parameters, schedule.recipe)
        self.scaler = make_scaler(self.device.type, schedule.precision)
        height, width = pictures.images.shape[1:3]
        self.slice_size = choose_slice_size(form.body, (height, width), schedule.precision)

    def run_step(
        self, pictures: Pictures, index: Tensor, moves: Moves | None, rate: float
    ) -> tuple[Tensor, Tensor]:
        """One step of the optimizer; loss and accuracy of the batch, still on the device."""
        self.body.train()
        count = len(index)

        def run_slice(part: slice) -> SliceResult:
            images = pictures.take(index[part], None if moves is None else moves[part])
            return self._run_slice(images, pictures.labels[index[part]], count)

        results = list(self.lanes.map(run_slice, split_range(count, self.slice_size)))
        add_gradients(self.parameters, [result.gradients for result in results])
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.scaler.step(self.optimizer)
        self.scaler.update()
        loss = torch.stack([result.loss for result in results]).sum()
        correct = torch.stack([result.correct for result in results]).sum()
        return loss, correct / count

    def compute_logits(self, pictures: Pictures, index: Tensor) -> Tensor:
        """Logits ``[B, classes]`` of a batch in evaluation mode."""
        self.body.eval()

        @torch.no_grad()
        def run_slice(part: slice) -> Tensor:
            return self._compute_logits(pictures.take(index[part]))

        return torch.cat(list(self.lanes.map(run_slice, split_range(len(index), self.slice_size))))

    def _run_slice(self, images: Tensor, labels: Tensor, count: int) -> SliceResult:
        logits = self._compute_logits(images)
        smoothing = self.schedule.recipe.label_smoothing
        total = F.cross_entropy(logits, labels, reduction="sum", label_smoothing=smoothing)
        loss = total / count
        gradients = torch.autograd.grad(self.scaler.scale(loss), self.parameters, allow_unused=True)
        return SliceResult(gradients, loss.detach(), (logits.argmax(1) == labels).sum())

    def _compute_logits(self, images: Tensor) -> Tensor:
        with autocast(self.device.type, self.schedule.precision):
            logits: Tensor = self.body(images)
        return logits if logits.dtype == torch.float64 else logits.float()


def build_optimizer(parameters: list[nn.Parameter], recipe: RecipeConfig) -> torch.optim.SGD:
    """Stochastic gradient descent as the recipe says."""
    return torch.optim.SGD(
        parameters,
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay,
        fused=parameters[0].device.type in ("cpu", "cuda"),
    )


def add_gradients(parameters: list[nn.Parameter], gradients: list[Gradients]) -> None:
    """Put the sum over slices, in their order, where the optimizer reads it."""
    for parameter, parts in zip(parameters, zip(*gradients, strict=True), strict=True):
        present = [part for part in parts if part is not None]
        if not present:
            parameter.grad = None
            continue
        if parameter.grad is None:
            # Lies in memory as the parameter does, which the fused optimizer relies on.
            parameter.grad = torch.empty_like(parameter)
        parameter.grad.copy_(present[0])
        for part in present[1:]:
            parameter.grad.add_(part)
