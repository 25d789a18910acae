"""Record what a study is doing right now, for whoever watches it."""

from typing import Literal

from poolbench.config import Frozen, Metric
from poolbench.records._schema import SCHEMA_VERSION

Step = Literal["measure", "train", "final", "hand-over", "verify", "report"]


class LiveVariant(Frozen):
    """One variant of a study that is running.

    Attributes:
        label: Its shortest name in this study.
        done: Finished trials, of ``total`` that are planned up to the next look.
        accuracy, low, high: Mean held-out accuracy so far and its 95 % interval, 0–1; ``None``: no
            trial is finished.
        curve: Held-out accuracy by epoch, a mean over trials; at most :data:`MOST_POINTS`.
        seconds_left: Its part of the seconds that are left; ``None``: not known yet.
    """

    variant: str
    label: str
    done: int
    total: int
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    curve: tuple[float, ...] = ()
    seconds_left: float | None = None


class LiveRecord(Frozen):
    """``live.json``: written about once a second while a study runs, and removed at its end.

    Attributes:
        step: What is being done.
        done: What is finished of the step, of ``total``: trials that are measured or trained; 0 of
            0 where nothing is counted.
        share: Finished part of the work of this step, 0–1.
        seconds_left: By the speed so far; ``None``: not known yet.
        repeats: The number of repeats after which the study is judged next; ``None``: once, at the
            end.
        metric: What accuracy is.
    """

    schema_version: int = SCHEMA_VERSION
    step: Step
    done: int = 0
    total: int = 0
    share: float = 0.0
    seconds_left: float | None = None
    repeats: int | None = None
    metric: Metric = "accuracy"
    variants: tuple[LiveVariant, ...] = ()


# Points of a curve that is shown small.
MOST_POINTS = 40


def thin_curve(curve: tuple[float, ...], points: int) -> tuple[float, ...]:
    """Keep the last point and others at equal distances before it, so many at most.

    Example:
        >>> thin_curve((0.1, 0.2, 0.3, 0.4, 0.5), 3)
        (0.1, 0.3, 0.5)
    """
    if len(curve) <= points:
        return curve
    last = len(curve) - 1
    return tuple(curve[round(k * last / (points - 1))] for k in range(points))
