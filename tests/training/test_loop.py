"""The training loop: reproducible, honest about its curves, stopped when it diverges."""

import math
from importlib import resources

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig, StudyConfig
from poolbench.data.sample import load_sample
from poolbench.models import get_backbone
from poolbench.models.rewrite import keep_plain, rewrite
from poolbench.texts import TEXTS
from poolbench.training.loop import run_training
from poolbench.training.recipes import (
    DEFAULT_BALANCE,
    LAB,
    LEAST_STEPS,
    choose_epochs,
    fit_recipe,
    get_recipe,
    list_recipes,
    load_recipe_text,
)
from poolbench.training.schedule import Schedule, compute_lr
from poolbench.training.seeds import initialize
from poolbench.training.slices import Lanes
from poolbench.trials.session import Session

RECIPE = RecipeConfig(
    name="test",
    epochs=2,
    batch_size=50,
    learning_rate=0.01,
    momentum=0.9,
    flip="random",
    translate_pixels=2,
    schedule="one-cycle",
    warmup_fraction=0.3,
)


def train(
    recipe=RECIPE,
    *,
    watched=True,
    noise=0,
    rewritten=True,
    key=(0, 0, 0),
    lanes=1,
    precision="float32",
):
    torch.set_num_threads(1)
    sample = load_sample()
    session = Session(sample)
    network = get_backbone("lab-example").build("avg", 4, (32, 32))
    initialize(network, 0)
    torch.manual_seed(noise)
    np.random.seed(noise)  # noqa: NPY002
    form = rewrite(network) if rewritten else keep_plain(network)
    pictures = session.make_part(session.prepare("pool", form, precision), np.arange(120))
    test = session.make_part(session.prepare("test", form, precision), np.arange(70))
    schedule = Schedule(recipe, 0, key, precision)
    with Lanes(lanes) as threads:
        result = run_training(form, pictures, test if watched else None, schedule, lanes=threads)
    return network.state_dict(), result


def test_training_is_the_same_bits_whatever_global_state_was():
    first, second = train(noise=1), train(noise=2)
    assert all(torch.equal(first[0][name], second[0][name]) for name in first[0])
    assert first[1].history == second[1].history


def test_training_does_not_depend_on_what_is_watched():
    first, second = train(watched=True), train(watched=False)
    assert all(torch.equal(first[0][name], second[0][name]) for name in first[0])
    assert math.isnan(second[1].history[0].nll)


def test_training_leaves_the_global_random_state_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    train(noise=5)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_follows_its_key():
    assert not torch.equal(train()[0]["conv1.weight"], train(key=(1, 0, 0))[0]["conv1.weight"])


def test_history_holds_means_and_quartiles_over_batches():
    history = train()[1].history
    assert [row.epoch for row in history] == [1, 2]
    for row in history:
        for curve in (row.train_loss, row.held_out_loss, row.train_accuracy, row.held_out_accuracy):
            assert curve.low <= curve.high
        # 70 pictures in batches of 50 and 20: over pictures is not the mean over batches.
        assert round(row.accuracy * 70) == pytest.approx(row.accuracy * 70, abs=1e-4)
    assert history[1].train_loss.mean < history[0].train_loss.mean


def test_divergence_stops_training_and_is_told():
    result = train(LAB.model_copy(update={"learning_rate": 1000.0, "epochs": 30}))[1]
    assert result.diverged_at is not None
    assert len(result.history) < 30


def test_rewritten_training_ends_near_the_plain_one():
    fast, plain = train(rewritten=True)[1], train(rewritten=False)[1]
    assert fast.history[-1].nll == pytest.approx(plain.history[-1].nll, rel=1e-3)


def test_one_cycle_rises_then_falls_to_zero():
    rates = [compute_lr(RECIPE, step, 100) for step in range(100)]
    peak = int(np.argmax(rates))
    assert peak == 30
    assert rates[peak] == pytest.approx(RECIPE.learning_rate)
    assert np.all(np.diff(rates[: peak + 1]) > 0)
    assert np.all(np.diff(rates[peak:]) < 0)
    assert 0 < rates[-1] < RECIPE.learning_rate / 50


def test_recipe_lab_is_the_published_one():
    assert (LAB.epochs, LAB.batch_size, LAB.learning_rate, LAB.momentum) == (500, 128, 5e-3, 0.9)
    assert (LAB.schedule, LAB.weight_decay, LAB.flip, LAB.translate_pixels) == (
        "constant",
        0,
        "none",
        0,
    )


def test_every_recipe_file_is_known_and_has_a_reason():
    folder = resources.files("poolbench.training") / "recipe_files"
    names = {file.name.removesuffix(".toml") for file in folder.iterdir()}
    assert names == {recipe.name for recipe in list_recipes()}
    for name in names:
        assert load_recipe_text(name).startswith("# ")
        assert {f"recipe.{name}"} <= set(TEXTS["en"])


def test_quick_under_another_name_is_as_short_on_the_sample():
    renamed = get_recipe("quick").model_copy(update={"name": "mine"})
    assert choose_epochs(renamed, "sample") == choose_epochs(get_recipe("quick"), "sample")


def test_recipe_quick_takes_about_a_tenth_of_the_epochs():
    assert get_recipe("quick").epochs <= LAB.epochs / 10


@pytest.mark.parametrize("source", ["cells", "sample"])
def test_choose_epochs_shortens_only_quick_on_built_in_pictures(source):
    for recipe in list_recipes():
        assert choose_epochs(recipe, "cifar100") == recipe.epochs
    assert choose_epochs(LAB, source) == LAB.epochs
    assert choose_epochs(get_recipe("quick"), source) < get_recipe("quick").epochs


@pytest.mark.parametrize("pictures", [2, 60, 340, 100_000])
@pytest.mark.parametrize("name", ["quick", "standard", "strong"])
def test_recipes_take_enough_steps_however_few_the_pictures(name, pictures):
    recipe = get_recipe(name)
    epochs = choose_epochs(recipe, "folder", pictures)
    assert epochs >= recipe.epochs
    assert epochs * -(-pictures // recipe.batch_size) >= LEAST_STEPS
    assert epochs == recipe.epochs or (epochs - 1) * -(-pictures // recipe.batch_size) < LEAST_STEPS


def test_recipes_that_are_not_ours_or_the_courses_own_keep_their_epochs():
    own = get_recipe("quick").model_copy(update={"epochs": 3})
    for recipe in (own, LAB, get_recipe("finetune")):
        assert choose_epochs(recipe, "folder", 10) == recipe.epochs


UNEQUAL, EQUAL = np.repeat([0, 1, 2], [300, 20, 20]), np.repeat([0, 1, 2], 100)


@pytest.mark.parametrize(
    ("asked", "metric", "labels", "found"),
    [
        ("auto", "auto", UNEQUAL, DEFAULT_BALANCE),
        ("auto", "balanced-accuracy", UNEQUAL, DEFAULT_BALANCE),
        ("auto", "accuracy", UNEQUAL, "none"),
        ("auto", "auto", EQUAL, "none"),
        ("auto", "balanced-accuracy", EQUAL, "none"),
        ("none", "auto", UNEQUAL, "none"),
        ("loss", "auto", EQUAL, "loss"),
        ("auto", "auto", None, "none"),
    ],
)
def test_unequal_classes_are_balanced_where_the_metric_is(asked, metric, labels, found):
    recipe = get_recipe("quick").model_copy(update={"class_balance": asked})
    assert fit_recipe(recipe, StudyConfig(metric=metric), labels).class_balance == found


def test_the_courses_own_recipe_is_never_balanced():
    assert fit_recipe(LAB, StudyConfig(), UNEQUAL) == LAB


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_training_in_16_bits_follows_that_in_32(precision):
    found = {name: train(precision=name)[1].history[-1] for name in ("float32", precision)}
    assert found[precision].nll == pytest.approx(found["float32"].nll, rel=0.05)


def test_float16_skips_the_step_that_overflows_and_goes_on():
    mad = RECIPE.model_copy(update={"epochs": 1, "batch_size": 10, "learning_rate": 1e-3})
    weights, result = train(mad, precision="float16")
    assert result.diverged_at is None
    assert all(torch.isfinite(value).all() for value in weights.values())
