"""The learning rate is searched for on the training pictures of the trial, and told."""

import dataclasses

import numpy as np
import pytest

from poolbench.config import RecipeConfig
from poolbench.trials import tuning
from poolbench.trials.build import make_schedule, split_pictures
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session
from poolbench.trials.tuning import RATE_FACTORS, count_tuning_epochs, find_rate_factor


def plan_one(plan_of, rate):
    recipe = RecipeConfig(name="r", epochs=5, batch_size=16, learning_rate=rate, momentum=0.9)
    own = {"recipes": ("r",), "own_recipes": (recipe,), "epochs": None}
    return plan_of(operators=("max",), tune="lr", **own).specs[0]


def test_rate_that_is_much_too_low_is_raised_and_one_too_high_lowered(plan_of, small_set):
    session = Session(small_set)
    found = {}
    for rate in (1e-5, 0.5):
        spec = plan_one(plan_of, rate)
        found[rate] = find_rate_factor(spec, session, split_pictures(spec, small_set))
    assert found == {1e-5: max(RATE_FACTORS), 0.5: min(RATE_FACTORS)}


def test_held_out_pictures_have_no_part_in_the_search(plan_of, small_set, monkeypatch):
    spec = plan_one(plan_of, 0.02)
    split = split_pictures(spec, small_set)
    seen = []
    train = tuning.run_training

    def note(form, part, watched, *rest, **options):
        seen.append((part.index.numpy(), watched.index.numpy()))
        return train(form, part, watched, *rest, **options)

    monkeypatch.setattr(tuning, "run_training", note)
    find_rate_factor(spec, Session(small_set), split)
    assert len(seen) == len(RATE_FACTORS)
    for used, judged in seen:
        assert sorted([*used, *judged]) == split.train.tolist()
        assert len(judged) == pytest.approx(len(split.train) / 5, abs=4)
        assert np.array_equal(judged, seen[0][1])


def test_trial_trains_with_the_rate_that_was_found_and_says_so(plan_of, small_set):
    spec = plan_one(plan_of, 1e-5)
    tuned = run_trial(spec, Session(small_set))
    assert tuned.record.rate_factor == max(RATE_FACTORS)
    recipe = spec.variant.recipe.model_copy(
        update={"learning_rate": max(RATE_FACTORS) * spec.variant.recipe.learning_rate}
    )
    variant = spec.variant.model_copy(update={"recipe": recipe})
    direct = run_trial(
        spec.model_copy(update={"variant": variant, "tune": "none"}), Session(small_set)
    )
    assert direct.record.rate_factor is None
    assert tuned.history == direct.history


def test_search_costs_about_as_much_as_the_training():
    assert len(RATE_FACTORS) * count_tuning_epochs(40) == 40
    assert count_tuning_epochs(2) == 1


def test_rate_is_the_only_thing_that_the_factor_changes(plan_of):
    spec = plan_one(plan_of, 0.02)
    plain, faster = make_schedule(spec), make_schedule(spec, 4.0)
    assert faster.recipe.learning_rate == 4 * plain.recipe.learning_rate
    back = faster.recipe.model_copy(update={"learning_rate": 0.02})
    assert dataclasses.replace(faster, recipe=back) == plain
