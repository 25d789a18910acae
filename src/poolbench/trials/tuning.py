"""The search for a learning rate, on the training pictures of a trial alone."""

import math
from dataclasses import replace

from poolbench.records import TrialSpec
from poolbench.training.loop import run_training
from poolbench.trials.build import (
    SplitIndex,
    make_form,
    make_schedule,
    prepare_half,
    put_aside,
    start_network,
)
from poolbench.trials.session import Workplace

# Times the recipe's rate. Each is tried for a fifth of the epochs, so that the search costs about
# as much as the training after it.
RATE_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
EPOCHS_SHARE = 1 / 5
# Of the training pictures one part of so many judges the rates.
JUDGING_PARTS = 5


def find_rate_factor(spec: TrialSpec, place: Workplace, split: SplitIndex) -> float:
    """The factor whose short training has the lowest loss on pictures that were put aside.

    They are a fifth of the trial's own training pictures, the same for every rate and variant; what
    is held out has no part in it.
    """
    recipe = spec.variant.recipe.model_copy(
        update={
            "epochs": count_tuning_epochs(spec.variant.recipe.epochs),
            "validation_parts": 0,
            "patience": 0,
        }
    )
    short = spec.model_copy(update={"variant": spec.variant.model_copy(update={"recipe": recipe})})
    inside = put_aside(replace(split, inner=None), spec, place.get_half("pool"), JUDGING_PARTS)
    losses = {factor: _try_rate(short, place, inside, factor) for factor in RATE_FACTORS}
    return min(losses, key=lambda factor: losses[factor])


def count_tuning_epochs(epochs: int) -> int:
    """Of each rate that is tried."""
    return max(1, round(EPOCHS_SHARE * epochs))


def _try_rate(spec: TrialSpec, place: Workplace, inside: SplitIndex, factor: float) -> float:
    network = start_network(spec, place, inside)
    form = make_form(network, spec)
    pool = prepare_half("pool", spec, place, form)
    assert inside.inner is not None
    result = run_training(
        form,
        place.make_part(pool, inside.train),
        place.make_part(pool, inside.inner),
        make_schedule(spec, factor),
        lanes=place.lanes,
    )
    loss = result.history[-1].nll
    return loss if result.diverged_at is None and math.isfinite(loss) else math.inf
