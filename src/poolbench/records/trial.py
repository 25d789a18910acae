"""Record one training: what decides it, and what it found."""

import hashlib
import json
from typing import Literal

from pydantic import ConfigDict, Field

from poolbench.config import Frozen, Precision, RecipeConfig, Tune, dump_identity
from poolbench.records._schema import SCHEMA_VERSION

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


# Prefix of the id of a backbone among the sources of a trial.
BACKBONE_SOURCE = "backbone:"


class Conditions(Frozen):
    """What else decides a trial's result to the last bit.

    Attributes:
        stack: How many trials of a variant are trained at once at most; 1: each alone.
        fingerprint: Hash of processor, operating system, thread count and library versions.
        sources: SHA-256 of the source of every operator and (``backbone:`` before its id) backbone
            that is not poolbench's own; of a backbone follows, after a hyphen, that of the values
            that it begins with where it loads some.
    """

    device: str
    precision: Precision
    threads: int
    rewrites: bool
    stack: int = 1
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
        weights: SHA-256 of the file of weights that the network begins with.
        tune: ``lr``: the learning rate is searched for before the training.
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
    weights: str | None = None
    tune: Tune = "none"

    @property
    def id(self) -> str:
        """Readable, and ends in a hash of everything that decides the result."""
        part = "whole" if self.split == "whole" else f"r{self.repeat}f{self.fold}"
        return f"{self.variant.id}-{part}-{self.digest[:12]}"

    @property
    def digest(self) -> str:
        """SHA-256 in hex of everything that decides the result."""
        canonical = json.dumps(dump_identity(self), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


class Speed(Frozen):
    """Measured on this machine: seconds for a picture, and the memory of the process.

    Attributes:
        train: Seconds of a training step, divided by its pictures.
        watch: Seconds for a picture that is watched after an epoch, in the format of training.
        judge: Seconds for a picture that is judged after training, in float32.
        start: Seconds before the first step of a trial.
        tables: Seconds for what is computed of the predictions of a trial.
        weights_bytes: Size of the network, as a trial keeps it.
    """

    train: float
    watch: float
    judge: float
    start: float
    tables: float
    peak_memory_bytes: int | None
    weights_bytes: int


class SideMetrics(Frozen):
    """Measures on one side (the training or the held-out pictures), in float32.

    Metrics that were added later stand beside these, each under its key in
    :data:`poolbench.evaluation.metrics.METRICS`; a record of before lacks them.

    Attributes:
        nll: Mean negative log-likelihood in nats.
        calibration_error: Expected calibration error over 15 equal-width bins, 0–1.
        confusion: Row: true class, column: predicted class.
        report: scikit-learn's ``classification_report(output_dict=True)`` with class names.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float]

    count: int
    accuracy: float
    nll: float
    calibration_error: float
    macro_f1: float
    confusion: tuple[tuple[int, ...], ...]
    report: dict[str, dict[str, float]]

    def get(self, key: str) -> float | None:
        """Return the value of a metric, or ``None`` where the record is older than the metric."""
        value: float | None = getattr(self, key, None)
        return value


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
        multiply_adds: Those of the whole network, pooling counted by formula.
        conv_multiply_adds: Those of its convolutions alone, as the published lab counts.
    """

    parameters: int
    multiply_adds: int
    conv_multiply_adds: int


class TrialRecord(Frozen):
    """What a trial found; the same bits whenever it is run again (seconds live elsewhere).

    Attributes:
        diverged_at: The step at which the loss stopped being finite; the last one, where it never
            did and the trained network answers with what is no number; or ``None``.
        last_finite_loss: Loss before that step; ``None`` where it did not diverge, or at once.
        chosen_epoch: The epoch (from 1) whose weights were kept, where the recipe puts pictures
            aside to choose one; ``None``: the last.
        rate_factor: What the recipe's learning rate was multiplied by, where a better one was
            searched for or the trial was begun again; else ``None``.
        attempts: 2 where the first training stayed at a constant answer on its training pictures
            and was begun again with a lower rate; what is recorded is the second.
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
    last_finite_loss: float | None = None
    chosen_epoch: int | None = None
    rate_factor: float | None = None
    attempts: int = 1

    @property
    def has_collapsed(self) -> bool:
        """Whether a training of this trial came to nothing: it diverged, or was begun again."""
        return self.diverged_at is not None or self.attempts > 1


class TrialTiming(Frozen):
    """Measured seconds and bytes, kept apart from what must be identical.

    Attributes:
        train_seconds: Seconds of the training steps alone, of all attempts.
        wall_seconds: Seconds with evaluation and everything else of the trial.
        watch_seconds: Of these, seconds of evaluation after each epoch, for the curves; 0 in a
            stack, ``None`` in runs of earlier versions.
        judge_seconds: Of these, seconds in which the trained network was evaluated; likewise.
        peak_memory_bytes: Peak of the process that trained (of the GPU where there is one);
            ``None`` where the system does not tell.
    """

    train_seconds: float
    wall_seconds: float
    peak_memory_bytes: int | None
    watch_seconds: float | None = None
    judge_seconds: float | None = None
