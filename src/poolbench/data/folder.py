"""Picture files in folders, and the decoding of what a listing names."""

import contextlib
import hashlib
import os
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolbench.config import DataConfig, Fit
from poolbench.data.arrays import check_memory, resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress, load_arrays, save_arrays
from poolbench.data.decode import decode_picture, has_picture_suffix, read_picture_size
from poolbench.data.image_set import Half, Images, ImageSet, Labels
from poolbench.data.listing import SIDES, Entry, Listing, Side, number_groups
from poolbench.data.names import natural_key
from poolbench.errors import DataError

Size = tuple[int, int]

DEFAULT_SIZE = (64, 64)
# Bytes of memory for each pixel of a picture while it is decoded and resized: 3 as read, 4 with
# transparency, 12 as float32, and as much again between the two passes of the filter.
_BYTES_PER_PIXEL = 32
_MOST_THREADS = 8
# Grows when decoding or resizing gives other pixels.
_CACHE_FORMAT = 1


def scan_folder(root: Path, groups: str | None = None) -> Listing:
    """List ``root/<class>/*``, or ``root/{train,val|valid|validation,test}/<class>/*``.

    Names are in natural order; hidden files and files that are no pictures are left out.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`. With ``subfolder``, pictures at any
            depth under a class folder are taken, and the first subfolder names their group, the
            same one in every class and half.

    Raises:
        DataError: If the folder is not there or holds no folders with pictures.
    """
    if not root.is_dir():
        raise DataError(f"{root} is not a folder: name one that holds a folder for each class.")
    halves, ignored = _find_halves(root)
    classes = sorted({name for _, half in halves for name in _list_classes(half)}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    list_all = _list_pictures_below if groups == "subfolder" else _list_pictures
    found = [
        Entry(path, _make_name(path, root), labels[name], side, _name_group(path, folder))
        for side, half in halves
        for name, folder in _list_classes(half).items()
        for path in list_all(folder)
    ]
    if not found:
        raise DataError(
            f"{root} holds no pictures. Expected {root.name}/<class>/<picture>, or "
            f"{root.name}/train/<class>/<picture> with test (and val) beside train. Subfolders of "
            "a class are looked into with --groups subfolder."
        )
    entries = sorted(found, key=lambda entry: (entry.side == "test", entry.label))
    return Listing(f"folder:{root}", tuple(classes), tuple(entries), ignored)


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
    halves = [folder for folder in folders if folder.name.casefold() in SIDES]
    # A class may be called "train" too: then it holds pictures, not folders.
    if not any(half.name.casefold() == "train" and _list_folders(half) for half in halves):
        return [("pool", root)], ()
    ignored = tuple(folder.name for folder in folders if folder not in halves)
    return [(SIDES[half.name.casefold()], half) for half in halves], ignored


def _list_folders(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted(found, key=lambda path: natural_key(path.name))


def _list_classes(half: Path) -> dict[str, Path]:
    # Some systems split an accent from its letter; a person who types the name does not.
    return {unicodedata.normalize("NFC", path.name): path for path in _list_folders(half)}


def _list_pictures(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if has_picture_suffix(path) and path.is_file()]
    return sorted(found, key=lambda path: natural_key(path.name))


def _list_pictures_below(folder: Path) -> list[Path]:
    """The pictures at any depth; a folder is entered once, however many links lead to it."""
    start = folder.resolve()
    # A link upwards would bring in the other classes.
    entered = {start, *start.parents}
    found = _list_pictures(folder)
    folders, links = map(deque, _part_links(folder))
    while folders or links:
        # Links wait until all real folders are done: a picture belongs to the group that it lies
        # in, not to one that only points at it.
        place = folders.popleft() if folders else links.popleft()
        target = place.resolve()
        if target in entered:
            continue
        entered.add(target)
        found += _list_pictures(place)
        more_folders, more_links = _part_links(place)
        folders += more_folders
        links += more_links
    return sorted(found, key=lambda path: _make_deep_key(path.relative_to(folder)))


def _make_deep_key(path: Path) -> list[tuple[list[str | int], str]]:
    return [natural_key(part) for part in path.parts]


def _part_links(folder: Path) -> tuple[list[Path], list[Path]]:
    """Real subfolders, and links to folders."""
    parts: tuple[list[Path], list[Path]] = ([], [])
    for path in _list_folders(folder):
        parts[path.is_symlink()].append(path)
    return parts


def _name_group(path: Path, class_folder: Path) -> str | None:
    """The first folder between a class and a picture of it."""
    first, *rest = path.relative_to(class_folder).parts
    return unicodedata.normalize("NFC", first) if rest else None


def _make_name(path: Path, root: Path) -> str:
    # File systems allow names that are no text; records must be text.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")


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
    numbers = number_groups(chosen)
    groups = None if numbers is None else np.array(numbers, dtype=np.int64)
    # The pool's entries stand first, so that its pictures need no copy.
    count = sum(entry.side == "pool" for entry in chosen)
    pool, test = (
        _make_half(images[part], chosen[part], None if groups is None else groups[part])
        for part in (slice(count), slice(count, None))
    )
    remaining = set(kept.tolist())
    skipped = [e.name for i, e in enumerate(listing.entries) if i not in remaining]
    facts: dict[str, object] = {"skipped": skipped}
    if listing.ignored:
        facts["ignored_folders"] = list(listing.ignored)
    has_test = any(entry.side == "test" for entry in listing.entries)
    return ImageSet(listing.source, listing.classes, pool, test, has_test, facts)


def _make_half(images: Images, entries: Sequence[Entry], groups: Labels | None) -> Half:
    labels = np.array([entry.label for entry in entries], dtype=np.int64)
    return Half(images, labels, tuple(entry.name for entry in entries), groups)
