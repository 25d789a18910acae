"""Record what a study found: differences, the verdict, and whether the instrument holds."""

from typing import Literal

from pydantic import Field

from poolbench.config import Frozen, Metric, Protocol
from poolbench.records._schema import SCHEMA_VERSION

Kind = Literal["winner", "tied", "undecided", "nothing-learned"]


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
        low, high: Interval of which all that begin with one variant hold together.
        single_low, single_high: Interval of this pair alone, at ``1 - alpha``; ``None`` in runs of
            before.
        tie_low, tie_high: Interval at ``tie_confidence``, which must lie within the margin for a
            tie.
        p_value, p_adjusted: Two-sided, of no difference; the second after Holm 1979 over all pairs
            of the study, and for the looks. ``None``, as the three probabilities, in runs of
            schema 1.
        probability_better, probability_equal, probability_worse: Chance that the difference is
            above, within, or below the margin on either side.
        repeats: Repeats that it rests on; ``None``: all of the verdict's.
        alpha: Two-sided level of the look after so many repeats; ``None``: that of the verdict.
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
    single_low: float | None = None
    single_high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    probability_better: float | None = None
    probability_equal: float | None = None
    probability_worse: float | None = None
    repeats: int | None = None
    alpha: float | None = None
    nll: SideDifference | None = None
    gap: SideDifference | None = None

    @property
    def is_outdone(self) -> bool:
        """Whether the second is worse than the first, as far as this pair alone is asked about."""
        return (self.low if self.single_low is None else self.single_low) > 0

    @property
    def is_beaten(self) -> bool:
        """Whether the second is worse, also where all comparisons with the first must hold."""
        return self.low > 0


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


class LookRecord(Frozen):
    """One verdict that was computed.

    Attributes:
        alpha: Level at which a variant counted as better.
        tie_alpha: Level of each of the two tests of a tie.
        active: Variants that had not been dropped before.
    """

    repeats: int
    kind: Kind
    alpha: float
    tie_alpha: float
    active: tuple[str, ...]


class Forecast(Frozen):
    """How likely more of the same is to bring a decision.

    Attributes:
        repeats: Repeats in all.
        pictures: Pictures in all.
        chance: Predictive probability of a decision, over all pairs that are open; 0-1.
    """

    repeats: int
    pictures: int
    chance: float


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
        more_repeats: What more repeats would bring, and ``more_pictures``, what more pictures
            would; ``None``: decided, or nothing is known of it.
        detectable_points: The smallest difference that any number of repeats could show on these
            pictures; ``None`` if the verdict is decided.
        regret_points: At most so much worse is the recommended variant than whichever is best in
            truth, at 95 %; ``None``: no variant is recommended, or runs of before.
        unbiased_points: The difference between the winner and its closest rival, median-unbiased
            after an early stop; ``None``: there was none.
        looks: The verdicts that were computed, this one the last; empty in runs of before.
        is_futile: Whether the study stopped because a decision had become unlikely.
        is_exploratory: Whether the accepted error had been spent before.
        further_repeats, further_pictures, total_repeats: In runs of before: how many more would
            decide it, if the difference were what it seemed.
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
    kind: Kind
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
    more_repeats: Forecast | None = None
    more_pictures: Forecast | None = None
    regret_points: float | None = None
    unbiased_points: float | None = None
    looks: tuple[LookRecord, ...] = ()
    is_futile: bool = False
    is_exploratory: bool = False
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


class Account(Frozen):
    """Where the seconds of a command went, of the last one that trained something.

    Attributes:
        phases: Seconds by the clock of each phase, in their order.
        workers: Trials that were trained at once.
        trials: Trials that were trained.
        steps, watching, judging: Seconds of these trials, all together, in training steps, in
            evaluation after each epoch and in evaluation of the trained network.
        rest: Seconds of these trials in everything else.
    """

    phases: dict[str, float]
    workers: int
    trials: int
    steps: float
    watching: float
    judging: float
    rest: float


class StudyTiming(Frozen):
    """``timing.json`` of a run: measured seconds, kept apart from what must be identical.

    Attributes:
        account: ``None`` in runs of earlier versions.
        latency_ms: Variant id to the milliseconds in which its exported model answers for one
            picture of the size of training: the median, ONNX Runtime on one thread.
    """

    schema_version: int = SCHEMA_VERSION
    train_ratios: tuple[TimeRatio, ...]
    latency_ms: dict[str, float] = Field(default_factory=dict)
    account: Account | None = None


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

    @property
    def is_right(self) -> bool:
        """Whether no more winners were found than chance explains."""
        return self.winners <= self.most


class PermutedFinding(Frozen):
    """Trainings on labels that were permuted, of which nothing held out can be known.

    Attributes:
        pictures: Held-out pictures of all trainings.
        right: Those that were told right.
        most: As many as chance explains.
    """

    trainings: int
    pictures: int
    right: int
    most: int

    @property
    def is_right(self) -> bool:
        """Whether held-out pictures were told no better than by chance."""
        return self.right <= self.most


class CoverageFinding(Frozen):
    """Made-up studies of a known difference.

    Attributes:
        held: Studies whose 95 % interval holds the true difference.
        least, most: As few and as many as chance explains in a right instrument.
    """

    draws: int
    held: int
    least: int
    most: int

    @property
    def is_right(self) -> bool:
        """Whether the truth was held as often as an interval says, neither less nor more."""
        return self.least <= self.held <= self.most


class TwinsFinding(Frozen):
    """Trials of one function under two ids.

    Attributes:
        alike: Trials in which both gave the same answers, to the bit.
    """

    trials: int
    alike: int

    @property
    def is_right(self) -> bool:
        """Whether all were the same."""
        return self.alike == self.trials


class CalibrationRecord(Frozen):
    """What ``poolbench calibrate`` found; ``None``: a version of before did not look."""

    schema_version: int = SCHEMA_VERSION
    orders: tuple[OrderFinding, ...]
    equal: EqualFinding
    permuted: PermutedFinding | None = None
    coverage: CoverageFinding | None = None
    twins: TwinsFinding | None = None
    passed: bool
