"""Functions that are told of each epoch and each training."""

import dataclasses

import pytest

import poolbench
from poolbench.config import StudyConfig
from poolbench.errors import PoolbenchError, UsageError
from poolbench.executors.local import LocalExecutor
from poolbench.machine.description import describe_machine
from poolbench.rundir.store import RunStore
from poolbench.study.compete import StudyContext, run_trials
from poolbench.study.display import Display
from poolbench.study.hooks import Follower, Hooks
from poolbench.study.logs import open_logs
from poolbench.study.watching import Work
from small_studies import HereExecutor


@pytest.fixture
def train(plan_of, images, small_set, tmp_path):
    """A function that trains what is not there yet of a plan, and tells hooks."""
    plan = plan_of(operators=("max", "avg"))
    store = RunStore(tmp_path / "run")

    def call(make_executor=HereExecutor, **hooks):
        display = Display(quiet=True)
        follower = Follower(store, Hooks(**hooks), open_logs((), store, display))
        with make_executor(images, store.path, describe_machine(StudyConfig())) as executor:
            context = StudyContext(executor, store, small_set, display, follower.follow)
            missing = [spec for spec in plan.specs if not store.has_trial(spec.id)]
            run_trials(Work(missing, {spec.id: 1.0 for spec in missing}), context)

    call.plan, call.store = plan, store
    return call


def test_each_epoch_and_trial_is_told_of_once(train, read_told):
    epochs, trials = [], []
    train(on_trial=trials.append, on_epoch=epochs.append)
    assert [event.trial for event in trials] == list(dict.fromkeys(e.trial for e in epochs))
    specs = {spec.id: spec for spec in train.plan.specs}
    assert {event.trial for event in trials} == set(specs)
    for event in trials:
        spec, record = specs[event.trial], train.store.load_trial(event.trial)
        named = (event.variant, event.repeat, event.fold, event.is_final)
        assert named == (spec.variant.id, spec.repeat, spec.fold, False)
        assert (event.accuracy, event.nll) == (record.held_out.accuracy, record.held_out.nll)
        assert event.train_seconds == train.store.load_timing(event.trial).train_seconds
        mine = [e for e in epochs if e.trial == event.trial]
        assert {(e.variant, e.repeat, e.fold, e.epochs) for e in mine} == {
            (spec.variant.id, spec.repeat, spec.fold, 2)
        }
        told = [
            (e.epoch, e.train_loss, e.train_accuracy, e.held_out_loss, e.held_out_accuracy)
            for e in mine
        ]
        assert told == read_told(train.store, event.trial)
    with pytest.raises(dataclasses.FrozenInstanceError):
        trials[0].accuracy = 1.0


@pytest.mark.parametrize("name", ["on_trial", "on_epoch"])
def test_function_that_fails_is_one_message_and_costs_no_finished_trial(train, name):
    seen = []

    def fail(event):
        seen.append(event.trial)
        if len(set(seen)) == 2:
            raise ValueError("no more")

    with pytest.raises(
        PoolbenchError, match=rf"{name} failed at trial .* \(ValueError: no more\)"
    ) as caught:
        train(**{name: fail})
    assert isinstance(caught.value.__cause__, ValueError)
    assert "the same call continues" in str(caught.value)
    finished = train.store.list_trials()
    assert len(finished) == (2 if name == "on_trial" else 1)
    again = []
    train(on_trial=again.append)
    assert sorted([e.trial for e in again] + finished) == sorted(s.id for s in train.plan.specs)


@pytest.mark.full(seconds=8)
def test_function_that_fails_ends_the_workers_too(train):
    def fail(event):
        raise ValueError("no more")

    with pytest.raises(PoolbenchError, match="on_trial failed"):
        train(LocalExecutor, on_trial=fail)
    assert len(train.store.list_trials()) >= 1


def test_interrupt_in_a_function_is_an_interrupt(train):
    def stop(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(on_trial=stop)
    assert len(train.store.list_trials()) == 1


def test_what_cannot_be_called_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(UsageError, match="on_epoch is 'print', which cannot be called"):
        poolbench.compare(out=tmp_path / "run", on_epoch="print", quiet=True)
    assert not (tmp_path / "run").exists()
