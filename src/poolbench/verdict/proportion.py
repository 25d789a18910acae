"""Compute the interval of one network's accuracy, or balanced accuracy, on a test half.

Nothing is re-trained here: the network is given, and its test pictures (or their groups) are the
only chance. See ``docs/method.md`` for what was tried and how the intervals were seen to hold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from poolbench.config import Metric
from poolbench.errors import UsageError
from poolbench.records import FinalRecord, Headline
from poolbench.verdict.components import Groups, Values
from poolbench.verdict.intervals import Interval

Labels = NDArray[np.int64]
# Confidence of a test half's interval.
CONFIDENCE = 0.95
# Number of groups, with pictures that are all alike, that are taken to have been seen besides: a
# few groups with mistakes say little of how alike the pictures of a group are.
PRIOR_GROUPS = 1
# Mistakes below which the normal interval of a proportion begins to leave 0–1: about z² of 95 %.
FEW_MISTAKES = 4


def compute_highest_rate(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Compute the upper limit of a rate, one-sided and exact.

    Reference:
        Clopper and Pearson 1934, Biometrika 26(4).

    Example:
        >>> round(compute_highest_rate(0, 10), 3), round(compute_highest_rate(2, 10), 3)
        (0.259, 0.507)
    """
    if events == trials:
        return 1.0
    return float(special.betaincinv(events + 1, trials - events, confidence))


def compute_proportion(
    correct: NDArray[np.bool_],
    labels: Labels,
    metric: Metric,
    confidence: float,
    groups: Groups | None = None,
) -> Interval:
    """Compute one network's accuracy, or balanced accuracy, with its interval over new pictures.

    Wilson's interval; that of balanced accuracy is put together from those of the classes, by
    their distances from what was found. Where pictures belong together, it is Wilson's of as many
    pictures as the groups are worth, which follows from the variance over groups (linearised and
    cluster-robust), with Student's quantile for the degrees of freedom of groups of such sizes;
    and never narrower than that of pictures that stand alone. No interval is of zero width.

    Args:
        correct: bool ``[n]``.
        labels: ``[n]``.
        confidence: Between 0 and 1, such as 0.95.
        groups: int64 ``[n]``: pictures that belong together; ``None``: each stands alone.

    Raises:
        UsageError: If the arrays do not fit together.

    Reference:
        Wilson 1927, Journal of the American Statistical Association 22(158); Zou, Huang and Zhang
        2009, Computational Statistics & Data Analysis 53(4); Dean and Pagano 2015, Journal of
        Survey Statistics and Methodology 3(4); Bell and McCaffrey 2002, Survey Methodology 28(2).

    Example:
        >>> right, labels = np.arange(10) < 9, np.zeros(10, np.int64)
        >>> interval = compute_proportion(right, labels, "accuracy", 0.95)
        >>> interval.mean, round(interval.low, 3), round(interval.high, 3)
        (0.9, 0.596, 0.982)
    """
    _check(correct, labels, groups)
    parts = np.zeros_like(labels) if metric == "accuracy" else labels
    _, part, counts = np.unique(parts, return_inverse=True, return_counts=True)
    shares = np.bincount(part, weights=correct) / counts
    mean = float(shares.mean())
    low, high = _bound_shares(shares, counts.astype(float), _find_quantile(confidence, np.inf))
    # The parts count alike, and their distances add as those of independent numbers do.
    down, up = (float(np.sqrt(((shares - end) ** 2).sum()) / len(shares)) for end in (low, high))
    if groups is not None:
        worth = _weigh_groups(correct, part, groups)
        quantile = _find_quantile(confidence, worth.freedom)
        ends = _bound_shares(np.array([mean]), np.array([worth.count]), quantile)
        # Never narrower than that of as many pictures that stand alone.
        down, up = max(down, mean - float(ends[0][0])), max(up, float(ends[1][0]) - mean)
    return Interval(mean, max(mean - down, 0.0), min(mean + up, 1.0))


def widen_near_ends(interval: Interval, pictures: float) -> Interval:
    """Widen an interval of an accuracy so that it holds where nearly all is right, or wrong.

    With fewer than four mistakes (or right answers) their spread over trainings and pictures says
    too little, and with none nothing. Then the interval holds Wilson's, at 95 %, besides.

    Args:
        interval: 0–1.
        pictures: Or as many as groups and weights leave of them.

    Example:
        >>> widened = widen_near_ends(Interval(1.0, 1.0, 1.0), 100)
        >>> round(widened.low, 3), widened.high
        (0.963, 1.0)
    """
    if pictures * min(interval.mean, 1 - interval.mean) >= FEW_MISTAKES:
        return interval
    quantile = _find_quantile(CONFIDENCE, np.inf)
    low, high = _bound_shares(np.array([interval.mean]), np.array([pictures]), quantile)
    return Interval(
        interval.mean, min(interval.low, float(low[0])), max(interval.high, float(high[0]))
    )


def compute_constant(counts: NDArray[np.int64] | tuple[int, ...], metric: Metric) -> float:
    """Compute what the best constant answer reaches: the largest class for every picture.

    Example:
        >>> compute_constant((71, 20, 9), "accuracy"), compute_constant((8, 1), "balanced-accuracy")
        (0.71, 0.5)
    """
    found = np.asarray(counts)
    if metric == "accuracy":
        return float(found.max() / found.sum())
    return float(1 / np.count_nonzero(found))


def compute_headline(
    correct: NDArray[np.bool_], labels: Labels, metric: Metric, groups: Groups | None = None
) -> Headline:
    """Compute the headline figure of a test half."""
    interval = compute_proportion(correct, labels, metric, CONFIDENCE, groups)
    return Headline(
        metric=metric,
        value=interval.mean,
        low=interval.low,
        high=interval.high,
        constant=compute_constant(np.bincount(labels), metric),
        pictures=len(labels),
        groups=None if groups is None else len(np.unique(groups)),
    )


def read_headline(final: FinalRecord) -> Headline:
    """Return the headline of a test half; for older runs, accuracy computed from the counts."""
    if final.headline is not None:
        return final.headline
    confusion = np.array(final.test.confusion)
    sizes, right = confusion.sum(axis=1), confusion.diagonal()
    labels = np.repeat(np.arange(len(sizes)), sizes)
    first = np.concatenate([np.arange(size) for size in sizes])
    return compute_headline(first < right[labels], labels, "accuracy")


@dataclass(frozen=True)
class _Worth:
    """What groups are worth.

    Attributes:
        count: As many pictures that stand alone would say as much.
        freedom: Degrees of freedom with which that is known.
    """

    count: float
    freedom: float


def _weigh_groups(correct: NDArray[np.bool_], part: Labels, groups: Groups) -> _Worth:
    """Return how many independent pictures the groups are worth, and how well that is known."""
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(part)
    weight = 1 / (sizes[part] * len(sizes))
    shares = np.bincount(part, weights=correct) / sizes
    # How much of its own parts' shares a group is itself: it lies so much too near to them.
    table = np.zeros((group.max() + 1, len(sizes)))
    np.add.at(table, (group, part), 1)
    inside = table / sizes**2
    leverage = (inside * table / sizes).sum(axis=1) / inside.sum(axis=1)
    if (leverage > 1 - 1e-9).any():
        # A part that is one group: nothing is known of others.
        return _Worth(0.0, 1.0)
    weights = np.bincount(group, weights=weight)
    alone, alike = (weight**2).sum(), (weights**2).sum()
    mean = float(shares.mean())
    sums = np.bincount(group, weights=weight * (correct - shares[part]))
    seen = (sums**2 / (1 - leverage)).sum() / (mean * (1 - mean)) if 0 < mean < 1 else 0.0
    wrong = np.bincount(group, weights=~correct) > 0
    right = np.bincount(group, weights=correct) > 0
    told = min(wrong.sum(), right.sum())
    variance = max((told * seen + PRIOR_GROUPS * alike) / (told + PRIOR_GROUPS), alone)
    rho = min((variance - alone) / max(alike - alone, 1e-300), 1.0)
    spread = (1 - rho) * np.bincount(group, weights=weight**2) + rho * weights**2
    kish = spread.sum() ** 2 / (spread**2).sum()
    freedom = kish * (1 - leverage.sum() / len(leverage))
    return _Worth(float(1 / variance), float(max(freedom, 1.0)))


def _find_quantile(confidence: float, freedom: float) -> float:
    level = 0.5 + confidence / 2
    # Written out: importing scipy.stats takes a quarter of the time of a whole report.
    return float(special.ndtri(level) if np.isinf(freedom) else special.stdtrit(freedom, level))


def _bound_shares(shares: Values, counts: Values, quantile: float) -> tuple[Values, Values]:
    """Compute Wilson's intervals of some proportions: honest at 0 and 1 too."""
    square = quantile**2
    middle = (counts * shares + square / 2) / (counts + square)
    spread = np.sqrt(counts * shares * (1 - shares) + square / 4)
    half_width = quantile * spread / (counts + square)
    return np.maximum(middle - half_width, 0.0), np.minimum(middle + half_width, 1.0)


def _check(correct: NDArray[np.bool_], labels: Labels, groups: Groups | None) -> None:
    shapes = [array.shape for array in (correct, labels, groups) if array is not None]
    if len(correct) == 0 or len(set(shapes)) > 1 or correct.ndim != 1:
        raise UsageError("interval.labels", shapes=[str(shape) for shape in shapes])
