"""Published counts: judged by what is assumed, and saying so."""

import numpy as np
import pytest
from scipy import stats

from poolbench.errors import UsageError
from poolbench.texts.filling import format_number
from poolbench.verdict.counts import from_counts
from poolbench.verdict.sentence import describe_verdict
from poolbench.verdict.spread import TRIAL_SD_POINTS

LAB = {"stride": 275, "max": 278, "avg": 278}


def test_published_lab_is_undecided():
    verdict = from_counts(LAB, 300)
    assert (verdict.kind, verdict.winner, verdict.tied) == ("undecided", None, ())
    assert (verdict.pictures, verdict.repeats, verdict.folds) == (300, 1, 1)
    assert verdict.assumed_trial_sd_points == TRIAL_SD_POINTS
    assert max(d.points for d in verdict.differences) == pytest.approx(1.0)
    assert verdict.more_repeats.chance < 0.8
    assert verdict.detectable_points > 1.0


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_sentence_of_the_published_lab_says_what_was_assumed(lang):
    sentence = describe_verdict(from_counts(LAB, 300), lang)
    assert format_number(TRIAL_SD_POINTS, "g", lang) in sentence
    assert ("Assumption" if lang == "en" else "Принято") in sentence
    assert ("Undecided" if lang == "en" else "Не решено") in sentence
    assert "300" in sentence


def test_interval_agrees_with_the_formula():
    verdict = from_counts({"a": 250, "b": 200}, 300, trial_sd=1.5)
    [d] = verdict.differences
    moved = np.array([252, 202]) / 304
    sd = np.sqrt(2 * 1.5**2 + (1e4 * moved * (1 - moved)).sum() / 300)
    assert (d.first, d.second, d.repeats) == ("a", "b", 1)
    assert d.points == pytest.approx(100 * 50 / 300)
    assert d.low == pytest.approx(d.points - stats.norm.ppf(0.975) * sd)
    assert d.tie_high == pytest.approx(d.points + stats.norm.ppf(0.95) * sd)
    assert d.p_value == pytest.approx(2 * stats.norm.sf(d.points / sd), abs=1e-7)


def test_clear_counts_win():
    verdict = from_counts({"a": 200, "b": 280, "c": 210}, 300)
    assert (verdict.kind, verdict.winner, verdict.recommended) == ("winner", "b", "b")
    assert verdict.assumed_trial_sd_points is not None


def test_counts_that_agree_on_many_pictures_are_tied():
    verdict = from_counts({"a": 900_000, "b": 899_900}, 1_000_000, trial_sd=0.1)
    assert (verdict.kind, set(verdict.tied)) == ("tied", {"a", "b"})
    assert verdict.recommended == "a"


def test_margin_decides_what_is_equal():
    counts = {"a": 2700, "b": 2690}
    assert from_counts(counts, 3000, trial_sd=0.2).kind == "undecided"
    assert from_counts(counts, 3000, trial_sd=0.2, margin_points=3.0).kind == "tied"


def test_spread_between_trainings_takes_away_what_was_sure():
    counts = {"a": 270, "b": 240}
    assert from_counts(counts, 300, trial_sd=0.0).kind == "winner"
    assert from_counts(counts, 300, trial_sd=6.0).kind == "undecided"


def test_all_right_is_not_taken_for_sure():
    verdict = from_counts({"a": 300, "b": 300}, 300, trial_sd=0.0)
    [d] = verdict.differences
    assert d.low < 0 < d.high
    # No winner either over one that missed a single picture.
    assert from_counts({"a": 20, "b": 19}, 20, trial_sd=0.0).kind == "undecided"


def test_order_of_the_counts_changes_nothing():
    turned = from_counts(dict(reversed(LAB.items())), 300)
    assert turned == from_counts(LAB, 300)
    # Of equals the first id.
    assert turned.recommended == "avg"


@pytest.mark.parametrize(
    ("correct", "n", "trial_sd", "message"),
    [
        ({}, 300, 1.0, "expected at least 2"),
        ({"a": 3}, 300, 1.0, "expected at least 2"),
        ({"a": 3, "b": 301}, 300, 1.0, "b: 301"),
        ({"a": -1, "b": 3}, 300, 1.0, "a: -1"),
        ({"a": 1, "b": 0}, 1, 1.0, "n is 1; "),
        ({"a": 3, "b": 3}, 300, -1.0, "trial_sd"),
        ({"a": 3, "b": 3}, 300, float("nan"), "trial_sd"),
        ({"a": 3, "b": 3}, 300, float("inf"), "trial_sd"),
    ],
)
def test_counts_that_cannot_be_are_refused(correct, n, trial_sd, message):
    with pytest.raises(UsageError, match=message):
        from_counts(correct, n, trial_sd=trial_sd)
