"""Intervals for a mean over re-trainings and pictures.

``values[repeat, picture]`` holds what one trial said about one picture (right or wrong, or the
difference of two variants); ``fold[repeat, picture]`` says in which trial of its repeat it was
held out. A new study would train anew *and* see other pictures, so both kinds of chance count.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from poolbench.errors import UsageError

# Points at which a chi-squared distribution is taken.
GRID = 1000

Values = NDArray[np.float64]
Folds = NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """A mean and its two-sided confidence interval, in the units of the values."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Components:
    """The variance of a mean and its two parts.

    Attributes:
        trials: Part that is seen between trials, ``freedom`` degrees of freedom; not a number if
            there is only one trial.
        pictures: Part of the pictures that the trials of several repeats share, and so do not
            show between them; with ``picture_freedom`` degrees of freedom.
    """

    mean: float
    trials: float
    freedom: int
    pictures: float
    picture_freedom: int


def compute_interval(values: Values, fold: Folds, confidence: float) -> Interval:
    """Confidence interval of the mean over new trainings and new pictures.

    The variance is the mean square between trial means over the number T of trials, plus what
    these do not show of the pictures, since repeats share them:
    ``MS / T + (1 - 1 / R) T / (T - 1) s2 / n``. That the first part is estimated from T - 1 degrees
    of freedom is taken into account as generalised confidence intervals do. With one trial nothing
    is known of re-training, and the interval speaks of the pictures alone.

    Args:
        values: ``[R, n]``.
        fold: ``[R, n]``.
        confidence: Between 0 and 1, such as 0.95.

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
    parts = compute_components(values, fold)
    reach = _find_reach(parts, confidence)
    return Interval(parts.mean, parts.mean - reach, parts.mean + reach)


def compute_components(values: Values, fold: Folds) -> Components:
    """The parts of the variance of the mean; see :func:`compute_interval`."""
    _check(values, fold)
    repeats, pictures = values.shape
    means = np.array(
        [
            values[repeat, fold[repeat] == number].mean()
            for repeat in range(repeats)
            for number in np.unique(fold[repeat])
        ]
    )
    freedom = len(means) - 1
    trials = float(means.var(ddof=1)) / len(means) if freedom else math.nan
    if freedom == 0:
        return Components(
            float(values.mean()), trials, 0, float(values.var(ddof=1)) / pictures, pictures - 1
        )
    # Folds hold different pictures, so part of their chance shows between the trial means: with
    # T = R K trials (K - 1) / (T - 1) of it. The rest is added here; with one fold that is all.
    hidden = (1 - 1 / repeats) * len(means) / freedom
    shared = hidden * compute_picture_variance(values) / pictures
    return Components(float(values.mean()), trials, freedom, shared, pictures - 1)


def compute_picture_variance(values: Values) -> float:
    """How much pictures differ in what all trainings say of them: a variance component, at least 0.

    From the two-way analysis of variance of ``[R, n]``: the mean square between pictures less the
    residual one, over R. With one repeat it cannot be told from the residual and is 0.
    """
    repeats, pictures = values.shape
    if repeats == 1:
        return 0.0
    by_picture = values.mean(axis=0)
    between = repeats * float(by_picture.var(ddof=1))
    residual = values - by_picture - values.mean(axis=1, keepdims=True) + values.mean()
    within = float((residual**2).sum()) / ((repeats - 1) * (pictures - 1))
    return float(max(0.0, (between - within) / repeats))


def _find_reach(parts: Components, confidence: float) -> float:
    """Half the width of the interval.

    The mean is normal with variance ``trials * f / chi2(f) + pictures``: the first part is known
    from f degrees of freedom only, the second from so many pictures that it is taken as it is.
    Without the second this is the t interval.
    """
    if math.isnan(parts.trials):
        quantile = stats.t.ppf(0.5 + confidence / 2, parts.picture_freedom)
        return float(quantile) * math.sqrt(parts.pictures)
    student = float(stats.t.ppf(0.5 + confidence / 2, parts.freedom)) * math.sqrt(parts.trials)
    if parts.trials == 0 or parts.pictures == 0:
        normal = float(stats.norm.ppf(0.5 + confidence / 2)) * math.sqrt(parts.pictures)
        return student + normal
    levels = (np.arange(GRID) + 0.5) / GRID
    deviations = np.sqrt(
        parts.trials * parts.freedom / stats.chi2.ppf(levels, parts.freedom) + parts.pictures
    )

    def lack(reach: float) -> float:
        return confidence - float(np.mean(2 * stats.norm.cdf(reach / deviations) - 1))

    # The widest of the grid's normal intervals is wider than their mixture.
    widest = float(stats.norm.ppf(0.5 + confidence / 2)) * float(deviations.max())
    return float(optimize.brentq(lack, 0.0, widest))


def _check(values: Values, fold: Folds) -> None:
    if values.ndim != 2 or values.shape != fold.shape or values.shape[1] < 2:
        raise UsageError(
            "An interval needs values and folds of one shape [repeats, pictures], with at least "
            f"2 pictures; got {values.shape} and {fold.shape}."
        )
    if not np.isfinite(values).all():
        raise UsageError("An interval needs finite values, and some are not.")
