"""Split the variance of a mean over re-trainings and pictures into its parts.

``values[..., repeat, picture]`` holds what one trial said about one picture (right or wrong, a
loss, or the difference of two variants); ``fold[repeat, picture]`` says in which trial of its
repeat it was held out. A new study would train anew *and* see other pictures, so both kinds of
chance count. Leading axes are independent questions that share the folds, such as many pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import UsageError

# All trainings draw their pictures from one pool, and another pool would have trained others. No
# estimator sees that from one pool. It is taken to add this share of the variance that the pictures
# have as held-out ones; docs/method.md has where the value is from, and what it does.
POOL_SHARE = 0.15
# Part of a sum of squares that is no more than rounding.
NOISE = 1e-12
# With one repeat, what pictures share and what a training adds by chance cannot be told apart. Used
# for forecasts alone.
ASSUMED_SHARED = 0.5

Values = NDArray[np.float64]
Folds = NDArray[np.int64]
Groups = NDArray[np.int64]
Indices = NDArray[np.int64]
# One number, or one for each question.
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """The variance of a mean and its parts, ``[...]`` as the leading axes of the values.

    Attributes:
        trials: Variance of the mean that is seen between trials, with ``freedom`` degrees of
            freedom; not a number if there is only one trial.
        pictures: Variance of the mean that repeats share, and so do not show between their trials;
            with ``picture_freedom`` degrees of freedom.
        units: Pictures, or groups.
        shared: Variance between pictures (or groups) of what all trainings say of them.
        residual: Variance of what is left for one picture in one training.
    """

    mean: Numbers
    trials: Numbers
    freedom: int
    pictures: Numbers
    picture_freedom: float
    units: int
    shared: Numbers
    residual: Numbers

    @property
    def variance(self) -> Numbers:
        """Variance of the mean over new trainings and new pictures."""
        return np.nan_to_num(self.trials) + self.pictures


def compute_components(values: Values, fold: Folds, groups: Groups | None = None) -> Components:
    """Compute the parts of the variance of the mean; see :func:`compute_interval`.

    Args:
        values: ``[..., R, n]``.
        fold: ``[R, n]``.
        groups: ``[n]``.
    """
    _check(values, fold, groups)
    means = compute_trial_means(values, fold)
    count = means.shape[-1]
    trials = (
        means.var(axis=-1, ddof=1) if count > 1 else np.full(values.shape[:-2], np.nan)
    ) / count
    units = values if groups is None else sum_groups(values, groups)
    variances = compute_picture_variances(units)
    size = _Size(values.shape[-2], count, units.shape[-1], count_effective(fold.shape[1], groups))
    return _join_components(values.mean(axis=(-2, -1)), trials, variances, size)


class _Size(NamedTuple):
    """How large a study is; ``effective``: pictures or groups, as if all counted alike."""

    repeats: int
    trials: int
    units: int
    effective: float


def count_effective(pictures: int, groups: Groups | None) -> float:
    """Return how many groups of one size would tell as much; without groups, the pictures.

    Example:
        >>> count_effective(4, np.array([0, 0, 1, 1])), count_effective(4, np.array([0, 0, 0, 1]))
        (2.0, 1.6)
    """
    if groups is None:
        return pictures
    sizes = np.unique(groups, return_counts=True)[1]
    return float(len(groups) ** 2 / (sizes**2).sum())


def compute_pair_components(
    scores: Values,
    pairs: Sequence[tuple[int, int]],
    fold: Folds,
    groups: Groups | None = None,
) -> Components:
    """Compute the components of differences between variants, ``[pairs]``.

    They are those of ``scores[first] - scores[second]``, without an array of all differences: the
    square of a difference is made of products. What is rounding noise beside the scores is none.

    Args:
        scores: ``[V, R, n]``.
        pairs: Positions of first and second.
    """
    _check(scores, fold, groups)
    first, second = np.array(pairs).T
    trials = compute_trial_means(scores, fold)
    count = trials.shape[-1]
    by_trial = _square_distances(trials - trials.mean(axis=1, keepdims=True), first, second)
    units = scores if groups is None else sum_groups(scores, groups)
    centred = units - units.mean(axis=(1, 2), keepdims=True)
    squares = (
        _square_distances(centred.reshape(len(centred), -1), first, second),
        _square_distances(centred.mean(axis=1), first, second),
        _square_distances(centred.mean(axis=2), first, second),
    )
    size = _Size(fold.shape[0], count, units.shape[-1], count_effective(fold.shape[1], groups))
    return _join_components(
        scores.mean(axis=(1, 2))[first] - scores.mean(axis=(1, 2))[second],
        by_trial / (count - 1) / count if count > 1 else np.full(len(first), np.nan),
        _split_squares(*squares, fold.shape[0], units.shape[-1]),
        size,
    )


def _square_distances(rows: Values, first: Indices, second: Indices) -> Numbers:
    """Return the squared distance of rows, ``[V, m] -> [pairs]``."""
    products = rows @ rows.T
    squares = np.diag(products)
    sums = squares[first] + squares[second]
    distances = sums - 2 * products[first, second]
    return np.where(distances > NOISE * sums, distances, 0.0)


def _join_components(
    mean: Numbers, trials: Numbers, variances: tuple[Numbers, Numbers], size: _Size
) -> Components:
    """Join the parts of the variance.

    Args:
        variances: Of pictures: shared and residual.
    """
    shared, residual = variances
    repeats, count, pictures, effective = size
    freedom = count - 1
    # Folds hold different pictures, so part of their chance shows between the trial means: with
    # T = R K trials (K - 1) / (T - 1) of it. The rest is added here; with one fold that is all.
    hidden = (1 - 1 / repeats) * count / freedom + POOL_SHARE if freedom else 1.0
    known = shared if freedom else shared + residual
    by_picture = hidden * known / pictures
    if repeats == 1 and freedom:
        # Few folds can agree by chance; pictures alone still differ as much as within a fold.
        by_picture = np.maximum(residual / pictures - trials, 0.0)
    return Components(mean, trials, freedom, by_picture, effective - 1, pictures, shared, residual)


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
    # The sum of squares without an array of them.
    total = np.einsum("...rn,...rn->...", centred, centred)
    by_picture = (centred.mean(axis=-2) ** 2).sum(axis=-1)
    by_repeat = (centred.mean(axis=-1) ** 2).sum(axis=-1)
    return _split_squares(total, by_picture, by_repeat, repeats, pictures)


def _split_squares(
    total: Numbers, by_picture: Numbers, by_repeat: Numbers, repeats: int, pictures: int
) -> tuple[Numbers, Numbers]:
    """Split the sum of squares into the variance that repeats share, and that which they do not.

    Args:
        total: Sum of squares of all values.
        by_picture: Of the means of pictures; ``by_repeat``: of repeats.
    """
    between = repeats * by_picture / (pictures - 1)
    if repeats == 1:
        return np.zeros_like(between), between
    rest = np.maximum(total - repeats * by_picture - pictures * by_repeat, 0.0)
    residual = rest / ((repeats - 1) * (pictures - 1))
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


def _check(values: Values, fold: Folds, groups: Groups | None) -> None:
    if values.ndim < 2 or values.shape[-2:] != fold.shape or values.shape[-1] < 2:
        raise UsageError("interval.shape", values=str(values.shape), folds=str(fold.shape))
    if not np.isfinite(values).all():
        raise UsageError("interval.not-finite")
    if groups is not None and (groups.shape != fold.shape[1:] or len(np.unique(groups)) < 2):
        pictures, count = fold.shape[1], len(np.unique(groups))
        shape = str(groups.shape)
        raise UsageError("interval.groups", pictures=pictures, shape=shape, count=count)
