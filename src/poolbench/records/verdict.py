"""Record what a study found: differences, the verdict, and whether the instrument holds."""

from typing import Literal

from pydantic import Field

from poolbench.config import Frozen, Metric, Protocol
from poolbench.records._schema import SCHEMA_VERSION


class SideDifference(Frozen):
    """A difference of something beside accuracy, first minus second, with its 95 % interval.

    Attributes:
        p_value, p_adjusted: Two-sided, of no difference; the second after Holm 1979 over all pairs.
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
        p_value, p_adjusted: Two-sided, of no difference; the second after Holm 1979 over all pairs
            of the study. Information: neither decides, and neither knows of earlier looks.
            ``None``, as the three probabilities, in runs of schema 1.
        probability_better, probability_equal, probability_worse: Chance that the difference is
            above, within, or below the margin on either side.
        repeats: Repeats that it rests on; ``None``: all of the verdict's.
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
    p_value: float | None = None
    p_adjusted: float | None = None
    probability_better: float | None = None
    probability_equal: float | None = None
    probability_worse: float | None = None
    repeats: int | None = None
    nll: SideDifference | None = None
    gap: SideDifference | None = None


class ConstantAnswer(Frozen):
    """The best that can be had without looking at a picture: always the same class.

    Attributes:
        accuracy: Accuracy under the metric of the verdict, 0–1.
        accuracy_low, accuracy_high: 95 % interval over new pictures; of balanced accuracy, which
            is known to be one over the number of classes, the value itself.
        variant: The one with the best mean.
        points: Its accuracy minus that of the constant answer.
        low, high: The interval of ``points``; those of all variants hold together with 90 %, so
            that each end alone holds with 95 %.
        is_beaten: Whether any variant is above the constant answer by more than chance explains.
    """

    accuracy: float
    accuracy_low: float
    accuracy_high: float
    variant: str
    points: float
    low: float
    high: float
    is_beaten: bool


class VerdictRecord(Frozen):
    """``verdict.json``.

    Attributes:
        winner: The variant that is better than every rival; only with kind ``winner``.
        tied: The variants that are equivalent within the margin, best mean first.
        recommended: What to use: the winner, else the cheapest of the tied, else the best mean;
            ``None`` with kind ``nothing-learned``.
        metric: ``accuracy``, or ``balanced-accuracy`` (the mean over classes).
        alpha: Chance of a false winner that is accepted, at the look that decided.
        confidence: Confidence of each interval, so that all comparisons with the variant that is
            the best in truth hold together with ``1 - alpha``.
        tie_confidence: Confidence of the interval that must lie within the margin for a tie.
        baseline: The variant that all are compared with in ``against_baseline``, if one was named.
        further_repeats: How many more would decide it, if the difference is what it seems;
            ``None``: decided, or no number would.
        further_pictures: The same for pictures, with ``total_repeats`` repeats in all.
        detectable_points: The smallest difference that any number of repeats could show on these
            pictures; ``None`` if the verdict is decided.
        assumed_trial_sd_points: For published counts: the spread between trainings that was
            assumed; ``None`` where it was measured.
        constant: What an answer without a look would reach; ``None`` for published counts and in
            runs of before.
        missed_classes: Classes of which no picture was recognised in any trial, by variant.
        undertrained: Variants whose held-out loss is lowest in the last tenth of the epochs, in
            most of their trials: longer training may change the order.
        left_out: Variants of which trials were lost, so that they could not be compared to the end.
        notes: Ids of warnings that the texts explain, such as ``positions-differ``.
    """

    schema_version: int = SCHEMA_VERSION
    protocol: Protocol
    kind: Literal["winner", "tied", "undecided", "nothing-learned"]
    winner: str | None
    tied: tuple[str, ...]
    recommended: str | None
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
    constant: ConstantAnswer | None = None
    missed_classes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    undertrained: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def leading(self) -> str:
        """The variant that is shown in detail: the recommended one, else the best mean."""
        if self.recommended is not None:
            return self.recommended
        assert self.constant is not None
        return self.constant.variant


class TimeRatio(Frozen):
    """Training seconds of ``first`` over those of ``second``: geometric mean over trials.

    Attributes:
        low, high: 95 % interval over trials; ``None`` if there is only one.
        p_adjusted: Two-sided, of a ratio of 1, after Holm 1979 over all pairs; ``None`` likewise.
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
