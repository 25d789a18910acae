"""Whatever is done to a run in whatever order, it holds what it should hold."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from poolbench.rundir.store import RunStore

FILES = ("plan.json", "figures/a.svg")
STEPS = 40


def read(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


class Run(RuleBasedStateMachine):
    """A run directory, and what is known to be in it.

    Attributes:
        other: Where trials come from.
        trials: That are finished.
        files: Name to the contents that it may have: one, or two after a kill.
    """

    other: RunStore
    names: tuple[str, ...]
    make_faults: type

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.store = RunStore(self.root / "run-0")
        self.moves = 0
        self.trials = set()
        self.maybe = set()
        self.files = {}

    def teardown(self):
        shutil.rmtree(self.root)

    @rule(number=st.integers(0, 2))
    def finish_trial(self, number):
        trial = self.names[number]
        self.store.adopt_trial(self.other, trial)
        self.trials.add(trial)
        self.maybe.discard(trial)

    @rule(name=st.sampled_from(FILES), content=st.binary(max_size=50))
    def write_file(self, name, content):
        self.store.save_bytes(name, content)
        self.files[name] = {content}

    @rule(number=st.integers(0, 2), name=st.sampled_from(FILES), step=st.integers(1, STEPS))
    def kill(self, number, name, step):
        """A process that finishes a trial and writes a file is killed on its way."""
        trial, content = self.names[number], b"by one that was killed"
        child = os.fork()
        if child == 0:
            self.make_faults("kill", step, self.store.path).install()
            self.store.adopt_trial(self.other, trial)
            self.store.save_bytes(name, content)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL)
        if code == 0:
            self.trials.add(trial)
            self.files[name] = {content}
            return
        if trial not in self.trials:
            self.maybe.add(trial)
        self.files.setdefault(name, {None})
        self.files[name] = self.files[name] | {content}

    @rule()
    def begin_again(self):
        with self.store.hold():
            self.store.remove_leftovers()
        assert not list(self.store.path.rglob(".part-*"))

    @precondition(lambda self: self.store.path.is_dir())
    @rule()
    def move(self):
        self.moves += 1
        place = self.root / f"run-{self.moves}"
        self.store.path.rename(place)
        self.store = RunStore(place)

    @precondition(lambda self: self.trials)
    @rule(data=st.data())
    def delete_trial(self, data):
        trial = data.draw(st.sampled_from(sorted(self.trials)))
        shutil.rmtree(self.store.trials / trial)
        self.trials.remove(trial)

    @precondition(lambda self: self.trials)
    @rule(data=st.data())
    def delete_record(self, data):
        """What is left is no trial any more, and in nobody's way."""
        trial = data.draw(st.sampled_from(sorted(self.trials)))
        (self.store.trials / trial / "record.json").unlink()
        self.trials.remove(trial)

    @invariant()
    def holds_what_it_should(self):
        found = {trial for trial in self.names if self.store.has_trial(trial)}
        assert self.trials <= found <= self.trials | self.maybe
        self.trials, self.maybe = found, self.maybe - found
        for trial in found:
            assert read(self.store.trials / trial) == read(self.other.trials / trial)
        for name, contents in self.files.items():
            place = self.store.path / name
            content = place.read_bytes() if place.is_file() else None
            assert content in contents
            self.files[name] = {content}


def run_machine(others, make_faults, sequences):
    Run.make_faults = make_faults
    Run.other = others
    Run.names = tuple(sorted(path.name for path in others.trials.iterdir()))
    run_state_machine_as_test(
        Run,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.full(seconds=4)
def test_sequences_of_what_happens_to_a_run(others, make_faults):
    run_machine(others, make_faults, 10)


@pytest.mark.slow
def test_a_thousand_sequences_of_what_happens_to_a_run(others, make_faults):
    run_machine(others, make_faults, 1000)
