"""Read image sets from ``npz`` files: poolbench's own layout, Keras' and MedMNIST's."""

import zipfile
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.array_sets import (
    ArrayHalf,
    ClassNames,
    build_array_set,
    check_images,
    check_labels,
    flatten_labels,
)
from poolbench.data.arrays import check_memory
from poolbench.data.image_set import ImageSet
from poolbench.data.npz import read_arrays
from poolbench.data.npz_layouts import HalfArrays, NpzLayout, find_layout
from poolbench.errors import DataError
from poolbench.files import check_regular, explain_fault, suggest_path
from poolbench.texts import Phrase

_LAYOUT = Phrase("npz.expected")


def load_npz(path: Path) -> ImageSet:
    """Read an image set from a NumPy archive; nothing in it is unpickled.

    The layout is recognised by the names of the arrays, see
    :func:`poolbench.data.npz_layouts.find_layout`. Labels of other programs may be columns
    ``[N, 1]``, and under Keras' names one-hot rows. Without names of classes the label values, in
    ascending order, are the names. Without a test half the set's ``test`` is empty and
    ``has_official_test`` is false. A validation half joins the pool.

    Raises:
        DataError: If an array is missing, holds objects, or has a wrong shape, kind or label.
    """
    names = _list_names(path)
    layout = find_layout(names, str(path))
    _check_complete(path, layout, names)
    # One half after the other, so that the arrays of one alone wait to be joined.
    halves = [_read_half(path, layout.name, half) for half in layout.halves]
    classes = None
    if layout.classes is not None:
        classes = _name_classes(path, _read(path, layout.classes)[layout.classes], halves)
    recognised = None if layout.name == "own" else {"layout": layout.name}
    return build_array_set(f"npz:{path}", halves, classes, recognised)


def _list_names(path: Path) -> list[str]:
    """List the names of all arrays in the file, whatever they are."""
    try:
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except FileNotFoundError:
        raise DataError("npz.missing", path=path, meant=suggest_path(path)) from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _explain(path, error) from None
    # Once as read, once as the classes that were chosen.
    unpacked = 2 * sum(member.file_size for member in members)
    check_memory(unpacked, Phrase("npz.fewer", path=path))
    return [member.filename.removesuffix(".npy") for member in members]


def _read(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    try:
        return read_arrays(path, names)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _explain(path, error) from None


def _explain(path: Path, error: Exception) -> DataError:
    return DataError("npz.unreadable", path=path, reason=explain_fault(error))


def _check_complete(path: Path, layout: NpzLayout, names: Collection[str]) -> None:
    for half in layout.halves:
        missing = [name for name in (half.images, half.labels) if name not in names]
        if missing:
            if not names:
                raise DataError("npz.empty", path=path, expected=_LAYOUT)
            raise DataError(
                "npz.lacks", path=path, missing=missing, found=list(names), expected=_LAYOUT
            )


def _read_half(path: Path, layout: str, half: HalfArrays) -> ArrayHalf:
    arrays = _read(path, half.images, half.labels)
    if half.images not in arrays or half.labels not in arrays:
        raise DataError(
            "npz.not-arrays", path=path, images=half.images, labels=half.labels, expected=_LAYOUT
        )
    where = f"{path}: {half.images}"
    images = check_images(where, arrays[half.images], _LAYOUT)
    where, labels = f"{path}: {half.labels}", arrays[half.labels]
    if layout == "medmnist" and labels.ndim == 2 and labels.shape[1] > 1:
        raise DataError("npz.several-labels", path=path, labels=half.labels, shape=labels.shape)
    if layout != "own":
        labels = flatten_labels(where, labels)
    labels = check_labels(where, labels, len(images), _LAYOUT)
    return ArrayHalf(half.half, half.images, images, labels)


def _name_classes(path: Path, names: NDArray[Any], halves: Sequence[ArrayHalf]) -> ClassNames:
    """Return the class names, and the label value that each stands for."""
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise DataError("npz.classes-kind", path=path, kind=names.dtype, shape=names.shape)
    classes = tuple(_decode_name(name) for name in names.tolist())
    if "" in classes:
        raise DataError("npz.classes-empty", path=path)
    if len(set(classes)) < len(classes):
        twice = [name for name, count in Counter(classes).items() if count > 1]
        raise DataError("npz.classes-twice", path=path, names=twice)
    highest = max(int(half.labels.max()) for half in halves)
    if highest >= len(classes):
        count = len(classes)
        raise DataError("npz.classes-few", path=path, label=highest, count=count, last=count - 1)
    return ClassNames(classes, np.arange(len(classes)))


def _decode_name(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
