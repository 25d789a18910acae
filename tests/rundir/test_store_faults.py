"""Killed or refused at any step of what it writes, a run has the old or the new state."""

import os
import signal

import pytest

from poolbench.errors import RunError
from poolbench.rundir.store import RunStore

OLD, NEW = b"old", b"something new"


@pytest.fixture
def other(others):
    """A store, and the two trials of it that are copied."""
    return others, sorted(path.name for path in others.trials.iterdir())[:2]


def begin(path):
    """A run that has one file already."""
    store = RunStore(path)
    path.mkdir()
    store.save_bytes("plan.json", OLD)
    return store


def work(store, other):
    """What a study does to its folder, or what is left of it."""
    store.remove_leftovers()
    for trial in other[1]:
        store.adopt_trial(other[0], trial)
    store.save_bytes("plan.json", NEW)


def read(path):
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def check_state(store, other):
    """Each trial is whole or not there, and the file is the old or the new one."""
    assert (store.path / "plan.json").read_bytes() in (OLD, NEW)
    found = [p.name for p in store.trials.glob("[!.]*")] if store.trials.is_dir() else []
    assert set(found) <= set(other[1])
    for trial in found:
        assert store.has_trial(trial)
        assert read(store.trials / trial) == read(other[0].trials / trial)


@pytest.fixture
def count_steps(tmp_path, other, make_faults):
    """Work without a fault: its steps, and what is there afterwards."""
    store = begin(tmp_path / "calm")
    faults = make_faults("full", 0, tmp_path / "calm")
    faults.install()
    try:
        work(store, other)
    finally:
        faults.remove()
    return faults.steps, read(store.path)


def test_killed_at_each_step_it_goes_on_to_the_same_state(
    tmp_path, other, count_steps, make_faults
):
    steps, wanted = count_steps
    assert {call for call, _ in steps} == {"open", "write", "flush", "rename"}
    assert len(steps) >= 20
    for number in range(1, len(steps) + 1):
        store = begin(tmp_path / f"killed-{number}")
        child = os.fork()
        if child == 0:
            make_faults("kill", number, store.path).install()
            work(store, other)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        check_state(store, other)
        work(store, other)
        assert read(store.path) == wanted


@pytest.mark.parametrize("kind", ["full", "broken", "interrupted", "short"])
def test_refused_at_each_step_it_has_the_old_or_the_new_state(
    tmp_path, other, count_steps, make_faults, kind
):
    steps, wanted = count_steps
    refused = []
    for number, (call, _) in enumerate(steps, 1):
        store = begin(tmp_path / f"refused-{number}")
        faults = make_faults(kind, number, store.path)
        faults.install()
        try:
            work(store, other)
        except RunError as error:
            refused.append(call)
            assert str(store.path) in str(error)
            assert ("no room" in str(error)) == (kind == "full")
        else:
            # What was not told did not happen: the step was done again.
            assert read(store.path) == wanted
        finally:
            faults.remove()
        check_state(store, other)
        # Nothing half is left in the room that is scarce.
        assert not list(store.path.rglob(".part-*")), (number, call)
        work(store, other)
        assert read(store.path) == wanted
    calls = set() if kind == "short" else {"open", "write", "flush", "rename"}
    assert set(refused) == calls
