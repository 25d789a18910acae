"""Differences of variants: paired, weighted, grouped, and against other people's libraries."""

from dataclasses import replace

import baycomp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from poolbench.errors import UsageError
from poolbench.verdict.components import compute_components, compute_pair_components
from poolbench.verdict.intervals import (
    compute_interval,
    compute_probability_below,
    compute_score_limits,
)
from poolbench.verdict.looks import make_levels
from poolbench.verdict.paired import (
    Evidence,
    Levels,
    adjust_holm,
    compute_differences,
    compute_weights,
    share_confidence,
)
from poolbench.verdict.sentence import flip

# Two comparisons hold together with 95 %.
LEVELS = Levels(margin_points=1.0, rivals=2)
TOGETHER = share_confidence(0.05, 2)
FOLD = np.array([[0, 0, 1, 1]])


def compare(evidence, first=0, second=1, levels=LEVELS):
    ids = tuple("abcdefgh"[: len(evidence.correct)])
    [difference] = compute_differences(evidence, ids, [(first, second)], levels)
    return difference


def make_full(make_study, **values):
    """Evidence with losses and training accuracies."""
    correct, fold = make_study([0.8, 0.9, 0.7], **values)
    rng = np.random.default_rng(0)
    losses = rng.exponential(size=correct.shape) + ~correct
    train = 0.9 + 0.1 * rng.random((*correct.shape[:2], fold.max() + 1))
    by_picture = np.stack([train[:, r, row] for r, row in enumerate(fold)], axis=1)
    return Evidence(correct, fold, losses=losses, train_accuracy=by_picture)


@pytest.mark.parametrize(
    "values",
    [
        {"correct": np.ones((1, 4), dtype=bool)},
        {"correct": np.ones((2, 2, 4), dtype=bool)},
        {"correct": np.ones((2, 1, 5), dtype=bool)},
        {"correct": np.ones((0, 1, 4), dtype=bool)},
        {"losses": np.ones((2, 4))},
        {"losses": np.ones((1, 1, 4))},
        {"train_accuracy": np.ones((2, 1, 5))},
        {"weights": np.ones(1)},
        {"weights": np.ones((1, 4))},
        {"groups": np.zeros(3, dtype=np.int64)},
    ],
)
def test_evidence_refuses_arrays_that_do_not_fit(values):
    with pytest.raises(UsageError, match=r"shape|each of"):
        Evidence(**{"correct": np.ones((2, 1, 4), dtype=bool), "fold": FOLD, **values})


def test_evidence_without_a_picture_is_refused():
    with pytest.raises(UsageError, match=r"expected .variants, repeats, images"):
        Evidence(np.ones((2, 1, 0), dtype=bool), np.zeros((1, 0), dtype=np.int64))


def test_evidence_counts_the_trials_of_each_variant():
    fold = np.array([[0, 0, 1, 2], [0, 1, 0, 1]])
    assert Evidence(np.ones((2, 2, 4), dtype=bool), fold).trials == 5


def test_differences_are_paired(make_study):
    difference = compare(Evidence(*make_study([0.9, 0.9])))
    # Unpaired, the pictures alone would give about 2 * 1.96 * 2.1 points.
    assert difference.high - difference.low < 3.0


def test_weights_count_classes_alike(make_study):
    correct, fold = make_study([0.7, 0.9], repeats=2)
    labels = (np.arange(400) % 10 == 0).astype(np.int64)
    difference = compare(Evidence(correct, fold, weights=compute_weights(labels)))
    by_class = [100 * correct[..., labels == label].mean(axis=(1, 2)) for label in (0, 1)]
    first, second = np.mean(by_class, axis=0)
    assert difference.points == pytest.approx(first - second)


def test_weights_of_classes_of_one_size_change_nothing(make_study):
    correct, fold = make_study([0.7, 0.9], repeats=2)
    plain = compare(Evidence(correct, fold))
    weighted = compare(Evidence(correct, fold, weights=compute_weights(np.arange(400) % 4)))
    assert weighted.low == pytest.approx(plain.low)
    assert weighted.p_value == pytest.approx(plain.p_value)


def test_weights_are_no_noise_in_themselves(draw_fold):
    fold = draw_fold(np.random.default_rng(0), 3, 50)
    weights = compute_weights((np.arange(50) > 44).astype(np.int64))
    correct = np.stack([np.ones((3, 50), dtype=bool), np.zeros((3, 50), dtype=bool)])
    evidence = Evidence(correct, fold, weights=weights)
    assert evidence.score(0) == pytest.approx(100.0)
    difference = compare(evidence)
    # Five of the fifty weigh as much as all others: 18 pictures of one weight would tell as much.
    assert difference.low == pytest.approx(compute_score_limits(100.0, TOGETHER, 18.0)[0])
    assert difference.high == 100.0


def test_groups_are_what_is_drawn(make_study):
    correct, fold = make_study([0.7, 0.9], repeats=3, pictures=100)
    once = compare(Evidence(correct, fold))
    copies = Evidence(
        np.repeat(correct, 3, axis=2),
        np.repeat(fold, 3, axis=1),
        groups=np.repeat(np.arange(100), 3),
    )
    assert compare(copies).low == pytest.approx(once.low)
    assert compare(replace(copies, groups=None)).low > once.low


def test_side_measures_agree_with_their_intervals(make_study):
    evidence = make_full(make_study)
    difference = compare(evidence, 0, 2)
    losses = evidence.losses[0] - evidence.losses[2]
    expected = compute_interval(losses, evidence.fold, 0.95)
    assert difference.nll.value == pytest.approx(losses.mean())
    assert (difference.nll.low, difference.nll.high) == pytest.approx((expected.low, expected.high))
    gaps = 100 * (evidence.train_accuracy.mean(axis=(1, 2)) - evidence.correct.mean(axis=(1, 2)))
    assert difference.gap.value == pytest.approx(gaps[0] - gaps[2])
    assert difference.gap.low < difference.gap.value < difference.gap.high


def test_side_measures_of_what_was_not_measured_are_missing(make_study):
    difference = compare(Evidence(*make_study([0.7, 0.9])))
    assert (difference.nll, difference.gap) == (None, None)


def test_losses_that_are_no_numbers_are_refused(make_study):
    evidence = make_full(make_study)
    evidence.losses[0, 0, 0] = np.nan
    with pytest.raises(UsageError, match="finite"):
        compare(evidence)


def test_difference_carries_its_repeats(make_study):
    assert compare(Evidence(*make_study([0.7, 0.9], repeats=3))).repeats == 3


def test_flipping_a_pair_mirrors_everything(make_study):
    evidence = make_full(make_study, pictures=120, repeats=2)
    there, back = (compare(evidence, *pair).model_dump() for pair in ((0, 1), (1, 0)))
    turned = flip(compare(evidence, 1, 0)).model_dump()
    assert there["points"] == -back["points"] != 0
    for side in ("nll", "gap"):
        assert turned.pop(side) == pytest.approx(there.pop(side))
    names = {name: (turned.pop(name), there.pop(name)) for name in ("first", "second")}
    assert all(one == other for one, other in names.values())
    assert turned == pytest.approx(there)


@given(
    st.lists(st.sampled_from([0.0, 0.3, 0.8, 0.82, 1.0]), min_size=2, max_size=2),
    st.integers(1, 3),
    st.integers(0, 99),
)
def test_probabilities_are_those_of_all_that_can_be(accuracies, repeats, seed):
    rng = np.random.default_rng(seed)
    correct = rng.random((2, repeats, 30)) < np.array(accuracies)[:, None, None]
    fold = np.tile(np.arange(30) % 3, (repeats, 1))
    d = compare(Evidence(correct, fold))
    parts = (d.probability_better, d.probability_equal, d.probability_worse)
    assert sum(parts) == pytest.approx(1.0)
    assert all(0 <= part <= 1 for part in (*parts, d.p_value, d.p_adjusted))
    assert d.low <= d.single_low <= d.tie_low <= d.points
    assert d.points <= d.tie_high <= d.single_high <= d.high


def test_identical_variants_are_equal_as_far_as_their_pictures_tell(make_study):
    correct, fold = make_study([0.9])
    d = compare(Evidence(np.repeat(correct, 2, axis=0), fold))
    assert (d.points, d.p_value) == (0.0, 1.0)
    # 100 z² / (n + z²), with 400 pictures and z of the intervals that hold together.
    z = stats.norm.ppf(0.5 + TOGETHER / 2)
    assert d.high == -d.low == pytest.approx(100 * z**2 / (400 + z**2))


def test_differences_of_few_trainings_stay_within_what_can_be():
    """Two folds that disagree: Student's quantile alone would give ±150 points."""
    correct = np.zeros((2, 1, 40), dtype=bool)
    correct[0, 0, :20] = True
    d = compare(Evidence(correct, (np.arange(40) // 20)[None]))
    assert (d.low, d.high) == (-100.0, 100.0)


def test_two_folds_that_agree_are_no_proof():
    """One repeat: pictures still differ as much as within a fold."""
    correct = np.zeros((2, 1, 200), dtype=bool)
    correct[0, 0, ::4], correct[1, 0, 1::4] = True, True
    d = compare(Evidence(correct, (np.arange(200) // 100)[None]))
    assert d.points == 0
    assert d.high > 1.9 * np.sqrt(5000 / 200)


def test_rounding_is_not_judged(make_study):
    correct, fold = make_study([0.9, 0.9], repeats=2)
    correct[1] = correct[0]
    losses = np.stack([np.full(fold.shape, 0.3), np.full(fold.shape, 0.1 + 0.2)])
    losses[1] += 1e-14
    d = compare(Evidence(correct, fold, losses=losses))
    assert (d.nll.value, d.nll.p_value) == (0.0, 1.0)


@pytest.mark.parametrize("accuracies", [(0.80, 0.81), (0.8, 0.83), (0.9, 0.8)])
def test_one_repeat_agrees_with_the_t_tests_of_scipy_and_baycomp(draw_fold, accuracies):
    rng = np.random.default_rng(1)
    fold = draw_fold(rng, 1, 300, folds=10)
    correct = rng.random((2, 1, 300)) < np.array(accuracies)[:, None, None]
    by_fold = [[100 * row[0, fold[0] == f].mean() for f in range(10)] for row in correct]
    first, second = np.array(by_fold)
    found = compare(Evidence(correct, fold))
    assert found.p_value == pytest.approx(stats.ttest_rel(first, second).pvalue, rel=1e-5)
    # Baycomp's difference is y - x. Its variance is that of Nadeau and Bengio, who take trainings
    # to be correlated by rho = 1 / folds; without that it is the variance of independent trials.
    mean, variance, freedom = baycomp.CorrelatedTTest.compute_statistics(second, first)
    independent = variance / (1 / 10 + (1 / 10) / (1 - 1 / 10)) / 10
    posterior = baycomp.single.Posterior(mean, independent, freedom, rope=1.0)
    probabilities = (found.probability_worse, found.probability_equal, found.probability_better)
    assert probabilities == pytest.approx(posterior.probs(), abs=1e-6)


def test_holm_agrees_with_the_hand():
    # Sorted: 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1; none below the one before.
    adjusted = adjust_holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjust_holm(np.array([0.6, 0.9])) == pytest.approx([1.0, 1.0])
    assert adjust_holm(np.array([0.02])) == pytest.approx([0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_as_stepping_down_does(p_values):
    adjusted = adjust_holm(np.array(p_values))
    assert (adjusted >= np.array(p_values)).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    rejected = set()
    for step, place in enumerate(order):
        if p_values[place] * (len(p_values) - step) > 0.05:
            break
        rejected.add(int(place))
    assert set(np.flatnonzero(adjusted <= 0.05)) == rejected


def test_holm_counts_all_pairs_that_are_asked_about(make_study):
    evidence = Evidence(*make_study([0.80, 0.805, 0.81], repeats=1, pictures=60))
    pairs = [(0, 1), (0, 2), (1, 2)]
    found = compute_differences(evidence, "abc", pairs, LEVELS)
    expected = adjust_holm(np.array([d.p_value for d in found]))
    assert [d.p_adjusted for d in found] == pytest.approx(expected)
    assert [(d.first, d.second) for d in found] == [("a", "b"), ("a", "c"), ("b", "c")]


def test_no_pairs_have_no_differences(make_study):
    assert compute_differences(Evidence(*make_study([0.9])), ("a",), [], LEVELS) == ()


def test_share_confidence_holds_for_independent_comparisons():
    assert share_confidence(0.05, 11) ** 11 == pytest.approx(0.95)
    assert share_confidence(0.05, 0) == share_confidence(0.05, 1) == pytest.approx(0.95)


def test_measures_beside_accuracy_have_their_own_intervals_and_holm():
    rng = np.random.default_rng(3)
    fold = np.array([rng.permutation(60) % 5 for _ in range(3)])
    correct = rng.random((3, 3, 60)) < 0.8
    losses = rng.exponential(1.0, (3, 3, 60)) + np.array([0.0, 0.4, 2.0])[:, None, None]
    train = np.full((3, 3, 60), 1.0)
    evidence = Evidence(correct, fold, losses=losses, train_accuracy=train)
    pairs = [(0, 1), (0, 2), (1, 2)]
    found = compute_differences(evidence, "abc", pairs, LEVELS)
    p_values = []
    for difference, (first, second) in zip(found, pairs, strict=True):
        parts = compute_components(losses[first] - losses[second], fold)
        interval = compute_interval(losses[first] - losses[second], fold, 0.95)
        nll = difference.nll
        assert (nll.value, nll.low, nll.high) == pytest.approx(
            (interval.mean, interval.low, interval.high)
        )
        below = float(compute_probability_below(parts, 0.0))
        p_values.append(2 * min(below, 1 - below))
        # All were right about every training picture, so the gap is the accuracy turned round.
        assert difference.gap.value == pytest.approx(-difference.points)
        assert difference.gap.p_adjusted == pytest.approx(difference.p_adjusted)
    adjusted = [difference.nll.p_adjusted for difference in found]
    assert adjusted == pytest.approx(adjust_holm(np.array(p_values)).tolist())


def test_components_from_products_are_those_of_the_differences(draw_fold):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 3, 60)
    groups = np.arange(60) // 4
    for scores in (100.0 * (rng.random((4, 3, 60)) < 0.8), rng.exponential(1.0, (4, 3, 60)) + 5):
        for given_groups in (None, groups):
            pairs = [(0, 1), (2, 1), (3, 0), (2, 2)]
            found = compute_pair_components(scores, pairs, fold, given_groups)
            for place, (first, second) in enumerate(pairs):
                alone = compute_components(scores[first] - scores[second], fold, given_groups)
                for name in ("mean", "trials", "pictures", "shared", "residual"):
                    value = float(getattr(found, name)[place])
                    assert value == pytest.approx(float(getattr(alone, name)), abs=1e-9)
            # A variant against itself: not rounding noise, but nothing.
            assert [float(getattr(found, n)[3]) for n in ("mean", "trials", "pictures")] == [0] * 3


def test_evidence_refuses_repeats_that_cannot_be():
    correct, fold = np.ones((2, 2, 4), dtype=bool), np.zeros((2, 4), dtype=np.int64)
    for reached in ((2,), (1, 1), (0, 2), (3, 2)):
        with pytest.raises(UsageError, match="reached"):
            Evidence(correct, fold, reached=reached)
    assert Evidence(correct, fold, reached=(2, 1)).repeats_by_variant == (2, 1)


def test_p_values_of_a_look_are_worth_less_than_those_of_a_study_that_is_judged_once(make_study):
    evidence = Evidence(*make_study([0.80, 0.85], repeats=2, pictures=200))
    looks = make_levels((2, 6))
    once, look = (compare(evidence, levels=Levels(1.0, 1, levels)) for levels in ({}, looks))
    assert look.p_value == once.p_value == once.p_adjusted
    assert look.p_adjusted == pytest.approx(min(1.0, once.p_value * 0.05 / looks[2].alpha))
