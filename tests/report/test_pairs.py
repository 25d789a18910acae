"""The tables of pairs: how a difference reads, and what stands beside it."""

import dataclasses

import pytest

from poolbench.records import SideDifference, StudyTiming, TimeRatio
from poolbench.report import pairs
from poolbench.report.figures.comparison import compute_matrix
from poolbench.report.read import read_run
from poolbench.report.words import speak


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


def change_verdict(view, **update):
    return dataclasses.replace(view, verdict=view.verdict.model_copy(update=update))


def test_differences_read_every_pair(view):
    table = pairs.make_differences(view)
    assert len(table.rows) == 3
    assert {row.cells[-1].speak("en") for row in table.rows} <= {
        "undecided",
        "equal",
        *(f"{variant.label} is better" for variant in view.variants),
    }


def test_of_one_training_each_no_pair_is_told_apart(make_run):
    alone = read_run(make_run(variants=3, repeats=1, epochs=2, protocol="lab"))
    sure = [
        pair.model_copy(update={"low": 5.0, "points": 9.0, "high": 12.0})
        for pair in alone.verdict.differences
    ]
    alone = change_verdict(alone, differences=tuple(sure))
    rows = pairs.make_differences(alone).rows
    assert {row.cells[-1].speak("en") for row in rows} == {"too few trials (1)"}
    assert not compute_matrix(alone)[1].any()


def test_differences_name_the_levels_of_their_intervals(view):
    looked = change_verdict(view, alpha=0.05 / 6, tie_confidence=1 - 0.1 / 6)
    assert list_levels(view) == [
        "95% interval",
        "simultaneous 95% interval",
        "90% interval",
    ]
    assert list_levels(looked) == [
        "99.2% interval",
        "simultaneous 99.2% interval",
        "98.3% interval",
    ]
    alone = change_verdict(view, differences=view.verdict.differences[:1])
    assert list_levels(alone) == ["95% interval", "90% interval"]
    # In runs of before no pair had an interval of its own.
    old = [d.model_copy(update={"single_low": None}) for d in view.verdict.differences]
    assert list_levels(change_verdict(view, differences=tuple(old)))[0].startswith("simultaneous")


def list_levels(view):
    head = [words.speak("en") for words in pairs.make_differences(view).head]
    return head[2 : head.index("better / equal / worse")]


def test_baseline_has_a_table_only_if_there_is_one(view):
    assert pairs.make_baseline(view) is None
    first = view.verdict.differences[0]
    against = change_verdict(view, baseline=first.second, against_baseline=(first,))
    table = pairs.make_baseline(against)
    assert view.labels[first.second] in table.caption.speak("en")
    assert [row.cells[0] for row in table.rows] == [
        f"{view.labels[first.first]} − {view.labels[first.second]}"
    ]


def test_beside_shows_loss_gap_and_time_in_the_direction_of_the_pair(view):
    pair = view.verdict.differences[0].model_copy(
        update={
            "nll": SideDifference(
                value=-0.05, low=-0.09, high=-0.01, p_value=0.02, p_adjusted=0.02
            ),
            "gap": SideDifference(value=1.5, low=0.5, high=2.5, p_value=0.002, p_adjusted=0.004),
        }
    )
    ratio = TimeRatio(
        first=pair.second, second=pair.first, ratio=0.5, low=0.4, high=0.8, p_adjusted=0.001
    )
    changed = dataclasses.replace(
        change_verdict(view, differences=(pair,)), timing=StudyTiming(train_ratios=(ratio,))
    )
    [row] = pairs.make_beside(changed).rows
    assert tuple(speak(cell, "en") for cell in row.cells[1:]) == (
        "−0.0500 (−0.0900 to −0.0100)", "0.02", "+1.50 (+0.50 to +2.50)", "0.004",
        "2.00 (1.25 to 2.50)", "0.001",
    )  # fmt: skip
    assert speak(row.cells[3], "ru") == "+1,50 (от +0,50 до +2,50)"


def test_beside_leaves_out_what_was_not_measured(view):
    bare = dataclasses.replace(view, timing=None)
    assert {row.cells[1:] for row in pairs.make_beside(bare).rows} == {("—",) * 6}


def test_flip_ratio_twice_is_the_same_ratio():
    ratio = TimeRatio(first="a", second="b", ratio=2.0, low=1.6, high=2.5, p_adjusted=0.1)
    assert pairs.flip_ratio(pairs.flip_ratio(ratio)) == ratio
    one_trial = ratio.model_copy(update={"low": None, "high": None, "p_adjusted": None})
    assert pairs.flip_ratio(one_trial).low is None
