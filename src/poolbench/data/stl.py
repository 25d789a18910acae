"""Read STL-10 as it is published: plain bytes, each picture column by column."""

from collections import Counter
from pathlib import Path

import numpy as np

from poolbench.data.array_sets import ArrayHalf, ClassNames, build_array_set
from poolbench.data.arrays import check_memory
from poolbench.data.image_set import Images, ImageSet, Labels
from poolbench.errors import DataError
from poolbench.files import check_regular, read_text
from poolbench.texts import Phrase

# Side of a picture in pixels. Channels come first, then columns, then rows (Coates, Ng and Lee
# 2011, cs.stanford.edu/~acoates/stl10).
SIDE = 96
_PICTURE_BYTES = 3 * SIDE * SIDE
_FILES = frozenset({"train_x.bin", "train_y.bin", "test_x.bin", "test_y.bin", "unlabeled_x.bin"})
_NAMES = "class_names.txt"
# Name of the folder that the published archive unpacks to.
_FOLDER = "stl10_binary"
_MOST_NAMES_BYTES = 1_000_000
_AT_ONCE = 256


def is_stl_name(path: Path) -> bool:
    """Return whether a file is called like one of STL-10."""
    return path.name.lower() in _FILES


def find_stl_set(path: Path) -> Path | None:
    """Find the folder of STL-10's files: this one, the one in it, or that of one of the files."""
    folder = path if path.is_dir() else path.parent
    for place in (folder, folder / _FOLDER):
        if (place / "train_X.bin").exists() or (place / "train_y.bin").exists():
            return place
    return None


def load_stl_set(source: str, folder: Path) -> ImageSet:
    """Read the training and the test half; pictures without labels are left where they are.

    Args:
        source: As on the command line.

    Raises:
        DataError: If a file is missing or has another size, or a label has no name.
    """
    names = _read_names(folder / _NAMES)
    has_test = any((folder / name).exists() for name in ("test_X.bin", "test_y.bin"))
    halves = [_read_half(folder, half) for half in ("train", "test")[: 1 + has_test]]
    highest = max(int(half.labels.max()) for half in halves)
    if names is None:
        return build_array_set(source, halves, None, {"layout": "stl"})
    if highest > len(names):
        raise DataError("stl.label", path=folder, label=highest, file=_NAMES, count=len(names))
    classes = ClassNames(names, np.arange(1, len(names) + 1))
    return build_array_set(source, halves, classes, {"layout": "stl"})


def _read_half(folder: Path, half: str) -> ArrayHalf:
    pictures, labels = folder / f"{half}_X.bin", folder / f"{half}_y.bin"
    try:
        found = _read_labels(labels)
        return ArrayHalf(half, pictures.stem, _read_pictures(pictures, len(found)), found)
    except FileNotFoundError as error:
        raise DataError(
            "stl.missing", path=error.filename, pictures=pictures.name, labels=labels.name
        ) from None
    except OSError as error:
        raise DataError("file.unreadable", path=error.filename or folder, error=error) from None


def _read_labels(path: Path) -> Labels:
    check_regular(path)
    labels = np.fromfile(path, np.uint8).astype(np.int64)
    if not len(labels) or labels.min() < 1:
        raise DataError("stl.zero", path=path)
    return labels


def _read_pictures(path: Path, count: int) -> Images:
    """Read pictures part by part, so that memory holds them once: uint8 ``[N, 96, 96, 3]``."""
    check_regular(path)
    size, expected = path.stat().st_size, count * _PICTURE_BYTES
    if size != expected:
        raise DataError("stl.size", path=path, size=size, expected=expected, count=count, side=SIDE)
    check_memory(expected, Phrase("arrays.fewer"))
    images = np.empty((count, SIDE, SIDE, 3), dtype=np.uint8)
    with path.open("rb") as file:
        for start in range(0, count, _AT_ONCE):
            part = images[start : start + _AT_ONCE]
            raw = np.fromfile(file, np.uint8, len(part) * _PICTURE_BYTES)
            part[:] = raw.reshape(-1, 3, SIDE, SIDE).transpose(0, 3, 2, 1)
    return images


def _read_names(path: Path) -> tuple[str, ...] | None:
    """Read the names of the classes, one a line; ``None``: there is no such file."""
    try:
        names = tuple(read_text(path, _MOST_NAMES_BYTES, "utf-8-sig").split("\n"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError("file.unreadable", path=path, error=error) from None
    except UnicodeDecodeError:
        reason = Phrase("file.reason.utf8")
        raise DataError("file.unreadable", path=path, error=reason) from None
    names = tuple(name.strip() for name in names if name.strip())
    if len(set(names)) < len(names):
        twice = [name for name, count in Counter(names).items() if count > 1]
        raise DataError("stl.names-twice", path=path, names=twice)
    return names
