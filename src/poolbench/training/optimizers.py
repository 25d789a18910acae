"""Build the optimizer of a recipe."""

import inspect

import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from poolbench.config import RecipeConfig


class _EagerSGD(SGD):
    """Steps as PyTorch's SGD, without its compiler, whose import takes seconds in each process."""

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    step = torch.no_grad()(inspect.unwrap(SGD.step))


class _EagerAdamW(AdamW):
    """Steps as PyTorch's AdamW, without its compiler."""

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    step = torch.no_grad()(inspect.unwrap(AdamW.step))


def build_optimizer(parameters: list[nn.Parameter], recipe: RecipeConfig) -> Optimizer:
    """Build the optimizer that the recipe names."""
    device = parameters[0].device.type
    fused = device in ("cpu", "cuda")
    if recipe.optimizer == "adamw":
        return _EagerAdamW(
            parameters,
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=fused,
            # A recorded step reads the learning rate where it lies in memory.
            capturable=device == "cuda",
        )
    return _EagerSGD(
        parameters,
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay,
        fused=fused,
    )
