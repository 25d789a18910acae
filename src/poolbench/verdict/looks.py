"""Share the accepted error between the looks at a study that grows.

At look j the study has a part t_j of the repeats that it may have at most. Up to there,
``ALPHA * t_j ** SPENDING_POWER`` of the error may have been spent, and the level of each look is
the one that spends what has become free since the look before. The levels are those of a mean with
independent increments. What all looks share, their pictures, makes looks more alike and errors
rarer, so the levels hold for any share of it.

Reference:
    Lan and DeMets 1983, Biometrika 70(3); Armitage, McPherson and Rowe 1969, Journal of the Royal
    Statistical Society A 132(2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from poolbench.verdict.intervals import list_nodes

# Accepted probability of naming a false winner.
ALPHA = 0.05
# Equivalence is two one-sided tests at 5 % each: the 90 % interval must lie within the margin.
TIE_ALPHA = 0.05
# Numbers of repeats after which a study with --repeats auto is looked at.
LOOKS = (2, 4, 6, 10, 16, 24)
SPENDING_POWER = 0.7
# Nodes for the integral over where a study may stand, and where it is cut off, in deviations.
NODES = 400
CUT_OFF = 8.0
# Levels are told, and used, to four digits.
DIGITS = 4


@dataclass(frozen=True)
class Level:
    """How large an error one look accepts.

    Attributes:
        alpha: Two-sided level of "better".
        tie_alpha: Level of each of the two one-sided tests of a tie.
    """

    alpha: float
    tie_alpha: float


# A study that is judged once spends everything at once.
WHOLE = Level(ALPHA, TIE_ALPHA)


def make_levels(looks: Sequence[int]) -> Mapping[int, Level]:
    """Return the level of each look, by its number of repeats.

    Args:
        looks: Numbers of repeats, rising; the last is the most that there can be.

    Example:
        >>> [level.alpha for level in make_levels(LOOKS).values()]
        [0.0088, 0.0073, 0.0076, 0.0117, 0.0161, 0.0208]
    """
    if len(looks) == 1:
        return {looks[0]: WHOLE}
    alphas = compute_levels(tuple(looks), ALPHA, sides=2)
    ties = compute_levels(tuple(looks), TIE_ALPHA, sides=1)
    return {look: Level(*pair) for look, *pair in zip(looks, alphas, ties, strict=True)}


@lru_cache(maxsize=64)
def compute_levels(looks: tuple[int, ...], alpha: float, sides: int) -> tuple[float, ...]:
    """Compute the level of each look: its p value must be below.

    Args:
        sides: 2: a difference in either direction counts; 1: in one only.
    """
    times = np.array(looks) / looks[-1]
    spent = np.diff(alpha * times**SPENDING_POWER, prepend=0.0)
    # Where a study that has not ended may stand, and how likely that is.
    stand = START
    levels = []
    for time, part in zip(times, spent, strict=True):
        bound = float(optimize.brentq(_spend_too_much, 0.0, CUT_OFF, (stand, time, part, sides)))
        levels.append(round(float(sides * special.ndtr(-bound)), DIGITS))
        stand = go_on(stand, time, bound, sides)
    return tuple(levels)


class Stand(NamedTuple):
    """Where the score of a study that has not ended may stand: a sum over points.

    Attributes:
        points: ``[m]``; ``shares``: their probabilities, ``[m]``.
        time: 0-1.
    """

    points: NDArray[np.float64]
    shares: NDArray[np.float64]
    time: float


START = Stand(np.zeros(1), np.ones(1), 0.0)


def _spend_too_much(bound: float, stand: Stand, time: float, part: float, sides: int) -> float:
    """Return by how much more than ``part`` is spent where the look at ``time`` has this bound."""
    step, end = np.sqrt(time - stand.time), bound * np.sqrt(time)
    crossing = special.ndtr((stand.points - end) / step)
    if sides == 2:
        crossing = crossing + special.ndtr((-end - stand.points) / step)
    return float(stand.shares @ crossing) - part


def go_on(
    stand: Stand, time: float, bound: float, sides: int, drift: float = 0.0, count: int = NODES
) -> Stand:
    """Return where the study stands after a look that it did not end at.

    Args:
        bound: Of the score over its deviation, at this look.
        drift: Mean of the score at time 1.
        count: Nodes of the integral.
    """
    step, end = np.sqrt(time - stand.time), bound * np.sqrt(time)
    start = -end if sides == 2 else -CUT_OFF * np.sqrt(time)
    nodes, weights = list_nodes(count)
    points = start + (end - start) * (nodes + 1) / 2
    scaled = (points[:, None] - stand.points - drift * step**2) / step
    density = np.exp(-(scaled**2) / 2) @ stand.shares / (step * np.sqrt(2 * np.pi))
    return Stand(points, density * weights * (end - start) / 2, time)
