"""Split the pictures into those that train and those that are held out."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import DIGEST_KIND, Digests, Half
from poolbench.data.spread import holds_all, spread_groups
from poolbench.errors import DataError
from poolbench.texts import Phrase

Index = NDArray[np.int64]
Chosen = NDArray[np.bool_]

# Share of a set without a test half that is put aside for the test.
TEST_FRACTION = 0.2
# Draws of groups before a split is given up.
_ATTEMPTS = 20
# Keys of the last draws, the same for every repeat: what is found with them before a study begins
# is found again whenever other draws fail.
_KEYS = [(attempt,) for attempt in range(100)]


def assign_folds(
    labels: Index,
    folds: int,
    rng: np.random.Generator,
    groups: Index | None = None,
) -> Index:
    """Return the fold of each picture: classes in equal parts, a group whole in one fold.

    A draw of groups that leaves a class out of a fold does not count, and others follow.

    Args:
        labels: int64 ``[N]``.
        groups: int64 ``[N]``; ``None``: each picture stands alone.

    Returns:
        int64 ``[N]``, 0 to ``folds - 1``; every fold holds every class.

    Raises:
        DataError: If groups allow no such split; not after :func:`check_enough`.
    """
    state = int(rng.integers(2**32))
    fold = _draw_folds(labels, folds, state, groups)
    if groups is None or holds_all(labels, fold, folds):
        return fold
    keys = [(state, attempt) for attempt in range(1, _ATTEMPTS)]
    spread = _find_spread(labels, groups, folds, keys)
    if spread is None:
        spread = _find_spread(labels, groups, folds, _KEYS)
    if spread is None:
        raise DataError("folds.spread", groups=len(np.unique(groups)), folds=folds)
    return spread


def choose_part(
    labels: Index,
    parts: int,
    rng: np.random.Generator,
    groups: Index | None = None,
) -> Chosen:
    """Choose one of so many parts, bool ``[N]``, put aside to choose by, not to judge by.

    What is left holds every class. The part does too, and groups are whole, where they are enough.

    Args:
        labels, groups: As in :func:`assign_folds`.
    """
    state = int(rng.integers(2**32))
    candidates: list[Chosen] = []
    units = len(labels) if groups is None else len(np.unique(groups))
    if min(units, np.bincount(labels).max()) >= parts:
        candidates.append(_choose_first(_draw_folds(labels, parts, state, groups)))
    if groups is not None and not (candidates and _parts_all(labels, candidates[0])):
        rngs = (np.random.default_rng((state, attempt)) for attempt in range(1, _ATTEMPTS))
        candidates += [_choose_first(spread_groups(labels, groups, parts, r)) for r in rngs]
    for is_chosen in candidates:
        if _parts_all(labels, is_chosen):
            return is_chosen
    for is_chosen in candidates:
        if is_chosen.any() and _holds_as_many(labels, ~is_chosen):
            return is_chosen
    return _choose_pictures(labels, parts, np.random.default_rng(state))


def _choose_first(fold: Index) -> Chosen:
    is_first: Chosen = fold == 0
    return is_first


def _choose_pictures(labels: Index, parts: int, rng: np.random.Generator) -> Chosen:
    """Choose of each class that has two, groups or not: nothing that is held out is seen by it."""
    is_chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        mine = rng.permutation(np.flatnonzero(labels == label))
        is_chosen[mine[: max(1, len(mine) // parts) if len(mine) > 1 else 0]] = True
    return is_chosen


def _parts_all(labels: Index, is_chosen: Chosen) -> bool:
    return holds_all(labels, is_chosen.astype(np.int64), 2)


def _holds_as_many(labels: Index, is_chosen: Chosen) -> bool:
    return len(np.unique(labels[is_chosen])) == len(np.unique(labels))


def _draw_folds(labels: Index, folds: int, state: int, groups: Index | None) -> Index:
    if groups is None:
        return _draw_folds_of_pictures(labels, folds, state)
    # Takes seconds to import, in every process that trains.
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=state)
    fold = np.zeros(len(labels), dtype=np.int64)
    with warnings.catch_warnings():
        # A part to choose by may lack a class; where none may, that is looked at afterwards.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for number, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
            fold[held_out] = number
    return fold


def _draw_folds_of_pictures(labels: Index, folds: int, state: int) -> Index:
    """Draw what ``StratifiedKFold`` of scikit-learn draws with this ``random_state``."""
    rng = np.random.RandomState(state)
    fold = np.empty(len(labels), dtype=np.int64)
    dealt = 0
    for first in np.sort(np.unique(labels, return_index=True)[1]):
        mine = np.flatnonzero(labels == labels[first])
        # Folds are dealt in turn over all classes, so that their sizes differ by one at most.
        dealt += len(mine)
        own = np.sort(np.arange(dealt - len(mine), dealt) % folds)
        rng.shuffle(own)
        fold[mine] = own
    return fold


def _find_spread(
    labels: Index,
    groups: Index,
    folds: int,
    keys: Sequence[tuple[int, ...]],
) -> Index | None:
    """Return the first spread that gives every class to every fold."""
    for key in keys:
        fold = spread_groups(labels, groups, folds, np.random.default_rng(key))
        if holds_all(labels, fold, folds):
            return fold
    return None


def check_enough(half: Half, classes: Sequence[str], folds: int) -> None:
    """Check that every fold can hold every class.

    Raises:
        DataError: That says how many pictures (or groups) each short class has, and needs, or that
            groups do not allow it.
    """
    counts = {name: count_units(half, label) for label, name in enumerate(classes)}
    short = {name: count for name, count in counts.items() if count < folds}
    if short:
        raise _explain_short(short, folds, has_groups=half.groups is not None)
    if half.groups is not None and _find_spread(half.labels, half.groups, folds, _KEYS) is None:
        raise DataError("folds.spread", groups=len(np.unique(half.groups)), folds=folds)


def _explain_short(counts: Mapping[str, int], folds: int, *, has_groups: bool) -> DataError:
    short = [Phrase("folds.short", name=name, count=count) for name, count in counts.items()]
    most = min(counts.values())
    if has_groups:
        advice = Phrase("folds.at-most-groups", most=most) if most > 1 else Phrase("folds.groups")
        return DataError("folds.groups", folds=folds, short=short, advice=advice)
    advice = Phrase("folds.at-most-pictures", most=most) if most > 1 else Phrase("folds.pictures")
    return DataError("folds.pictures", folds=folds, short=short, advice=advice)


def count_units(half: Half, label: int) -> int:
    """Count the pictures of a class, or the groups that have some."""
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
            if half.groups is not None:
                raise DataError("test-share.groups", name=name, count=len(mine))
            raise DataError("test-share.pictures", name=name, count=len(mine))
        count = max(1, round(TEST_FRACTION * len(mine)))
        # Units are hashes, so their order is as good as a draw, and does not depend on the rest.
        is_test |= np.isin(units, mine[:count])
    for label, name in enumerate(classes):
        if is_test[half.labels == label].all():
            raise DataError("test-share.shared", name=name)
    return half.take(np.flatnonzero(~is_test)), half.take(np.flatnonzero(is_test))


def _make_units(half: Half) -> Digests:
    """Return each picture's hash as it was given, or the smallest hash of its group: ``[N]``."""
    hashes = half.compute_digests()
    if half.groups is None:
        return hashes
    smallest = {group: min(hashes[half.groups == group]) for group in np.unique(half.groups)}
    return np.array([smallest[group] for group in half.groups], dtype=DIGEST_KIND)
