"""Wrong labels are found where networks are sure of something else."""

import numpy as np
import pytest

from poolbench.evaluation.suspects import find_suspects


def make_answers(rng, truth, sureness=0.8):
    """Probabilities of a good but not perfect network."""
    classes = truth.max() + 1
    scores = rng.normal(size=(len(truth), classes))
    scores[np.arange(len(truth)), truth] += 6 * sureness
    shares = np.exp(scores)
    return shares / shares.sum(1, keepdims=True)


def test_planted_flips_are_found_and_little_else():
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(4), 250)
    labels = truth.copy()
    flipped = rng.choice(1000, 50, replace=False)
    labels[flipped] = (truth[flipped] + rng.integers(1, 4, 50)) % 4
    found = find_suspects(make_answers(rng, truth), labels)
    hits = np.isin(found.index, flipped)
    # As many as the threshold, which is the mean of a class, lets through: most, not all.
    assert hits.sum() / 50 > 0.8
    assert hits.mean() > 0.8
    # What they really are, for most.
    assert (found.suggested[hits] == truth[found.index[hits]]).mean() > 0.95


def test_suspects_come_with_the_worst_first_and_are_never_their_own_label():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 300)
    found = find_suspects(make_answers(rng, rng.permutation(labels)), labels)
    assert (np.diff(found.margins) <= 0).all()
    assert (found.suggested != labels[found.index]).all()


def test_class_that_networks_are_never_sure_of_has_its_own_threshold():
    # Of class 1 they say at most 0.4, which for that class is much.
    answers = np.array([[0.9, 0.1]] * 6 + [[0.6, 0.4]] * 5 + [[0.62, 0.38]])
    labels = np.array([0] * 6 + [1] * 5 + [0])
    found = find_suspects(answers, labels)
    assert found.index.tolist() == []
    labels[10] = 0
    assert find_suspects(answers, labels).index.tolist() == [10]


@pytest.mark.parametrize("classes", [2, 5])
def test_right_labels_that_are_clear_raise_no_suspicion(classes):
    labels = np.repeat(np.arange(classes), 20)
    answers = np.full((len(labels), classes), 0.1 / (classes - 1))
    answers[np.arange(len(labels)), labels] = 0.9
    assert len(find_suspects(answers, labels).index) == 0
