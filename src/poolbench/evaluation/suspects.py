"""Find pictures whose labels are likelier wrong than the picture is hard."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Floats = NDArray[np.float64]

# Gain in log-likelihood by which a share of wrong labels must beat none at all. Half of what the
# chi-squared distribution of one degree reaches by chance in 0.5 % of all cases.
LEAST_GAIN = 4.0
# Probability of being wrong above which a label is told.
LEAST_PROBABILITY = 0.5
# Values that are tried: how far answers are too sure (or not sure enough), and shares of wrong
# labels.
TEMPERATURES = np.geomspace(0.5, 8, 25)
SHARES = np.concatenate([[0.0], np.geomspace(0.001, 0.5, 40)])
# Probability that stands in for 0.
TINY = 1e-12


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


_NO_INDEX: NDArray[np.int64] = np.empty(0, dtype=np.int64)
NOTHING_SUSPECT = Suspects(_NO_INDEX, _NO_INDEX, np.empty(0))


class _Noise(NamedTuple):
    """The temperature that calibrates the answers, and the share of labels that are wrong."""

    temperature: float
    share: float
    gain: float


def find_suspects(probabilities: Floats, labels: NDArray[np.int64]) -> Suspects:
    """Return the pictures whose label is more likely wrong than right.

    That networks are sure of another class is not enough: weak ones are so of many pictures that
    are only hard. So answers are calibrated by one temperature (Guo 2017, arXiv:1706.04599), and
    labels are supposed to be wrong with one probability, then any of the other classes as likely;
    both are what makes the labels that there are most likely. Where no share of wrong labels
    explains them clearly better than none, nothing is suspect.

    Args:
        probabilities: ``[N, classes]``, by networks that did not train on the picture.
        labels: int64 ``[N]``.

    Example:
        >>> sure = np.linspace(0.9, 0.9999, 200)
        >>> labels = np.zeros(200, dtype=int)
        >>> labels[[198, 199]] = 1
        >>> find_suspects(np.stack([sure, 1 - sure], axis=1), labels).index
        array([199, 198])
    """
    logs = np.log(np.maximum(probabilities, TINY))
    noise = _estimate_noise(logs, labels)
    if noise.gain < LEAST_GAIN:
        return NOTHING_SUSPECT
    right = _compute_right(logs, labels, noise.temperature)
    by_mistake = noise.share * (1 - right) / (probabilities.shape[1] - 1)
    is_wrong = by_mistake / (by_mistake + (1 - noise.share) * right)
    suggested = probabilities.argmax(1)
    index = np.flatnonzero((is_wrong > LEAST_PROBABILITY) & (suggested != labels))
    margins = probabilities[index, suggested[index]] - probabilities[index, labels[index]]
    order = np.argsort(-margins, kind="stable")
    return Suspects(index[order], suggested[index][order], margins[order])


def _estimate_noise(logs: Floats, labels: NDArray[np.int64]) -> _Noise:
    """Estimate the most likely pair, and what its share gains over no wrong labels at all."""
    others = logs.shape[1] - 1
    likelihoods = np.empty((len(TEMPERATURES), len(SHARES)))
    for row, temperature in enumerate(TEMPERATURES):
        right = _compute_right(logs, labels, temperature)
        for column, share in enumerate(SHARES):
            mixed = (1 - share) * right + share * (1 - right) / others
            likelihoods[row, column] = np.log(np.maximum(mixed, TINY)).sum()
    best = np.unravel_index(likelihoods.argmax(), likelihoods.shape)
    gain = likelihoods.max() - likelihoods[:, 0].max()
    return _Noise(float(TEMPERATURES[best[0]]), float(SHARES[best[1]]), float(gain))


def _compute_right(logs: Floats, labels: NDArray[np.int64], temperature: float) -> Floats:
    """Compute the calibrated probability of each label."""
    scaled = logs / temperature
    found: Floats = np.exp(scaled[np.arange(len(labels)), labels] - logsumexp(scaled, axis=1))
    return found
