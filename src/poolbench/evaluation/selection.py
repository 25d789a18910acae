"""Select the pictures that are worth showing."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Index = NDArray[np.int64]
Logits = NDArray[np.float32]

# Label that stands for a missing prediction.
NO_LABEL = -1


def compute_labels(logits: Logits) -> Index:
    """Return each picture's predicted label, ``NO_LABEL`` where a logit is not finite.

    Args:
        logits: ``[n, classes]``.
    """
    is_finite = np.isfinite(logits).all(axis=1)
    labels: Index = np.where(is_finite, logits.argmax(axis=1), NO_LABEL)
    return labels


def compute_confidence(logits: Logits) -> NDArray[np.float64]:
    """Compute the probability of each picture's predicted class, ``[n]``."""
    confidence: NDArray[np.float64] = softmax(logits.astype(np.float64), axis=1).max(axis=1)
    return confidence


def find_wrong(logits: Logits, truth: Index, most: int) -> Index:
    """Return the positions of the pictures that are most confidently wrong, the worst first.

    Args:
        logits: ``[n, classes]``; where one of a picture is not finite, it is not counted.
        truth: int64 ``[n]``.

    Example:
        >>> logits = np.array([[2.0, 0.0], [0.0, 3.0], [9.0, 0.0]], dtype=np.float32)
        >>> find_wrong(logits, np.array([1, 0, 0]), most=2)
        array([1, 0])
    """
    labels = compute_labels(logits)
    wrong = np.flatnonzero((labels != truth) & (labels != NO_LABEL))
    order = np.argsort(-compute_confidence(logits[wrong]), kind="stable")
    return wrong[order[:most]]


def find_disagreed(votes: Index, most: int) -> Index:
    """Return the positions of the pictures whose votes have the highest entropy, the highest first.

    Pictures about which all agree are left out; of equal ones the first come first.

    Args:
        votes: int64 ``[V, n]``; ``NO_LABEL`` is no vote.

    Example:
        >>> find_disagreed(np.array([[0, 0, 2], [0, 1, 1], [0, 1, 0]]), most=2)
        array([2, 1])
    """
    entropies = np.array([_compute_entropy(column) for column in votes.T])
    order = np.argsort(-entropies, kind="stable")[:most]
    return order[entropies[order] > 0]


def _compute_entropy(votes: Index) -> float:
    """Compute the entropy of the votes in nats."""
    counts = np.unique(votes[votes != NO_LABEL], return_counts=True)[1]
    # Sorted, so that equal shares give the same sum to the last bit, whichever labels have them.
    shares = np.sort(counts) / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def choose_in_turn(labels: Index, most: int) -> Index:
    """Choose at most so many pictures, one of each class in turn, in their order; return positions.

    Example:
        >>> choose_in_turn(np.array([0, 0, 0, 1]), most=2)
        array([0, 3])
    """
    ranks = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        ranks[own] = np.arange(len(own))
    return np.sort(np.argsort(ranks, kind="stable")[:most])


def choose_wrong_and_right(logits: Logits, truth: Index, most_wrong: int, most: int) -> Index:
    """Choose the most confidently wrong pictures, then right ones, the classes in turn."""
    wrong = find_wrong(logits, truth, most_wrong)
    right = np.flatnonzero(compute_labels(logits) == truth)
    return np.concatenate([wrong, right[choose_in_turn(truth[right], most - len(wrong))]])
