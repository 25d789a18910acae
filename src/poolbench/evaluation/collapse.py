"""Recognise networks that answer as if they saw nothing."""

import numpy as np
from numpy.typing import NDArray

# Share of the way from the best constant answer to all right, by accuracy and by balanced accuracy,
# below which nothing was learned.
LEAST_SKILL = 0.01


def has_collapsed(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> bool:
    """Return whether a network is no better than a constant answer on its training pictures.

    Args:
        logits: ``[n, classes]``.
        labels: ``[n]``.

    Example:
        >>> labels = np.array([0, 0, 0, 1])
        >>> has_collapsed(np.array([[1.0, 0.0]] * 4), labels)
        True
        >>> has_collapsed(np.eye(2)[labels], labels)
        False
    """
    counts = np.bincount(labels, minlength=logits.shape[1])
    present = counts > 0
    if present.sum() < 2:
        return False
    right = np.bincount(labels, logits.argmax(axis=1) == labels, logits.shape[1])
    plain, constant = right.sum() / len(labels), counts.max() / len(labels)
    balanced, share = (right[present] / counts[present]).mean(), 1 / present.sum()
    skills = (plain - constant) / (1 - constant), (balanced - share) / (1 - share)
    return bool(max(skills) < LEAST_SKILL)
