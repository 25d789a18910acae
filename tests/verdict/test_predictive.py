"""How likely more of the same is to bring a decision."""

import numpy as np
import pytest

from poolbench.verdict.decide import decide
from poolbench.verdict.intervals import compute_half_width
from poolbench.verdict.looks import make_levels
from poolbench.verdict.paired import Evidence, Levels
from poolbench.verdict.predictive import (
    make_prospect,
    predict_pictures,
    predict_repeats,
)

LEVELS = Levels(margin_points=1.0, rivals=1)


def predict(correct, fold, total, seed=0):
    prospect = make_prospect(Evidence(correct, fold))
    return predict_repeats(prospect, LEVELS, [total], np.random.default_rng(seed))


def test_chance_grows_with_the_difference(make_study):
    chances = [
        predict(*make_study([0.9, 0.9 - gap], repeats=2, pictures=300, seed=3), 6)
        for gap in (0.01, 0.03, 0.06)
    ]
    assert chances == sorted(chances)
    assert chances[0] < 0.5 < chances[-1]


@pytest.mark.full(seconds=5, always=True)
def test_chance_is_that_of_studies_that_were_gone_on_with(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 6, 300)
    stated, observed = [], []
    for gap in rng.normal(0, 0.02, 150):
        [correct] = draw_correct(rng, [0.87 + gap, 0.87], fold)
        now = Evidence(correct[:, :2], fold[:2])
        if decide(now, ask(2)).kind == "undecided":
            stated.append(predict(now.correct, now.fold, 6))
            observed.append(decide(Evidence(correct, fold), ask(2)).kind != "undecided")
    assert len(stated) > 75
    # About three standard errors of the share.
    assert np.mean(stated) == pytest.approx(np.mean(observed), abs=0.12)
    often = np.array(stated) > 0.5
    assert np.mean(np.array(observed)[often]) > np.mean(np.array(observed)[~often])


def test_more_looks_are_more_chances(make_study):
    correct, fold = make_study([0.90, 0.86], repeats=2, pictures=600)
    prospect = make_prospect(Evidence(correct, fold))
    levels = Levels(1.0, 1, make_levels((2, 4, 6, 10)))
    by_looks = [
        predict_repeats(prospect, levels, looks, np.random.default_rng(0))
        for looks in ([10], [6, 10], [4, 6, 10])
    ]
    assert by_looks == sorted(by_looks)
    assert by_looks[0] > 0.05


def test_many_pictures_decide_what_no_number_of_repeats_does(make_study):
    correct, fold = make_study([0.90, 0.88], repeats=4, pictures=100, seed=1)
    prospect = make_prospect(Evidence(correct, fold))
    chances = [
        predict_pictures(prospect, LEVELS, times, np.random.default_rng(0)) for times in (1, 4, 64)
    ]
    assert chances[0] < chances[1] < chances[2]


def test_drawn_widths_are_those_of_the_evidence_itself(draw_fold, draw_correct):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 4, 300)
    [correct] = draw_correct(rng, [0.9, 0.85], fold)
    evidence = Evidence(correct, fold)
    prospect = make_prospect(evidence)
    parts = prospect.spread.forecast(4, 300)
    from poolbench.verdict.paired import compute_pairs

    found = compute_pairs(evidence, [(0, 1)], 4)
    width = compute_half_width(found, 0.95)
    assert compute_half_width(parts, 0.95) == pytest.approx(width, rel=1e-6)


def test_variants_that_were_dropped_have_no_part_in_it(make_study):
    correct, fold = make_study([0.90, 0.60, 0.88], repeats=4)
    whole = make_prospect(Evidence(correct[[0, 2]], fold))
    ragged = make_prospect(Evidence(correct, fold, reached=(4, 2, 4)))
    assert ragged.means == pytest.approx(whole.means)
    assert predict_repeats(ragged, LEVELS, [6], np.random.default_rng(0)) == predict_repeats(
        whole, LEVELS, [6], np.random.default_rng(0)
    )
