"""What a study found: differences, the verdict, and whether the instrument can be believed."""

from typing import Literal

from pydantic import Field

from poolbench.config import Frozen, Metric, Protocol
from poolbench.records._schema import SCHEMA_VERSION


class SideDifference(Frozen):
    """A difference of something beside accuracy, first minus second, with its 95 % interval.

    Attributes:
        p_value, p_adjusted: Of no difference, two-sided; the second after Holm 1979 over all pairs.
    """

    value: float
    low: float
    high: float
    p_value: float
    p_adjusted: float


class Difference(Frozen):
    """One pair of variants: ``first`` minus ``second`` in points of the metric, paired.

    Attributes:
        low, high: Interval at the verdict's ``confidence``, drawn so that all comparisons with
            the variant that is the best in truth hold together.
        tie_low, tie_high: Interval at ``tie_confidence``, which must lie within the margin for a
            tie.
        p_value, p_adjusted: Of no difference, two-sided; the second after Holm 1979 over all pairs
            of the study. Information: neither decides, and neither knows of earlier looks.
        probability_better, probability_equal, probability_worse: That the difference is above,
            within, or below the margin on either side.
        repeats: Repeats that it rests on.
        nll: Difference in negative log-likelihood, nats.
        gap: Difference in over-fitting (training minus held-out accuracy), points.
    """

    first: str
    second: str
    points: float
    low: float
    high: float
    tie_low: float
    tie_high: float
    p_value: float
    p_adjusted: float
    probability_better: float
    probability_equal: float
    probability_worse: float
    repeats: int
    nll: SideDifference | None = None
    gap: SideDifference | None = None


class VerdictRecord(Frozen):
    """``verdict.json``.

    Attributes:
        winner: The variant that is better than every rival; only with kind ``winner``.
        tied: The variants that are equivalent within the margin, best mean first.
        recommended: What to use: the winner, else the cheapest of the tied, else the best mean.
        metric: ``accuracy``, or ``balanced-accuracy`` (the mean over classes).
        alpha: Chance of a false winner that is accepted, at the look that decided.
        confidence: Of each interval, such that all comparisons with the variant that is the best
            in truth hold together with ``1 - alpha``.
        tie_confidence: Of the interval that must lie within the margin for a tie.
        baseline: The variant that all are compared with in ``against_baseline``, if one was named.
        further_repeats: How many more would decide it, if the difference is what it seems;
            ``None``: decided, or no number would.
        further_pictures: The same for pictures, with ``total_repeats`` repeats in all.
        detectable_points: The smallest difference that any number of repeats could show on these
            pictures; ``None`` if the verdict is decided.
        assumed_trial_sd_points: For published counts: the spread between trainings that was
            assumed; ``None`` where it was measured.
        left_out: Variants of which trials were lost, so that they could not be compared to the end.
        notes: Ids of warnings that the texts explain, such as ``positions-differ``.
    """

    schema_version: int = SCHEMA_VERSION
    protocol: Protocol
    kind: Literal["winner", "tied", "undecided"]
    winner: str | None
    tied: tuple[str, ...]
    recommended: str
    margin_points: float
    pictures: int
    repeats: int
    folds: int
    differences: tuple[Difference, ...]
    metric: Metric = "accuracy"
    alpha: float = 0.05
    confidence: float = 0.95
    tie_confidence: float = 0.90
    baseline: str | None = None
    against_baseline: tuple[Difference, ...] = ()
    further_repeats: int | None = None
    further_pictures: int | None = None
    total_repeats: int | None = None
    detectable_points: float | None = None
    assumed_trial_sd_points: float | None = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class TimeRatio(Frozen):
    """Training seconds of ``first`` over those of ``second``: geometric mean over trials.

    Attributes:
        low, high: 95 % interval over trials; ``None`` if there is only one.
        p_adjusted: Of a ratio of 1, two-sided, after Holm 1979 over all pairs; ``None`` likewise.
    """

    first: str
    second: str
    ratio: float
    low: float | None
    high: float | None
    p_adjusted: float | None


class StudyTiming(Frozen):
    """``timing.json`` of a run: measured seconds, kept apart from what must be identical.

    Attributes:
        latency_ms: Variant id to the milliseconds in which its exported model answers for one
            picture of the size of training: the median, ONNX Runtime on one thread.
    """

    schema_version: int = SCHEMA_VERSION
    train_ratios: tuple[TimeRatio, ...]
    latency_ms: dict[str, float] = Field(default_factory=dict)


class OrderFinding(Frozen):
    """One known-answer task: what had to be found, and what was.

    Attributes:
        expected: Pairs of operators, the better one first.
        tied: Operators whose results must be the very same.
        found: Differences of the first repetition.
        right: Repetitions in which everything expected was found.
        is_right: Whether those are enough.
    """

    task: str
    measure: str
    expected: tuple[tuple[str, str], ...]
    tied: tuple[str, ...]
    found: tuple[Difference, ...]
    repetitions: int
    right: int
    is_right: bool


class EqualFinding(Frozen):
    """Studies of one variant against itself.

    Attributes:
        winners: Studies that found one, which is always false.
        most: As many as chance explains in a right instrument.
    """

    studies: int
    winners: int
    most: int


class CalibrationRecord(Frozen):
    """What ``poolbench calibrate`` found."""

    schema_version: int = SCHEMA_VERSION
    orders: tuple[OrderFinding, ...]
    equal: EqualFinding
    passed: bool
