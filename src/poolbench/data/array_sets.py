"""Make image sets of arrays that are in memory: check them, join halves, say what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.arrays import check_memory
from poolbench.data.image_set import Half, Images, ImageSet, Labels
from poolbench.errors import DataError

_EXPECTED = "Expected uint8 [N, H, W, 3], or grey [N, H, W] or [N, H, W, 1]."


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
                f"{source.partition(':')[2]}: {other.name} have {other.images.shape[1:3]} pixels, "
                f"{first.name} {first.images.shape[1:3]}: all halves need one size."
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


def check_images(where: str, images: NDArray[Any], expected: str = _EXPECTED) -> Images:
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
        hint = " For values from 0 to 1: (255 * x).round().astype('uint8')."
        raise DataError(
            f"{where} are {images.dtype}, expected uint8 from 0 to 255. Scale and convert "
            f"them before saving.{hint if images.dtype.kind == 'f' else ''}"
        )
    shape = list(images.shape)
    if len(shape) == 4 and shape[3] == 1:
        images = images[..., 0]
    if 0 in shape or not (images.ndim == 3 or (images.ndim == 4 and shape[3] == 3)):
        raise DataError(f"{where} have shape {shape}.{_explain_shape(shape)} {expected}")
    return images


def check_labels(where: str, labels: NDArray[Any], count: int, expected: str = "") -> Labels:
    """Check the labels of so many pictures: whole numbers from 0, one for each.

    Raises:
        DataError: If they are not.
    """
    if not np.issubdtype(labels.dtype, np.integer):
        end = f" {expected}" if expected else ""
        raise DataError(f"{where} are {labels.dtype}, expected integers.{end}")
    if labels.shape != (count,):
        raise DataError(
            f"{where} have shape {list(labels.shape)}, expected [{count}]: one for each picture."
        )
    if labels.min() < 0 or labels.max() > np.iinfo(np.int64).max:
        raise DataError(f"{where} go from {labels.min()} to {labels.max()}; they start at 0.")
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
                f"{where} have shape {list(labels.shape)}, and row {wrong[0]} has not one 1 among "
                f"zeros ({len(wrong)} of {len(labels)} rows are like this). Every picture needs "
                "one class: one label each [N], or one-hot rows."
            )
        positions: NDArray[Any] = is_mark.argmax(1)
        return positions
    if labels.dtype.kind == "f" and labels.size and (labels == np.rint(labels)).all():
        # Beyond 2**53 a float does not tell whole numbers apart.
        return labels.astype(np.int64) if np.abs(labels).max() < 2.0**53 else labels
    return labels


def _explain_shape(shape: Sequence[int]) -> str:
    if len(shape) == 4 and shape[1] in (1, 3):
        return " Channels stand last: save x.transpose(0, 2, 3, 1)."
    if len(shape) in (4, 5) and min(shape[1:4]) > 4:
        return " These are volumes, and what is compared here are networks for pictures."
    return ""


def _join(halves: Sequence[ArrayHalf], values: Labels) -> Half:
    """Join halves of one size, with the labels as positions among the values."""
    arrays = [half.images for half in halves]
    if len({array.ndim for array in arrays}) > 1:
        arrays = [_see_as_rgb(array) for array in arrays]
    images = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    if images.ndim == 3:
        check_memory(3 * images.nbytes, "Take fewer or smaller pictures.")
    labels = np.searchsorted(values, np.concatenate([half.labels for half in halves]))
    names = tuple(f"{half.name}/{n}" for half in halves for n in range(len(half.labels)))
    return Half(_see_as_rgb(images), labels.astype(np.int64), names)


def _see_as_rgb(images: Images) -> Images:
    if images.ndim == 4:
        return images
    return np.broadcast_to(images[..., None], (*images.shape, 3))
