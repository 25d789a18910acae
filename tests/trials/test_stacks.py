"""Trials in stacks: grouped as they may be, trained as alone, in halves where memory ends."""

import numpy as np
import pytest
import torch

from poolbench.training.recipes import QUICK
from poolbench.trials import stacks as group
from poolbench.trials.build import build_trial
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session
from poolbench.trials.speed import measure_speed
from poolbench.trials.stacks import can_stack, make_groups, run_group


def test_groups_hold_one_variant_and_no_more_than_their_conditions_allow(plan_of):
    plan = plan_of(folds=3, repeats=2, stack=4)
    groups = make_groups(plan.specs)
    assert sorted(spec.id for group in groups for spec in group) == sorted(s.id for s in plan.specs)
    assert all(len({spec.variant.id for spec in group}) == 1 for group in groups)
    assert sorted(map(len, groups)) == [2, 2, 2, 4, 4, 4]


def test_on_a_processor_each_trial_is_alone(plan_of):
    assert all(len(group) == 1 for group in make_groups(plan_of().specs))


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=2)
@pytest.mark.parametrize("operator", ["stride", "max"])
def test_stacked_trials_are_those_that_were_trained_alone(plan_of, small_set, operator):
    specs = plan_of(operators=(operator,), folds=3, repeats=2, stack=6, epochs=1).specs
    session = Session(small_set)
    seen = []
    outcomes = list(run_group(specs, session, lambda spec, row: seen.append((spec.id, row.epoch))))
    assert sorted(seen) == sorted((spec.id, 1) for spec in specs)
    assert sorted(outcome.record.id for outcome in outcomes) == sorted(spec.id for spec in specs)
    for outcome in outcomes:
        alone = run_trial(outcome.record.spec, session)
        np.testing.assert_allclose(
            outcome.predictions.logits, alone.predictions.logits, rtol=1e-3, atol=1e-3
        )
        assert np.array_equal(outcome.predictions.index, alone.predictions.index)
        assert outcome.history[0].nll == pytest.approx(alone.history[0].nll, rel=1e-3)


@pytest.mark.full(seconds=3)
def test_stack_that_memory_does_not_hold_is_trained_in_halves(plan_of, small_set, monkeypatch):
    specs = plan_of(operators=("stride",), folds=2, repeats=3, stack=6, epochs=1).specs
    sizes = []

    def run_small(forms, *arguments, **options):
        sizes.append(len(forms))
        if len(forms) > 2:
            raise torch.OutOfMemoryError("no room")
        return group_run_stack(forms, *arguments, **options)

    group_run_stack = group.run_stack
    monkeypatch.setattr(group, "run_stack", run_small)
    outcomes = list(run_group(specs, Session(small_set)))
    assert [outcome.record.id for outcome in outcomes] == [spec.id for spec in specs]
    assert sizes == [6, 3, 1, 2, 3, 1, 2]


def test_one_trial_that_memory_does_not_hold_is_an_error(plan_of, small_set, monkeypatch):
    def run_none(*arguments, **options):
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(group, "run_stack", run_none)
    with pytest.raises(torch.OutOfMemoryError):
        list(run_group(plan_of(stack=2).specs[:1], Session(small_set)))


@pytest.mark.parametrize("changes", [{"dropout": 0.3}, {"tune": "lr"}], ids=str)
def test_trials_that_cannot_share_a_stack_are_measured_and_trained_alone(
    plan_of, small_set, changes
):
    recipe = QUICK.model_copy(
        update={"name": "mine", "epochs": 1, "dropout": changes.get("dropout", 0.0)}
    )
    settings = {"recipes": ("mine",), "own_recipes": (recipe,), "tune": changes.get("tune", "none")}
    specs = plan_of(operators=("max",), stack=2, epochs=None, **settings).specs
    session = Session(small_set)
    assert not can_stack(build_trial(specs[0], session))
    # Of the process, which no stack tells.
    assert measure_speed(specs[0], session).peak_memory_bytes is not None
    for outcome in run_group(specs, session):
        alone = run_trial(outcome.record.spec, session)
        assert outcome.record == alone.record
