"""Trained look by look, and no repeat is begun that would not be over in time."""

import shutil
import time
from dataclasses import replace

import pytest

from poolbench.config import StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.data.sample import load_sample
from poolbench.data.store import save_arrays
from poolbench.errors import TrainingError
from poolbench.executors.base import Lost
from poolbench.machine.description import describe_machine
from poolbench.operators import Operator, register
from poolbench.planning.budget import measure_plan
from poolbench.planning.plan import make_plan
from poolbench.rundir.store import RunStore
from poolbench.study.compete import StudyContext, compete, run_trials
from poolbench.study.display import Display
from poolbench.study.watching import Work
from poolbench.verdict.looks import make_levels
from poolbench.verdict.racing import take_look
from small_studies import HereExecutor


@pytest.fixture(scope="module")
def image_set():
    sample = load_sample()
    pool, test = sample.pool.take(range(160)), sample.test.take(range(80))
    return ImageSet("sample", sample.classes, pool, test, has_official_test=True)


def run(tmp_path, image_set, deadline, make_executor=HereExecutor, **settings):
    defaults = {"backbones": ("lab-example",), "epochs": 1, "folds": 2, "workers": 2}
    defaults["precision"] = "float32"  # The faster one is found by measuring.
    config = StudyConfig(**{**defaults, **settings})
    store = RunStore(tmp_path / "run")
    save_arrays(image_set, tmp_path / "images")
    machine = describe_machine(config)
    with make_executor(tmp_path / "images", store.path, machine) as executor:
        plan = make_plan(config, image_set, machine)
        measured = measure_plan(config, plan, image_set, store, executor, None)
        context = StudyContext(executor, store, image_set, Display("en", quiet=True))
        return store, compete(measured, context, deadline)


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=3)
@pytest.mark.parametrize(("repeats", "first"), [(3, 1), ("auto", 1)])
def test_time_that_is_over_leaves_whole_repeats(tmp_path, image_set, repeats, first):
    store, compared = run(tmp_path, image_set, time.monotonic(), repeats=repeats)
    assert compared.verdict.repeats == first
    assert {spec.repeat for spec in compared.trials} == set(range(first))
    # Whole: every variant and fold of it, and nothing of the next.
    assert len(compared.trials) == 3 * 2 * first
    assert len(list(store.trials.glob("*/record.json"))) == len(compared.trials)
    # A study that is judged once is judged; one with looks has had none.
    verdict = compared.verdict
    assert ("no-look" in verdict.notes) == (repeats == "auto")
    assert [look.repeats for look in verdict.looks] == ([] if repeats == "auto" else [first])


def test_look_that_time_does_not_complete_is_not_judged(tmp_path, image_set, monkeypatch):
    monkeypatch.setattr("poolbench.planning.plan.LOOKS", (1, 3))
    monkeypatch.setattr("poolbench.verdict.racing.FUTILE", 0.0)
    settings = {"operators": ("max", "avg"), "repeats": "auto"}

    class Slow(HereExecutor):
        """With it, time is over in the second repeat."""

        def run(self, groups, on_progress, seconds):
            if any(spec.repeat == 1 for group in groups for spec in group):
                monkeypatch.setattr("time.monotonic", lambda: 1e12)
            return super().run(groups, on_progress, seconds)

    store, compared = run(tmp_path, image_set, time.monotonic() + 3600, Slow, **settings)
    verdict = compared.verdict
    assert verdict.kind == "undecided"
    assert (verdict.repeats, [look.repeats for look in verdict.looks]) == (1, [1])
    assert {spec.repeat for spec in compared.trials} == {0}
    assert any(store.trials.glob("*-r1f0-*"))


@pytest.mark.full(seconds=4)
def test_variant_that_is_taken_up_again_catches_up_before_the_look(
    tmp_path, image_set, monkeypatch
):
    monkeypatch.setattr("poolbench.planning.plan.LOOKS", (1, 2))
    seen = []

    def judge(race, evidence, question):
        """Drop one variant at the first look, and take it up again at the second."""
        seen.append(evidence.repeats_by_variant)
        found = take_look(race, evidence, question)
        if len(seen) == 1:
            going_on = {"kind": "undecided", "winner": None, "tied": (), "is_futile": False}
            verdict = found.verdict.model_copy(update=going_on)
            return replace(found, dropped={race.names[2]: 1}, verdict=verdict)
        return replace(race, dropped={}, verdict=None) if len(seen) == 2 else found

    monkeypatch.setattr("poolbench.study.compete.take_look", judge)
    _, compared = run(tmp_path, image_set, None, repeats="auto")
    assert seen == [(1, 1, 1), (2, 2, 1), (2, 2, 2)]
    assert {d.repeats for d in compared.verdict.differences} == {2}
    assert len(compared.trials) == 3 * 2 * 2


@pytest.mark.full(seconds=4)
def test_study_that_is_judged_again_with_more_repeats_is_exploratory(tmp_path, image_set):
    settings = {"operators": ("max", "avg")}
    first = run(tmp_path, image_set, None, repeats=1, **settings)[1].verdict
    assert not first.is_exploratory
    shutil.rmtree(tmp_path / "images")
    again = run(tmp_path, image_set, None, repeats=1, **settings)[1].verdict
    assert again == first
    shutil.rmtree(tmp_path / "images")
    more = run(tmp_path, image_set, None, repeats=2, **settings)[1].verdict
    assert more.is_exploratory
    assert [look.repeats for look in more.looks] == [1, 2]


@pytest.mark.full(seconds=5)
def test_time_that_is_left_trains_all_that_was_planned(tmp_path, image_set):
    _, compared = run(tmp_path, image_set, time.monotonic() + 3600, repeats=2)
    assert compared.verdict.repeats == 2


def test_longest_trials_are_handed_out_first(tmp_path, image_set):
    class Recorder(HereExecutor):
        """Notes what it is given."""

        def run(self, groups, on_progress, seconds):
            self.operators = [spec.variant.operator for group in groups for spec in group]
            return []

    store = RunStore(tmp_path)
    config = StudyConfig(folds=2, repeats=1, epochs=1)
    executor = Recorder(tmp_path, tmp_path, describe_machine(config))
    plan = make_plan(config, image_set)
    by_operator = {"stride": 1.0, "max": 9.0, "avg": 5.0}
    seconds = {spec.id: by_operator[spec.variant.operator] for spec in plan.specs}
    context = StudyContext(executor, store, image_set, Display("en", quiet=True))
    run_trials(Work(plan.specs, seconds), context)
    assert executor.operators == ["max", "max", "avg", "avg", "stride", "stride"]


class Losing(HereExecutor):
    """Loses the trials of some operators from a repeat on."""

    lost = ("avg",)
    repeat = 0

    def run(self, groups, on_progress, seconds):
        lost = [group for group in groups if self._is_lost(group[0])]
        super().run([group for group in groups if group not in lost], on_progress, seconds)
        return [Lost(group, "memory", "No room.") for group in lost]

    def _is_lost(self, spec):
        return spec.variant.operator in self.lost and spec.repeat >= self.repeat


def test_variant_whose_trials_are_lost_is_left_out(tmp_path, image_set):
    store, compared = run(tmp_path, image_set, None, Losing, repeats=1, baseline="avg")
    lost = "avg.lab-example.quick"
    verdict = compared.verdict
    assert (verdict.left_out, verdict.baseline) == ((lost,), None)
    assert {lost} & {verdict.recommended, *(d.second for d in verdict.differences)} == set()
    assert len(compared.trials) == 2 * 2
    assert "avg" not in (store.path / "leaderboard.csv").read_text()


@pytest.mark.full(seconds=4)
def test_variant_that_is_lost_later_is_left_out_with_what_it_had(tmp_path, image_set):
    class Later(Losing):
        """From the second repeat on."""

        repeat = 1

    store, compared = run(tmp_path, image_set, time.monotonic() + 3600, Later, repeats=2)
    assert compared.verdict.left_out == ("avg.lab-example.quick",)
    assert compared.verdict.repeats == 2
    assert len(compared.trials) == 2 * 2 * 2
    assert "avg" not in (store.path / "leaderboard.csv").read_text()


@pytest.mark.full(seconds=1)
def test_study_of_which_everything_is_lost_fails(tmp_path, image_set):
    class All(Losing):
        """Every one of them."""

        lost = ("stride", "max", "avg")

    with pytest.raises(TrainingError, match=r"No variant could be trained.*No room"):
        run(tmp_path, image_set, None, All, repeats=1)


@pytest.fixture
def short_looks(monkeypatch):
    """Looks after one, two and three repeats."""
    monkeypatch.setattr("poolbench.planning.plan.LOOKS", (1, 2, 3))


def test_study_that_was_cut_short_goes_on_to_the_same_verdict(tmp_path, image_set, short_looks):
    settings = {"operators": ("max", "avg"), "repeats": "auto"}
    store, compared = run(tmp_path, image_set, None, **settings)
    verdict = compared.verdict
    assert verdict.alpha == make_levels((1, 2, 3))[verdict.repeats].alpha
    assert verdict.repeats == 3 or verdict.kind != "undecided" or verdict.is_futile
    assert len(compared.trials) == 2 * 2 * verdict.repeats
    shutil.rmtree(next(store.trials.glob("max*-r0f1-*")))
    shutil.rmtree(tmp_path / "images")
    assert run(tmp_path, image_set, None, **settings)[1] == compared


@pytest.mark.full(seconds=8, always=True)
def test_growing_study_drops_what_cannot_win(tmp_path, image_set, short_looks):
    @register("blind-compete")
    class Blind(Operator):
        """Sees nothing, so that it can only guess."""

        def forward(self, x):
            return 0 * x[:, :, :: self.stride, :: self.stride]

    settings = {"operators": ("max", "blind-compete"), "repeats": "auto", "folds": 5, "epochs": 8}
    verdict = run(tmp_path, image_set, None, **settings)[1].verdict
    assert verdict.winner == "max.lab-example.quick"
    assert verdict.repeats < 3


@pytest.mark.full(seconds=4)
def test_replicas_of_one_variant_are_compared_with_each_other(tmp_path, image_set):
    _, compared = run(tmp_path, image_set, None, operators=("max",), replicas=2, repeats=1)
    [difference] = compared.verdict.differences
    names = {"max.lab-example.quick", "max.lab-example.quick.1"}
    assert {difference.first, difference.second} == names
    assert compared.verdict.kind != "winner"


def test_every_trial_of_a_tuned_study_has_its_rate(tmp_path, image_set):
    store, compared = run(tmp_path, image_set, None, operators=("max",), repeats=1, tune="lr")
    assert "not-tuned" not in compared.verdict.notes
    assert all(store.load_trial(spec.id).rate_factor is not None for spec in compared.trials)
