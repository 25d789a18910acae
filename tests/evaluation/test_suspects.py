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


def test_a_label_that_networks_find_likelier_than_any_other_is_not_suspect():
    answers = np.array([[0.9, 0.1]] * 60 + [[0.6, 0.4]] * 50)
    labels = np.array([0] * 60 + [1] * 50)
    found = find_suspects(answers, labels)
    assert (answers[found.index, labels[found.index]] < 0.5).all()


@pytest.mark.parametrize("sureness", [0.35, 0.6, 0.8])
@pytest.mark.parametrize("over", [1.0, 2.0])
def test_what_is_only_hard_for_weak_and_too_sure_networks_raises_no_suspicion(sureness, over):
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 1000)
    answers = make_answers(rng, labels, sureness) ** over
    answers /= answers.sum(1, keepdims=True)
    # A fifth and more of what networks of 0.35 say is wrong.
    assert ((answers.argmax(1) != labels).mean() > 0.1) == (sureness == 0.35)
    assert len(find_suspects(answers, labels).index) <= 10


@pytest.mark.parametrize("classes", [2, 5])
def test_right_labels_that_are_clear_raise_no_suspicion(classes):
    labels = np.repeat(np.arange(classes), 20)
    answers = np.full((len(labels), classes), 0.1 / (classes - 1))
    answers[np.arange(len(labels)), labels] = 0.9
    assert len(find_suspects(answers, labels).index) == 0
