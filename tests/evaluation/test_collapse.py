"""Networks that are no better than a constant answer on their own training pictures."""

import numpy as np
import pytest

from poolbench.evaluation.collapse import has_collapsed

UNEQUAL = np.repeat([0, 1, 2], [300, 20, 20])
EQUAL = np.arange(300) % 3


def say(predicted, classes=3):
    return np.eye(classes, dtype=np.float32)[predicted]


@pytest.mark.parametrize("labels", [UNEQUAL, EQUAL])
@pytest.mark.parametrize("answer", [0, 2])
def test_one_answer_for_all_has_collapsed(labels, answer):
    assert has_collapsed(say(np.full(len(labels), answer)), labels)


def test_a_balanced_network_with_fewer_right_than_the_largest_class_has_not():
    """It tells the small classes, and so less of the large one."""
    predicted = UNEQUAL.copy()
    predicted[:100] = 1
    assert (predicted == UNEQUAL).mean() < 300 / 340
    assert not has_collapsed(say(predicted), UNEQUAL)


def test_a_network_that_learned_a_little_of_many_classes_has_not():
    labels = np.arange(10_000) % 100
    predicted = np.where(np.arange(10_000) < 500, labels, 0)
    assert not has_collapsed(say(predicted, 100), labels)


def test_one_class_alone_cannot_be_missed():
    assert not has_collapsed(say(np.zeros(5, dtype=int), 2), np.zeros(5, dtype=int))
