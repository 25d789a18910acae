"""Search for a learning rate, on the training pictures of a trial alone."""

import math
from dataclasses import replace

from poolbench.records import TrialSpec
from poolbench.training.loop import run_training
from poolbench.trials.build import SplitIndex, build_trial, put_aside
from poolbench.trials.session import Session

# Factors of the recipe's learning rate. Each is tried for a fifth of the epochs, so that the search
# costs about as much as the training after it.
RATE_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
EPOCHS_SHARE = 1 / 5
# The training pictures are split into this many parts, and one of them judges the rates.
JUDGING_PARTS = 5


def find_rate_factor(spec: TrialSpec, session: Session, split: SplitIndex) -> float:
    """Return the factor whose short training has the lowest loss on pictures put aside for it.

    They are a fifth of the trial's own training pictures, the same for every rate and variant; the
    held-out pictures take no part.
    """
    recipe = spec.variant.recipe.model_copy(
        update={
            "epochs": count_tuning_epochs(spec.variant.recipe.epochs),
            "validation_parts": 0,
            "patience": 0,
        }
    )
    short = spec.model_copy(update={"variant": spec.variant.model_copy(update={"recipe": recipe})})
    inside = put_aside(replace(split, inner=None), spec, session.get_half("pool"), JUDGING_PARTS)
    assert inside.inner is not None
    judged = SplitIndex(inside.train, "pool", inside.inner)
    losses = {factor: _try_rate(short, session, judged, factor) for factor in RATE_FACTORS}
    return min(losses, key=lambda factor: losses[factor])


def count_tuning_epochs(epochs: int) -> int:
    """Return the number of epochs for which each learning rate is tried."""
    return max(1, round(EPOCHS_SHARE * epochs))


def _try_rate(spec: TrialSpec, session: Session, split: SplitIndex, factor: float) -> float:
    """Return the loss of a short training on the pictures that are held out of it."""
    trial = build_trial(spec, session, split=split, rate_factor=factor)
    result = run_training(
        trial.form, trial.train, trial.watched, trial.schedule, lanes=session.lanes
    )
    loss = result.history[-1].nll
    return loss if result.diverged_at is None and math.isfinite(loss) else math.inf
