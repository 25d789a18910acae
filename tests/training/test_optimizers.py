"""The optimizers are PyTorch's, to the bit, and want nothing of its compiler."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from poolbench.config import RecipeConfig
from poolbench.training.optimizers import build_optimizer

COMMON = {"name": "test", "epochs": 1, "batch_size": 1, "learning_rate": 0.1}
SGD = {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}


def step_often(optimizer, weight):
    generator = torch.Generator().manual_seed(0)
    for _ in range(4):
        weight.grad = torch.randn(weight.shape, generator=generator)
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize(
    ("options", "of_torch"),
    [
        ({"optimizer": "sgd", "momentum": 0.0}, torch.optim.SGD),
        ({"optimizer": "sgd", **SGD}, torch.optim.SGD),
        ({"optimizer": "adamw", "momentum": 0.0, "weight_decay": 0.01}, torch.optim.AdamW),
    ],
)
def test_steps_are_those_of_torch(options, of_torch):
    recipe = RecipeConfig(**COMMON, **options)
    settings = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay, "fused": True}
    if of_torch is torch.optim.SGD:
        settings |= {"momentum": recipe.momentum, "nesterov": recipe.nesterov}
    weights = [nn.Parameter(torch.linspace(-1, 1, 12).view(3, 4)) for _ in range(2)]
    ours = step_often(build_optimizer([weights[0]], recipe), weights[0])
    theirs = step_often(of_torch([weights[1]], **settings), weights[1])
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert weights[0].requires_grad


def test_training_does_without_the_compiler():
    code = (
        "import sys, torch\n"
        "from poolbench.config import RecipeConfig\n"
        "from poolbench.training.optimizers import build_optimizer\n"
        f"common = {COMMON}\n"
        "for name in ('sgd', 'adamw'):\n"
        "    weight = torch.nn.Parameter(torch.ones(2))\n"
        "    recipe = RecipeConfig(optimizer=name, momentum=0, **common)\n"
        "    optimizer = build_optimizer([weight], recipe)\n"
        "    weight.grad = torch.ones(2)\n"
        "    optimizer.step()\n"
        "print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
