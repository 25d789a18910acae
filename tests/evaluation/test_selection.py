"""Which pictures are shown."""

import numpy as np
import pytest

from poolbench.evaluation.selection import (
    choose_in_turn,
    choose_wrong_and_right,
    compute_labels,
    find_disagreed,
    find_wrong,
)

NAN = float("nan")


def test_wrong_pictures_come_by_confidence_and_right_or_unsaid_ones_not_at_all():
    logits = np.array([[1, 0], [5, 0], [0, 2], [NAN, 9], [3, 0]], dtype=np.float32)
    truth = np.array([1, 0, 0, 0, 1])
    assert find_wrong(logits, truth, most=9).tolist() == [4, 2, 0]
    assert find_wrong(logits, truth, most=1).tolist() == [4]
    assert compute_labels(logits).tolist() == [0, 0, 1, -1, 0]


def test_disagreement_is_the_entropy_of_votes_and_ties_keep_their_order():
    votes = np.array([[7, 1, 0, 2, 3], [7, 1, 1, 2, 1], [7, 0, 0, 2, 2]])
    assert find_disagreed(votes, most=9).tolist() == [4, 1, 2]
    assert find_disagreed(votes, most=2).tolist() == [4, 1]


def test_votes_that_are_missing_do_not_disagree():
    votes = np.array([[0, 0, 0], [-1, 1, -1], [0, 0, -1]])
    assert find_disagreed(votes, most=9).tolist() == [1]
    assert find_disagreed(votes[:1], most=9).tolist() == []
    assert find_disagreed(np.full((2, 2), -1), most=9).tolist() == []


@pytest.mark.parametrize(
    ("counts", "expected"), [((100, 2, 1), (61, 2, 1)), ((3, 0, 2), (3, 0, 2))]
)
def test_choose_in_turn_takes_the_classes_in_turn(counts, expected):
    labels = np.repeat(np.arange(3), counts)
    chosen = choose_in_turn(labels, 64)
    assert tuple(np.bincount(labels[chosen], minlength=3)) == expected
    assert (np.diff(chosen) > 0).all()


def test_right_pictures_fill_up_behind_the_wrong_ones():
    truth = np.array([0, 0, 0, 1, 1])
    logits = np.array([[3, 0], [2, 0], [0, 1], [0, 3], [4, 0]], dtype=np.float32)
    assert choose_wrong_and_right(logits, truth, 1, 3).tolist() == [4, 0, 3]
    assert choose_wrong_and_right(logits, truth, 4, 99).tolist() == [4, 2, 0, 1, 3]
