"""Make image sets of arrays that are in memory: check them, join halves, say what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.arrays import check_memory
from poolbench.data.image_set import Half, Images, ImageSet, Labels
from poolbench.errors import DataError
from poolbench.texts import Phrase

_EXPECTED = Phrase("arrays.expected")
_EXPECTED_LABELS = Phrase("arrays.expected-labels")


@dataclass(frozen=True)
class ArrayHalf:
    """A half as it was read.

    Attributes:
        half: ``train``, ``val`` or ``test``.
        name: What its pictures are called: ``name/17``.
        images: uint8 ``[N, H, W, 3]``, or grey ``[N, H, W]``, as :func:`check_images` gives them.
        labels: int64 ``[N]``, any numbers from 0.
    """

    half: str
    name: str
    images: Images
    labels: Labels


@dataclass(frozen=True)
class ClassNames:
    """The names of classes, and the label, ascending, that each stands for."""

    names: tuple[str, ...]
    values: Labels


def build_array_set(
    source: str,
    halves: Sequence[ArrayHalf],
    classes: ClassNames | None = None,
    recognised: Mapping[str, Any] | None = None,
) -> ImageSet:
    """Build an image set of one to three halves; a validation half joins the pool, at its end.

    Grey pictures are seen as RGB without a copy: they take their own memory, not three times it,
    until pictures are chosen.

    Args:
        source: As on the command line.
        halves: The training half among them.
        classes: ``None``: the labels, ascending, are the names.
        recognised: What is told of the set besides its halves; ``None``: nothing is.

    Raises:
        DataError: If the halves differ in size, or memory does not hold them.
    """
    first = halves[0]
    for other in halves[1:]:
        if other.images.shape[1:3] != first.images.shape[1:3]:
            raise DataError(
                "arrays.sizes",
                path=source.partition(":")[2],
                first=first.name,
                height=first.images.shape[1],
                width=first.images.shape[2],
                other=other.name,
                other_height=other.images.shape[1],
                other_width=other.images.shape[2],
            )
    used = np.unique(np.concatenate([half.labels for half in halves]))
    known = classes or ClassNames(tuple(str(value) for value in used), used)
    pool = _join([half for half in halves if half.half != "test"], known.values)
    tests = [half for half in halves if half.half == "test"]
    test = _join(tests, known.values) if tests else pool.take(np.arange(0))
    facts: dict[str, Any] = {}
    joined = sum(len(half.labels) for half in halves if half.half == "val")
    if joined:
        facts["validation_joined"] = joined
    if recognised is not None:
        counts = {half.half: len(half.labels) for half in halves}
        is_grey = all(half.images.ndim == 3 for half in halves)
        facts["recognised"] = {**recognised, "halves": counts, "grey": is_grey}
    return ImageSet(source, known.names, pool, test, bool(tests), facts)


def check_images(where: str, images: NDArray[Any], expected: Phrase = _EXPECTED) -> Images:
    """Check pictures; grey ones come back without an axis of channels.

    Args:
        where: File and array, for an error.
        expected: What to say of the layout.

    Shape:
        ``[N, H, W, 3] -> [N, H, W, 3]``; ``[N, H, W]`` or ``[N, H, W, 1] -> [N, H, W]``

    Raises:
        DataError: If they are not uint8, or of another shape.
    """
    if images.dtype != np.uint8:
        if images.dtype.kind == "f":
            raise DataError("arrays.floats", where=where, kind=images.dtype)
        raise DataError("arrays.kind", where=where, kind=images.dtype)
    shape = list(images.shape)
    if len(shape) == 4 and shape[3] == 1:
        images = images[..., 0]
    if 0 in shape or not (images.ndim == 3 or (images.ndim == 4 and shape[3] == 3)):
        raise _explain_shape(where, shape, expected)
    return images


def check_labels(
    where: str, labels: NDArray[Any], count: int, expected: Phrase = _EXPECTED_LABELS
) -> Labels:
    """Check the labels of so many pictures: whole numbers from 0, one for each.

    Raises:
        DataError: If they are not.
    """
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError("arrays.labels-kind", where=where, kind=labels.dtype, expected=expected)
    if labels.shape != (count,):
        raise DataError("arrays.labels-shape", where=where, shape=labels.shape, count=count)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high > np.iinfo(np.int64).max:
        raise DataError("arrays.labels-range", where=where, low=low, high=high)
    return labels.astype(np.int64)


def flatten_labels(where: str, labels: NDArray[Any]) -> NDArray[Any]:
    """Bring labels as others save them to integers ``[N]``: columns, one-hot rows, whole floats.

    Raises:
        DataError: If rows are not one-hot.
    """
    if labels.dtype.kind == "b":
        labels = labels.astype(np.uint8)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.shape[1] > 1 and labels.dtype.kind in "iuf":
        is_mark = labels == 1
        wrong = np.flatnonzero((is_mark.sum(1) != 1) | ((labels != 0) != is_mark).any(1))
        if len(wrong):
            raise DataError(
                "arrays.one-hot",
                where=where,
                shape=labels.shape,
                wrong=len(wrong),
                total=len(labels),
                row=int(wrong[0]),
            )
        positions: NDArray[Any] = is_mark.argmax(1)
        return positions
    if labels.dtype.kind == "f" and labels.size and (labels == np.rint(labels)).all():
        # Beyond 2**53 a float does not tell whole numbers apart.
        return labels.astype(np.int64) if np.abs(labels).max() < 2.0**53 else labels
    return labels


def _explain_shape(where: str, shape: list[int], expected: Phrase) -> DataError:
    if len(shape) == 4 and shape[1] in (1, 3):
        return DataError("arrays.channels-first", where=where, shape=shape, expected=expected)
    if len(shape) in (4, 5) and min(shape[1:4]) > 4:
        return DataError("arrays.volumes", where=where, shape=shape, expected=expected)
    return DataError("arrays.shape", where=where, shape=shape, expected=expected)


def _join(halves: Sequence[ArrayHalf], values: Labels) -> Half:
    """Join halves of one size, with the labels as positions among the values."""
    arrays = [half.images for half in halves]
    if len({array.ndim for array in arrays}) > 1:
        arrays = [_see_as_rgb(array) for array in arrays]
    images = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    if images.ndim == 3:
        check_memory(3 * images.nbytes, Phrase("arrays.fewer"))
    labels = np.searchsorted(values, np.concatenate([half.labels for half in halves]))
    names = tuple(f"{half.name}/{n}" for half in halves for n in range(len(half.labels)))
    return Half(_see_as_rgb(images), labels.astype(np.int64), names)


def _see_as_rgb(images: Images) -> Images:
    if images.ndim == 4:
        return images
    return np.broadcast_to(images[..., None], (*images.shape, 3))
