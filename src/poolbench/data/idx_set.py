"""Find the IDX files of a set, as MNIST and its successors name them, and read it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from poolbench.data.array_sets import (
    ArrayHalf,
    ClassNames,
    build_array_set,
    check_images,
    check_labels,
)
from poolbench.data.idx import read_idx
from poolbench.data.image_set import ImageSet
from poolbench.errors import DataError
from poolbench.files import read_text
from poolbench.texts import Phrase

# Such as train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte, emnist-letters-test-images-idx3-ubyte.
_NAME = re.compile(
    r"(?P<set>|.*[-_.])(?P<half>train|t10k|test|val|valid|validation)[-_.](?P<kind>images|labels)"
    r"[-_.]idx\d?([-_.][a-z0-9]+)?(\.gz)?",
    re.IGNORECASE,
)
HALVES = ("train", "val", "test")
_SPELLINGS = {"t10k": "test", "valid": "val", "validation": "val"}
# Name of the folder in which torchvision keeps what it has downloaded.
_RAW = "raw"
# Beginning of the names of the sets whose pictures are stored column by column (Cohen et al. 2017,
# arXiv:1702.05373); read as rows they lie on their side and in a mirror.
_BY_COLUMNS = "emnist"
_MOST_MAPPING_BYTES = 1_000_000
_EXPECTED = Phrase("idx.expected")


class _File(NamedTuple):
    set: str
    half: str
    kind: str
    path: Path


def is_idx_name(path: Path) -> bool:
    """Return whether a file is called like pictures or labels of MNIST.

    Example:
        >>> is_idx_name(Path("train-images.idx3-ubyte")), is_idx_name(Path("train.gz"))
        (True, False)
    """
    return _NAME.fullmatch(path.name) is not None


def find_idx_set(path: Path) -> dict[tuple[str, str], Path] | None:
    """Find the files of the set that a folder holds, or that one of them belongs to.

    Args:
        path: The folder, or one of the files.

    Returns:
        Half (``train``, ``val``, ``test``) and kind (``images``, ``labels``) to file; a file that
        is there packed and plain is taken plain. ``None``: there is no such file.

    Raises:
        DataError: If the folder holds several sets.
    """
    is_file = not path.is_dir()
    folder = path.parent if is_file else path
    found = _list_files(folder.parent if is_file and is_idx_name(folder) else folder)
    if is_file:
        wanted = _match(path)
        names = {wanted.set} if wanted else set()
    else:
        names = {file.set for file in found}
    if not names:
        return None
    if len(names) > 1:
        firsts = [next(file.path for file in found if file.set == name) for name in sorted(names)]
        raise DataError(
            "idx.sets", path=path, count=len(names), names=sorted(names), file=firsts[0]
        )
    return {(file.half, file.kind): file.path for file in found if file.set in names}


def load_idx_set(source: str, files: dict[tuple[str, str], Path]) -> ImageSet:
    """Read a set that was found; its classes are called by their labels.

    A file ``…-mapping.txt`` beside those of EMNIST names the characters instead. EMNIST's pictures
    are turned upright.

    Args:
        source: As on the command line.

    Raises:
        DataError: If a file is missing or damaged, or pictures and labels do not fit together.
    """
    there = {half for half, _ in files}
    halves = [_read_half(half, files) for half in HALVES if half == "train" or half in there]
    path = files["train", "images"]
    recognised: dict[str, Any] = {"layout": "idx", "file": path.name}
    if path.name.lower().startswith(_BY_COLUMNS):
        recognised["turned"] = True
        halves = [replace(half, images=half.images.swapaxes(1, 2)) for half in halves]
    classes = _read_mapping(path, halves)
    return build_array_set(source, halves, classes, recognised)


def _read_half(half: str, files: dict[tuple[str, str], Path]) -> ArrayHalf:
    paths = [files.get((half, kind)) for kind in ("images", "labels")]
    if paths[0] is None or paths[1] is None:
        known = next(iter(files.values()))
        missing = "images" if paths[0] is None else "labels"
        wanted, axes = f"{half}-{missing}", 3 if missing == "images" else 1
        raise DataError(
            "idx.lacks",
            path=known.parent,
            files=sorted(path.name for path in files.values()),
            wanted=wanted,
            example=f"{wanted}-idx{axes}-ubyte",
        )
    labels = read_idx(paths[1])
    images = check_images(str(paths[0]), read_idx(paths[0]), _EXPECTED)
    return ArrayHalf(
        half, f"{half}-images", images, check_labels(str(paths[1]), labels, len(images))
    )


def _read_mapping(images: Path, halves: Sequence[ArrayHalf]) -> ClassNames | None:
    """Read which character each label of EMNIST stands for, where the file is there."""
    found = _match(images)
    path = images.with_name(f"{found.set if found else ''}-mapping.txt")
    if not path.is_file():
        return None
    names = _parse_mapping(path)
    used = np.unique(np.concatenate([half.labels for half in halves])).tolist()
    unknown = [label for label in used if label not in names]
    if unknown:
        raise DataError("idx.label", path=images.parent, label=unknown[0], file=path.name)
    values = sorted(names)
    return ClassNames(tuple(names[value] for value in values), np.array(values, dtype=np.int64))


def _parse_mapping(path: Path) -> dict[int, str]:
    """Read lines of a label and the codes of the characters that it stands for."""
    try:
        lines = read_text(path, _MOST_MAPPING_BYTES, "ascii").splitlines()
    except OSError as error:
        raise DataError("file.unreadable", path=path, error=error) from None
    except UnicodeDecodeError:
        raise DataError("idx.not-ascii", path=path) from None
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            label, *codes = map(int, line.split())
            rows.append((label, "".join(map(chr, codes))))
        except (OverflowError, ValueError):
            raise DataError("idx.mapping", path=path, line=number, content=line[:80]) from None
    names = dict(rows)
    if len(set(names.values())) < len(rows) or not all(
        name.isprintable() for name in names.values()
    ):
        raise DataError("idx.mapping-names", path=path)
    return names


def _match(path: Path) -> _File | None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    half = found["half"].lower()
    name, kind = found["set"].rstrip("-_.").lower(), found["kind"].lower()
    return _File(name, _SPELLINGS.get(half, half), kind, path)


def _list_files(folder: Path) -> list[_File]:
    """List the files of a folder, else those in its ``raw`` or in folders called like them."""
    try:
        inside = sorted(folder.iterdir())
        found = _keep(inside)
        if not found:
            # Some archives unpack each file into a folder of its name.
            named = [p for p in inside if p.name.lower() == _RAW or is_idx_name(p)]
            deeper = [p for p in named if p.is_dir()]
            found = _keep(path for one in deeper for path in sorted(one.iterdir()))
    except OSError as error:
        raise DataError("file.unreadable", path=error.filename or folder, error=error) from None
    return found


def _keep(paths: Iterable[Path]) -> list[_File]:
    # Plain files last, so that they take the place of packed ones.
    files = [path for path in paths if is_idx_name(path) and path.is_file()]
    matched = [_match(path) for path in sorted(files, key=lambda p: p.suffix.lower() != ".gz")]
    return [file for file in matched if file is not None]
