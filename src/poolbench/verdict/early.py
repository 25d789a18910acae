"""Correct the size of a difference for an early stop.

A study stops early where a difference happens to look large, so what it shows then is too much.
"""

from collections.abc import Sequence

import numpy as np
from scipy import optimize, special

from poolbench.verdict.looks import START, go_on

# How far above the difference that was found the estimate is sought, as a multiple of it.
REACH = 2.0
# Nodes of its integrals: the estimate is told to a tenth of a point.
NODES = 80


def estimate_unbiased(
    points: float, p_value: float, alphas: Sequence[float], times: Sequence[float]
) -> float:
    """Estimate the difference of a winner, in points, given that the study ended at this look.

    The estimate is median-unbiased among the studies that end at this look: the true difference
    under which half of those show less than was found. It is from 0 to ``points``.

    Args:
        points: The difference that was found, above 0.
        p_value: Two-sided, of no difference.
        alphas: Two-sided levels of the looks up to this one.
        times: Information of each look as a part of that of this one, rising to 1.

    Reference:
        Troendle and Yu 1999, Communications in Statistics 28(7).

    Example:
        >>> [round(estimate_unbiased(3.0, p, [0.01], [1.0]), 2) for p in (0.0099, 0.001, 1e-9)]
        [0.0, 2.44, 3.0]
    """
    bounds = -special.ndtri(np.array(alphas) / 2)
    found = -float(special.ndtri(p_value / 2))

    def lack(drift: float) -> float:
        stand = START
        for time, bound in zip(times[:-1], bounds[:-1], strict=True):
            stand = go_on(stand, time, bound, 2, drift, NODES)
        step = np.sqrt(1 - stand.time)
        reached = stand.points + drift * step**2
        above = [
            float(stand.shares @ special.ndtr((reached - score) / step))
            for score in (found, bounds[-1])
        ]
        return above[0] - above[1] / 2

    if found <= bounds[-1] or lack(0.0) >= 0:
        return 0.0
    if lack(REACH * found) <= 0:
        return points
    drift = float(optimize.brentq(lack, 0.0, REACH * found))
    return points * min(drift / found, 1.0)
