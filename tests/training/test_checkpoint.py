"""A training that was cut goes on as if it had not been, to the last bit."""

import math

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig
from poolbench.data.sample import load_sample
from poolbench.models import get_backbone
from poolbench.models.rewrite import add_dropout, rewrite
from poolbench.training.checkpoint import Checkpoint
from poolbench.training.loop import find_last_loss, run_training
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import initialize
from poolbench.trials.session import Session

EPOCHS = 3
RECIPES = {
    "momentum": {"momentum": 0.9, "nesterov": True, "schedule": "one-cycle", "flip": "alternating"},
    "adamw": {"optimizer": "adamw", "weight_decay": 0.01, "translate_pixels": 2},
    "average": {"ema_decay": 0.9, "momentum": 0.9, "dropout": 0.2},
    "chosen": {"validation_parts": 5, "patience": 2, "momentum": 0.9},
}


class Cut(Exception):
    """The end of a process."""


class Keeper:
    """Keeps copies, and ends the training after so many epochs."""

    def __init__(self, epochs):
        self.epochs = epochs
        self.kept = None

    def load(self):
        return self.kept

    def offer(self, make):
        checkpoint = make()
        if len(checkpoint.facts["history"]) == self.epochs:
            copies = {name: value.clone() for name, value in checkpoint.tensors.items()}
            self.kept = Checkpoint(copies, checkpoint.facts)
            raise Cut


def train(recipe, keeper=None):
    torch.set_num_threads(1)
    session = Session(load_sample())
    network = get_backbone("lab-example").build("avg", 4, (32, 32))
    initialize(network, 0)
    form = rewrite(network)
    if recipe.dropout:
        form = add_dropout(form, recipe.dropout)
    pictures = session.prepare("pool", form, "float32")
    parts = [session.make_part(pictures, np.arange(*ends)) for ends in ((0, 90), (90, 120))]
    schedule = Schedule(recipe, 0, (0, 0, 0), "float32")
    inner = parts[1] if recipe.validation_parts else None
    result = run_training(form, parts[0], parts[1], schedule, inner=inner, keeper=keeper)
    return network.state_dict(), result


@pytest.mark.parametrize("cut", [1, EPOCHS - 1])
@pytest.mark.parametrize("name", RECIPES)
def test_cut_and_continued_is_the_same_bits(name, cut):
    recipe = RecipeConfig(
        name=name, epochs=EPOCHS, batch_size=40, learning_rate=0.01, **RECIPES[name]
    )
    weights, result = train(recipe)
    keeper = Keeper(cut)
    with pytest.raises(Cut):
        train(recipe, keeper)
    continued, again = train(recipe, keeper)
    assert again.history == result.history
    assert (again.chosen_epoch, again.last_loss) == (result.chosen_epoch, result.last_loss)
    assert all(torch.equal(weights[key], continued[key]) for key in weights)


def test_last_loss_is_the_one_before_the_first_that_is_not_finite():
    assert find_last_loss(np.array([2.0, 1.0]), None) == 1.0
    assert find_last_loss(np.array([2.0, math.nan, 1.0]), None) == 2.0
    assert find_last_loss(np.array([math.inf]), 3.0) == 3.0
    assert find_last_loss(np.array([math.inf]), None) is None
