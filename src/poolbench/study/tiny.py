"""Train small real studies in this process, as the calibration needs them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.config import DataConfig, RecipeConfig, StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.data.sample import load_sample
from poolbench.records import TrialRecord, TrialSpec
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session

# Pictures of each class.
TINY_PICTURES = 50


def make_tiny_config(
    recipe: RecipeConfig,
    seed: int,
    *,
    folds: int,
    repeats: int,
    operators: tuple[str, ...] = ("max",),
    replicas: int = 1,
) -> StudyConfig:
    """Return the config of a study of the smallest backbone that trains on one core."""
    return StudyConfig(
        data=DataConfig(source="sample"),
        operators=operators,
        backbones=("lab-example",),
        recipes=(recipe.name,),
        own_recipes=(recipe,),
        replicas=replicas,
        folds=folds,
        repeats=repeats,
        seed=seed,
        device="cpu",
        precision="float32",
    )


def draw_sample(rng: np.random.Generator) -> ImageSet:
    """Draw some pictures of each class of the built-in image set."""
    sample = load_sample()
    labels = sample.pool.labels
    chosen = [
        rng.choice(np.flatnonzero(labels == label), TINY_PICTURES, replace=False)
        for label in range(len(sample.classes))
    ]
    return replace(sample, pool=sample.pool.take(np.concatenate(chosen)))


def train_trials(
    specs: Sequence[TrialSpec], session: Session
) -> list[tuple[TrialRecord, dict[str, NDArray[Any]]]]:
    """Train one variant on some parts of the pictures; return each record with its predictions."""
    outcomes = [run_trial(spec, session) for spec in specs]
    return [(outcome.record, vars(outcome.predictions)) for outcome in outcomes]
