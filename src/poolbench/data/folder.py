"""Picture files in folders, or listed in a CSV file, as an image set."""

import contextlib
import csv
import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolbench.config import DataConfig, Fit
from poolbench.data.arrays import check_memory, resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress, load_arrays, save_arrays
from poolbench.data.decode import decode_picture, has_picture_suffix, read_picture_size
from poolbench.data.image_set import Half, Images, ImageSet
from poolbench.data.names import natural_key
from poolbench.errors import DataError

Side = Literal["pool", "test"]
Size = tuple[int, int]

DEFAULT_SIZE = (64, 64)
# A validation half joins the pool, of which the folds are made.
_SIDES: dict[str, Side] = {
    "train": "pool",
    "val": "pool",
    "valid": "pool",
    "validation": "pool",
    "test": "test",
}
# Bytes of memory for each pixel of a picture while it is decoded and resized: 3 as read, 4 with
# transparency, 12 as float32, and as much again between the two passes of the filter.
_BYTES_PER_PIXEL = 32
_MOST_THREADS = 8
# Grows when decoding or resizing gives other pixels.
_CACHE_FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One picture file.

    Attributes:
        name: As a person calls it: relative, with forward slashes.
        label: Position in the listing's classes.
        group: Pictures of one group stay in one fold; ``None``: the listing knows no groups.
    """

    path: Path
    name: str
    label: int
    side: Side
    group: int | None = None


@dataclass(frozen=True)
class Listing:
    """The picture files of an image set, none of them opened yet.

    Attributes:
        source: As on the command line.
        entries: The pool's before the test half's.
        ignored: Folders beside the halves that were not looked into.
    """

    source: str
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()

    def choose(self, chosen: Sequence[int]) -> "Listing":
        """Only these classes, labelled in this order."""
        labels = {old: new for new, old in enumerate(chosen)}
        entries = tuple(
            replace(entry, label=labels[entry.label])
            for entry in self.entries
            if entry.label in labels
        )
        classes = tuple(self.classes[number] for number in chosen)
        return replace(self, classes=classes, entries=entries)


def scan_folder(root: Path) -> Listing:
    """List ``root/<class>/*``, or ``root/{train,val|valid|validation,test}/<class>/*``.

    Names are in natural order; hidden files and files that are no pictures are left out.

    Raises:
        DataError: If the folder is not there or holds no folders with pictures.
    """
    if not root.is_dir():
        raise DataError(f"{root} is not a folder: name one that holds a folder for each class.")
    halves, ignored = _find_halves(root)
    classes = sorted({name for _, half in halves for name in _list_classes(half)}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    found = [
        Entry(path, _make_name(path, root), labels[name], side)
        for side, half in halves
        for name, folder in _list_classes(half).items()
        for path in _list_pictures(folder)
    ]
    if not found:
        raise DataError(
            f"{root} holds no pictures. Expected {root.name}/<class>/<picture>, or "
            f"{root.name}/train/<class>/<picture> with test (and val) beside train."
        )
    entries = sorted(found, key=lambda entry: (entry.side == "test", entry.label))
    return Listing(f"folder:{root}", tuple(classes), tuple(entries), ignored)


def scan_csv(path: Path) -> Listing:
    """List the pictures of a CSV file with the columns ``path`` and ``label``.

    If there is a column ``group``, pictures of one group stay together; if there is a column
    ``split`` it says ``train``, ``val`` or ``test``. Paths are relative to the CSV file.

    Raises:
        DataError: If the file cannot be read, or a column or a value is missing or unknown.
    """
    rows = _read_rows(path)
    classes = sorted({row["label"] for row in rows}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    groups = _number_groups(rows)
    entries = [
        Entry(path.parent / row["path"], row["path"], labels[row["label"]], side, group)
        for row, side, group in zip(rows, _read_sides(path, rows), groups, strict=True)
    ]
    _check_listed_once(path, entries)
    entries.sort(key=lambda e: (e.side == "test", e.label, natural_key(e.name)))
    return Listing(f"csv:{path}", tuple(classes), tuple(entries))


def load_listing(
    listing: Listing,
    config: DataConfig,
    on_progress: OnProgress = ignore_progress,
    available_bytes: int | None = None,
) -> ImageSet:
    """Decode all pictures, or take them from the cache folder if no file has changed.

    Args:
        config: Its ``image_size`` (``None``: the common size of all pictures, else 64x64), ``fit``
            and ``on_bad`` are used.
        on_progress: Called with ``("decode", pictures done, pictures in all)``.
        available_bytes: Memory that may be used; ``None``: what is free.

    Raises:
        DataError: If pictures cannot be read (all are listed) or need more memory than there is.
    """
    entries = listing.entries
    name = _name_cached(entries, config)
    cached = load_arrays(name)
    if cached is None:
        images, kept = _decode_all(entries, config, on_progress, available_bytes)
        save_arrays(name, {"images": images, "kept": kept})
    else:
        images, kept = cached["images"], cached["kept"]
    return _make_image_set(listing, images, kept)


def _find_halves(root: Path) -> tuple[list[tuple[Side, Path]], tuple[str, ...]]:
    """The folders that hold class folders, and the names of those that are left out."""
    folders = _list_folders(root)
    halves = [folder for folder in folders if folder.name.casefold() in _SIDES]
    # A class may be called "train" too: then it holds pictures, not folders.
    if not any(half.name.casefold() == "train" and _list_folders(half) for half in halves):
        return [("pool", root)], ()
    ignored = tuple(folder.name for folder in folders if folder not in halves)
    return [(_SIDES[half.name.casefold()], half) for half in halves], ignored


def _list_folders(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted(found, key=lambda path: natural_key(path.name))


def _list_classes(half: Path) -> dict[str, Path]:
    # Some systems split an accent from its letter; a person who types the name does not.
    return {unicodedata.normalize("NFC", path.name): path for path in _list_folders(half)}


def _list_pictures(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if has_picture_suffix(path) and path.is_file()]
    return sorted(found, key=lambda path: natural_key(path.name))


def _make_name(path: Path, root: Path) -> str:
    # File systems allow names that are no text; records must be text.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        # utf-8-sig: spreadsheets put a mark before the first column's name.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text: {error}. Save it as CSV in UTF-8.") from None
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    delimiter = ";" if ";" in head and "," not in head else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    columns = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    if not {"path", "label"} <= set(columns):
        raise DataError(
            f"{path} has the columns {', '.join(columns) or 'none'}; needed are path and label, "
            "allowed beside them group and split."
        )
    rows = [_clean_row(path, line, row) for line, row in enumerate(reader, start=2)]
    if not rows:
        raise DataError(f"{path} lists no pictures: expected one line for each.")
    return rows


def _clean_row(path: Path, line: int, row: dict[str, str]) -> dict[str, str]:
    known = ("path", "label", "group", "split")
    clean = {name: (row.get(name) or "").strip() for name in known if name in row}
    for name in ("path", "label"):
        if not clean[name]:
            raise DataError(f"{path}, row {line}: {name} is empty; every picture needs one.")
    return {**clean, "label": unicodedata.normalize("NFC", clean["label"])}


def _read_sides(path: Path, rows: Sequence[dict[str, str]]) -> Iterator[Side]:
    for line, row in enumerate(rows, start=2):
        split = row.get("split", "train").casefold()
        if split not in _SIDES:
            raise DataError(
                f"{path}, row {line}: split is {row['split']!r}; expected train, val or test."
            )
        yield _SIDES[split]


def _number_groups(rows: Sequence[dict[str, str]]) -> list[int | None]:
    """A number for each group; a picture without a group stands alone."""
    if not any(row.get("group") for row in rows):
        return [None] * len(rows)
    numbers: dict[str, int] = {}
    keys = [row["group"] or f"\0{line}" for line, row in enumerate(rows)]
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _check_listed_once(path: Path, entries: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = os.path.normpath(entry.path)
        if key in seen:
            raise DataError(
                f"{path} lists {entry.name} twice: the same picture would be trained on and held "
                "out. Remove one of the lines."
            )
        seen.add(key)


def _name_cached(entries: Sequence[Entry], config: DataConfig) -> str:
    """A name that changes with every file, and with what is done to the pictures."""
    digest = hashlib.sha256()
    settings = (_CACHE_FORMAT, config.image_size, config.fit, config.on_bad)
    digest.update(repr(settings).encode())
    for entry in entries:
        try:
            status = entry.path.stat()
        except OSError:
            stamp: tuple[int, ...] = ()
        else:
            # The change time is new even for a file that was unpacked with an old time of writing.
            stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        digest.update(f"{entry.side}\0{entry.name}\0{stamp}\0".encode("utf-8", "surrogateescape"))
    return f"folder-{digest.hexdigest()[:32]}"


def _decode_all(
    entries: Sequence[Entry],
    config: DataConfig,
    on_progress: OnProgress,
    available_bytes: int | None,
) -> tuple[Images, NDArray[np.int64]]:
    """The pictures that can be read, and which of the entries they are."""
    with _start_threads() as threads:
        sizes = [size for size in threads.map(_try_size, entries) if size is not None]
        size = _choose_size(config.image_size, sizes)
        _check_room(len(entries), size, sizes, available_bytes)
        images = np.empty((len(entries), *size, 3), dtype=np.uint8)
        problems: dict[int, str] = {}
        results = threads.map(lambda entry: _try_decode(entry, size, config.fit), entries)
        for position, result in enumerate(results):
            if isinstance(result, str):
                problems[position] = result
            else:
                images[position] = result
            on_progress("decode", position + 1, len(entries))
    _report_bad(list(problems.values()), len(entries), config.on_bad)
    kept = np.array([i for i in range(len(entries)) if i not in problems], dtype=np.int64)
    return (images[kept] if problems else images), kept


@contextlib.contextmanager
def _start_threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for decoding and resizing: Pillow and torch let go of the interpreter's lock."""
    import torch

    before = torch.get_num_threads()
    # Each of our threads resizes its own picture: torch must not start more inside them.
    torch.set_num_threads(1)
    threads = ThreadPoolExecutor(_count_threads())
    try:
        yield threads
    finally:
        # What has not begun is dropped, so that Ctrl-C ends soon.
        threads.shutdown(cancel_futures=True)
        torch.set_num_threads(before)


def _count_threads() -> int:
    has_affinity = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return min(_MOST_THREADS, cores)


def _try_size(entry: Entry) -> Size | None:
    """Height and width; what cannot be read is reported when it is decoded."""
    try:
        return read_picture_size(entry.path)
    except DataError:
        return None


def _try_decode(entry: Entry, size: Size, fit: Fit) -> Images | str:
    """uint8 ``[h, w, 3]``, or why there is none."""
    try:
        pixels = decode_picture(entry.path)
    except DataError as error:
        return str(error)
    resized: Images = resize_arrays(pixels[None], size, fit)[0]
    return resized


def _choose_size(wanted: int | None, sizes: Sequence[Size]) -> Size:
    if wanted is not None:
        return wanted, wanted
    return sizes[0] if len(set(sizes)) == 1 else DEFAULT_SIZE


def _check_room(count: int, size: Size, sizes: Sequence[Size], available_bytes: int | None) -> None:
    largest = sorted((rows * columns for rows, columns in sizes), reverse=True)[: _count_threads()]
    # Twice: once in one array, once parted into halves.
    needed = 2 * count * size[0] * size[1] * 3 + _BYTES_PER_PIXEL * sum(largest)
    advice = f"Choose a smaller --image-size (it is {size[0]}x{size[1]} now) or fewer --classes."
    check_memory(needed, advice, available_bytes)


def _report_bad(problems: Sequence[str], count: int, on_bad: str) -> None:
    if problems and (on_bad == "error" or len(problems) == count):
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise DataError(
            f"{len(problems)} of {count} pictures cannot be read:\n{listed}\n"
            "Mend or remove them, or leave them out with --on-bad skip."
        )


def _make_image_set(listing: Listing, images: Images, kept: NDArray[np.int64]) -> ImageSet:
    chosen = [listing.entries[i] for i in kept]
    # The pool's entries stand first, so that its pictures need no copy.
    count = sum(entry.side == "pool" for entry in chosen)
    pool, test = (
        _make_half(images[part], chosen[part]) for part in (slice(count), slice(count, None))
    )
    remaining = set(kept.tolist())
    skipped = [e.name for i, e in enumerate(listing.entries) if i not in remaining]
    facts: dict[str, object] = {"skipped": skipped}
    if listing.ignored:
        facts["ignored_folders"] = list(listing.ignored)
    has_test = any(entry.side == "test" for entry in listing.entries)
    return ImageSet(listing.source, listing.classes, pool, test, has_test, facts)


def _make_half(images: Images, entries: Sequence[Entry]) -> Half:
    labels = np.array([entry.label for entry in entries], dtype=np.int64)
    groups = [entry.group for entry in entries if entry.group is not None]
    return Half(
        images,
        labels,
        tuple(entry.name for entry in entries),
        np.array(groups, dtype=np.int64) if groups else None,
    )
