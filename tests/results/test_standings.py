"""How variants stand while a study runs: as far as it is, the numbers of its end."""

import numpy as np
import pytest

from poolbench.data.image_set import Half
from poolbench.data.sample import load_sample
from poolbench.records import StudyRecord
from poolbench.report.read import read_leaderboard
from poolbench.results.collect import join_trials, make_evidence, summarize_accuracy
from poolbench.results.history import read_history
from poolbench.results.standings import Standings
from poolbench.rundir.store import HISTORY_COLUMNS, RunStore


@pytest.fixture
def study(finished):
    """The store of a finished study with two folds and one repeat, and its trials."""
    store = RunStore(finished[0])
    trials = store.load_model("study.json", StudyRecord).trials
    return store, [store.load_trial(trial).spec for trial in trials]


@pytest.fixture
def pool() -> Half:
    return load_sample().pool


def stand(store, pool, specs, metric="accuracy"):
    standings = Standings(store, pool, metric)
    standings.expect(specs)
    return standings.list()


def test_finished_study_stands_as_its_leaderboard_says(study, pool):
    store, specs = study
    found = stand(store, pool, specs)
    rows = {row.variant: row for row in read_leaderboard(store.path)}
    assert found.keys() == rows.keys()
    for name, standing in found.items():
        interval, row = standing.interval, rows[name]
        assert (standing.done, standing.total) == (row.trials, row.trials)
        assert interval.mean == pytest.approx(row.accuracy, abs=1e-12)
        assert (interval.low, interval.high) == pytest.approx(
            (row.accuracy_low, row.accuracy_high), abs=1e-12
        )


def test_curve_is_the_mean_of_the_histories(study, pool):
    store, specs = study
    name = specs[0].variant.id
    column = HISTORY_COLUMNS.index("held_out_accuracy")
    histories = [
        read_history(store, f"trials/{spec.id}/history.csv")[:, column]
        for spec in specs
        if spec.variant.id == name
    ]
    assert stand(store, pool, specs)[name].curve == pytest.approx(np.mean(histories, axis=0))


@pytest.mark.parametrize("metric", ["accuracy", "balanced-accuracy"])
def test_part_of_the_first_repeat_speaks_of_what_was_held_out(study, pool, metric):
    store, specs = study
    one = next(spec for spec in specs if spec.fold == 1)
    standing = stand(store, pool, [one], metric)[one.variant.id]
    arrays = store.load_arrays(one.id, "predictions")
    held_out = arrays["index"]
    part = Half(
        pool.images[held_out], pool.labels[held_out], tuple(pool.names[k] for k in held_out)
    )
    alone = {**arrays, "index": np.arange(len(held_out))}
    record = store.load_trial(one.id)
    first = record.model_copy(update={"spec": one.model_copy(update={"repeat": 0})})
    expected = summarize_accuracy(make_evidence([join_trials([(first, alone)])], part, metric))
    assert standing.interval.mean == pytest.approx(expected.mean, abs=1e-12)
    assert standing.interval.low == pytest.approx(expected.low, abs=1e-12)


def test_repeat_that_has_begun_does_not_move_the_mean_of_whole_ones(study, pool):
    store, specs = study
    mine = [spec for spec in specs if spec.variant.id == specs[0].variant.id]
    standings = Standings(store, pool, "accuracy")
    standings.expect(mine)
    before = standings.list()[mine[0].variant.id].interval
    # A trial of a second repeat, as another process would leave it.
    later = mine[0].model_copy(update={"repeat": 1})
    standings._specs[mine[0].id] = later
    standings.take_finished(mine[0].id)
    after = standings.list()[mine[0].variant.id]
    assert after.interval == before
    assert after.done == len(mine) + 1


def test_running_trial_shows_in_the_curve_alone(study, pool, tmp_path):
    specs = [spec for spec in study[1] if spec.variant.id == study[1][0].variant.id]
    standings = Standings(RunStore(tmp_path), pool, "accuracy")
    standings.expect(specs)
    name = specs[0].variant.id
    assert standings.list()[name].interval is None
    standings.take_epoch(specs[0].id, 1, 0.4)
    standings.take_epoch(specs[0].id, 2, 0.6)
    standings.take_epoch(specs[1].id, 1, 0.6)
    standing = standings.list()[name]
    assert standing.curve == pytest.approx((0.5, 0.6))
    assert (standing.done, standing.interval) == (0, None)
    # Begun anew after it was lost, it goes over its epochs again.
    standings.take_epoch(specs[0].id, 1, 0.2)
    assert standings.list()[name].curve == pytest.approx((0.4,))
    # What is not watched has no accuracy, and an unknown trial is none of these.
    standings.take_epoch(specs[1].id, 2, float("nan"))
    standings.take_epoch("another", 1, 0.9)
    assert standings.list()[name].curve == pytest.approx((0.4,))
