"""Deal groups into folds where a draw would leave a class out.

A stratified draw balances the classes and does not promise that each fold has all of them. Here
every class comes into every fold first, the rarest class before the others, and what is left over
goes where it balances.
"""

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]

# Groups that are compared before one of them is placed: enough, and few in any set.
_MOST_COMPARED = 64


def holds_all(labels: Index, fold: Index, folds: int) -> bool:
    """Return whether each fold has each of the labels."""
    _, numbers = np.unique(labels, return_inverse=True)
    classes = int(numbers.max(initial=-1)) + 1
    return len(np.unique(fold * classes + numbers)) == folds * classes


def spread_groups(labels: Index, groups: Index, folds: int, rng: np.random.Generator) -> Index:
    """Return the fold of each picture: groups whole, each class in as many folds as possible.

    Args:
        labels, groups: int64 ``[N]``.

    Returns:
        int64 ``[N]``, 0 to ``folds - 1``.
    """
    _, numbers = np.unique(labels, return_inverse=True)
    names, members = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), numbers.max() + 1), dtype=np.int64)
    np.add.at(counts, (members, numbers), 1)
    fold = np.full(len(names), -1, dtype=np.int64)
    covered = np.zeros((folds, counts.shape[1]), dtype=bool)
    while (choice := _choose_fold(counts, fold, covered, rng)) is not None:
        number, label = choice
        chosen = _choose_group(number, label, counts, fold, covered, rng)
        fold[chosen] = number
        covered[number] |= counts[chosen] > 0
    _fill(counts, fold, folds, rng)
    return fold[members]


def _choose_fold(
    counts: Index, fold: Index, covered: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Choose a fold, and a class that it lacks and that is hardest to find for those without it."""
    free = (counts[fold < 0] > 0).sum(axis=0)
    lacking = (~covered).sum(axis=0)
    spare = np.where((free > 0) & (lacking > 0), (free - lacking).astype(np.float64), np.inf)
    if not np.isfinite(spare.min()):
        return None
    label = int(rng.choice(np.flatnonzero(spare == spare.min())))
    return int(rng.choice(np.flatnonzero(~covered[:, label]))), label


def _choose_group(
    number: int,
    label: int,
    counts: Index,
    fold: Index,
    covered: NDArray[np.bool_],
    rng: np.random.Generator,
) -> int:
    """Choose the group that brings the fold most classes; of equals the smallest."""
    free = rng.permutation(np.flatnonzero((fold < 0) & (counts[:, label] > 0)))[:_MOST_COMPARED]
    brought = ((counts[free] > 0) & ~covered[number]).sum(axis=1)
    return int(free[np.lexsort((counts[free].sum(axis=1), -brought))[0]])


def _fill(counts: Index, fold: Index, folds: int, rng: np.random.Generator) -> None:
    """Give each group without a fold to the one that has least of what it holds."""
    shares = counts / counts.sum(axis=0)
    held = np.zeros((folds, counts.shape[1]))
    np.add.at(held, fold[fold >= 0], shares[fold >= 0])
    free = rng.permutation(np.flatnonzero(fold < 0))
    for group in free[np.argsort(-shares[free].sum(axis=1), kind="stable")]:
        fold[group] = np.argmin(((held + shares[group]) ** 2 - held**2).sum(axis=1))
        held[fold[group]] += shares[group]
