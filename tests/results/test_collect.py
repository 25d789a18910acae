"""What is chosen from labels and groups before a verdict is asked for."""

from types import SimpleNamespace

import numpy as np
import pytest

from poolbench.data.image_set import Half
from poolbench.errors import VerificationError
from poolbench.evaluation.imbalance import choose_metric
from poolbench.evaluation.metrics import METRICS, MetricEntry
from poolbench.records import StudyRecord
from poolbench.results.collect import (
    Outcomes,
    average_metrics,
    find_missed_classes,
    has_rough_groups,
    list_leaderboard_columns,
    make_evidence,
)
from poolbench.rundir.store import RunStore

COLUMNS = (
    *("variant", "metric", "accuracy", "accuracy_low", "accuracy_high", "macro_f1", "nll"),
    *("calibration_error", "gap", "loss_rise", "shift_consistency", "parameters"),
    *("multiply_adds", "trials", "train_seconds", "wall_seconds", "collapsed"),
)


def test_leaderboard_keeps_its_columns_and_a_new_metric_comes_last(monkeypatch):
    columns = list_leaderboard_columns()
    assert columns[: len(COLUMNS)] == COLUMNS
    added = MetricEntry("margin", "plain", "higher", compute=lambda logits, labels: 0.25)
    monkeypatch.setattr("poolbench.results.collect.METRICS", (added, *METRICS))
    assert set(list_leaderboard_columns()) == {*columns, "margin"}
    assert list_leaderboard_columns()[: len(COLUMNS)] == COLUMNS


def test_metrics_are_means_over_trials_as_far_as_all_trials_have_them(finished, monkeypatch):
    store = RunStore(finished[0])
    trials = store.load_model("study.json", StudyRecord).trials[:3]
    records = [store.load_trial(name) for name in trials]
    timings = [store.load_timing(name) for name in trials]
    found = average_metrics(records, timings)
    assert set(found) == {entry.key for entry in METRICS if entry.source != "study"}
    assert found["nll"] == np.mean([record.held_out.nll for record in records])
    assert found["gap"] == np.mean([record.overfit.gap for record in records])
    assert found["train_seconds"] == np.mean([timing.train_seconds for timing in timings])
    added = MetricEntry("margin", "plain", "higher", compute=lambda logits, labels: 0.25)
    monkeypatch.setattr("poolbench.results.collect.METRICS", (*METRICS, added))
    assert average_metrics(records, timings)["margin"] is None
    newer = [
        record.model_copy(
            update={"held_out": record.held_out.model_copy(update={"margin": float(place)})}
        )
        for place, record in enumerate(records)
    ]
    assert average_metrics(newer, timings)["margin"] == 1.0
    assert average_metrics([*newer[:2], records[2]], timings)["margin"] is None


@pytest.mark.parametrize(
    ("sizes", "is_rough"),
    [
        ([5] * 20, False),
        ([5] * 19, True),
        # One as large as a fold of five still fits; one more picture does not.
        ([24] + [1] * 96, False),
        ([25] + [1] * 95, True),
        # Three groups and 123 single pictures tell no more than some four groups of one size.
        ([59] * 3 + [1] * 123, True),
        ([8] * 10 + [1] * 20, True),
    ],
)
def test_groups_are_rough_if_few_or_if_one_is_larger_than_a_fold(sizes, is_rough):
    assert has_rough_groups(np.repeat(np.arange(len(sizes)), sizes), 5) is is_rough


@pytest.mark.parametrize(
    ("wanted", "sizes", "metric"),
    [
        ("auto", [10, 15], "accuracy"),
        ("auto", [10, 16], "balanced-accuracy"),
        ("accuracy", [10, 90], "accuracy"),
        ("balanced-accuracy", [10, 10], "balanced-accuracy"),
    ],
)
def test_metric_is_balanced_if_classes_differ_by_more_than_half_or_if_asked(wanted, sizes, metric):
    assert choose_metric(wanted, np.repeat(np.arange(len(sizes)), sizes)) == metric


def test_classes_that_no_trial_ever_told_right_are_missed():
    labels = np.array([0, 0, 1, 1, 2])
    half = Half(np.zeros((5, 2, 2, 3), dtype=np.uint8), labels, tuple("abcde"))
    right = {
        "always-0": [[True, True, False, False, False]] * 2,
        "once-1": [[True, True, False, False, False], [True, False, True, False, True]],
    }
    outcomes = {
        name: Outcomes((), np.array(rows), *(np.zeros((2, 5)) for _ in range(3)))
        for name, rows in right.items()
    }
    # A class of no picture is nobody's miss.
    found = find_missed_classes(outcomes, half, ("zero", "one", "two", "none"))
    assert found == {"always-0": ("one", "two")}


def make_outcomes(name, fold):
    variant = SimpleNamespace(spec=SimpleNamespace(variant=SimpleNamespace(id=name)))
    nothing = np.zeros(fold.shape)
    return Outcomes((variant,), nothing.astype(bool), fold, nothing, nothing)


def test_evidence_is_refused_where_variants_were_held_out_on_other_folds():
    half = Half(np.zeros((4, 1, 1, 3), np.uint8), np.array([0, 0, 1, 1]), tuple("abcd"))
    fold = np.array([[0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1]])
    whole, dropped = make_outcomes("max", fold), make_outcomes("avg", fold[:2])
    assert make_evidence([whole, dropped], half, "accuracy").reached == (3, 2)
    # The last repeat of both is another; and of three, any two.
    for other in (fold[:2] ^ [[0], [1]], fold ^ [[0], [0], [1]]):
        odd = make_outcomes("stride", other)
        for found in ([whole, odd], [odd, whole], [dropped, whole, odd]):
            with pytest.raises(VerificationError, match="stride") as refused:
                make_evidence(found, half, "accuracy")
            assert "max" in str(refused.value) and "different images" in str(refused.value)


def test_evidence_is_refused_where_variants_saw_different_numbers_of_pictures():
    half = Half(np.zeros((4, 1, 1, 3), np.uint8), np.array([0, 0, 1, 1]), tuple("abcd"))
    fold = np.array([[0, 1, 0, 1]])
    with pytest.raises(VerificationError, match="different images"):
        make_evidence(
            [make_outcomes("max", fold), make_outcomes("avg", fold[:, :3])], half, "accuracy"
        )
