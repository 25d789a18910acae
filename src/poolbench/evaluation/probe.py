"""Evaluate operators without a network: the operator on the plain pictures, then a linear head."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import RidgeClassifier
from torch import nn

from poolbench.data.image_set import Half, Images, ImageSet, Labels
from poolbench.data.splits import assign_folds, check_enough
from poolbench.data.tasks import CELL, Measure
from poolbench.errors import UnknownNameError
from poolbench.evaluation.logits import split_batches
from poolbench.evaluation.shift import DIRECTIONS
from poolbench.operators import build_operator

Features = NDArray[np.float64]

# Ridge penalty of the head, as a share of the features' mean variance in the training part: strong
# enough for equal channels, weak enough to let the head work against a nuisance.
PENALTY = 0.1
MOST_SHIFT_PIXELS = 3
# What random numbers are for; part of every result.
_SPLIT, _INIT, _SHIFT = 1, 2, 3


@dataclass(frozen=True)
class ProbeOutcomes:
    """What the probe found for each operator (V), repeat (R) and picture of the pool (n).

    Attributes:
        operators: Ids, in the order of the first axis.
        correct: bool ``[V, R, n]``: whether the held-out picture was classified correctly; for the
            measure ``consistency``, whether it keeps its predicted class under a shift.
        fold: int64 ``[R, n]``: the fold in which each picture was held out, for all operators.
    """

    operators: tuple[str, ...]
    correct: NDArray[np.bool_]
    fold: NDArray[np.int64]


def compute_probe_outcomes(
    image_set: ImageSet,
    operators: Sequence[str],
    *,
    folds: int = 5,
    repeats: int = 2,
    seed: int = 0,
    measure: Measure = "accuracy",
) -> ProbeOutcomes:
    """Cross-validate every operator, at stride 4 before a ridge classifier, on the pool.

    An operator's own parameters are not trained: they are drawn anew for each fold and repeat. The
    head has an intercept, and sees nothing of the held-out fold. For ``consistency`` each held-out
    picture is moved by 1, 2 or 3 pixels up, down, left or right, what leaves coming in at the other
    side; all operators and repeats meet the same shifts.

    Args:
        operators: Ids.

    Raises:
        UnknownNameError: If an operator or the measure is unknown.
        DataError: If a class has fewer pictures than there are folds.
    """
    if measure not in get_args(Measure):
        raise UnknownNameError("measure", measure, get_args(Measure))
    pool = image_set.pool
    check_enough(pool, image_set.classes, folds)
    fold = np.stack(
        [
            assign_folds(pool.labels, folds, _make_rng(seed, _SPLIT, repeat), pool.groups)
            for repeat in range(repeats)
        ]
    )
    shifted = None
    if measure == "consistency":
        shifted = _shift_images(pool.images, _make_rng(seed, _SHIFT))
    correct = [
        _evaluate_operator(operator_id, pool, shifted, fold, seed) for operator_id in operators
    ]
    return ProbeOutcomes(tuple(operators), np.stack(correct), fold)


def build_probe_operator(operator_id: str, seed: int, *key: int) -> nn.Module:
    """Build the operator at stride 4 for three channels; seed and key decide its own parameters."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(_make_rng(seed, _INIT, *key).integers(2**63)))
        return build_operator(operator_id, 3, stride=CELL).eval()


@torch.no_grad()
def compute_features(operator: nn.Module, images: Images) -> Features:
    """Compute the flattened output of an operator on pictures as they are, 0-255.

    Args:
        images: uint8 ``[n, H, W, 3]``.

    Returns:
        float64 ``[n, channels * height * width]`` of the operator's output.
    """
    pictures = torch.from_numpy(images).permute(0, 3, 1, 2)
    maps = [operator(batch.float()).flatten(1) for batch in split_batches(pictures)]
    features: Features = torch.cat(maps).double().numpy()
    return features


def _evaluate_operator(
    operator_id: str, pool: Half, shifted: Images | None, fold: NDArray[np.int64], seed: int
) -> NDArray[np.bool_]:
    """Evaluate one operator; return whether each prediction is right, bool ``[R, n]``."""
    correct = np.empty(fold.shape, dtype=bool)
    operator = build_probe_operator(operator_id, seed)
    is_fixed = not list(operator.parameters())
    features, moved = _compute_views(operator, pool.images, shifted)
    for repeat, row in enumerate(fold):
        for number in np.unique(row):
            # One unlucky draw of an operator's own parameters must not decide about it.
            if not is_fixed:
                operator = build_probe_operator(operator_id, seed, repeat, int(number))
                features, moved = _compute_views(operator, pool.images, shifted)
            held_out = row == number
            head = _fit_head(features[~held_out], pool.labels[~held_out])
            predicted = head.predict(features[held_out])
            wanted = pool.labels[held_out] if moved is None else head.predict(moved[held_out])
            correct[repeat, held_out] = predicted == wanted
    return correct


def _compute_views(
    operator: nn.Module, images: Images, shifted: Images | None
) -> tuple[Features, Features | None]:
    moved = None if shifted is None else compute_features(operator, shifted)
    return compute_features(operator, images), moved


def _fit_head(features: Features, labels: Labels) -> RidgeClassifier:
    penalty = PENALTY * len(features) * features.var(axis=0).mean()
    # Normal equations: with so few features ten times faster than a decomposition.
    return RidgeClassifier(alpha=penalty, solver="cholesky").fit(features, labels)


def _shift_images(images: Images, rng: np.random.Generator) -> Images:
    pixels = rng.integers(1, MOST_SHIFT_PIXELS + 1, size=len(images))
    ways = rng.integers(len(DIRECTIONS), size=len(images))
    steps = pixels[:, None] * np.array(DIRECTIONS)[ways]
    moved = [
        np.roll(image, (down, right), (0, 1))
        for image, (down, right) in zip(images, steps, strict=True)
    ]
    return np.stack(moved)


def _make_rng(seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
