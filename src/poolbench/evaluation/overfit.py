"""Measure how far a network learned its training pictures by heart."""

from collections.abc import Sequence

import numpy as np

from poolbench.records import BestEpoch, Overfit, TrialRecord

# Share of the epochs, the last ones: a held-out loss that is lowest there was still falling.
LAST_SHARE = 0.1


def compute_overfit(
    train_accuracy: float, held_out_accuracy: float, held_out_losses: Sequence[float]
) -> Overfit:
    """Compute the gap of the final accuracies, and what the held-out loss did over the epochs.

    Args:
        held_out_losses: One for each epoch, finite.

    Example:
        >>> overfit = compute_overfit(1.0, 0.75, [0.9, 0.5, 0.7])
        >>> overfit.gap, round(overfit.loss_rise, 6), overfit.loss_minimum_epoch
        (0.25, 0.2, 2)
    """
    lowest = int(np.argmin(held_out_losses))
    return Overfit(
        gap=train_accuracy - held_out_accuracy,
        loss_rise=held_out_losses[-1] - held_out_losses[lowest],
        loss_minimum_epoch=lowest + 1,
    )


def find_best_epoch(held_out_accuracies: Sequence[float]) -> BestEpoch:
    """Return the first epoch with the highest held-out accuracy: an optimistic number.

    Example:
        >>> find_best_epoch([0.5, 0.75, 0.75])
        BestEpoch(epoch=2, accuracy=0.75)
    """
    best = int(np.argmax(held_out_accuracies))
    return BestEpoch(epoch=best + 1, accuracy=held_out_accuracies[best])


def is_undertrained(trials: Sequence[TrialRecord]) -> bool:
    """Return whether the held-out loss was still falling at the end of most trainings.

    Trainings that chose their epoch, or diverged, do not count.
    """
    ends = [
        trial.overfit.loss_minimum_epoch > (1 - LAST_SHARE) * trial.spec.variant.recipe.epochs
        for trial in trials
        if trial.chosen_epoch is None and trial.diverged_at is None
    ]
    return sum(ends) > len(ends) / 2
