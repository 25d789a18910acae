"""Pictures whose labels are probably wrong, by confident learning."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Suspects:
    """Pictures in the order of suspicion, the worst first.

    Attributes:
        index: int64 ``[n]``, positions among the pictures that were looked at.
        suggested: int64 ``[n]``, the class that each probably is of.
        margins: float64 ``[n]``, probability of the suggested class minus that of the label.
    """

    index: NDArray[np.int64]
    suggested: NDArray[np.int64]
    margins: NDArray[np.float64]


def find_suspects(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Suspects:
    """The pictures off the diagonal of the confident joint (Northcutt 2021, arXiv:1911.00068).

    A class is confidently seen in a picture if its probability is at least the mean that it has
    over the pictures with that label. A picture is suspect if the most probable class that is
    confidently seen in it is not its label.

    Args:
        probabilities: ``[N, classes]``, by networks that did not train on the picture.
        labels: int64 ``[N]``, every class at least once.

    Example:
        >>> seen = np.array([[0.9, 0.1], [0.8, 0.2], [0.95, 0.05], [0.1, 0.9]])
        >>> find_suspects(seen, np.array([0, 0, 1, 1])).index
        array([2])
    """
    classes = probabilities.shape[1]
    thresholds = np.array([probabilities[labels == k, k].mean() for k in range(classes)])
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggested = confident.argmax(1)
    is_suspect = (confident.max(1) >= 0) & (suggested != labels)
    index = np.flatnonzero(is_suspect)
    margins = probabilities[index, suggested[index]] - probabilities[index, labels[index]]
    order = np.argsort(-margins, kind="stable")
    return Suspects(index[order], suggested[index][order], margins[order])
