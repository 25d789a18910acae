"""Find pictures that an image set holds twice, so that what trains may be what tests.

Exact duplicates have equal pixels. Near ones look alike (:mod:`poolbench.data.similarity`); how
many of them are found, and how many are missed, stands in ``docs/reliability.md``. From which
likeness on depends on the set: pairs whose labels differ are no copies, so they tell how many of
the others are none either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolbench.config import OnDuplicates
from poolbench.data.cache import OnProgress, ignore_progress
from poolbench.data.image_set import Half, Images, ImageSet, Labels, hash_pictures
from poolbench.data.similarity import (
    Closest,
    describe,
    find_closest,
    find_closest_earlier,
    take_off_build,
)
from poolbench.errors import DataError
from poolbench.texts import Phrase
from poolbench.texts.joined import Joined

# Least similarity of near duplicates. Chosen on CIFAR-100, of which people have listed the near
# duplicates between training and test: benchmarks/data/duplicates.py.
NEAR = 0.9
# Greatest share of false pairs; where more would be, or the pictures share a build, pairs have to
# be so much alike that hardly any is false. CIFAR-100 has 0.11.
MOST_FALSE = 0.2
MOST_FALSE_ALIKE = 0.02
# Least similarity where pictures share a build. Of scanned digits 1,200 pairs have 0.9 and 95 have
# this; copies that were shrunk and lit otherwise have it too.
NEAR_BUILT = 0.95
_THRESHOLDS = tuple(float(t) for t in np.linspace(NEAR, 0.995, 20).round(3))
# Number of pairs whose labels differ that proves nothing: a copy may be labelled wrong.
_FEW_FALSE = 1
# Columns of ``duplicates.csv``: a picture of the pool, and what it is a copy of, in which half.
COLUMNS = ("picture", "label", "copy_of", "copy_label", "half", "kind", "similarity")
Row = tuple[object, ...]
_MOST_NAMED = 5
# Number of pictures below which progress is not shown: they are compared in about a second.
_FEW_PICTURES = 10_000


@dataclass(frozen=True)
class Pairs:
    """Pictures of the pool, each with another that shows the same; the surest pairs first.

    Attributes:
        picture: int64 ``[P]``, positions in the pool.
        other: int64 ``[P]``, positions in the test half, or in the pool.
        similarity: float32 ``[P]``; 1 for exact duplicates.
        is_exact: bool ``[P]``: whether all pixels are equal.
    """

    picture: Labels
    other: Labels
    similarity: NDArray[np.float32]
    is_exact: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.picture)

    def keep(self, threshold: float) -> "Pairs":
        """Return the exact pairs, and those at least so similar; at 1 none but the exact ones."""
        kept = self.is_exact | ((self.similarity >= threshold) & (threshold < 1))
        return Pairs(*(values[kept] for values in vars(self).values()))


@dataclass(frozen=True)
class Duplicates:
    """Pairs of which one may be trained on while the other is held out.

    Attributes:
        test: A picture of the pool and one of the test half: each that has any is there with the
            closest one of the other half.
        pool: Two of the pool that do not belong to one group: each picture with the closest one
            that stands before it. ``None``: nobody looked.
        threshold: Near ones are at least so similar; 1: none can be told from others.
        false_share: The part of the near ones that is expected to be only alike, if pictures of one
            class are no more alike than those of two; as they are, the least that it is.
    """

    test: Pairs
    pool: Pairs | None
    threshold: float
    false_share: float


def handle_duplicates(
    image_set: ImageSet,
    on_duplicates: OnDuplicates,
    *,
    is_split: bool,
    on_progress: OnProgress = ignore_progress,
) -> tuple[ImageSet, list[Row]]:
    """Find duplicates, and do with them what was asked for.

    Args:
        on_duplicates: ``drop``: of a pair across the halves the picture of the pool goes, of one
            inside the pool the later; ``report`` and ``refuse`` change nothing.
        is_split: Whether the pool is split into folds; else pairs inside it do no harm and are not
            looked for.
        on_progress: Called for large sets with ``compare-halves`` or ``compare-within``, pictures
            done, pictures in all.

    Returns:
        The image set, with what was found as ``facts["duplicates"]``, and rows of ``COLUMNS``.

    Raises:
        DataError: If there are some and ``on_duplicates`` is ``refuse``, or if to drop them leaves
            nothing of a class.
    """
    pool = image_set.pool
    if len(pool) < _FEW_PICTURES:
        on_progress = ignore_progress
    found = find_duplicates(pool, image_set.test, is_split=is_split, on_progress=on_progress)
    rows = _list_rows(image_set, found)
    if rows and on_duplicates == "refuse":
        pairs = Joined([_name_pair(row) for row in rows[:_MOST_NAMED]], "; ")
        raise DataError("duplicates.refused", count=len(rows), pairs=pairs)
    copies = found.test.picture
    if found.pool is not None:
        copies = np.union1d(copies, found.pool.picture)
    dropped = copies if on_duplicates == "drop" else copies[:0]
    pool = _drop(pool, dropped, image_set.classes)
    counts = {
        **_count(image_set, found),
        "dropped": len(dropped),
        "threshold": found.threshold,
        "false_share": round(found.false_share, 4),
    }
    return replace(image_set, pool=pool, facts={**image_set.facts, "duplicates": counts}), rows


def find_duplicates(
    pool: Half, test: Half, *, is_split: bool = True, on_progress: OnProgress = ignore_progress
) -> Duplicates:
    """Find all exact and near duplicates across the halves and, if it is split, in the pool."""
    of_pool, of_test = _number_pictures(pool.images, test.images)
    described = describe(pool.images), describe(test.images)
    ours, theirs = take_off_build(*described)
    is_built = ours is not described[0]
    closest, closest_of_test = find_closest(ours, theirs, NEAR, on_progress)
    forth = _match(_find_first(of_pool, of_test), closest)
    back = _match(_find_first(of_test, of_pool), closest_of_test)
    across = _join(forth, Pairs(back.other, back.picture, back.similarity, back.is_exact))
    within = None
    if is_split:
        earlier = find_closest_earlier(ours, NEAR, pool.groups, on_progress)
        within = _join(_match(_find_earlier(of_pool, pool.groups), earlier))
    return _keep_sure(across, within, pool.labels, test.labels, is_built)


def _keep_sure(
    across: Pairs, within: Pairs | None, pool: Labels, test: Labels, is_built: bool
) -> Duplicates:
    """Drop the near pairs where too many of them would be false."""
    comparisons = [_Comparison.take(across, pool, test, len(pool) * len(test))]
    if within is not None:
        comparisons.append(_Comparison.take(within, pool, pool, len(pool) ** 2))
    most_false = MOST_FALSE_ALIKE if is_built else MOST_FALSE
    least = NEAR_BUILT if is_built else NEAR
    for threshold in (*(t for t in _THRESHOLDS if t >= least), 1.0):
        false = sum(comparison.expect_false(threshold) for comparison in comparisons)
        other = sum(comparison.count_other(threshold) for comparison in comparisons)
        found = sum(comparison.count(threshold) for comparison in comparisons)
        if false <= most_false * found or other <= _FEW_FALSE:
            break
        most_false = MOST_FALSE_ALIKE
    across = across.keep(threshold)
    within = None if within is None else within.keep(threshold)
    return Duplicates(across, within, threshold, min(1.0, false / found) if found else 0.0)


@dataclass(frozen=True)
class _Comparison:
    """What was compared and what it gave: each picture of the pool with its surest pair, if any.

    Attributes:
        similarity: Similarity of each near pair.
        is_other: bool: whether its labels differ.
        factor: Comparisons in all, for each of those of pictures whose labels differ.
    """

    similarity: NDArray[np.float32]
    is_other: NDArray[np.bool_]
    factor: float

    @classmethod
    def take(cls, pairs: Pairs, ours: Labels, theirs: Labels, compared: int) -> "_Comparison":
        near = np.flatnonzero(~pairs.is_exact)
        # The surest pairs stand first.
        near = near[np.unique(pairs.picture[near], return_index=True)[1]]
        is_other = ours[pairs.picture[near]] != theirs[pairs.other[near]]
        size = int(max(ours.max(initial=-1), theirs.max(initial=-1))) + 1
        same = int(np.bincount(ours, minlength=size) @ np.bincount(theirs, minlength=size))
        # Within one class alone there is no pair whose labels differ.
        return cls(pairs.similarity[near], is_other, compared / max(compared - same, 1))

    def count(self, threshold: float) -> int:
        return int((self.similarity >= threshold).sum())

    def count_other(self, threshold: float) -> int:
        return int((self.is_other & (self.similarity >= threshold)).sum())

    def expect_false(self, threshold: float) -> float:
        return self.factor * self.count_other(threshold)


def _number_pictures(*parts: Images) -> list[Labels]:
    """Give each picture a number, equal where all pixels are."""
    digests = np.concatenate([hash_pictures(images) for images in parts])
    _, numbers = np.unique(digests, return_inverse=True)
    return np.split(numbers, np.cumsum([len(images) for images in parts])[:-1])


def _find_first(numbers: Labels, among: Labels) -> Labels:
    """Find where each number stands first among others; -1: nowhere."""
    if not len(among):
        return np.full(len(numbers), -1, dtype=np.int64)
    values, positions = np.unique(among, return_index=True)
    nearest = np.minimum(np.searchsorted(values, numbers), len(values) - 1)
    return np.where(values[nearest] == numbers, positions[nearest], -1)


def _find_earlier(numbers: Labels, groups: Labels | None) -> Labels:
    """Find the first equal picture that stands before and is of another group; -1: none."""
    first = _find_first(numbers, numbers)
    if groups is not None:
        is_other = groups != groups[first]
        # For those that belong to the group of the first one: the first of the others.
        second = _find_first(numbers, np.where(is_other, numbers, -1))
        first = np.where(is_other, first, second)
    return np.where(first < np.arange(len(numbers)), first, -1)


def _match(exact: Labels, closest: Closest) -> Pairs:
    """Pair each picture that has another with it: an equal one before one that is alike."""
    is_exact = exact >= 0
    other = np.where(is_exact, exact, closest.index)
    similarity = np.where(is_exact, np.float32(1), closest.similarity)
    picture = np.flatnonzero(other >= 0)
    return Pairs(picture, other[picture], similarity[picture], is_exact[picture])


def _join(*parts: Pairs) -> Pairs:
    """Join all pairs, each once, the surest first."""
    picture, other, similarity, is_exact = (
        np.concatenate([getattr(part, field) for part in parts])
        for field in ("picture", "other", "similarity", "is_exact")
    )
    _, once = np.unique(picture * (other.max(initial=0) + 1) + other, return_index=True)
    order = once[np.lexsort((other[once], picture[once], -similarity[once], ~is_exact[once]))]
    return Pairs(picture[order], other[order], similarity[order], is_exact[order])


def _count(image_set: ImageSet, found: Duplicates) -> dict[str, int]:
    """Count the pairs, by kind.

    ``test_exact`` and ``test_near`` are pictures of the test half, ``pool_exact`` and ``pool_near``
    pictures of the pool that repeat an earlier one, ``other_label`` pairs whose labels differ.
    """
    pool, test = image_set.pool.labels, image_set.test.labels
    exact = np.unique(found.test.other[found.test.is_exact])
    near = np.setdiff1d(found.test.other, exact)
    counts = {"test_exact": len(exact), "test_near": len(near)}
    other_label = np.sum(pool[found.test.picture] != test[found.test.other])
    if found.pool is not None:
        counts["pool_exact"] = int(found.pool.is_exact.sum())
        counts["pool_near"] = len(found.pool) - counts["pool_exact"]
        other_label += np.sum(pool[found.pool.picture] != pool[found.pool.other])
    return {**counts, "other_label": int(other_label)}


def _list_rows(image_set: ImageSet, found: Duplicates) -> list[Row]:
    """List the rows of ``COLUMNS``, those of the test half first."""
    pool, classes = image_set.pool, image_set.classes
    rows: list[Row] = []
    for name, pairs, half in (("test", found.test, image_set.test), ("pool", found.pool, pool)):
        if pairs is None:
            continue
        for k, (picture, other) in enumerate(zip(pairs.picture, pairs.other, strict=True)):
            labels = classes[pool.labels[picture]], classes[half.labels[other]]
            kind = "exact" if pairs.is_exact[k] else "near"
            names = pool.names[picture], half.names[other]
            likeness = f"{pairs.similarity[k]:.4f}"
            rows.append((names[0], labels[0], names[1], labels[1], name, kind, likeness))
    return rows


def _drop(pool: Half, dropped: Labels, classes: Sequence[str]) -> Half:
    """Return the pool without these pictures."""
    if not len(dropped):
        return pool
    kept = pool.take(np.setdiff1d(np.arange(len(pool)), dropped))
    empty = [name for label, name in enumerate(classes) if not (kept.labels == label).any()]
    if empty:
        raise DataError("duplicates.nothing-left", names=empty)
    return kept


def _name_pair(row: Row) -> Phrase:
    picture, label, copy_of, copy_label, _, kind, similarity = row
    how = [
        Phrase("duplicates.exact")
        if kind == "exact"
        else Phrase("duplicates.near", similarity=float(str(similarity)))
    ]
    if label != copy_label:
        how.append(Phrase("duplicates.labels", first=label, second=copy_label))
    return Phrase("duplicates.pair", picture=picture, copy_of=copy_of, how=how)
