"""Estimate how long a study will take, from the measured speed of its variants."""

from collections.abc import Mapping, Sequence

from poolbench.data.image_set import ImageSet
from poolbench.records import Speed, TrialSpec
from poolbench.texts import DEFAULT_LANGUAGE
from poolbench.texts.duration import format_duration
from poolbench.texts.filling import Spelling
from poolbench.trials.tuning import RATE_FACTORS, count_tuning_epochs

# After training both sides are judged, the held-out side under four shifts too.
SHIFTS = 4
# Measured on two cores: files of a trial; export of a model; proof and report.
FILES_SECONDS = 0.05
EXPORT_SECONDS = 3.5
# What the report draws of a network: bounded, whatever the network (evaluation/cost.py).
EXPLAIN_SECONDS = 2.0
REPORT_SECONDS = 5.0


class Duration:
    """Seconds, as a value of a text.

    Example:
        >>> Duration(5.2).tell("en")
        '5 s'
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return them as a person says them in a language."""
        return format_duration(max(self.seconds, 0.0), lang or DEFAULT_LANGUAGE)


def estimate_trial_seconds(spec: TrialSpec, speed: Speed, image_set: ImageSet) -> float:
    """Estimate the seconds of one trial in a worker that has started."""
    pool, test = len(image_set.pool), len(image_set.test)
    held_out = pool // spec.folds if spec.split == "fold" else test
    train = pool - held_out if spec.split == "fold" else pool
    watched = 0 if spec.split == "whole" else held_out
    epochs = spec.variant.recipe.epochs
    if spec.tune == "lr":
        epochs += len(RATE_FACTORS) * count_tuning_epochs(epochs)
    trained = epochs * (train * speed.train + watched * speed.watch)
    judged = (train + (1 + SHIFTS) * held_out) * speed.judge
    return speed.start + trained + judged + speed.tables + FILES_SECONDS


def estimate_wall_seconds(seconds: Sequence[float], workers: int) -> float:
    """Estimate the seconds of all trials, the longest first, each on the next free worker."""
    free = [0.0] * max(1, workers)
    for trial in sorted(seconds, reverse=True):
        free.sort()
        free[0] += trial
    return max(free)


def estimate_study_seconds(
    missing: Sequence[TrialSpec], seconds: Mapping[str, float], workers: int
) -> float:
    """Estimate the seconds from the first of these trials to the report.

    Args:
        seconds: Of one trial, by variant id.
    """
    trials = estimate_wall_seconds([seconds[spec.variant.id] for spec in missing], workers)
    # The final trial is that of some variant, on the whole pool, alone on all cores; the lab
    # protocol hands over one of the trials themselves.
    is_official = any(spec.split == "official" for spec in missing)
    final = 0.0 if is_official else max(seconds.values())
    return trials + final + estimate_hand_over_seconds(len(seconds))


def estimate_hand_over_seconds(variants: int) -> float:
    """Estimate the seconds from the last trial to the report, with its exported models."""
    return (variants + 1) * (EXPORT_SECONDS + EXPLAIN_SECONDS) + REPORT_SECONDS
