import numpy as np
import pytest
from scipy import stats

from poolbench.errors import UsageError
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.records import FinalRecord, Headline
from poolbench.verdict.intervals import Interval
from poolbench.verdict.proportion import (
    compute_constant,
    compute_headline,
    compute_proportion,
    read_headline,
    widen_near_ends,
)


def one_class(count):
    return np.zeros(count, dtype=np.int64)


@pytest.mark.parametrize(
    ("right", "count"), [(10, 10), (0, 10), (1, 1), (278, 300), (9950, 10_000)]
)
def test_compute_proportion_of_pictures_is_wilsons(right, count):
    found = compute_proportion(np.arange(count) < right, one_class(count), "accuracy", 0.95)
    expected = stats.binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.low < found.high


def test_compute_proportion_of_classes_adds_their_distances():
    correct = np.concatenate([np.arange(200) < 180, np.arange(20) < 10])
    labels = np.repeat([0, 1], [200, 20])
    found = compute_proportion(correct, labels, "balanced-accuracy", 0.95)
    assert found.mean == pytest.approx((0.9 + 0.5) / 2)
    ends = [
        stats.binomtest(right, count).proportion_ci(0.95, method="wilson")
        for right, count in ((180, 200), (10, 20))
    ]
    down = np.hypot(0.9 - ends[0].low, 0.5 - ends[1].low) / 2
    up = np.hypot(ends[0].high - 0.9, ends[1].high - 0.5) / 2
    assert (found.mean - found.low, found.high - found.mean) == pytest.approx((down, up))


def test_compute_proportion_takes_groups_of_like_pictures_for_one_picture_each():
    # 30 groups of 15 pictures that are all right or all wrong: 24 of 30, not 360 of 450.
    groups = np.repeat(np.arange(30), 15)
    found = compute_proportion(groups < 24, one_class(450), "accuracy", 0.95, groups)
    alone = compute_proportion(groups < 24, one_class(450), "accuracy", 0.95)
    few = compute_proportion(np.arange(30) < 24, one_class(30), "accuracy", 0.95)
    assert found.high - found.low > 3 * (alone.high - alone.low)
    assert (found.low, found.high) == pytest.approx((few.low, few.high), abs=0.015)


def test_compute_proportion_of_groups_of_one_is_nearly_that_of_pictures():
    correct, groups = np.arange(300) < 240, np.arange(300)
    found = compute_proportion(correct, one_class(300), "accuracy", 0.95, groups)
    alone = compute_proportion(correct, one_class(300), "accuracy", 0.95)
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), abs=1e-3)


@pytest.mark.parametrize("metric", ["accuracy", "balanced-accuracy"])
@pytest.mark.parametrize("right", [0, 1])
@pytest.mark.parametrize("members", [1, 5, 50])
def test_compute_proportion_is_never_of_zero_width(metric, right, members):
    labels = np.arange(50) % 2
    groups = np.arange(50) // members
    correct = np.full(50, bool(right))
    found = compute_proportion(correct, labels, metric, 0.95, groups)
    assert found.mean == right and found.high - found.low > 0.05
    if members == 50:
        # One group says nothing of others.
        assert (found.low, found.high) == (0.0, 1.0)


def draw_groups(rng, count, alike, accuracy):
    """Groups of 1 to 20 pictures of three unequal classes, more or less alike."""
    sizes = rng.integers(1, 21, count)
    groups = np.repeat(np.arange(count), sizes)
    left = (1 - alike) / alike
    shares = rng.beta(accuracy * left, (1 - accuracy) * left, count)
    correct = rng.random(len(groups)) < shares[groups]
    return correct, rng.choice(3, len(groups), p=(0.6, 0.3, 0.1)), groups


@pytest.mark.parametrize("metric", ["accuracy", "balanced-accuracy"])
@pytest.mark.parametrize(("count", "alike", "accuracy"), [(12, 0.3, 0.75), (40, 0.6, 0.92)])
def test_compute_proportion_of_groups_covers_what_it_says(metric, count, alike, accuracy):
    rng, held, naive = np.random.default_rng(7), 0, 0
    for _ in range(300):
        correct, labels, groups = draw_groups(rng, count, alike, accuracy)
        found = compute_proportion(correct, labels, metric, 0.95, groups)
        alone = compute_proportion(correct, labels, metric, 0.95)
        held += found.low <= accuracy <= found.high
        naive += alone.low <= accuracy <= alone.high
    # Three standard errors below 0.95 are 0.912; as if pictures stood alone it is far below.
    assert held >= 0.912 * 300
    assert naive < 0.8 * 300


def test_compute_proportion_covers_few_pictures_of_unequal_classes():
    rng, held = np.random.default_rng(3), 0
    recalls, counts = (0.97, 0.8, 0.6), (200, 15, 8)
    labels = np.repeat(np.arange(3), counts)
    for _ in range(400):
        correct = rng.random(len(labels)) < np.array(recalls)[labels]
        found = compute_proportion(correct, labels, "balanced-accuracy", 0.95)
        held += found.low <= np.mean(recalls) <= found.high
    assert held >= 0.92 * 400


def test_compute_proportion_refuses_arrays_that_do_not_fit():
    with pytest.raises(UsageError, match=r"shapes are \(3,\), \(2,\)"):
        compute_proportion(np.ones(3, bool), one_class(2), "accuracy", 0.95)
    with pytest.raises(UsageError, match="expected a label"):
        compute_proportion(np.ones(0, bool), one_class(0), "accuracy", 0.95)


def test_compute_headline_stands_in_one_metric_beside_the_constant_answer():
    # Every answer is the largest class: plain accuracy looks well, the balanced one is chance.
    labels = np.repeat([0, 1, 2], [709, 200, 91])
    plain, balanced = (
        compute_headline(labels == 0, labels, metric)
        for metric in ("accuracy", "balanced-accuracy")
    )
    assert (plain.value, plain.constant) == (0.709, 0.709)
    assert balanced.value == balanced.constant == pytest.approx(1 / 3)
    assert balanced.low < 1 / 3 < balanced.high and balanced.groups is None
    grouped = compute_headline(labels == 0, labels, "accuracy", np.arange(1000) // 10)
    assert grouped.groups == 100 and grouped.low < plain.low and grouped.high > plain.high


def test_compute_constant_counts_classes_that_are_there():
    assert compute_constant((5, 0, 5), "balanced-accuracy") == 0.5


def test_read_headline_of_an_older_run_comes_from_its_counts():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [30, 5, 0])
    logits = rng.normal(size=(35, 3)).astype(np.float32)
    test = compute_side_metrics(logits, labels, ("a", "b", "c"))
    record = FinalRecord(trial="t", variant="v", test=test)
    assert read_headline(record) == compute_headline(logits.argmax(1) == labels, labels, "accuracy")
    told = Headline(
        metric="balanced-accuracy", value=0.5, low=0.4, high=0.6, constant=0.5, pictures=9
    )
    assert read_headline(record.model_copy(update={"headline": told})) == told


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.99, 1.0])
def test_few_mistakes_have_an_interval_that_holds_wilsons(mean):
    found = widen_near_ends(Interval(mean, mean, mean), 300)
    expected = stats.binomtest(round(300 * mean), 300).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.low < found.high


def test_intervals_of_many_mistakes_or_of_more_width_stay_as_they_are():
    usual, wide = Interval(0.9, 0.88, 0.92), Interval(0.995, 0.5, 1.2)
    assert widen_near_ends(usual, 300) == usual
    assert widen_near_ends(wide, 300) == wide
