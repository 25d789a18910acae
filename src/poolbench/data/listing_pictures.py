"""Decode the pictures that a listing names."""

import contextlib
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from copy import copy

import numpy as np

from poolbench.config import DataConfig, Fit
from poolbench.data.arrays import check_memory, resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress
from poolbench.data.decode import decode_picture, list_formats, read_picture_size
from poolbench.data.decoded import SHARD_BYTES, DecodedFile, Pictures, Size, name_decoded
from poolbench.data.image_set import DIGEST_KIND, Half, Images, ImageSet, Labels, hash_pictures
from poolbench.data.listing import Entry, Listing, number_groups
from poolbench.data.unread import summarize_unread
from poolbench.errors import DataError
from poolbench.system import count_cores
from poolbench.texts import DEFAULT_LANGUAGE, Phrase
from poolbench.texts.joined import Joined

DEFAULT_SIZE = (64, 64)
# Most pixels of pictures that keep a size which all of them have; larger ones would take hours and
# gigabytes that nobody asked for.
MOST_COMMON_PIXELS = 256 * 256
# Bytes of memory for each pixel of a picture while it is decoded and resized: 3 as read, 4 with
# transparency, 12 as float32, and as much again between the two passes of the filter.
_BYTES_PER_PIXEL = 32
_MOST_THREADS = 8
# Entries that are handed to the threads at a time: what waits takes as much memory as a small
# picture.
_AT_ONCE = 4096
# Number that grows when decoding or resizing gives other pixels.
_CACHE_FORMAT = 3


def load_listing(
    listing: Listing,
    config: DataConfig,
    on_progress: OnProgress = ignore_progress,
    available_bytes: int | None = None,
) -> ImageSet:
    """Decode all pictures, or take them from the cache folder if no file has changed.

    There they are mapped, so that a set may be larger than memory; where the cache folder cannot
    be written, they are held in memory.

    Args:
        config: Its ``image_size`` (``None``: the common size of all pictures if that is at most
            256x256, else 64x64), ``fit`` and ``on_bad`` are used.
        on_progress: Called with ``("decode", pictures done, pictures in all)``.
        available_bytes: Memory that may be used; ``None``: what is free.

    Raises:
        DataError: If pictures cannot be read (all are listed) or need more memory than there is.
    """
    entries = listing.entries
    # With the formats, so that what was skipped for the lack of a reader is read once it is there.
    settings = (_CACHE_FORMAT, config.image_size, config.fit, config.on_bad, list_formats())
    decoded = DecodedFile(name_decoded(entries, settings))
    try:
        with decoded.lock():
            _decode_to_disk(decoded, entries, config, on_progress, available_bytes)
            pictures = decoded.map()
    except OSError:
        # Half of a set on a full disk helps nobody.
        decoded.remove()
        pictures = _decode_to_memory(entries, config, on_progress, available_bytes)
    return _make_image_set(listing, pictures)


def read_first_size(entries: Sequence[Entry]) -> Size | None:
    """Return height and width, as kept, of the first picture that can be read."""
    sizes = (_try_size(entry) for entry in entries)
    return next((size for size in sizes if size is not None), None)


def _decode_to_disk(
    decoded: DecodedFile,
    entries: Sequence[Entry],
    config: DataConfig,
    on_progress: OnProgress,
    available_bytes: int | None,
) -> None:
    """Decode what is not on disk yet, shard by shard.

    Raises:
        OSError: If the disk is full.
        DataError: As :func:`load_listing`; then nothing is kept.
    """
    decoded.read()
    # What an earlier call found was kept in words alone.
    problems = [DataError.quote(why) for shard in decoded.shards for _, why in shard.missing]
    done = sum(shard.entries for shard in decoded.shards)
    if done == len(entries):
        return
    with _start_threads() as executor:
        if decoded.size is None:
            size, sizes = _choose_size(config.image_size, executor, entries)
            _check_memory(SHARD_BYTES, sizes, available_bytes)
            decoded.begin(size)
        assert decoded.size is not None
        step = max(1, SHARD_BYTES // (3 * decoded.size[0] * decoded.size[1]))
        for start in range(done, len(entries), step):
            rows: list[Images] = []
            given: list[bytes] = []
            missing = []
            some = entries[start : start + step]
            results = _decode_each(executor, some, decoded.size, config.fit)
            for position, result in enumerate(results):
                if isinstance(result, DataError):
                    problems.append(result)
                    missing.append((position, result.tell(DEFAULT_LANGUAGE)))
                else:
                    rows.append(result[0])
                    given.append(result[1])
                on_progress("decode", start + position + 1, len(entries))
            decoded.append(rows, given, missing)
    if problems and (config.on_bad == "error" or len(problems) == len(entries)):
        decoded.remove()
    _report_bad(problems, len(entries), config.on_bad)


def _decode_to_memory(
    entries: Sequence[Entry],
    config: DataConfig,
    on_progress: OnProgress,
    available_bytes: int | None,
) -> Pictures:
    """Decode the pictures that can be read."""
    with _start_threads() as executor:
        size, sizes = _choose_size(config.image_size, executor, entries)
        # Twice: once in one array, once parted into halves.
        _check_memory(2 * 3 * len(entries) * size[0] * size[1], sizes, available_bytes)
        images = np.empty((len(entries), *size, 3), dtype=np.uint8)
        given = np.zeros(len(entries), dtype=DIGEST_KIND)
        problems: dict[int, DataError] = {}
        for position, result in enumerate(_decode_each(executor, entries, size, config.fit)):
            if isinstance(result, DataError):
                problems[position] = result
            else:
                images[position], given[position] = result
            on_progress("decode", position + 1, len(entries))
    _report_bad(list(problems.values()), len(entries), config.on_bad)
    kept = np.array([i for i in range(len(entries)) if i not in problems], dtype=np.int64)
    return Pictures(images[kept] if problems else images, given[kept], kept)


def _decode_each(
    executor: ThreadPoolExecutor, entries: Sequence[Entry], size: Size, fit: Fit
) -> Iterator[tuple[Images, bytes] | DataError]:
    return executor.map(lambda entry: _try_decode(entry, size, fit), entries)


@contextlib.contextmanager
def _start_threads() -> Iterator[ThreadPoolExecutor]:
    """Start threads for decoding and resizing: Pillow and torch release the interpreter's lock."""
    import torch

    before = torch.get_num_threads()
    # Each of our threads resizes its own picture: torch must not start more inside them.
    torch.set_num_threads(1)
    executor = ThreadPoolExecutor(_count_threads())
    try:
        yield executor
    finally:
        # What has not begun is dropped, so that Ctrl-C ends soon.
        executor.shutdown(cancel_futures=True)
        torch.set_num_threads(before)


def _count_threads() -> int:
    return min(_MOST_THREADS, count_cores())


def _try_size(entry: Entry) -> Size | None:
    """Return height and width; what cannot be read is reported when it is decoded."""
    try:
        return read_picture_size(entry.path)
    except DataError:
        return None


def _try_decode(entry: Entry, size: Size, fit: Fit) -> tuple[Images, bytes] | DataError:
    """Return uint8 ``[h, w, 3]`` and the hash of the picture as it was, or why there is none."""
    try:
        pixels = decode_picture(entry.path)
    except DataError as error:
        # A copy has no traceback, which would hold the picture.
        return copy(error)
    resized: Images = resize_arrays(pixels[None], size, fit)[0]
    return resized, bytes(hash_pictures([pixels])[0])


def _choose_size(
    wanted: int | None, executor: ThreadPoolExecutor, entries: Sequence[Entry]
) -> tuple[Size, list[Size]]:
    """Choose the size that all will have; return the sizes that can be read of the files too."""
    sizes: list[Size] = []
    for start in range(0, len(entries), _AT_ONCE):
        found = executor.map(_try_size, entries[start : start + _AT_ONCE])
        sizes += [size for size in found if size is not None]
    if wanted is not None:
        return (wanted, wanted), sizes
    return choose_default_size(set(sizes)), sizes


def choose_default_size(sizes: Set[Size]) -> Size:
    """Choose the size where nobody named one: the common one, if it is not large.

    Example:
        >>> choose_default_size({(32, 48)}), choose_default_size({(1200, 1600)})
        ((32, 48), (64, 64))
    """
    size = min(sizes, default=DEFAULT_SIZE)
    is_kept = len(sizes) == 1 and size[0] * size[1] <= MOST_COMMON_PIXELS
    return size if is_kept else DEFAULT_SIZE


def _check_memory(held_bytes: int, sizes: Sequence[Size], available_bytes: int | None) -> None:
    """Refuse what memory will not hold: the result, and the largest pictures at the same time."""
    largest = sorted((rows * columns for rows, columns in sizes), reverse=True)[: _count_threads()]
    needed = held_bytes + _BYTES_PER_PIXEL * sum(largest)
    check_memory(needed, Phrase("memory.smaller"), available_bytes)


def _report_bad(problems: Sequence[DataError], count: int, on_bad: str) -> None:
    if problems and (on_bad == "error" or len(problems) == count):
        lines = Joined(problems, "\n  ")
        raise DataError("pictures.unreadable", count=len(problems), total=count, lines=lines)


def _make_image_set(listing: Listing, pictures: Pictures) -> ImageSet:
    chosen = [listing.entries[i] for i in pictures.kept]
    numbers = number_groups(chosen)
    groups = None if numbers is None else np.array(numbers, dtype=np.int64)
    # The pool's entries stand first, so that its pictures need no copy.
    count = sum(entry.side == "pool" for entry in chosen)
    pool, test = (
        _make_half(pictures, part, chosen[part], None if groups is None else groups[part])
        for part in (slice(count), slice(count, None))
    )
    remaining = set(pictures.kept.tolist())
    skipped = [e.name for i, e in enumerate(listing.entries) if i not in remaining]
    facts: dict[str, object] = {"skipped": skipped}
    if listing.ignored:
        facts["ignored_folders"] = list(listing.ignored)
    joined = sum(entry.is_validation for entry in chosen)
    if joined:
        facts["validation_joined"] = joined
    if listing.recognised is not None:
        facts["recognised"] = dict(listing.recognised)
    if listing.unread:
        facts["unread"] = summarize_unread(listing.unread)
    has_test = any(entry.side == "test" for entry in listing.entries)
    return ImageSet(listing.source, listing.classes, pool, test, has_test, facts)


def _make_half(
    pictures: Pictures, part: slice, entries: Sequence[Entry], groups: Labels | None
) -> Half:
    labels = np.array([entry.label for entry in entries], dtype=np.int64)
    names = tuple(entry.name for entry in entries)
    return Half(pictures.images[part], labels, names, groups, pictures.given[part])
