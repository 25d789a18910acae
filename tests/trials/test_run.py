"""One trial: split, trained, measured, the same bits every time."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from poolbench.operators import Operator, register
from poolbench.planning.plan import make_final_spec
from poolbench.training.loop import UNKNOWN, EpochRow, TrainingResult, is_finite
from poolbench.training.seeds import repr_globals
from poolbench.training.slices import Lanes
from poolbench.trials.build import (
    build_network,
    build_trial,
    make_schedule,
    split_pictures,
)
from poolbench.trials.run import judge, run_trial
from poolbench.trials.session import Session


def test_folds_hold_every_picture_out_once_in_each_repeat(plan_of, small_set):
    plan = plan_of(folds=4, repeats=2)
    for repeat in (0, 1):
        specs = [s for s in plan.list_trials(plan.variants[0].id) if s.repeat == repeat]
        held = np.concatenate([split_pictures(spec, small_set).held_out for spec in specs])
        assert sorted(held) == list(range(160))


def test_training_part_and_held_out_part_share_no_picture(plan_of, small_set):
    split = split_pictures(plan_of().specs[0], small_set)
    assert split.half == "pool"
    assert sorted([*split.train, *split.held_out]) == list(range(160))


def test_variants_share_splits(plan_of, small_set):
    plan = plan_of()
    first, second = (plan.list_trials(variant.id)[0] for variant in plan.variants[:2])
    one, other = split_pictures(first, small_set), split_pictures(second, small_set)
    assert np.array_equal(one.held_out, other.held_out)


def test_trial_repeats_bit_for_bit(plan_of, small_set):
    spec = plan_of().specs[1]
    first, second = run_trial(spec, Session(small_set)), run_trial(spec, Session(small_set))
    assert first.record == second.record
    assert np.array_equal(first.predictions.logits, second.predictions.logits)
    assert all(np.array_equal(first.weights[k], second.weights[k]) for k in first.weights)


class GlobalDraws(Operator):
    """Draws from generators that poolbench does not use, when it is built and when it is used."""

    def __init__(self, channels, *, stride):
        super().__init__(channels, stride=stride)
        self.factor = random.random() + np.random.rand()  # noqa: NPY002

    def forward(self, x):
        factor = self.factor * random.uniform(0.5, 1) * np.random.uniform(0.5, 1)  # noqa: NPY002
        return x[..., :: self.stride, :: self.stride] * factor


def test_operator_that_draws_from_global_generators_repeats_bit_for_bit(plan_of, small_set):
    register("global-draws")(GlobalDraws)
    spec = plan_of(operators=("global-draws",)).specs[0]
    outcomes = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        before = repr_globals()
        lanes = Lanes(seed)
        outcomes.append(run_trial(spec, Session(small_set, lanes=lanes)))
        lanes.close()
        assert repr_globals() == before
    first, second = outcomes
    assert first.record == second.record
    assert first.history == second.history
    assert np.array_equal(first.predictions.logits, second.predictions.logits)
    assert all(np.array_equal(first.weights[k], second.weights[k]) for k in first.weights)


def test_record_agrees_with_its_predictions(plan_of, small_set):
    outcome = run_trial(plan_of().specs[0], Session(small_set))
    predicted = outcome.predictions.logits.argmax(axis=1)
    labels = small_set.pool.labels[outcome.predictions.index]
    assert outcome.record.held_out.accuracy == np.mean(predicted == labels)
    assert outcome.record.overfit.gap == pytest.approx(
        outcome.record.train.accuracy - outcome.record.held_out.accuracy
    )
    assert outcome.record.shift.consistency[0] == 1.0
    assert outcome.record.shift.accuracy[0] == outcome.record.held_out.accuracy
    assert len(outcome.history) == 2
    assert outcome.timing.train_seconds < outcome.timing.wall_seconds
    assert outcome.timing.peak_memory_bytes > 10_000_000


def test_final_trial_does_not_watch_the_test_half(plan_of, small_set):
    plan = plan_of()
    outcome = run_trial(make_final_spec(plan, plan.variants[0].id), Session(small_set))
    assert all(np.isnan(row.nll) for row in outcome.history)
    assert outcome.record.held_out.count == len(small_set.test)


def test_lab_protocol_watches_the_test_half_every_epoch(plan_of, small_set):
    outcome = run_trial(plan_of(protocol="lab").specs[0], Session(small_set))
    assert outcome.history[-1].accuracy == pytest.approx(outcome.record.held_out.accuracy)


def test_diverged_trial_is_kept_and_says_nothing(plan_of, small_set):
    spec = plan_of().specs[1]
    recipe = spec.variant.recipe.model_copy(update={"learning_rate": 1000.0, "epochs": 9})
    variant = spec.variant.model_copy(update={"recipe": recipe})
    outcome = run_trial(spec.model_copy(update={"variant": variant}), Session(small_set))
    assert outcome.record.diverged_at is not None
    assert outcome.record.held_out.nll == pytest.approx(np.log(4))
    assert outcome.record.held_out.accuracy == outcome.record.overfit.gap == 0.0


@pytest.mark.parametrize(
    ("split", "weights"), [("fold", [1, -1]), ("fold", [1]), ("whole", [1, -1])]
)
def test_network_whose_answers_are_no_numbers_has_diverged(plan_of, small_set, split, weights):
    plan = plan_of(epochs=1)
    spec = plan.specs[1] if split == "fold" else make_final_spec(plan, plan.variants[0].id)
    session = Session(small_set)
    trial = build_trial(spec, session)
    network, parts = trial.network, trial.split
    rows = EpochRow(1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, np.nan, 0.5)
    trained = TrainingResult((rows,), 1.0, None, 0.5, chosen_epoch=1)
    with torch.no_grad():
        # As large as a number can be: infinity, or nothing where one is taken from another.
        for value in network.parameters():
            signs = torch.tensor(weights).repeat(value.numel())[: value.numel()]
            value.copy_(3e38 * signs.reshape(value.shape))
    assert is_finite(network)
    outcome = judge(trial, session, trained, 0.0)
    record = outcome.record
    steps = -(-len(parts.train) // spec.variant.recipe.batch_size)
    assert (record.diverged_at, record.last_finite_loss) == (steps - 1, 0.5)
    assert record.chosen_epoch is None
    for side in (record.train, record.held_out):
        assert (side.accuracy, side.macro_f1) == (0.0, 0.0)
        assert side.nll == pytest.approx(np.log(4))
    assert set(record.shift.accuracy) == {0.0}
    assert not outcome.predictions.logits.any()


@pytest.fixture
def grey_set(small_set):
    """Pictures that are all alike, so that any network has one answer for them."""
    pool = replace(small_set.pool, images=np.full_like(small_set.pool.images, 128))
    return replace(small_set, pool=pool)


def test_trial_that_learned_nothing_is_begun_again_once_with_numbers_of_its_own(plan_of, grey_set):
    spec = plan_of().specs[1]
    seen = []
    outcome = run_trial(spec, Session(grey_set), seen.append)
    record = outcome.record
    assert (record.attempts, record.rate_factor, record.has_collapsed) == (2, 0.25, True)
    assert len(seen) == 2 * spec.variant.recipe.epochs
    # The same pictures are held out, and it is the same again to the bit.
    assert np.array_equal(outcome.predictions.index, split_pictures(spec, grey_set).held_out)
    again = run_trial(spec, Session(grey_set))
    assert again.record == record
    assert all(np.array_equal(outcome.weights[k], again.weights[k]) for k in outcome.weights)


def test_rate_is_searched_for_once_though_a_trial_is_begun_again(plan_of, grey_set, monkeypatch):
    searched = []
    monkeypatch.setattr(
        "poolbench.trials.run.find_rate_factor",
        lambda spec, place, split: searched.append(spec.id) or 0.5,
    )
    record = run_trial(plan_of(epochs=1, tune="lr").specs[1], Session(grey_set)).record
    assert (record.attempts, record.rate_factor, len(searched)) == (2, 0.5 / 4, 1)


def test_another_attempt_has_random_numbers_of_its_own(plan_of):
    spec = plan_of().specs[1]
    first, second = (build_network(spec, attempt).state_dict() for attempt in (0, 1))
    assert all(np.array_equal(first[k], v) for k, v in build_network(spec).state_dict().items())
    assert any(not np.array_equal(first[k], value) for k, value in second.items())
    keys = [make_schedule(spec, attempt=attempt).key for attempt in (0, 1)]
    assert len(keys[0]) == len(keys[1]) - 1


def test_trial_that_learned_is_not_begun_again(plan_of, small_set):
    spec = plan_of().specs[1]
    record = run_trial(spec, Session(small_set)).record
    assert (record.attempts, record.rate_factor, record.has_collapsed) == (1, None, False)


def test_networks_of_variants_start_alike(plan_of):
    plan = plan_of()
    first, second = (build_network(plan.list_trials(v.id)[0]) for v in plan.variants[:2])
    assert first.conv1.weight.equal(second.conv1.weight)
    assert first.linear.weight.equal(second.linear.weight)
