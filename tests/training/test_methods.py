"""Each method of a recipe does in a training what it says."""

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig
from poolbench.data.sample import load_sample
from poolbench.models import get_backbone
from poolbench.models.rewrite import add_dropout, keep_plain, rewrite
from poolbench.models.start import freeze
from poolbench.training.loop import draw_balanced, draw_epoch, run_training
from poolbench.training.optimizers import build_optimizer
from poolbench.training.pictures import Part
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import initialize
from poolbench.trials.session import Session


def make(**options):
    settings = {"epochs": 3, "batch_size": 20, "learning_rate": 0.02, "momentum": 0.9}
    return RecipeConfig(name="test", **{**settings, **options})


def train(recipe, backbone="plain", *, part="all", inner=False, rewritten=True, note=None):
    """Weights before and after, and the result."""
    torch.set_num_threads(1)
    session = Session(load_sample())
    network = get_backbone(backbone).build("max", 4, (32, 32))
    initialize(network, 0)
    freeze(network, part)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    form = rewrite(network) if rewritten else keep_plain(network)
    if recipe.dropout:
        form = add_dropout(form, recipe.dropout)
    late = recipe.color_jitter > 0
    pool = session.prepare("pool", form, "float32", late=late)
    order = np.random.default_rng(0).permutation(1200)
    watched = session.make_part(
        session.prepare("test", form, "float32", late=late), np.arange(0, 400, 10)
    )
    aside = session.make_part(pool, order[80:140]) if inner else None
    result = run_training(
        form,
        session.make_part(pool, order[:80]),
        watched,
        Schedule(recipe, 0, (0, 0, 0), "float32"),
        inner=aside,
        on_epoch=lambda row: note and note(form, aside),
    )
    return before, network, result


def is_same(before, network, prefix):
    return all(
        torch.equal(before[name], value)
        for name, value in network.state_dict().items()
        if name.startswith(prefix)
    )


@pytest.mark.parametrize(
    "options",
    [
        {"color_jitter": 0.4},
        {"cutout": 0.3, "crop_scale": 0.5, "flip": "alternating"},
        {"mixup": 0.3, "cutmix": 1.0},
    ],
    ids=str,
)
def test_augmentation_is_the_same_in_the_rewritten_network(options):
    recipe = make(translate_pixels=2, **options)
    fast, plain = (
        train(recipe, "lab-example", rewritten=rewritten)[2] for rewritten in (True, False)
    )
    assert fast.history[-1].nll == pytest.approx(plain.history[-1].nll, rel=1e-3)


@pytest.mark.full(seconds=4)
def test_average_of_weights_is_what_is_watched_and_left():
    _, plain, first = train(make())
    _, averaged, second = train(make(ema_decay=0.5))
    # It is no part of the steps.
    assert [row.train_loss for row in first.history] == [row.train_loss for row in second.history]
    assert first.history[-1].nll != second.history[-1].nll
    assert not torch.equal(plain.linear.weight, averaged.linear.weight)
    # Statistics of the normalisation are averaged with the weights that they belong to.
    assert not torch.equal(plain.stage1.norm1.running_mean, averaged.stage1.norm1.running_mean)


@pytest.mark.full(seconds=4)
def test_average_that_keeps_nothing_is_the_network_itself():
    _, plain, first = train(make())
    _, averaged, second = train(make(ema_decay=1e-12))
    torch.testing.assert_close(plain.state_dict(), averaged.state_dict())
    assert first.history[-1].nll == pytest.approx(second.history[-1].nll, rel=1e-5)


def test_frozen_layers_and_their_statistics_stay():
    before, network, _ = train(make(), "resnet", part="last-stage")
    for name in ("stem.", "stage1.", "stage2."):
        assert is_same(before, network, name)
    for name in ("stage3.block1.main.conv1", "stage3.block1.main.norm1", "linear."):
        assert not is_same(before, network, name)


@pytest.mark.full(seconds=5)
def test_epoch_that_is_best_on_the_inner_pictures_is_kept():
    # A rate that grows until it spoils everything: the last epoch is not the best.
    recipe = make(epochs=8, learning_rate=3.0, schedule="triangular", warmup_fraction=0.99)
    states, scores = [], []

    def note(form, inner):
        labels = inner.labels
        with torch.no_grad():
            logits = form.body.eval()(inner.pictures.take(inner.index))
        right = (logits.argmax(1) == labels).float().mean().item()
        scores.append((right, -torch.nn.functional.cross_entropy(logits, labels).item()))
        states.append({name: value.clone() for name, value in form.body.state_dict().items()})

    _, network, result = train(recipe, inner=True, note=note)
    best = scores.index(max(scores))
    assert result.chosen_epoch == best + 1 < 8
    assert torch.equal(states[best]["0.weight"], network.stage1.conv1.weight)
    shorter = train(recipe.model_copy(update={"patience": 1}), inner=True)[2]
    assert len(shorter.history) == shorter.chosen_epoch + 1
    assert shorter.history == result.history[: len(shorter.history)]


def test_smaller_pictures_are_seen_first():
    seen = []
    network = get_backbone("plain").build("max", 4, (32, 32))

    def note(_, inputs):
        if torch.is_grad_enabled():  # A step, not a look at what the network is like.
            seen.append(inputs[0].shape[-1])

    network.stage1.register_forward_pre_hook(note)
    session = Session(load_sample())
    part = session.make_part(session.get_pictures("pool"), np.arange(0, 1200, 30))
    recipe = make(epochs=4, progressive_size=0.5)
    run_training(keep_plain(network), part, None, Schedule(recipe, 0, (0,), "float32"))
    assert list(dict.fromkeys(seen)) == [16, 22, 26, 32]


def test_dropout_is_drawn_anew_by_key_and_not_at_test_time():
    _, first, result = train(make(dropout=0.5))
    _, again, same = train(make(dropout=0.5))
    torch.testing.assert_close(first.state_dict(), again.state_dict(), rtol=0, atol=0)
    assert result.history == same.history
    assert result.history != train(make())[2].history
    assert "dropout" not in " ".join(first.state_dict())


def test_adamw_learns_and_keeps_its_decay_apart():
    adamw = {"optimizer": "adamw", "momentum": 0.0, "learning_rate": 1e-3, "epochs": 5}
    result = train(make(**adamw))[2]
    assert result.history[-1].train_loss.mean < result.history[0].train_loss.mean
    # The decay is no part of the gradient, which Adam would scale: one step with the gradient zero
    # shrinks a weight by rate times decay.
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    weight.grad = torch.zeros(1)
    build_optimizer([weight], make(**adamw, weight_decay=0.5)).step()
    assert weight.item() == pytest.approx(2 * (1 - 1e-3 * 0.5))


def test_classes_of_few_pictures_come_as_often_as_others():
    labels = np.repeat([0, 1, 2], [60, 25, 5])
    order = draw_balanced(np.random.default_rng(0), labels)
    counts = np.bincount(labels[order])
    assert counts.tolist() == [30, 30, 30]
    for label, own in ((1, 25), (2, 5)):
        repeats = np.bincount(order, minlength=90)[labels == label]
        # None comes again before all have come.
        assert repeats.max() - repeats.min() <= 1
        assert len(repeats) == own


def test_alternating_flips_show_each_picture_from_both_sides():
    session = Session(load_sample())
    part = Part(session.get_pictures("pool"), torch.arange(50))
    schedule = Schedule(make(flip="alternating"), 0, (0,), "float32")
    sides = []
    for epoch in range(4):
        index, draws = draw_epoch(schedule, part, epoch)
        side = torch.zeros(50, dtype=torch.bool)
        side[index] = draws.flips
        sides.append(side)
    assert torch.equal(sides[0], ~sides[1])
    assert torch.equal(sides[0], sides[2])
    assert torch.equal(sides[1], sides[3])
    assert 10 < int(sides[0].sum()) < 40
