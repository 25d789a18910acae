"""Any image set by its name on the command line."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from poolbench.config import DataConfig, Fit
from poolbench.data.arrays import check_memory, load_npz, resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress
from poolbench.data.cifar import CIFAR10, CIFAR100, load_cifar
from poolbench.data.decode import has_sixteen_bits
from poolbench.data.folder import scan_folder
from poolbench.data.image_set import Half, ImageSet, Labels
from poolbench.data.listing import Entry, Listing, Side, group_listing
from poolbench.data.listing_csv import scan_csv
from poolbench.data.listing_pictures import choose_default_size, load_listing, read_first_size
from poolbench.data.names import (
    CIFAR10_CLASSES,
    CIFAR100_CLASSES,
    RUSSIAN_NAMES,
    build_aliases,
    resolve_classes,
)
from poolbench.data.pixels import describe_pixels
from poolbench.data.sample import load_sample
from poolbench.data.splits import take_test_share
from poolbench.data.tasks import get_task
from poolbench.data.unread import check_unread
from poolbench.errors import DataError, UnknownNameError, UsageError
from poolbench.files import expand_home

SOURCES = ("sample", "cifar10", "cifar100", "folder:PATH", "csv:FILE", "npz:PATH", "task:NAME")
_PUBLISHED = {"cifar10": (CIFAR10, CIFAR10_CLASSES), "cifar100": (CIFAR100, CIFAR100_CLASSES)}
# By the endings of files.
_KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".npz": "npz"}
_SCANNERS: dict[str, Callable[[Path, str | None], Listing]] = {
    "folder": scan_folder,
    "csv": scan_csv,
}
# As files name them.
HALVES = ("train", "val", "test")


class ClassRecord(NamedTuple):
    """A class as ``poolbench classes`` lists it.

    Attributes:
        russian: Of ``sample`` and CIFAR; of other sets ``None``.
        pool_count: Pictures to train on, before a set without a test half gives up a fifth: those
            of the training half and those of a validation half.
        test_count: 0 where there is no test half.
    """

    number: int
    name: str
    russian: str | None
    pool_count: int
    train_count: int
    val_count: int
    test_count: int


def load_image_set(config: DataConfig, on_progress: OnProgress = ignore_progress) -> ImageSet:
    """Load, choose classes, bring to one size, and make sure that there is a test half.

    Args:
        on_progress: Called with what is going on (``download`` in bytes, ``read``, ``decode``),
            how much is done and how much there is (0: not known).

    Returns:
        The set, whose label order is that of ``config.classes``. ``facts`` has ``skipped``,
        ``test_share`` (``official`` or ``a fifth of the pool``), for groups
        ``groups_across_halves``, and ``ignored_folders`` if there are any.

    Raises:
        UnknownNameError: If the set or a class is unknown.
        UsageError: If the chosen classes are fewer than two, or one is chosen twice.
        DataError: If the pictures are missing, broken or too few.
    """
    image_set = _read(config, on_progress)
    _check_halves(image_set)
    share = "official"
    if not image_set.has_official_test:
        pool, test = take_test_share(image_set.pool, image_set.classes)
        image_set = replace(image_set, pool=pool, test=test)
        share = "a fifth of the pool"
    facts = {
        "skipped": [],
        **image_set.facts,
        "test_share": share,
    }
    if image_set.pool.groups is not None and image_set.test.groups is not None:
        shared = np.intersect1d(image_set.pool.groups, image_set.test.groups)
        facts["groups_across_halves"] = len(shared)
    return replace(image_set, source=config.source, facts=facts)


def list_classes(config: DataConfig) -> list[ClassRecord]:
    """All classes of an image set, without decoding pictures.

    The published sets need not be on this machine for it.

    Raises:
        UnknownNameError: If the set is unknown.
        DataError: If it is not there or cannot be read.
    """
    kind, place = _parse_source(config.source)
    if kind in _PUBLISHED:
        published, names = _PUBLISHED[kind]
        return [
            _make_record(number, name, True, published.count_per_class, 0, published.test_per_class)
            for number, name in enumerate(names)
        ]
    if kind in _SCANNERS:
        listing = _SCANNERS[kind](_expand(place), config.groups)
        found = Counter((entry.label, _name_half(entry)) for entry in listing.entries)
        return [
            _make_record(number, name, False, *(found[number, half] for half in HALVES))
            for number, name in enumerate(listing.classes)
        ]
    image_set = load_sample() if kind == "sample" else _read_arrays(kind, place)
    pool, test = (_count(h.labels, image_set.classes) for h in (image_set.pool, image_set.test))
    return [
        _make_record(number, name, kind == "sample", pool[number], 0, test[number])
        for number, name in enumerate(image_set.classes)
    ]


def _name_half(entry: Entry) -> str:
    return "val" if entry.is_validation else "train" if entry.side == "pool" else "test"


def _make_record(
    number: int, name: str, has_russian: bool, train: int, val: int, test: int
) -> ClassRecord:
    russian = RUSSIAN_NAMES.get(name) if has_russian else None
    return ClassRecord(number, name, russian, train + val, train, val, test)


def _parse_source(source: str) -> tuple[str, str]:
    """The kind of a source, and its path or name where it has one."""
    kind, _, place = source.partition(":")
    if place and kind in (*_SCANNERS, "npz", "task"):
        return kind, place
    if source == "sample" or source in _PUBLISHED:
        return source, ""
    raise _explain_unknown(source)


def _explain_unknown(source: str) -> UsageError:
    """Most who leave the kind out name a place that is there."""
    path = Path(source)
    try:
        if path.is_dir() and source:
            return UsageError(f"{source} is a folder: did you mean --data folder:{source}?")
        kind = _KINDS.get(path.suffix.lower())
        if path.is_file() and kind:
            return UsageError(f"{source} is a file: did you mean --data {kind}:{source}?")
    except OSError:
        # Too long for a path.
        pass
    return UnknownNameError("image set", source, SOURCES)


def _read(config: DataConfig, on_progress: OnProgress) -> ImageSet:
    """The chosen classes at the wanted size; without a test half ``test`` is empty."""
    kind, place = _parse_source(config.source)
    if kind in _SCANNERS:
        return _read_files(_SCANNERS[kind](_expand(place), config.groups), config, on_progress)
    if kind == "npz":
        return _add_array_facts(_fit_arrays(_read_arrays(kind, place), config, {}))
    if kind == "task":
        return _fit_arrays(_read_arrays(kind, place), config, {})
    if kind == "sample":
        image_set = load_sample()
    else:
        published, names = _PUBLISHED[kind]
        # Before anything is read or downloaded: a wrong name is said at once.
        resolve_classes(config.classes, names, build_aliases(names))
        image_set = load_cifar(published, config.data_file, config.download, on_progress)
    return _fit_arrays(image_set, config, build_aliases(image_set.classes))


def _expand(place: str) -> Path:
    try:
        return expand_home(place)
    except UsageError as error:
        raise DataError(str(error)) from None


def _read_arrays(kind: str, place: str) -> ImageSet:
    return get_task(place).make() if kind == "task" else load_npz(_expand(place))


def _read_files(listing: Listing, config: DataConfig, on_progress: OnProgress) -> ImageSet:
    """Classes are chosen first: pictures of other classes need not be decoded, nor be whole."""
    listing = listing.choose(resolve_classes(config.classes, listing.classes, {}))
    check_unread(listing)
    sides: tuple[Side, ...] = ("pool", "test")
    pool, test = (
        _count([e.label for e in listing.entries if e.side == side], listing.classes)
        for side in sides
    )
    _check_no_empty_class(listing.classes, pool, test if any(test) else None)
    image_set = load_listing(group_listing(listing, config.groups), config, on_progress)
    return _add_file_facts(image_set, listing, config)


def _add_file_facts(image_set: ImageSet, listing: Listing, config: DataConfig) -> ImageSet:
    """What was done to pictures that nobody asked for, and what became of their values."""
    paths = {entry.name: entry.path for entry in listing.entries}
    facts = dict(image_set.facts)
    first = read_first_size(listing.entries) if config.image_size is None else None
    if first is not None and first != image_set.image_size:
        facts["resized_from"] = list(first)
    pixels = describe_pixels(image_set, lambda name: has_sixteen_bits(paths[name]))
    return replace(image_set, facts=facts | ({"pixels": pixels} if pixels else {}))


def _add_array_facts(image_set: ImageSet) -> ImageSet:
    pixels = describe_pixels(image_set)
    return replace(image_set, facts=image_set.facts | {"pixels": pixels}) if pixels else image_set


def _fit_arrays(image_set: ImageSet, config: DataConfig, aliases: Mapping[str, str]) -> ImageSet:
    """Choose classes, then resize."""
    chosen = resolve_classes(config.classes, image_set.classes, aliases)
    pool, test = (_choose(half, chosen) for half in (image_set.pool, image_set.test))
    given, facts = image_set.image_size, dict(image_set.facts)
    wanted = config.image_size
    size = choose_default_size({given}) if wanted is None else (wanted, wanted)
    if size != given:
        needed = 3 * size[0] * size[1] * (len(pool) + len(test))
        check_memory(needed, "Choose a smaller --image-size or fewer --classes.")
        pool, test = (_resize(half, size, config.fit) for half in (pool, test))
        facts |= {"resized_from": list(given)} if wanted is None else {}
    classes = tuple(image_set.classes[number] for number in chosen)
    return replace(image_set, classes=classes, pool=pool, test=test, facts=facts)


def _resize(half: Half, size: tuple[int, int], fit: Fit) -> Half:
    """The half at another size, which remembers what its pictures were."""
    return replace(half, images=resize_arrays(half.images, size, fit), given=half.compute_digests())


def _choose(half: Half, chosen: Sequence[int]) -> Half:
    """Pictures of the chosen classes, in the order they had, labelled in the chosen order."""
    new_labels = np.full(max([*chosen, *half.labels.tolist()]) + 1, -1, dtype=np.int64)
    new_labels[list(chosen)] = np.arange(len(chosen))
    labels = new_labels[half.labels]
    kept = np.flatnonzero(labels >= 0)
    return replace(half.take(kept), labels=labels[kept])


def _check_halves(image_set: ImageSet) -> None:
    pool, test = (_count(h.labels, image_set.classes) for h in (image_set.pool, image_set.test))
    _check_no_empty_class(image_set.classes, pool, test if image_set.has_official_test else None)


def _check_no_empty_class(
    classes: Sequence[str], pool: Sequence[int], test: Sequence[int] | None
) -> None:
    """Every class needs pictures in both halves, where there are two."""
    halves = [("to train on", pool)] if test is None else [("to train on", pool), ("to test", test)]
    for purpose, counts in halves:
        empty = [name for name, count in zip(classes, counts, strict=True) if count == 0]
        if empty:
            raise DataError(
                f"Without pictures {purpose}: {', '.join(empty)}. Add some, or leave the class out "
                "by naming the others with --classes."
            )


def _count(labels: Sequence[int] | Labels, classes: Sequence[str]) -> list[int]:
    return [int(n) for n in np.bincount(np.asarray(labels, np.int64), minlength=len(classes))]
