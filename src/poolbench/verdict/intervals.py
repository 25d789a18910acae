"""Compute intervals for a mean over re-trainings and pictures.

``values[..., repeat, picture]`` holds what one trial said about one picture (right or wrong, a
loss, or the difference of two variants); ``fold[repeat, picture]`` says in which trial of its
repeat it was held out. A new study would train anew *and* see other pictures, so both kinds of
chance count. Leading axes are independent questions that share the folds, such as many pairs.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from poolbench.errors import UsageError

# Nodes at which a chi-squared distribution is taken, and what is left out at its ends.
NODES = 128
FEW_NODES = 32
# Number of pictures (or groups) from which on their variance is taken as known.
MANY_UNITS = 100
LOWER_TAIL, UPPER_TAIL = 1e-9, 1e-12
# With one repeat, what pictures share and what a training adds by chance cannot be told apart.
# Used for planning alone; docs/method.md has measured shares.
ASSUMED_SHARED = 0.5

Values = NDArray[np.float64]
Folds = NDArray[np.int64]
Groups = NDArray[np.int64]
# One number, or one for each question.
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean and its two-sided confidence interval, in the units of the values."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Components:
    """The variance of a mean and its parts, ``[...]`` as the leading axes of the values.

    Attributes:
        trials: Variance of the mean that is seen between trials, with ``freedom`` degrees of
            freedom; not a number if there is only one trial.
        pictures: Variance of the mean that repeats share, and so do not show between their trials;
            with ``picture_freedom`` degrees of freedom.
        shared: Variance between pictures (or groups) of what all trainings say of them.
        residual: Variance of what is left for one picture in one training.
    """

    mean: Numbers
    trials: Numbers
    freedom: int
    pictures: Numbers
    picture_freedom: int
    shared: Numbers
    residual: Numbers

    @property
    def variance(self) -> Numbers:
        """Variance of the mean over new trainings and new pictures."""
        return np.nan_to_num(self.trials) + self.pictures


def compute_interval(
    values: Values, fold: Folds, confidence: float, groups: Groups | None = None
) -> Interval:
    """Compute the confidence interval of the mean over new trainings and new pictures.

    The variance is the mean square between trial means over the number T of trials, plus what
    these do not show of the pictures, since repeats share them:
    ``MS / T + (1 - 1 / R) T / (T - 1) s2 / n``. That the first part is estimated from T - 1 degrees
    of freedom is taken into account as generalised confidence intervals do. With one trial nothing
    is known of re-training, and the interval speaks of the pictures alone.

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


def compute_components(values: Values, fold: Folds, groups: Groups | None = None) -> Components:
    """Compute the parts of the variance of the mean; see :func:`compute_interval`.

    Args:
        values: ``[..., R, n]``.
        fold: ``[R, n]``.
        groups: ``[n]``.
    """
    _check(values, fold, groups)
    repeats = values.shape[-2]
    means = compute_trial_means(values, fold)
    count = means.shape[-1]
    freedom = count - 1
    trials = means.var(axis=-1, ddof=1) / count if freedom else np.full(values.shape[:-2], np.nan)
    units = values if groups is None else sum_groups(values, groups)
    pictures = units.shape[-1]
    shared, residual = compute_picture_variances(units)
    # Folds hold different pictures, so part of their chance shows between the trial means: with
    # T = R K trials (K - 1) / (T - 1) of it. The rest is added here; with one fold that is all.
    hidden = (1 - 1 / repeats) * count / freedom if freedom else 1.0
    known = shared if freedom else shared + residual
    by_picture = hidden * known / pictures
    if repeats == 1 and freedom:
        # Few folds can agree by chance; pictures alone still differ as much as within a fold.
        by_picture = np.maximum(residual / pictures - trials, 0.0)
    mean = values.mean(axis=(-2, -1))
    return Components(mean, trials, freedom, by_picture, pictures - 1, shared, residual)


def compute_trial_means(values: Values, fold: Folds) -> Values:
    """Compute the mean of each trial's held-out pictures: ``[..., R, n] -> [..., T]``."""
    parts = []
    for repeat, row in enumerate(fold):
        _, number = np.unique(row, return_inverse=True)
        member = np.eye(number.max() + 1)[number]
        parts.append(values[..., repeat, :] @ (member / member.sum(axis=0)))
    return np.concatenate(parts, axis=-1)


def compute_picture_variances(values: Values) -> tuple[Numbers, Numbers]:
    """Estimate the variance components of pictures and of the residual, each at least 0.

    Shape: ``[..., R, n] -> [...]``, twice.

    From the two-way analysis of variance: the mean square between pictures less the residual one,
    over R. With one repeat the two cannot be told apart: all is residual.
    """
    repeats, pictures = values.shape[-2:]
    centred = values - values.mean(axis=(-2, -1), keepdims=True)
    by_picture = centred.mean(axis=-2)
    between = repeats * (by_picture**2).sum(axis=-1) / (pictures - 1)
    if repeats == 1:
        return np.zeros_like(between), between
    # The sum of squares of the residuals, without an array of them.
    rest = np.einsum("...rn,...rn->...", centred, centred) - repeats * (by_picture**2).sum(axis=-1)
    rest = rest - pictures * (centred.mean(axis=-1) ** 2).sum(axis=-1)
    residual = np.maximum(rest, 0.0) / ((repeats - 1) * (pictures - 1))
    return np.maximum(between - residual, 0.0) / repeats, residual


def sum_groups(values: Values, groups: Groups) -> Values:
    """Return one value a group, with the mean of the pictures: ``[..., R, n] -> [..., R, G]``.

    Each holds the sum of its pictures' distances from the overall mean (the linearised ratio
    estimator of cluster sampling), so that groups of unequal size are no noise in themselves.
    """
    _, number = np.unique(groups, return_inverse=True)
    mean = values.mean(axis=(-2, -1), keepdims=True)
    member = np.eye(number.max() + 1)[number]
    result: Values = mean + (values - mean) @ (member * (member.shape[1] / len(groups)))
    return result


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


@lru_cache(maxsize=1)
def _list_nodes(count: int) -> tuple[Values, Values]:
    """Return the Gauss-Legendre nodes and weights, which take longer to find than all else here."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


@lru_cache(maxsize=256)
def _take_chi2(freedom: int, count: int = NODES) -> tuple[Values, Values]:
    """Return Gauss-Legendre nodes and weights of chi-squared over its degrees of freedom."""
    half = freedom / 2
    low = np.log(2 * special.gammaincinv(half, LOWER_TAIL))
    high = np.log(2 * special.gammainccinv(half, UPPER_TAIL))
    nodes, weights = _list_nodes(count)
    values = np.exp(low + (high - low) * (nodes + 1) / 2)
    # Its constant factor, far beyond what a number can hold, goes out with the sum.
    logs = half * np.log(values) - values / 2
    density = weights * np.exp(logs - logs.max())
    return values / freedom, density / density.sum()


def _check(values: Values, fold: Folds, groups: Groups | None) -> None:
    if values.ndim < 2 or values.shape[-2:] != fold.shape or values.shape[-1] < 2:
        raise UsageError(
            "An interval needs values and folds of one shape [repeats, pictures], with at least "
            f"2 pictures; got {values.shape} and {fold.shape}."
        )
    if not np.isfinite(values).all():
        raise UsageError("An interval needs finite values, and some are not.")
    if groups is not None and (groups.shape != fold.shape[1:] or len(np.unique(groups)) < 2):
        raise UsageError(
            f"An interval needs a group for each of {fold.shape[1]} pictures, and at least 2 "
            f"groups; got {groups.shape} with {len(np.unique(groups))}."
        )
