"""Which pictures train and which are held out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import DIGEST_KIND, Digests, Half
from poolbench.errors import DataError

Index = NDArray[np.int64]

# Of a set that has no test half: the part that is put aside for the test.
TEST_FRACTION = 0.2


def assign_folds(
    labels: NDArray[np.int64],
    folds: int,
    rng: np.random.Generator,
    groups: NDArray[np.int64] | None = None,
) -> Index:
    """The fold of each picture: classes in equal parts, a group whole in one fold.

    Args:
        labels: int64 ``[N]``.
        groups: int64 ``[N]``; ``None``: each picture stands alone.

    Returns:
        int64 ``[N]``, 0 to ``folds - 1``.
    """
    # Takes a second to import, which naming classes need not wait for.
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    state = int(rng.integers(2**32))
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=state)
    fold = np.zeros(len(labels), dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
        fold[held_out] = number
    return fold


def check_enough(half: Half, classes: Sequence[str], folds: int) -> None:
    """Every fold must be able to hold every class.

    Raises:
        DataError: That says how many pictures (or groups) each short class has, and needs.
    """
    unit = "pictures" if half.groups is None else "groups"
    short = []
    for label, name in enumerate(classes):
        count = count_units(half, label)
        if count < folds:
            short.append(f"{name} has {count}")
    if short:
        raise DataError(
            f"Too few {unit} for {folds} folds: {', '.join(short)}, and each class needs at "
            f"least {folds}. Add pictures, leave the class out, or take fewer --folds."
        )


def count_units(half: Half, label: int) -> int:
    """Pictures of a class, or groups that have some."""
    chosen = half.labels == label
    return int(chosen.sum()) if half.groups is None else len(np.unique(half.groups[chosen]))


def take_test_share(half: Half, classes: Sequence[str]) -> tuple[Half, Half]:
    """Put a fifth of each class aside for the test, chosen by the hash of the picture as given.

    The same picture always goes to the same side, whatever its file is called and whatever size it
    was brought to; equal pictures and groups stay together.

    Returns:
        The training pool and the test half.

    Raises:
        DataError: If a class has fewer than two pictures (or groups).
    """
    units = _make_units(half)
    is_test = np.zeros(len(half), dtype=bool)
    for label, name in enumerate(classes):
        mine = np.unique(units[half.labels == label])
        if len(mine) < 2:
            raise DataError(
                f"Class {name!r} has {len(mine)} different pictures (or groups); a set without a "
                "test half needs at least 2 of each class, better 50."
            )
        count = max(1, round(TEST_FRACTION * len(mine)))
        # Units are hashes, so their order is as good as a draw, and does not depend on the rest.
        is_test |= np.isin(units, mine[:count])
    for label, name in enumerate(classes):
        if is_test[half.labels == label].all():
            raise DataError(
                f"Class {name!r} shares its groups with other classes, so that none is left to "
                "train on. Name the test half yourself."
            )
    return half.take(np.flatnonzero(~is_test)), half.take(np.flatnonzero(is_test))


def _make_units(half: Half) -> Digests:
    """``[N]``: the hash of each picture as it was given, or the smallest hash of its group."""
    hashes = half.compute_digests()
    if half.groups is None:
        return hashes
    smallest = {group: min(hashes[half.groups == group]) for group in np.unique(half.groups)}
    return np.array([smallest[group] for group in half.groups], dtype=DIGEST_KIND)
