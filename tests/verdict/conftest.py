"""Studies as arrays: drawn at random, and what is asked of them."""

import numpy as np
import pytest

from poolbench.records import Cost
from poolbench.verdict.decide import Question

# Unequal difficulty: most pictures nearly sure, some nearly hopeless; of these, how many are as
# difficult for one variant as for another (as in benchmarks/verdict/coverage_simulated.py).
CONCENTRATION = 2.0
SHARED = 0.7


def draw_fold(rng, repeats, pictures, folds=5):
    """int64 ``[R, n]``."""
    base = np.arange(pictures) % folds
    return np.stack([rng.permutation(base) for _ in range(repeats)])


def draw_correct(rng, accuracies, fold, *, studies=1, noise=0.02):
    """bool ``[S, V, R, n]``: all variants are trained anew, on new pictures, in each study.

    Equal accuracies are equal in truth, whatever chance is cut off at 0 and 1.
    """
    repeats, pictures = fold.shape
    accuracies = np.asarray(accuracies, dtype=np.float32)
    shape = (studies, len(accuracies), pictures)
    mean = float(accuracies.mean())
    own, shared = (
        rng.beta(CONCENTRATION * mean, CONCENTRATION * (1 - mean), size).astype(np.float32)
        for size in (shape, (studies, 1, pictures))
    )
    easy = np.where(rng.random(shape, dtype=np.float32) < SHARED, shared, own)
    easy += (accuracies - mean)[:, None]
    correct = np.empty((*shape[:2], repeats, pictures), dtype=bool)
    for repeat, row in enumerate(fold):
        chance = noise * rng.standard_normal((*shape[:2], row.max() + 1)).astype(np.float32)
        correct[:, :, repeat] = rng.random(shape, dtype=np.float32) < easy + chance[..., row]
    return correct


def make_study(accuracies, *, repeats=4, pictures=400, seed=0, folds=5):
    """Correctness ``[V, R, n]`` and folds of variants that see the same hard pictures."""
    rng = np.random.default_rng(seed)
    hard = rng.random(pictures)
    fold = draw_fold(rng, repeats, pictures, folds)
    noise = rng.normal(0, 0.02, (len(accuracies), repeats, pictures))
    return hard + noise < np.array(accuracies)[:, None, None], fold


def ask(count, margin=1.0, cheap=0, protocol="cv", **values):
    """A question about the first variants of the alphabet, of which one is the cheapest."""
    ids = tuple("abcdefghijkl"[:count])
    costs = {
        name: Cost(parameters=10, multiply_adds=10 if place == cheap else 20, conv_multiply_adds=0)
        for place, name in enumerate(ids)
    }
    return Question(ids, costs, margin, protocol, **values)


@pytest.fixture(scope="session", name="draw_fold")
def draw_fold_fixture():
    return draw_fold


@pytest.fixture(scope="session", name="draw_correct")
def draw_correct_fixture():
    return draw_correct


@pytest.fixture(scope="session", name="make_study")
def make_study_fixture():
    return make_study


@pytest.fixture(scope="session", name="ask")
def ask_fixture():
    return ask
