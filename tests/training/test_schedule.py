"""Rates, averages and picture sizes over the steps of a training."""

import numpy as np
import pytest

from poolbench.config import RecipeConfig
from poolbench.training.schedule import compute_ema_decay, compute_lr, compute_pace, compute_size


def make(**options):
    settings = {"epochs": 20, "batch_size": 10, "learning_rate": 0.1, "schedule": "one-cycle"}
    settings["warmup_fraction"] = 0.2
    return RecipeConfig(name="test", **{**settings, **options})


@pytest.mark.parametrize("schedule", ["one-cycle", "triangular", "cosine"])
def test_rate_rises_to_its_peak_and_falls_to_zero(schedule):
    rates = np.array([compute_lr(make(schedule=schedule), step, 100) for step in range(100)])
    assert rates.argmax() == 20
    assert rates.max() == pytest.approx(0.1)
    assert (np.diff(rates[:21]) > 0).all()
    assert (np.diff(rates[20:]) < 0).all()
    assert 0 < rates[-1] < 0.1 / 50


def test_schedules_differ_where_they_should():
    first = {name: compute_lr(make(schedule=name), 0, 100) for name in ("one-cycle", "triangular")}
    assert first["one-cycle"] == pytest.approx(0.1 / 25)
    assert first["triangular"] == pytest.approx(0.1 / 21)
    # Half way down a cosine is at a half, a quarter of the way above the straight line.
    down = [compute_lr(make(schedule="cosine"), step, 100) for step in (40, 60)]
    assert down == pytest.approx([0.1 * (1 + np.sqrt(0.5)) / 2, 0.05])


def test_cosine_without_a_rise_begins_at_the_top():
    recipe = make(schedule="cosine", warmup_fraction=0.0)
    assert compute_lr(recipe, 0, 100) == pytest.approx(0.1)


def test_average_soon_forgets_what_it_began_with():
    keeps = [compute_ema_decay(make(ema_decay=0.99), step) for step in (0, 90, 10_000)]
    assert keeps == pytest.approx([0.1, 0.91, 0.99])
    assert compute_ema_decay(make(), 500) == 0


def test_pictures_grow_to_their_full_size_by_even_steps():
    recipe = make(progressive_size=0.5)
    sizes = [compute_size(recipe, epoch, 32) for epoch in range(20)]
    assert sizes[0] == 16
    assert sizes == sorted(sizes)
    assert sizes[15:] == [32] * 5
    assert all(size % 2 == 0 for size in sizes)
    for epochs in range(1, 6):
        # However few there are, the last is full.
        assert compute_size(make(progressive_size=0.5, epochs=epochs), epochs - 1, 32) == 32
    assert compute_pace(recipe, 0, 200, (32, 64)).size == (16, 32)
    assert compute_pace(recipe, 199, 200, (32, 64)).size is None
    assert compute_pace(make(), 0, 200, (32, 64)).size is None
