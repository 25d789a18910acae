"""Plan what an undecided comparison would take: further repeats, or further pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from poolbench.verdict.intervals import ASSUMED_SHARED, Components, compute_half_width
from poolbench.verdict.paired import Levels

# Probability with which the study that is asked for decides, if the difference is what it seems.
POWER = 0.80
# Points that stand in for a standard deviation of 0.
TINY = 1e-9
MOST_REPEATS = 1000
MOST_PICTURES = 10_000_000
# Numbers of repeats that are tried in turn where more pictures alone would not decide.
MORE_REPEATS = (2, 4, 6, 10, 16, 24)
# Standard deviation, in points, of the accuracy between trainings on the same pictures. Pooled over
# the repeats of docs/lab.md: five of each of three variants in study lab-example, two of each of
# three in lab-published (15 degrees of freedom); benchmarks/results has the trials.
TRIAL_SD_POINTS = 0.98


@dataclass(frozen=True)
class Spread:
    """What makes the mean difference of a study uncertain, apart from its size, in points.

    Attributes:
        trial: Variance that one repeat's trainings add to its mean.
        residual: Variance of one picture in one training.
        shared: Variance between pictures of what all trainings say.
    """

    trial: float
    residual: float
    shared: float
    folds: int

    def forecast(self, repeats: int, units: int) -> Components:
        """Forecast what a study of this size would find, its own mean apart."""
        count = repeats * self.folds
        by_training = self.trial / repeats + self.residual / (repeats * units)
        by_picture = self.shared / units
        seen = (self.folds - 1) / (count - 1) if count > 1 else 0.0
        return Components(
            mean=np.zeros(()),
            trials=np.asarray(by_training + seen * by_picture),
            freedom=max(count - 1, 1),
            pictures=np.asarray((1 - seen) * by_picture),
            picture_freedom=units - 1,
            shared=np.asarray(self.shared),
            residual=np.asarray(self.residual),
        )


@dataclass(frozen=True)
class Need:
    """What would decide a comparison.

    Attributes:
        repeats: Further ones on the same pictures; ``None``: no number would.
        pictures: Further ones (or groups), with ``total_repeats``; ``None``: no number would.
        total_repeats: Repeats in all that go with the further pictures: as many as there are, or
            more where pictures alone would not do.
        detectable_points: Smallest difference that any number of repeats could show here.
    """

    repeats: int | None
    pictures: int | None
    total_repeats: int
    detectable_points: float


def compute_need(points: float, spread: Spread, repeats: int, units: int, levels: Levels) -> Need:
    """Compute what it would take to call a difference real, or as good as none.

    Supposes that the true difference is ``points`` and that chances stay as they are.

    Args:
        points: The difference as it was measured.
        repeats: There are now.
        units: Pictures (or groups) there are now.
    """
    more_repeats = _find_least(
        lambda count: _decides_with(points, spread, count, levels, units),
        repeats + 1,
        MOST_REPEATS,
    )
    more_units, total_repeats = _find_units(points, spread, repeats, units, levels)
    quantile = special.ndtri(0.5 + levels.confidence / 2) + special.ndtri(POWER)
    return Need(
        None if more_repeats is None else more_repeats - repeats,
        None if more_units is None else more_units - units,
        total_repeats,
        float(quantile * np.sqrt(spread.shared / units)),
    )


def _find_units(
    points: float, spread: Spread, repeats: int, units: int, levels: Levels
) -> tuple[int | None, int]:
    """Find how many pictures decide, and the fewest repeats with which any number of them does."""
    for count in (repeats, *(more for more in MORE_REPEATS if more > repeats)):
        least = _find_least(
            partial(_decides_with, points, spread, count, levels), units + 1, MOST_PICTURES
        )
        if least is not None:
            return least, count
    return None, repeats


def estimate_spread(parts: Components, repeats: int) -> Spread:
    """Estimate the spread from the variance components of one pair.

    With one repeat, half of the variance of pictures is taken as shared; with one training of
    each variant, trainings are taken to spread as in docs/lab.md.
    """
    units = parts.picture_freedom + 1
    folds = (parts.freedom + 1) // repeats
    shared, residual = float(parts.shared), float(parts.residual)
    if repeats == 1:
        shared, residual = ASSUMED_SHARED * residual, (1 - ASSUMED_SHARED) * residual
    if parts.freedom == 0:
        return Spread(2 * TRIAL_SD_POINTS**2, residual, shared, folds)
    seen = shared / units * (folds - 1) / parts.freedom
    by_training = repeats * max(0.0, float(parts.trials) - seen)
    return Spread(max(0.0, by_training - residual / units), residual, shared, folds)


def _decides_with(points: float, spread: Spread, repeats: int, levels: Levels, units: int) -> bool:
    """Return whether a study of this size would decide, with the wanted power."""
    if repeats * spread.folds < 2:
        # One training of each variant never decides.
        return False
    parts = spread.forecast(repeats, units)
    deviation = max(float(np.sqrt(parts.variance)), TINY)
    to_win = float(compute_half_width(parts, levels.confidence)) + special.ndtri(POWER) * deviation
    # A tie can be missed on both sides, and at no difference at all is missed as often on each.
    room = levels.margin_points - float(compute_half_width(parts, levels.tie_confidence))
    ends = special.ndtr((np.array([room, -room]) - abs(points)) / deviation)
    return bool(abs(points) >= to_win or ends[0] - ends[1] >= POWER)


def _find_least(is_enough: Callable[[int], bool], start: int, most: int) -> int | None:
    """Find the least number from ``start`` to ``most`` that is enough, by doubling and halving."""
    high = start
    while not is_enough(high):
        if high >= most:
            return None
        high = min(2 * high, most)
    low = max(start, high // 2)
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return high
