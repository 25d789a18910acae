"""What a person is told to do with a finished study: commands that can be copied."""

import shlex

import pytest

from poolbench.config import dump_config
from poolbench.records import Forecast, VerdictRecord
from poolbench.rundir.store import RunStore
from poolbench.study.next_steps import MOST_STEPS, align_steps, find_more_repeats, list_next_steps


@pytest.fixture
def run(finished):
    """A finished study, its verdict and its config."""
    store = RunStore(finished[0])
    return store, store.load_model("verdict.json", VerdictRecord), store.load_config()


@pytest.mark.full(seconds=5)
def test_every_command_is_one_that_the_command_line_takes(run, poolbench_cli):
    store, verdict, _ = run
    likely = Forecast(repeats=verdict.repeats + 2, pictures=100, chance=0.9)
    undecided = {"kind": "undecided", "is_futile": False, "more_repeats": likely}
    verdict = verdict.model_copy(update=undecided)
    steps = list_next_steps(store, verdict)
    assert len(steps) == MOST_STEPS
    assert [key for key, _ in steps] == ["next.open", "next.try", "next.continue"]
    again = next(shlex.split(command) for key, command in steps if key == "next.continue")
    # The same trials of another number of repeats: what is there is not trained again.
    done = poolbench_cli(*again[1:], "--dry-run", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "6 already finished" in done.stderr


def test_more_repeats_are_offered_where_they_may_decide(run):
    _, verdict, config = run

    def ask(**update):
        return find_more_repeats(verdict.model_copy(update=update), config)

    forecast = Forecast(repeats=9, pictures=100, chance=0.5)
    assert ask(kind="undecided", is_futile=False, more_repeats=forecast) == 9
    assert ask(kind="undecided", is_futile=False, more_repeats=None) == 2 * verdict.repeats
    unlikely = forecast.model_copy(update={"chance": 0.1})
    assert ask(kind="undecided", is_futile=False, more_repeats=unlikely) is None
    assert ask(kind="undecided", is_futile=True, more_repeats=forecast) is None
    assert ask(kind="winner", more_repeats=forecast) is None
    lab = config.model_copy(update={"protocol": "lab"})
    assert find_more_repeats(verdict.model_copy(update={"kind": "undecided"}), lab) is None


@pytest.mark.parametrize(("protocol", "last"), [("lab", "next.hand-in"), ("cv", "next.verify")])
def test_decided_study_is_handed_in_or_verified(run, tmp_path, protocol, last):
    _, verdict, config = run
    store = RunStore(tmp_path)
    config = config.model_copy(update={"protocol": protocol})
    store.save_bytes("config.toml", dump_config(config).encode())
    steps = list_next_steps(store, verdict.model_copy(update={"kind": "tied"}))
    assert [key for key, _ in steps] == ["next.open", "next.try", last]


def test_study_that_learned_nothing_has_no_models_to_try(run):
    store, verdict, _ = run
    nothing = verdict.model_copy(update={"kind": "nothing-learned", "recommended": None})
    assert [key for key, _ in list_next_steps(store, nothing)] == ["next.open"]


def test_commands_stay_whole_where_the_terminal_is_narrow():
    steps = [("open the report", "poolbench report runs/a --open"), ("try", "poolbench serve x")]
    wide, narrow = align_steps(steps, 80), align_steps(steps, 30)
    assert [len(wide), len(narrow)] == [2, 4]
    assert wide[0] == "  poolbench report runs/a --open   open the report"
    assert "  poolbench report runs/a --open" in narrow
