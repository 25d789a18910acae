"""What classes of different sizes ask for."""

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Metric

# Classes that differ by more than this in size are compared by balanced accuracy.
MOST_UNEQUAL = 1.5


def choose_metric(wanted: str, labels: NDArray[np.int64]) -> Metric:
    """Balanced accuracy where class sizes differ much, if nothing was asked for.

    Example:
        >>> choose_metric("auto", np.array([0, 0, 1])), choose_metric("accuracy", np.array([0, 1]))
        ('balanced-accuracy', 'accuracy')
    """
    if wanted == "accuracy":
        return "accuracy"
    return "balanced-accuracy" if is_unequal(labels) or wanted != "auto" else "accuracy"


def is_unequal(labels: NDArray[np.int64]) -> bool:
    """Whether the largest class has many more pictures than the smallest.

    Example:
        >>> is_unequal(np.array([0, 0, 0, 1, 1])), is_unequal(np.array([0, 0, 0, 0, 1, 1]))
        (False, True)
    """
    counts = np.unique(labels, return_counts=True)[1]
    return bool(counts.max() > MOST_UNEQUAL * counts.min())
