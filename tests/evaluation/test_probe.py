"""The probe finds what theory says, and nothing where nothing is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from poolbench.data.image_set import Half, ImageSet
from poolbench.data.tasks import get_task, list_tasks
from poolbench.errors import DataError, UnknownNameError
from poolbench.evaluation.probe import (
    build_probe_operator,
    compute_features,
    compute_probe_outcomes,
)

torch.set_num_threads(1)
TASKS = list_tasks()


def _take(image_set, count):
    return replace(image_set, pool=image_set.pool.take(np.arange(count)))


def _make_set(images, labels):
    half = Half(images, labels, tuple(map(str, range(len(labels)))))
    return ImageSet("made", ("a", "b"), half, half, has_official_test=True)


@pytest.mark.parametrize("task", TASKS, ids=[task.name for task in TASKS])
def test_probe_finds_the_expected_order(task):
    outcomes = compute_probe_outcomes(task.make(), task.operators, measure=task.measure)
    score = dict(zip(task.operators, outcomes.correct.mean(axis=(1, 2)), strict=True))
    for better, worse in task.expected:
        assert score[better] > score[worse] + 0.05, score
        assert 0.6 < score[better] < 0.99, score
    for operator_id in task.tied:
        place = task.operators.index(operator_id)
        np.testing.assert_array_equal(outcomes.correct[place], outcomes.correct[0])
        assert 0.6 < score[operator_id] < 0.99, score


def test_probe_outcomes_have_their_shapes():
    task = get_task("two-tone")
    outcomes = compute_probe_outcomes(
        _take(task.make(), 120), task.operators, folds=4, repeats=3, seed=5
    )
    assert outcomes.operators == task.operators
    assert outcomes.correct.shape == (3, 3, 120)
    assert outcomes.correct.dtype == bool
    assert outcomes.fold.shape == (3, 120)
    assert outcomes.fold.dtype == np.int64
    assert [np.bincount(row).tolist() for row in outcomes.fold] == [[30] * 4] * 3
    assert (outcomes.fold[0] != outcomes.fold[1]).any()


@pytest.mark.parametrize("measure", ["accuracy", "consistency"])
def test_probe_depends_on_its_seed_and_on_nothing_else(measure):
    image_set = _take(get_task("phase").make(), 200)
    operators = ("avg", "space-to-depth")
    first = compute_probe_outcomes(image_set, operators, seed=1, measure=measure)
    torch.manual_seed(99)
    before = torch.random.get_rng_state()
    again = compute_probe_outcomes(image_set, operators[::-1], seed=1, measure=measure)
    np.testing.assert_array_equal(first.correct, again.correct[::-1])
    np.testing.assert_array_equal(first.fold, again.fold)
    assert torch.equal(torch.random.get_rng_state(), before)
    other = compute_probe_outcomes(image_set, operators, seed=2, measure=measure)
    assert (first.correct != other.correct).any()


def test_probe_sees_the_plain_numbers_of_the_pictures():
    images = get_task("blocky").make().pool.images[:20]
    arrays = [
        compute_features(build_probe_operator(i, 0), images) for i in ("stride", "max", "avg")
    ]
    expected = images[:, ::4, ::4].transpose(0, 3, 1, 2).reshape(20, -1)
    for features in arrays:
        assert features.dtype == np.float64
        np.testing.assert_array_equal(features, expected)


def test_probe_operator_draws_its_parameters_by_seed_and_key():
    first, again, other = (
        build_probe_operator("space-to-depth", 3, *key).conv.weight
        for key in ((0, 1), (0, 1), (1,))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_probe_tells_nothing_from_labels_that_mean_nothing():
    image_set = get_task("weak-mean").make()
    labels = np.random.default_rng(0).permutation(image_set.pool.labels)
    shuffled = replace(image_set, pool=replace(image_set.pool, labels=labels))
    outcomes = compute_probe_outcomes(shuffled, ("avg",))
    # Three standard deviations of 1200 coins, and a little for the two repeats.
    assert outcomes.correct.mean() == pytest.approx(0.5, abs=0.05)


def test_probe_consistency_is_whole_where_a_shift_changes_nothing():
    """Each picture has one grey level, so that it can be moved about as one likes."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    levels = (100 + 40 * labels + rng.integers(-60, 60, 60)).astype(np.uint8)
    images = np.broadcast_to(levels[:, None, None, None], (60, 8, 8, 3)).copy()
    outcomes = compute_probe_outcomes(_make_set(images, labels), ("stride",), measure="consistency")
    assert outcomes.correct.all()
    accuracy = compute_probe_outcomes(_make_set(images, labels), ("stride",))
    assert 0.5 < accuracy.correct.mean() < 1


def test_probe_refuses_what_it_does_not_know_and_too_few_pictures():
    image_set = get_task("needle").make()
    with pytest.raises(UnknownNameError, match="Did you mean 'consistency'"):
        compute_probe_outcomes(image_set, ("max",), measure="consistence")
    with pytest.raises(UnknownNameError, match="Did you mean 'max'"):
        compute_probe_outcomes(image_set, ("maxx",))
    with pytest.raises(DataError, match="at least that many training images"):
        compute_probe_outcomes(_take(image_set, 6), ("max",))
