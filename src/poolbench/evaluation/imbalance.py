"""Choose what classes of different sizes ask for."""

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Metric

# Ratio of class sizes above which variants are compared by balanced accuracy.
MOST_IMBALANCED = 1.5


def choose_metric(wanted: str, labels: NDArray[np.int64]) -> Metric:
    """Return balanced accuracy where class sizes differ much, if nothing was asked for.

    Example:
        >>> choose_metric("auto", np.array([0, 0, 1])), choose_metric("accuracy", np.array([0, 1]))
        ('balanced-accuracy', 'accuracy')
    """
    if wanted == "accuracy":
        return "accuracy"
    return "balanced-accuracy" if is_imbalanced(labels) or wanted != "auto" else "accuracy"


def is_imbalanced(labels: NDArray[np.int64]) -> bool:
    """Return whether the largest class has many more pictures than the smallest.

    Example:
        >>> is_imbalanced(np.array([0, 0, 0, 1, 1])), is_imbalanced(np.array([0, 0, 0, 0, 1, 1]))
        (False, True)
    """
    counts = np.unique(labels, return_counts=True)[1]
    return bool(counts.max() > MOST_IMBALANCED * counts.min())
