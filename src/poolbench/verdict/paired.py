"""Compute differences between variants, paired over trials and pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import UsageError
from poolbench.records import Difference, SideDifference
from poolbench.verdict.intervals import (
    Components,
    Folds,
    Groups,
    Numbers,
    Values,
    compute_components,
    compute_half_width,
    compute_probability_below,
    compute_score_limits,
)

# Confidence of the intervals that are told beside accuracy and decide nothing.
SIDE_CONFIDENCE = 0.95
# Difference, in nats or points, that counts as none: far above what float64 rounds, far below what
# anybody could use.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Evidence:
    """The arrays that the verdict judges.

    Attributes:
        correct: bool ``[V, R, n]``: was this picture predicted right, when held out.
        fold: int64 ``[R, n]``: in which fold the picture was held out.
        weights: float64 ``[n]`` with mean 1: what each picture counts; ``None``: all alike.
        groups: int64 ``[n]``: pictures of one group are one draw; ``None``: each stands alone.
        losses: float64 ``[V, R, n]``: negative log-likelihood of the true class, nats.
        train_accuracy: float64 ``[V, R, n]``, 0-1: of the trial that held the picture out, on the
            pictures that it was trained on.
        constant: bool ``[n]``: whether the picture is of the class that most pictures have;
            ``None``: not known.
    """

    correct: NDArray[np.bool_]
    fold: Folds
    weights: Values | None = None
    groups: Groups | None = None
    losses: Values | None = None
    train_accuracy: Values | None = None
    constant: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        shape = self.correct.shape
        if len(shape) != 3 or shape[1:] != self.fold.shape or 0 in shape:
            raise UsageError(
                "A verdict needs correctness [variants, repeats, pictures] and folds [repeats, "
                f"pictures]; got {shape} and {self.fold.shape}."
            )
        for name, array in (("losses", self.losses), ("train_accuracy", self.train_accuracy)):
            if array is not None and array.shape != shape:
                raise UsageError(f"{name} must be of the shape of correct: {array.shape}, {shape}.")
        rows = (("weights", self.weights), ("groups", self.groups), ("constant", self.constant))
        for name, row in rows:
            if row is not None and row.shape != shape[2:]:
                raise UsageError(f"{name} must hold one for each picture: {row.shape}, {shape}.")

    @property
    def repeats(self) -> int:
        """Number of repeats, R."""
        return int(self.fold.shape[0])

    @property
    def trials(self) -> int:
        """Number of trials of each variant."""
        return sum(len(np.unique(row)) for row in self.fold)

    @property
    def effective_pictures(self) -> float:
        """How many pictures of equal weight, each alone, would tell as much of the mean."""
        weights = np.ones(self.fold.shape[1]) if self.weights is None else self.weights
        if self.groups is not None:
            number = np.unique(self.groups, return_inverse=True)[1]
            weights = np.bincount(number, weights).astype(np.float64)
        return float(weights.sum() ** 2 / (weights**2).sum())

    def score(self, variant: int) -> Values:
        """Return what each trial says of each picture of one variant, in points: ``[R, n]``.

        Its mean is the weighted one. Not the points but their distances from it are weighted (the
        linearised ratio estimator), so that classes of unequal size are no noise in themselves.
        """
        return self._weigh(100.0 * self.correct[variant])

    def score_constant(self) -> Values:
        """Return the same for always answering the most frequent class."""
        assert self.constant is not None
        return self._weigh(np.broadcast_to(100.0 * self.constant, self.fold.shape))

    def _weigh(self, points: Values) -> Values:
        if self.weights is None:
            return points
        mean = (points * self.weights).mean()
        weighted: Values = mean + (points - mean) * self.weights
        return weighted


@dataclass(frozen=True)
class Levels:
    """How sure the intervals are, and what counts as equal.

    Attributes:
        confidence: Confidence of each interval between two variants.
        tie_confidence: Confidence of the interval that must lie within the margin.
    """

    confidence: float
    tie_confidence: float
    margin_points: float


def share_confidence(alpha: float, comparisons: int) -> float:
    """Return the confidence of each interval so that all hold together with ``1 - alpha``.

    Šidák's inequality: it holds whatever the correlation of the comparisons.

    Reference:
        Šidák 1967, Journal of the American Statistical Association 62(318).

    Example:
        >>> round(share_confidence(0.05, 1), 6), round(share_confidence(0.05, 2), 6)
        (0.95, 0.974679)
    """
    return float((1 - alpha) ** (1 / max(comparisons, 1)))


def compute_weights(labels: NDArray[np.int64]) -> Values:
    """Compute the weights that turn a mean over pictures into one over classes: float64 ``[n]``.

    Example:
        >>> compute_weights(np.array([0, 0, 0, 1])).round(3).tolist()
        [0.667, 0.667, 0.667, 2.0]
    """
    _, number, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights: Values = len(labels) / (len(counts) * counts[number])
    return weights


def compute_pair(evidence: Evidence, first: int, second: int) -> Components:
    """Compute mean and variance components of ``first`` minus ``second``, in points."""
    values = evidence.score(first) - evidence.score(second)
    return compute_components(values, evidence.fold, evidence.groups)


def compute_differences(
    evidence: Evidence,
    ids: Sequence[str],
    pairs: Iterable[tuple[int, int]],
    levels: Levels,
) -> tuple[Difference, ...]:
    """Compute first minus second for each pair of positions.

    Args:
        ids: Names of the V variants.
    """
    positions = list(pairs)
    if not positions:
        return ()
    parts = stack_components([compute_pair(evidence, *pair) for pair in positions])
    points = describe_points(parts, levels, evidence.effective_pictures)
    losses = _compare(evidence, evidence.losses, positions)
    gaps = _compare(evidence, _compute_gaps(evidence), positions)
    return adjust_differences(
        Difference(
            first=ids[first],
            second=ids[second],
            repeats=evidence.repeats,
            nll=loss,
            gap=gap,
            **values,
        )
        for (first, second), values, loss, gap in zip(positions, points, losses, gaps, strict=True)
    )


def adjust_differences(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return the differences with p values that are adjusted over all of them."""
    pairs = tuple(differences)
    adjusted = adjust_holm(np.array([pair.p_value for pair in pairs]))
    losses = _adjust_sides([pair.nll for pair in pairs])
    gaps = _adjust_sides([pair.gap for pair in pairs])
    return tuple(
        pair.model_copy(update={"p_adjusted": float(p_value), "nll": loss, "gap": gap})
        for pair, p_value, loss, gap in zip(pairs, adjusted, losses, gaps, strict=True)
    )


def _adjust_sides(sides: Sequence[SideDifference | None]) -> list[SideDifference | None]:
    known = [side for side in sides if side is not None]
    adjusted = iter(adjust_holm(np.array([side.p_value for side in known])).tolist())
    return [
        None if side is None else side.model_copy(update={"p_adjusted": next(adjusted)})
        for side in sides
    ]


def describe_points(parts: Components, levels: Levels, units: float) -> list[dict[str, Any]]:
    """Return all that a :class:`Difference` says of points, one by one; p values unadjusted.

    Args:
        units: Pictures, or as many as groups and weights leave of them.
    """
    low, high = compute_limits(parts, levels.confidence, units)
    tie_low, tie_high = compute_limits(parts, levels.tie_confidence, units)
    p_values = compute_p_values(parts)
    worse = compute_probability_below(parts, -levels.margin_points)
    better = 1 - compute_probability_below(parts, levels.margin_points)
    values = {
        "points": parts.mean,
        "low": low,
        "high": high,
        "tie_low": tie_low,
        "tie_high": tie_high,
        "p_value": p_values,
        "p_adjusted": p_values,
        "probability_better": better,
        "probability_equal": np.clip(1 - better - worse, 0, 1),
        "probability_worse": worse,
    }
    return [
        {name: float(numbers[index]) for name, numbers in values.items()}
        for index in range(len(parts.mean))
    ]


def compute_limits(parts: Components, confidence: float, units: float) -> tuple[Numbers, Numbers]:
    """Compute a difference's interval in points, ``[...]`` twice: within ±100, never of width 0."""
    half_width = compute_half_width(parts, confidence)
    low, high = compute_score_limits(parts.mean, confidence, units)
    return (
        np.maximum(np.minimum(parts.mean - half_width, low), -100.0),
        np.minimum(np.maximum(parts.mean + half_width, high), 100.0),
    )


def compute_p_values(parts: Components) -> Numbers:
    """Compute two-sided p values, ``[...]``: 0.05 where the 95 % interval ends at 0."""
    below_zero = compute_probability_below(parts, 0.0)
    return 2 * np.minimum(below_zero, 1 - below_zero)


def adjust_holm(p_values: Numbers) -> Numbers:
    """Adjust p values so that they hold for all tests together, ``[m]``.

    Reference:
        Holm 1979, Scandinavian Journal of Statistics 6(2).

    Example:
        >>> adjust_holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    adjusted = np.empty_like(steps)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def stack_components(parts: Sequence[Components]) -> Components:
    """Stack several questions about the same folds into one, ``[questions]``."""
    first = parts[0]
    fields = {
        name: np.array([getattr(part, name) for part in parts])
        for name in ("mean", "trials", "pictures", "shared", "residual")
    }
    return Components(freedom=first.freedom, picture_freedom=first.picture_freedom, **fields)


def _compare(
    evidence: Evidence, values: Values | None, pairs: Sequence[tuple[int, int]]
) -> Sequence[SideDifference | None]:
    """Compare the pairs by something beside the metric; ``values``: ``[V, R, n]``."""
    if values is None:
        return [None] * len(pairs)
    parts = stack_components(
        [
            compute_components(
                _drop_noise(values[first] - values[second]), evidence.fold, evidence.groups
            )
            for first, second in pairs
        ]
    )
    half_width = compute_half_width(parts, SIDE_CONFIDENCE)
    numbers = (parts.mean.tolist(), half_width.tolist(), compute_p_values(parts).tolist())
    return [
        SideDifference(
            value=mean, low=mean - width, high=mean + width, p_value=p_value, p_adjusted=p_value
        )
        for mean, width, p_value in zip(*numbers, strict=True)
    ]


def _drop_noise(values: Values) -> Values:
    """Set rounding noise to 0, since nobody may judge numbers that are equal but for it."""
    return np.where(np.abs(values) < ROUNDING, 0.0, values)


def _compute_gaps(evidence: Evidence) -> Values | None:
    """Compute training minus held-out accuracy, in points, ``[V, R, n]``."""
    if evidence.train_accuracy is None:
        return None
    gaps: Values = 100.0 * (evidence.train_accuracy - evidence.correct)
    return gaps
