"""Measure how alike pictures look, whatever their size, brightness and contrast.

A picture is brought to 8x8 pixels, as a perceptual hash does (Krawetz 2013, "Kind of like that":
dHash), and described by the differences between neighbouring pixels of each colour. Where dHash
keeps the sign of each difference, this keeps the difference. The similarity of two pictures is the
cosine between their descriptions: 1 for equal ones, about 0 for two that have nothing in common.

Where all pictures of a set share a build (one thing before one background, scans of one form), they
are all alike by what they share. There that is taken off first, and what is left is compared.

Descriptions are small whole numbers, so that every sum of their products is exact in float32: the
same pairs are found on every machine, with any number of threads.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from poolbench.data.arrays import resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress
from poolbench.data.image_set import Images
from poolbench.data.rows import MOST_HELD_BYTES, map_rows

GRID = 8
# Number of differences across and down, in three colours.
DIMENSIONS = 3 * 2 * GRID * (GRID - 1)
# Length of every description. The square of it, and so any sum of products, fits into the 24 bits
# of a float32.
LENGTH = 4000
# Root mean square of the differences, in grey levels, below which a picture counts as plain: what
# is left is the rounding of its pixels.
PLAIN_LEVELS = 1.0
# Mean likeness of two pictures of a set from which on all of them share a build. Photographs have
# 0.02 to 0.03, drawn fruit 0.08, scanned digits 0.34, hand signs before one background 0.95.
SHARED_BUILD = 0.2
# Least number of pictures that can share a build: of fewer, a few copies would be taken for one.
_FEWEST_BUILT = 30
# Share of a description's length that is left, below which a picture is nothing but the build.
_LEAST_LEFT = 0.02
# Bytes, and pictures, that are described at a time.
_PART_BYTES = 1 << 24
_MOST_DESCRIBED = 4096
# Pictures that are compared with as many others at a time.
_COMPARED = 1024

Descriptions = NDArray[np.int16]


@dataclass(frozen=True)
class Closest:
    """For each of some pictures the one of some others that it is most like.

    Attributes:
        index: int64 ``[N]``, positions among the others; -1: none is similar enough.
        similarity: float32 ``[N]``, the cosine.
    """

    index: NDArray[np.int64]
    similarity: NDArray[np.float32]


def describe(images: Images) -> Descriptions:
    """Compute what is compared of pictures; plain ones get zeros, so that they are like no other.

    Many descriptions lie in a mapped file, where the cache folder has space for them.

    Shape:
        uint8 ``[N, H, W, 3] -> [N, 336]``
    """

    picture_bytes = int(np.prod(images.shape[1:]))
    step = min(_MOST_DESCRIBED, max(1, _PART_BYTES // picture_bytes))

    def make_parts() -> Iterator[Descriptions]:
        return (_describe_some(np.asarray(images[part])) for part in _cut(len(images), step))

    return _collect(make_parts, len(images))


def _collect(make_parts: Callable[[], Iterator[Descriptions]], count: int) -> Descriptions:
    """Join descriptions that come part by part, in a mapped file if they are many."""
    if 2 * count * DIMENSIONS > MOST_HELD_BYTES:
        with suppress(OSError):
            return map_rows(make_parts(), (count, DIMENSIONS), np.int16)
    return np.concatenate([np.zeros((0, DIMENSIONS), np.int16), *make_parts()])


def _describe_some(images: Images) -> Descriptions:
    small = resize_arrays(images, (GRID, GRID), "squash").astype(np.int64)
    across, down = np.diff(small, axis=2), np.diff(small, axis=1)
    differences = np.concatenate([across.reshape(len(small), -1), down.reshape(len(small), -1)], 1)
    squares = (differences**2).sum(axis=1, keepdims=True)
    is_plain = squares < DIMENSIONS * PLAIN_LEVELS**2
    scale = np.where(is_plain, 0.0, LENGTH / np.sqrt(np.maximum(squares, 1)))
    descriptions: Descriptions = np.rint(differences * scale).astype(np.int16)
    return descriptions


def take_off_build(*parts: Descriptions) -> list[Descriptions]:
    """Return the descriptions of a set's halves without what all of its pictures share.

    Those of a set that shares no build come back as they are.
    """
    count = sum(map(len, parts))
    total = sum(
        (some[rows].sum(axis=0, dtype=np.int64) for some in parts for rows in _cut_many(some)),
        np.zeros(DIMENSIONS, np.int64),
    )
    # The mean likeness of two pictures: without that of each to itself.
    shared = ((total.astype(np.float64) / LENGTH) ** 2).sum() - count
    if count < _FEWEST_BUILT or shared < SHARED_BUILD * count * (count - 1):
        return list(parts)
    # Whole numbers again, so that what is left is exact.
    build = np.rint(total / count).astype(np.int64)
    return [_collect(partial(_leave_build, some, build), len(some)) for some in parts]


def _leave_build(descriptions: Descriptions, build: NDArray[np.int64]) -> Iterator[Descriptions]:
    for rows in _cut_many(descriptions):
        some = descriptions[rows].astype(np.int64)
        left = some - build
        squares = (left**2).sum(axis=1, keepdims=True)
        is_plain = ~some.any(axis=1, keepdims=True) | (squares < (_LEAST_LEFT * LENGTH) ** 2)
        scale = np.where(is_plain, 0.0, LENGTH / np.sqrt(np.maximum(squares, 1)))
        yield np.rint(left * scale).astype(np.int16)


def _cut_many(descriptions: Descriptions) -> Iterator[slice]:
    return _cut(len(descriptions), _MOST_DESCRIBED)


def find_closest(
    first: Descriptions,
    second: Descriptions,
    least: float,
    on_progress: OnProgress = ignore_progress,
) -> tuple[Closest, Closest]:
    """Compare all of some pictures with all of some others.

    Args:
        least: The similarity from which on pictures are alike.
        on_progress: Called with ``compare-halves``, pictures done, pictures in all.

    Returns:
        For each of the first the closest of the second, and the other way round.
    """
    ours, theirs = _Search(len(first), least), _Search(len(second), least)
    for rows in _cut(len(first), _COMPARED):
        chosen = first[rows].astype(np.float32)
        for columns in _cut(len(second), _COMPARED):
            products = chosen @ second[columns].astype(np.float32).T
            ours.look(rows, columns, products)
            theirs.look(columns, rows, products.T)
        on_progress("compare-halves", rows.stop, len(first))
    return ours.finish(), theirs.finish()


def find_closest_earlier(
    descriptions: Descriptions,
    least: float,
    groups: NDArray[np.int64] | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Closest:
    """Find for each picture the one before it that it is most like.

    Args:
        least: As in :func:`find_closest`.
        groups: int64 ``[N]``: pictures of one group are not compared.
        on_progress: Called with ``compare-within``, pictures done, pictures in all.
    """
    search = _Search(len(descriptions), least)
    for rows in _cut(len(descriptions), _COMPARED):
        chosen = descriptions[rows].astype(np.float32)
        for columns in _cut(rows.stop, _COMPARED):
            products = chosen @ descriptions[columns].astype(np.float32).T
            if columns == rows:
                products[np.triu(np.ones(products.shape, dtype=bool))] = 0
            if groups is not None:
                products[groups[rows, None] == groups[columns]] = 0
            search.look(rows, columns, products)
        on_progress("compare-within", rows.stop, len(descriptions))
    return search.finish()


class _Search:
    """The closest of each picture so far; of equally close ones the first."""

    def __init__(self, count: int, least: float) -> None:
        self.index = np.full(count, -1, dtype=np.int64)
        # Products are whole numbers.
        self.product = np.full(count, np.ceil(least * LENGTH**2) - 1, dtype=np.float32)

    def look(self, rows: slice, columns: slice, products: NDArray[np.float32]) -> None:
        """Take what is closer in some products, ``[rows, columns]``."""
        is_closer = products.max(axis=1) > self.product[rows]
        if not is_closer.any():
            return
        closer = np.flatnonzero(is_closer)
        best = products[closer].argmax(axis=1)
        self.index[rows.start + closer] = columns.start + best
        self.product[rows.start + closer] = products[closer, best]

    def finish(self) -> Closest:
        # Rounding makes a description a little longer or shorter than LENGTH.
        similarity = np.minimum(self.product / np.float32(LENGTH**2), np.float32(1))
        return Closest(self.index, np.where(self.index < 0, np.float32(0), similarity))


def _cut(count: int, step: int) -> Iterator[slice]:
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
