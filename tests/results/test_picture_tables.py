"""What stands in a run of single pictures, against answers that were made up."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.planning.plan import make_final_spec
from poolbench.records import BestEpoch, Cost, Overfit, ShiftCurve, TrialRecord, TrialTiming
from poolbench.results.picture_tables import save_picture_tables
from poolbench.rundir.store import RunStore


def write_trial(store, spec, half, index, logits, diverged_at=None):
    labels = half.labels[index]
    side = compute_side_metrics(np.nan_to_num(logits), labels, ("a", "b", "c", "d"))
    record = TrialRecord(
        id=spec.id,
        spec=spec,
        train=side,
        held_out=side,
        overfit=Overfit(gap=0.0, loss_rise=0.0, loss_minimum_epoch=1),
        best_epoch=BestEpoch(epoch=1, accuracy=0.5),
        shift=ShiftCurve(pixels=(0,), accuracy=(1.0,), consistency=(1.0,)),
        cost=Cost(parameters=1, multiply_adds=1, conv_multiply_adds=1),
        diverged_at=diverged_at,
    )
    timing = TrialTiming(train_seconds=1.0, wall_seconds=1.0, peak_memory_bytes=None)
    arrays = {"predictions": {"index": index, "labels": labels, "logits": logits}}
    store.save_trial(record, timing, [], arrays, {"w": np.zeros(1, np.float32)})


@pytest.fixture
def written(tmp_path, small_set, plan_of):
    """Two repeats of two folds of two variants, one of whose trainings diverged."""
    names = ("=1+1", *small_set.pool.names[1:])
    pool = replace(small_set.pool, names=names, groups=np.arange(160) // 4)
    image_set = replace(small_set, pool=pool, classes=("apple", "@b", "pear", "plum"))
    plan = plan_of(operators=("max", "avg"), repeats=2)
    store, rng, logits = RunStore(tmp_path / "run"), np.random.default_rng(0), {}
    for spec in plan.specs:
        index = np.flatnonzero((np.arange(160) + spec.repeat) % 2 == spec.fold)
        logits[spec.id] = rng.normal(size=(80, 4)).astype(np.float32)
        is_first = (spec.variant.operator, spec.repeat, spec.fold) == ("max", 0, 0)
        if is_first:
            logits[spec.id][:] = np.nan
        diverged_at = 3 if is_first else None
        write_trial(store, spec, pool, index, logits[spec.id], diverged_at)
    final = make_final_spec(plan, plan.variants[0].id)
    logits[final.id] = rng.normal(size=(80, 4)).astype(np.float32)
    write_trial(store, final, image_set.test, np.arange(80), logits[final.id])
    save_picture_tables(store, image_set, plan.specs, plan.variants[0].id, final)
    return store, image_set, plan, logits


def read_table(store, name):
    return list(csv.DictReader(io.StringIO((store.path / name).read_text(encoding="utf-8"))))


def test_split_lists_every_picture_with_its_half_group_and_folds(written):
    store, image_set, _, _ = written
    rows = read_table(store, "split.csv")
    assert list(rows[0]) == ["picture", "class", "half", "group", "fold_1", "fold_2"]
    assert [row["half"] for row in rows] == ["pool"] * 160 + ["test"] * 80
    assert rows[0]["picture"] == "'=1+1"
    assert [row["picture"] for row in rows[1:]] == [
        *image_set.pool.names[1:],
        *image_set.test.names,
    ]
    assert [row["group"] for row in rows[:5]] == ["0", "0", "0", "0", "1"]
    folds = [(row["fold_1"], row["fold_2"]) for row in rows[:3]]
    assert folds == [("1", "2"), ("2", "1"), ("1", "2")]
    assert {(row["group"], row["fold_1"]) for row in rows[160:]} == {("", "")}
    assert {row["class"] for row in rows} == {"apple", "'@b", "pear", "plum"}


def test_predictions_are_those_of_the_trials_that_had_not_seen_the_picture(written):
    store, image_set, plan, logits = written
    rows = read_table(store, "predictions.csv")
    assert len(rows) == 2 * 160 + 80
    spec = plan.specs[2]
    assert (spec.variant.operator, spec.repeat, spec.fold) == ("max", 0, 1)
    mine = [row for row in rows if row["repeat"] == "1" and row["predicted"]]
    # Of the fold whose training diverged nothing was predicted.
    assert len(mine) == 80 and sum(not row["predicted"] for row in rows) == 80
    names = ["apple", "'@b", "pear", "plum"]
    predicted = logits[spec.id].argmax(axis=1)
    assert [row["predicted"] for row in mine] == [names[label] for label in predicted]
    powers = np.exp(logits[spec.id].astype(float))
    shares = powers.max(axis=1) / powers.sum(axis=1)
    assert [float(row["probability"]) for row in mine] == pytest.approx(shares, abs=1e-6)
    assert [row["picture"] for row in mine] == [image_set.pool.names[k] for k in range(1, 160, 2)]
    tested = [row for row in rows if row["half"] == "test"]
    right = [row["class"] == row["predicted"] for row in tested]
    final = store.load_trial(make_final_spec(plan, plan.variants[0].id).id)
    assert np.mean(right) == final.held_out.accuracy
    assert {row["repeat"] for row in tested} == {""}


def test_study_without_folds_or_without_a_final_network_has_its_tables_too(written, tmp_path):
    _, image_set, _, _ = written
    store = RunStore(tmp_path / "other")
    save_picture_tables(store, image_set, [], "max.lab.quick", None)
    assert list(read_table(store, "split.csv")[0]) == ["picture", "class", "half", "group"]
    assert read_table(store, "predictions.csv") == []
