"""Estimate what makes a difference uncertain, and forecast that of a study of another size."""

from dataclasses import dataclass

import numpy as np

from poolbench.verdict.components import ASSUMED_SHARED, POOL_SHARE, Components, Numbers

# Standard deviation, in points, of the accuracy between trainings on the same pictures. Pooled over
# the repeats of docs/lab.md: five of each of three variants in study lab-example, two of each of
# three in lab-published (15 degrees of freedom); benchmarks/results has the trials.
TRIAL_SD_POINTS = 0.98


@dataclass(frozen=True)
class Spread:
    """What makes the mean difference of a pair uncertain, apart from its size, in points.

    Attributes:
        trial: Variance that one repeat's trainings add to its mean.
        residual: Variance of one picture in one training.
        shared: Variance between pictures of what all trainings say.
    """

    trial: Numbers
    residual: Numbers
    shared: Numbers
    folds: int

    def forecast(self, repeats: int, units: int) -> Components:
        """Forecast what a study of this size would find, its own mean apart."""
        count = repeats * self.folds
        by_training = self.trial / repeats + self.residual / (repeats * units)
        by_picture = self.shared / units
        seen = (self.folds - 1) / (count - 1) if count > 1 else 0.0
        return Components(
            mean=np.zeros(np.shape(by_picture)),
            trials=np.asarray(by_training + seen * by_picture),
            freedom=max(count - 1, 1),
            pictures=np.asarray((1 - seen + POOL_SHARE) * by_picture),
            picture_freedom=units - 1,
            units=units,
            shared=np.asarray(self.shared),
            residual=np.asarray(self.residual),
        )


def estimate_spread(parts: Components, repeats: int) -> Spread:
    """Estimate the spread from the variance components of pairs.

    With one repeat, half of the variance of pictures is taken as shared; with one training of
    each variant, trainings are taken to spread as in docs/lab.md.
    """
    units = parts.units
    folds = (parts.freedom + 1) // repeats
    shared, residual = parts.shared, parts.residual
    if repeats == 1:
        shared, residual = ASSUMED_SHARED * residual, (1 - ASSUMED_SHARED) * residual
    if parts.freedom == 0:
        assumed = np.full(np.shape(residual), 2 * TRIAL_SD_POINTS**2)
        return Spread(assumed, residual, shared, folds)
    seen = shared / units * (folds - 1) / parts.freedom
    by_training = repeats * np.maximum(0.0, parts.trials - seen)
    return Spread(np.maximum(0.0, by_training - residual / units), residual, shared, folds)
