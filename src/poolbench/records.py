"""What one stage hands to the next and to disk.

Everything here is plain data: no torch, no files. ``SCHEMA_VERSION`` grows when a field changes
its meaning; a reader refuses what is newer than itself.
"""

import hashlib
import json
from typing import Literal

from pydantic import Field

from poolbench.config import Fit, Frozen, Metric, Precision, Protocol, RecipeConfig

SCHEMA_VERSION = 2

Split = Literal["fold", "official", "whole"]


class VariantSpec(Frozen):
    """Operator + backbone + recipe (+ replica): what a study compares."""

    operator: str
    backbone: str
    recipe: RecipeConfig
    replica: int = 0

    @property
    def id(self) -> str:
        """Safe as a folder name and as an HTML id: ``max.lab.quick``."""
        name = f"{self.operator}.{self.backbone}.{self.recipe.name}"
        return f"{name}.{self.replica}" if self.replica else name


class Conditions(Frozen):
    """What else decides a trial's result to the last bit.

    Attributes:
        fingerprint: Hash of processor, operating system, thread count and library versions.
        sources: SHA-256 of the source of every operator that is not poolbench's own, by id.
    """

    device: str
    precision: Precision
    threads: int
    rewrites: bool
    poolbench: str
    torch: str
    fingerprint: str
    sources: dict[str, str] = Field(default_factory=dict)


class TrialSpec(Frozen):
    """One training of one variant on one part of the pictures.

    Attributes:
        split: ``fold``: all folds but one, judged on that one; ``official``: the training half,
            judged on the test half every epoch; ``whole``: the whole pool, the test half opened
            once at the end.
        fold: Which fold is held out; 0 where there are none.
    """

    variant: VariantSpec
    split: Split
    repeat: int
    fold: int
    folds: int
    seed: int
    manifest_hash: str
    num_classes: int
    image_size: tuple[int, int]
    conditions: Conditions

    @property
    def id(self) -> str:
        """Readable, and ends in a hash of everything that decides the result."""
        place = "whole" if self.split == "whole" else f"r{self.repeat}f{self.fold}"
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        digest = hashlib.sha256(canonical.encode()).hexdigest()[:12]
        return f"{self.variant.id}-{place}-{digest}"


class SideMetrics(Frozen):
    """Measures on one side (the training or the held-out pictures), in float32.

    Attributes:
        nll: Mean negative log-likelihood in nats.
        calibration_error: Expected calibration error over 15 equal-width bins, 0–1.
        confusion: Row: true class, column: predicted class.
        report: scikit-learn's ``classification_report(output_dict=True)`` with class names.
    """

    count: int
    accuracy: float
    nll: float
    calibration_error: float
    macro_f1: float
    confusion: tuple[tuple[int, ...], ...]
    report: dict[str, dict[str, float]]


class Overfit(Frozen):
    """How far a network learned its training pictures by heart.

    Attributes:
        gap: Training accuracy minus held-out accuracy, 0–1.
        loss_rise: Held-out loss of the last epoch minus the lowest of any epoch, in nats.
        loss_minimum_epoch: The epoch (from 1) with the lowest held-out loss.
    """

    gap: float
    loss_rise: float
    loss_minimum_epoch: int


class BestEpoch(Frozen):
    """The epoch with the highest held-out accuracy: optimistic, chosen on what it is judged by."""

    epoch: int
    accuracy: float


class ShiftCurve(Frozen):
    """Held-out pictures moved by 0, 1, … pixels in four directions, border filled by reflection.

    Attributes:
        pixels: The shifts; entry 0 is no shift.
        accuracy: Each picture goes in one direction, the four take turns; 0–1.
        consistency: Part of the pictures that keep the label they have without a shift, 0–1.
    """

    pixels: tuple[int, ...]
    accuracy: tuple[float, ...]
    consistency: tuple[float, ...]


class Cost(Frozen):
    """What a network costs for one picture.

    Attributes:
        multiply_adds: Of the whole network, pooling counted by formula.
        conv_multiply_adds: Of its convolutions alone, as the published lab counts.
    """

    parameters: int
    multiply_adds: int
    conv_multiply_adds: int


class TrialRecord(Frozen):
    """What a trial found; the same bits whenever it is run again (seconds live elsewhere).

    Attributes:
        diverged_at: The step at which the loss stopped being finite, or ``None``.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    spec: TrialSpec
    train: SideMetrics
    held_out: SideMetrics
    overfit: Overfit
    best_epoch: BestEpoch
    shift: ShiftCurve
    cost: Cost
    diverged_at: int | None = None


class TrialTiming(Frozen):
    """Measured seconds and bytes, kept apart from what must be identical.

    Attributes:
        train_seconds: Training steps alone.
        wall_seconds: With evaluation and everything else of the trial.
        peak_memory_bytes: Of the process that trained (of the GPU where there is one); ``None``
            where the system does not tell.
    """

    train_seconds: float
    wall_seconds: float
    peak_memory_bytes: int | None


class DataRecord(Frozen):
    """``data.json``: the image set of a run.

    Attributes:
        pool_counts: Pictures of each class in the training pool, in label order.
    """

    schema_version: int = SCHEMA_VERSION
    source: str
    classes: tuple[str, ...]
    image_size: tuple[int, int]
    fit: Fit
    manifest_hash: str
    pool_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    has_official_test: bool
    facts: dict[str, object] = Field(default_factory=dict)


class LeaderboardRow(Frozen):
    """One variant in ``leaderboard.csv``; accuracies 0–1, means over trials.

    Attributes:
        metric: What ``accuracy`` and its interval are: plain or balanced.
    """

    variant: str
    metric: Metric = "accuracy"
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    nll: float
    calibration_error: float
    gap: float
    loss_rise: float
    shift_consistency: float
    parameters: int
    multiply_adds: int
    trials: int
    train_seconds: float
    wall_seconds: float


class Measure(Frozen):
    """A difference of something beside accuracy, first minus second, with its 95 % interval.

    Attributes:
        p_adjusted: Of no difference, two-sided, after Holm 1979 over all pairs.
    """

    value: float
    low: float
    high: float
    p_adjusted: float


class Difference(Frozen):
    """One pair of variants: ``first`` minus ``second`` in points of the metric, paired.

    Attributes:
        low, high: Interval at the verdict's ``confidence``, drawn so that all comparisons with
            the best hold together.
        tie_low, tie_high: Interval at ``tie_confidence``, which must lie within the margin for a
            tie.
        p_value, p_adjusted: Of no difference, two-sided; the second after Holm 1979, as
            information: neither decides.
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
    nll: Measure | None = None
    gap: Measure | None = None


class VerdictRecord(Frozen):
    """``verdict.json``.

    Attributes:
        winner: The variant that is better than every rival; only with kind ``winner``.
        tied: The variants that are equivalent within the margin, best mean first.
        recommended: What to use: the winner, else the cheapest of the tied, else the best mean.
        metric: ``accuracy``, or ``balanced-accuracy`` (the mean over classes).
        alpha: Chance of a false winner that is accepted, at the look that decided.
        confidence: Of each interval, such that all comparisons with the best hold together with
            ``1 - alpha``.
        tie_confidence: Of the interval that must lie within the margin for a tie.
        baseline: The variant that all are compared with in ``against_baseline``, if one was named.
        further_repeats: How many more would decide it, if the difference is what it seems;
            ``None``: decided, or no number would.
        further_pictures: The same for pictures, with ``total_repeats`` repeats in all.
        detectable_points: The smallest difference that any number of repeats could show on these
            pictures; ``None`` if the verdict is decided.
        assumed_trial_sd_points: For published counts: the spread between trainings that was
            assumed; ``None`` where it was measured.
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
    """``timing.json`` of a run: measured seconds, kept apart from what must be identical."""

    schema_version: int = SCHEMA_VERSION
    train_ratios: tuple[TimeRatio, ...]


class FinalRecord(Frozen):
    """The winner retrained on the whole pool; the test half was opened once, for it."""

    trial: str
    variant: str
    test: SideMetrics


class StudyRecord(Frozen):
    """``study.json``: written last, so a run that has it is whole.

    Attributes:
        trials: Ids of the trials that were compared; the folder may hold others.
        final: The trial whose network is in ``best``.
        files: SHA-256 of what was handed over, by path within the run.
    """

    schema_version: int = SCHEMA_VERSION
    trials: tuple[str, ...]
    final: str
    files: dict[str, str] = Field(default_factory=dict)


class Check(Frozen):
    """One thing that was looked at.

    Attributes:
        value: What was measured, with the unit that the name says; ``None`` if it could not be.
        tolerance: The most that ``value`` may be.
        detail: Why it failed, in words.
    """

    name: str
    passed: bool
    value: float | None = None
    tolerance: float = 0.0
    detail: str = ""


class VerificationReport(Frozen):
    """``best/verification.json``.

    Attributes:
        pictures: Reference pictures that were predicted, in each of two sizes.
        torch_imported: Whether torch was loaded in the process that verified.
        seconds: From the start of the checks to their end.
    """

    schema_version: int = SCHEMA_VERSION
    passed: bool
    checks: tuple[Check, ...]
    pictures: int
    torch_imported: bool
    onnxruntime: str
    python: str
    seconds: float


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
