"""Compute intervals for a mean over re-trainings and pictures, from the parts of its variance."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from poolbench.verdict.components import (
    Components,
    Folds,
    Groups,
    Numbers,
    Values,
    compute_components,
)

# Nodes at which a chi-squared distribution is taken, and what is left out at its ends.
NODES = 128
FEW_NODES = 32
# Number of pictures (or groups) from which on their variance is taken as known.
MANY_UNITS = 100
LOWER_TAIL, UPPER_TAIL = 1e-9, 1e-12


@dataclass(frozen=True)
class Interval:
    """A mean and its two-sided confidence interval, in the units of the values."""

    mean: float
    low: float
    high: float


def compute_interval(
    values: Values, fold: Folds, confidence: float, groups: Groups | None = None
) -> Interval:
    """Compute the confidence interval of the mean over new trainings and new pictures.

    The variance is the mean square between trial means over the number T of trials, plus what
    these do not show of the pictures, since repeats share them, or since all trainings draw from
    one pool: ``MS / T + ((1 - 1 / R) T / (T - 1) + POOL_SHARE) s2 / n``. That the first part is
    estimated from T - 1 degrees of freedom is taken into account as generalised confidence
    intervals do. With one trial nothing is known of re-training, and the interval speaks of the
    pictures alone.

    Args:
        values: ``[R, n]``.
        fold: ``[R, n]``.
        confidence: Between 0 and 1, such as 0.95.
        groups: int64 ``[n]``: pictures that belong together count as one draw; ``None``: each
            picture stands alone.

    Raises:
        UsageError: If the arrays do not fit together or hold what is no number.

    Reference:
        Weerahandi 1993, Journal of the American Statistical Association 88(423).

    Example:
        >>> values = np.array([[1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]])
        >>> fold = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
        >>> interval = compute_interval(values, fold, 0.95)
        >>> interval.mean, round(interval.low, 3), round(interval.high, 3)
        (0.75, 0.291, 1.209)
    """
    parts = compute_components(values, fold, groups)
    half_width = float(compute_half_width(parts, confidence))
    mean = float(parts.mean)
    return Interval(mean, mean - half_width, mean + half_width)


def compute_half_width(parts: Components, confidence: float) -> Numbers:
    """Compute half the width of the interval, ``[...]``.

    The mean is normal with variance ``trials * f / chi2(f) + pictures``: the first part is known
    from f degrees of freedom only, the second from so many pictures that it is taken as it is;
    where they are few, as groups can be, it is mixed over its own degrees of freedom too.
    Without the second this is Student's interval.
    """
    deviations, weights = _list_deviations(parts)
    # The share that an interval holds is concave in its half-width, so Newton's steps from below
    # never pass the root.
    half_width = special.ndtri(0.5 + confidence / 2) * deviations.min(axis=-1)
    safe = np.where(deviations > 0, deviations, 1.0)
    for _ in range(100):
        scaled = half_width[..., None] / safe
        lack = confidence - special.erf(scaled / np.sqrt(2)) @ weights
        slope = (np.exp(-(scaled**2) / 2) / safe) @ weights * np.sqrt(2 / np.pi)
        step = np.where(deviations.max(axis=-1) > 0, lack / slope, 0.0)
        half_width = half_width + step
        if (np.abs(step) <= 1e-12 * half_width).all():
            break
    return np.asarray(half_width)


def compute_score_limits(
    points: Numbers, confidence: float, units: float
) -> tuple[Numbers, Numbers]:
    """Compute which true differences the number of pictures alone leaves possible, ``[...]`` twice.

    However well trainings agree, a true difference of ``m`` points needs pictures that only one of
    two variants tells right, so its mean over ``units`` pictures varies by at least
    ``(100 m - m²) / units``. The limits are the outermost differences that a score test with this
    variance does not refuse. Where no picture differs they are ``±100 z² / (units + z²)``.

    Args:
        points: Differences as they were measured, in points.
        units: Pictures, or as many as groups and weights leave of them.

    Reference:
        Tango 1998, Statistics in Medicine 17(8).

    Example:
        >>> low, high = compute_score_limits(np.array(0.0), 0.95, 300)
        >>> round(float(low), 3), round(float(high), 3)
        (-1.264, 1.264)
    """
    share = special.ndtri(0.5 + confidence / 2) ** 2 / units
    upper = _find_upper_limit(points, share)
    return -_find_upper_limit(-points, share), upper


def _find_upper_limit(points: Numbers, share: float) -> Numbers:
    """Return the greatest ``m`` with ``(points - m)² <= share (100 |m| - m²)``."""
    size = np.abs(points)
    scale = 1 + share
    # The roots on the side of the measured difference, and on the other one.
    near = np.sqrt(np.maximum(share * (1e4 * share + 400 * size - 4 * size**2), 0.0))
    same, other = 2 * size + 100 * share, 100 * share - 2 * size
    across = share * (1e4 * share - 400 * size - 4 * size**2)
    far = (other + np.sqrt(np.maximum(across, 0.0))) / (2 * scale)
    is_across = (across >= 0) & (other > 0)
    below = np.where(is_across, far, -(same - near) / (2 * scale))
    return np.asarray(np.where(points >= 0, (same + near) / (2 * scale), below))


def compute_probability_below(parts: Components, threshold: float) -> Numbers:
    """Compute the generalised (fiducial) probability of a mean below ``threshold``, ``[...]``.

    Without any variance it is 0 or 1, and one half at the threshold itself.
    """
    deviations, weights = _list_deviations(parts)
    distance = threshold - parts.mean
    certain = 0.5 * (1 + np.sign(distance))
    scaled = distance[..., None] / np.where(deviations > 0, deviations, 1.0)
    return np.where(deviations.max(axis=-1) > 0, special.ndtr(scaled) @ weights, certain)


def _list_deviations(parts: Components) -> tuple[Values, Values]:
    """Return the mean as a mixture of normals: deviations ``[..., NODES]`` and weights."""
    pictures = np.asarray(parts.pictures)[..., None]
    if parts.freedom == 0:
        scale, weights = _take_chi2(parts.picture_freedom)
        return np.sqrt(pictures / scale), weights
    scale, weights = _take_chi2(parts.freedom)
    trials = np.asarray(parts.trials)[..., None] / scale
    if parts.picture_freedom >= MANY_UNITS:
        return np.sqrt(trials + pictures), weights
    # Few groups: how much they differ is not known well either.
    unit_scale, unit_weights = _take_chi2(parts.picture_freedom, FEW_NODES)
    variances = trials[..., :, None] + (pictures / unit_scale)[..., None, :]
    mixed = np.sqrt(variances.reshape(*variances.shape[:-2], -1))
    return mixed, np.outer(weights, unit_weights).ravel()


@lru_cache(maxsize=8)
def list_nodes(count: int) -> tuple[Values, Values]:
    """Return the Gauss-Legendre nodes and weights, which take longer to find than all else here."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


@lru_cache(maxsize=256)
def _take_chi2(freedom: float, count: int = NODES) -> tuple[Values, Values]:
    """Return Gauss-Legendre nodes and weights of chi-squared over its degrees of freedom."""
    half = freedom / 2
    low = np.log(2 * special.gammaincinv(half, LOWER_TAIL))
    high = np.log(2 * special.gammainccinv(half, UPPER_TAIL))
    nodes, weights = list_nodes(count)
    values = np.exp(low + (high - low) * (nodes + 1) / 2)
    # Its constant factor, far beyond what a number can hold, goes out with the sum.
    logs = half * np.log(values) - values / 2
    density = weights * np.exp(logs - logs.max())
    return values / freedom, density / density.sum()
