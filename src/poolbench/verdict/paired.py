"""Compute differences between variants, paired over trials and pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import UsageError
from poolbench.records import Difference, SideDifference
from poolbench.verdict.components import (
    Components,
    Folds,
    Groups,
    Numbers,
    Values,
    compute_pair_components,
)
from poolbench.verdict.intervals import (
    compute_half_width,
    compute_probability_below,
    compute_score_limits,
)
from poolbench.verdict.looks import ALPHA, WHOLE, Level

# Confidence of the intervals that are told beside accuracy and decide nothing.
SIDE_CONFIDENCE = 0.95
# Difference, in nats or points, that counts as none: far above what float64 rounds, far below what
# anybody could use.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Evidence:
    """The arrays that the verdict judges.

    Variants that were dropped have fewer repeats than others; what stands in their rows of later
    repeats does not count. A pair is compared over the repeats that both have.

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
        reached: Repeats of each variant, ``[V]``; ``None``: all have R.
    """

    correct: NDArray[np.bool_]
    fold: Folds
    weights: Values | None = None
    groups: Groups | None = None
    losses: Values | None = None
    train_accuracy: Values | None = None
    constant: NDArray[np.bool_] | None = None
    reached: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        shape = self.correct.shape
        if len(shape) != 3 or shape[1:] != self.fold.shape or 0 in shape:
            folds = str(self.fold.shape)
            raise UsageError("evidence.shape", correct=str(shape), folds=folds)
        for name, array in (("losses", self.losses), ("train_accuracy", self.train_accuracy)):
            if array is not None and array.shape != shape:
                found, expected = str(array.shape), str(shape)
                raise UsageError("evidence.other-shape", name=name, found=found, expected=expected)
        rows = (("weights", self.weights), ("groups", self.groups), ("constant", self.constant))
        for name, row in rows:
            if row is not None and row.shape != shape[2:]:
                raise UsageError(
                    "evidence.pictures", name=name, found=str(row.shape), pictures=shape[2]
                )
        counts = self.repeats_by_variant
        if len(counts) != shape[0] or max(counts) != shape[1] or min(counts) < 1:
            variants, repeats = shape[:2]
            raise UsageError(
                "evidence.reached", variants=variants, repeats=repeats, found=list(counts)
            )

    @property
    def repeats(self) -> int:
        """Number of repeats, R."""
        return int(self.fold.shape[0])

    @property
    def repeats_by_variant(self) -> tuple[int, ...]:
        """Repeats of each variant, in the order of the array."""
        return self.reached or (self.repeats,) * len(self.correct)

    @property
    def trials(self) -> int:
        """Number of trials of each variant that was not dropped."""
        return sum(len(np.unique(row)) for row in self.fold)

    @property
    def effective_pictures(self) -> float:
        """How many pictures of equal weight, each alone, would tell as much of the mean."""
        weights = np.ones(self.fold.shape[1]) if self.weights is None else self.weights
        if self.groups is not None:
            number = np.unique(self.groups, return_inverse=True)[1]
            weights = np.bincount(number, weights).astype(np.float64)
        return float(weights.sum() ** 2 / (weights**2).sum())

    def score(self, variant: int, repeats: int | None = None) -> Values:
        """Return what each trial says of each picture of one variant, in points: ``[R, n]``.

        Its mean is the weighted one. Not the points but their distances from it are weighted (the
        linearised ratio estimator), so that classes of unequal size are no noise in themselves.

        Args:
            repeats: The first so many; ``None``: all that the variant has.
        """
        count = self.repeats_by_variant[variant] if repeats is None else repeats
        points = np.where(self.correct[variant, :count], 100.0, 0.0)
        return self._weigh(points)

    def score_constant(self, repeats: int) -> Values:
        """Return the same for always answering the most frequent class."""
        assert self.constant is not None
        points = np.where(self.constant, 100.0, 0.0)
        return self._weigh(np.broadcast_to(points, (repeats, len(points))))

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
        rivals: Comparisons with one variant that must hold together.
        looks: Level of each look by its number of repeats; a study that is judged once has none.
    """

    margin_points: float
    rivals: int
    looks: Mapping[int, Level] = field(default_factory=dict)

    def take(self, repeats: int) -> Level:
        """Return the level of the look after so many repeats, or of the first look after it."""
        return next((self.looks[look] for look in sorted(self.looks) if look >= repeats), WHOLE)

    def share(self, repeats: int) -> float:
        """Return the confidence of each interval of which all with one variant hold together."""
        return share_confidence(self.take(repeats).alpha, self.rivals)


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


def group_pairs(
    evidence: Evidence, pairs: Iterable[tuple[int, int]]
) -> dict[int, list[tuple[int, int]]]:
    """Group pairs of positions by the number of repeats that both variants have."""
    counts = evidence.repeats_by_variant
    groups: dict[int, list[tuple[int, int]]] = {}
    for first, second in pairs:
        groups.setdefault(min(counts[first], counts[second]), []).append((first, second))
    return groups


def compute_pairs(evidence: Evidence, pairs: Sequence[tuple[int, int]], repeats: int) -> Components:
    """Compute mean and variance components of first minus second in points, ``[pairs]``.

    Args:
        repeats: The first so many, which all of them have.
    """
    positions = sorted({position for pair in pairs for position in pair})
    scores = np.stack([evidence.score(position, repeats) for position in positions])
    return _compute_components(scores, positions, pairs, evidence, repeats)


def _compute_components(
    values: Values,
    positions: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    evidence: Evidence,
    repeats: int,
) -> Components:
    where = {position: index for index, position in enumerate(positions)}
    chosen = [(where[first], where[second]) for first, second in pairs]
    return compute_pair_components(values, chosen, evidence.fold[:repeats], evidence.groups)


def compute_differences(
    evidence: Evidence,
    ids: Sequence[str],
    pairs: Iterable[tuple[int, int]],
    levels: Levels,
) -> tuple[Difference, ...]:
    """Compute first minus second for each pair of positions, over the repeats that both have.

    Args:
        ids: Names of the V variants.
    """
    positions = list(pairs)
    found: dict[tuple[int, int], Difference] = {}
    for repeats, some in group_pairs(evidence, positions).items():
        parts = compute_pairs(evidence, some, repeats)
        points = describe_points(parts, levels, repeats, evidence.effective_pictures)
        losses = _compare(evidence, evidence.losses, some, repeats)
        gaps = _compare(evidence, _compute_gaps(evidence), some, repeats)
        for (first, second), values, loss, gap in zip(some, points, losses, gaps, strict=True):
            found[first, second] = Difference(
                first=ids[first],
                second=ids[second],
                repeats=repeats,
                alpha=levels.take(repeats).alpha,
                nll=loss,
                gap=gap,
                **values,
            )
    return adjust_differences(found[pair] for pair in positions)


def adjust_differences(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return the differences with p values that are adjusted over all of them, and for the looks.

    At a look of level a, a p value of a is worth what 0.05 is to a study that is judged once.
    """
    pairs = tuple(differences)
    if not pairs:
        return ()
    scale = np.array([ALPHA / (ALPHA if pair.alpha is None else pair.alpha) for pair in pairs])
    adjusted = adjust_holm(scale * np.array([pair.p_value for pair in pairs]))
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


def describe_points(
    parts: Components, levels: Levels, repeats: int, units: float
) -> list[dict[str, Any]]:
    """Return all that a :class:`Difference` says of points, one by one; p values unadjusted.

    Args:
        repeats: Of the study when it is judged.
        units: Pictures, or as many as groups and weights leave of them.
    """
    level = levels.take(repeats)
    low, high = compute_limits(parts, levels.share(repeats), units)
    single_low, single_high = compute_limits(parts, 1 - level.alpha, units)
    tie_low, tie_high = compute_limits(parts, 1 - 2 * level.tie_alpha, units)
    p_values = compute_p_values(parts)
    worse = compute_probability_below(parts, -levels.margin_points)
    better = 1 - compute_probability_below(parts, levels.margin_points)
    values = {
        "points": parts.mean,
        "low": low,
        "high": high,
        "single_low": single_low,
        "single_high": single_high,
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
    fields: dict[str, Any] = {
        name: np.array([getattr(part, name) for part in parts])
        for name in ("mean", "trials", "pictures", "shared", "residual")
    }
    return replace(first, **fields)


def _compare(
    evidence: Evidence, values: Values | None, pairs: Sequence[tuple[int, int]], repeats: int
) -> Sequence[SideDifference | None]:
    """Compare the pairs by something beside the metric; ``values``: ``[V, R, n]``."""
    if values is None:
        return [None] * len(pairs)
    positions = sorted({position for pair in pairs for position in pair})
    parts = _compute_components(values[positions, :repeats], positions, pairs, evidence, repeats)
    parts = replace(
        parts,
        mean=_drop_noise(parts.mean),
        trials=_drop_noise(parts.trials, ROUNDING**2),
        pictures=_drop_noise(parts.pictures, ROUNDING**2),
    )
    half_width = compute_half_width(parts, SIDE_CONFIDENCE)
    numbers = (parts.mean.tolist(), half_width.tolist(), compute_p_values(parts).tolist())
    return [
        SideDifference(
            value=mean, low=mean - width, high=mean + width, p_value=p_value, p_adjusted=p_value
        )
        for mean, width, p_value in zip(*numbers, strict=True)
    ]


def _drop_noise(values: Numbers, least: float = ROUNDING) -> Numbers:
    """Return numbers that are equal but for rounding as equal, since nobody may judge them."""
    return np.where(np.abs(values) < least, 0.0, values)


def _compute_gaps(evidence: Evidence) -> Values | None:
    """Compute training minus held-out accuracy, in points, ``[V, R, n]``."""
    if evidence.train_accuracy is None:
        return None
    gaps: Values = 100.0 * (evidence.train_accuracy - evidence.correct)
    return gaps
