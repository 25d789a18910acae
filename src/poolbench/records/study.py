"""Record a whole run: its image set, its leaderboard, what was handed over and its proof."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from poolbench.config import Fit, Frozen, Metric
from poolbench.records._schema import SCHEMA_VERSION
from poolbench.records.trial import SideMetrics

# In CSV a missing value is an empty cell.
_Optional = Annotated[float | None, BeforeValidator(lambda value: None if value == "" else value)]


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

    Metrics that were added later stand beside these, each under its key in
    :data:`poolbench.evaluation.metrics.METRICS`; ``None`` where a trial lacks the metric.

    Attributes:
        metric: What ``accuracy`` and its interval are: plain or balanced.
        collapsed: Trials that diverged, or that learned nothing and were begun again.
        collapsed_at_most: The highest rate of such trials, 0-1, that is compatible with that, at
            95 %; ``None``, as the next, in runs of before.
        worst: Accuracy of the worst trial.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _Optional]

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
    collapsed: int = 0
    collapsed_at_most: _Optional = None
    worst: _Optional = None

    def get(self, key: str) -> float | None:
        """Return the value of a metric, or ``None`` where the row lacks it."""
        value: float | None = getattr(self, key, None)
        return value

    # A mapping of its columns, which is what data frames are made of. Pydantic's own way to go
    # through a model gives pairs, which a data frame would keep as they are.
    def keys(self) -> list[str]:
        """Return the names of the columns."""
        return [*type(self).model_fields, *self.__pydantic_extra__]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __getitem__(self, key: str) -> object:
        if key not in self.keys():
            raise KeyError(key)
        value: object = getattr(self, key)
        return value


# What tests for it finds a mapping, without the methods of one that a column could be named like.
Mapping.register(LeaderboardRow)


class Headline(Frozen):
    """The one number of a test half, in the metric of the verdict.

    Attributes:
        value, low, high: The number and its 95 % interval over new pictures (or groups of them).
        constant: What the best constant answer reaches on the same pictures.
        groups: Number of groups that pictures belong to; ``None``: each stands alone.
    """

    metric: Metric
    value: float
    low: float
    high: float
    constant: float
    pictures: int
    groups: int | None = None


class WeightsRecord(Frozen):
    """Weights that a network began with.

    Attributes:
        source: The name of a file, or whose factory loads them.
        sha256: SHA-256 of the file, or of the values.
        operator, license: The operator they were trained with, and their terms, as far as the file
            says.
    """

    source: str
    sha256: str
    operator: str | None = None
    license: str | None = None


class FinalRecord(Frozen):
    """The winner retrained on the whole pool; the test half was opened once, for it.

    Attributes:
        test: Everything that was measured on the test half; plain, whatever the verdict's metric.
        headline: What is told of it; ``None`` in older runs.
        weights: What the network began with, where it was not drawn.
    """

    trial: str
    variant: str
    test: SideMetrics
    headline: Headline | None = None
    weights: tuple[WeightsRecord, ...] = ()


class PlanRecord(Frozen):
    """``plan.json``: what is trained before there is a verdict; for whoever watches.

    Attributes:
        trials: Ids of the trials to compare; the winner's last training comes on top.
        may_end_early: Whether the study may be decided before all of them are there.
    """

    schema_version: int = SCHEMA_VERSION
    trials: tuple[str, ...]
    may_end_early: bool


class StudyRecord(Frozen):
    """``study.json``: written last, so a run that has it is whole.

    Attributes:
        trials: Ids of the trials that were compared; the folder may hold others.
        final: The trial whose network is in ``best``; ``None``: nothing was learned, so there is
            none.
        files: SHA-256 of what was handed over, by path within the run.
    """

    schema_version: int = SCHEMA_VERSION
    trials: tuple[str, ...]
    final: str | None
    files: dict[str, str] = Field(default_factory=dict)


class Check(Frozen):
    """One thing that was looked at.

    Attributes:
        value: What was measured, with the unit that the name says; ``None`` if it could not be.
        tolerance: The most that ``value`` may be.
        detail: Why it failed, in English.
        details: The same by language; records of before have none.
    """

    name: str
    passed: bool
    value: float | None = None
    tolerance: float = 0.0
    detail: str = ""
    details: dict[str, str] = Field(default_factory=dict)


class VerificationReport(Frozen):
    """``best/verification.json``.

    Attributes:
        pictures: Reference pictures that were predicted, in each of two sizes.
        torch_imported: Whether torch was loaded in the process that verified.
        seconds: Time from the start of the checks to their end.
    """

    schema_version: int = SCHEMA_VERSION
    passed: bool
    checks: tuple[Check, ...]
    pictures: int
    torch_imported: bool
    onnxruntime: str
    python: str
    seconds: float
