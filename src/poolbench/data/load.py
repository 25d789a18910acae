"""Any image set by its name on the command line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from poolbench.config import DataConfig, Fit
from poolbench.data.arrays import check_memory, resize_arrays
from poolbench.data.cache import OnProgress, ignore_progress
from poolbench.data.decode import has_sixteen_bits
from poolbench.data.image_set import Half, ImageSet, Labels
from poolbench.data.listing import Entry, Listing, Side, group_listing
from poolbench.data.listing_pictures import choose_default_size, load_listing, read_first_size
from poolbench.data.names import resolve_classes
from poolbench.data.pixels import describe_pixels
from poolbench.data.sources import (
    ImageSetRequest,
    ImageSetSource,
    check_options,
    find_image_set,
    read_image_set,
)
from poolbench.data.splits import take_test_share
from poolbench.data.unread import check_unread
from poolbench.errors import DataError
from poolbench.texts import Phrase
from poolbench.texts.facts import read_count

# As files name them.
HALVES = ("train", "val", "test")


class ClassRecord(NamedTuple):
    """A class as ``poolbench classes`` lists it.

    Attributes:
        russian: The other name by which it may be chosen, as those of ``sample`` and CIFAR have
            one in Russian; ``None``: none.
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
    """List all classes of an image set, without decoding pictures.

    The published sets need not be on this machine for it.

    Raises:
        UnknownNameError: If the set is unknown.
        DataError: If it is not there or cannot be read.
    """
    source, request = _ask(config, ignore_progress)
    classes, counts = _count_pictures(source, request)
    aliases = {name: alias for alias, name in source.make_aliases(classes).items()}
    records = []
    for number, name in enumerate(classes):
        train, val, test = (counts[number, half] for half in HALVES)
        records.append(ClassRecord(number, name, aliases.get(name), train + val, train, val, test))
    return records


def _count_pictures(
    source: ImageSetSource, request: ImageSetRequest
) -> tuple[tuple[str, ...], Counter[tuple[int, str]]]:
    """Return the classes, and how many pictures each has in each half, by label and half."""
    known = source.count_known()
    if known is not None:
        return tuple(known), _key_counts(*zip(*known.values(), strict=True))
    found = read_image_set(source, request)
    if isinstance(found, Listing):
        return found.classes, Counter((e.label, _name_half(e)) for e in found.entries)
    # A validation half stands at the end of the pool that it joined.
    train = len(found.pool) - read_count(found.facts, "validation_joined")
    parts = found.pool.labels[:train], found.test.labels, found.pool.labels[train:]
    return found.classes, _key_counts(*(_count(labels, found.classes) for labels in parts))


def _key_counts(
    train: Sequence[int], test: Sequence[int], val: Sequence[int] = ()
) -> Counter[tuple[int, str]]:
    halves = {"train": train, "test": test, "val": val}
    return Counter({(n, half): count for half in halves for n, count in enumerate(halves[half])})


def _name_half(entry: Entry) -> str:
    return "val" if entry.is_validation else "train" if entry.side == "pool" else "test"


def _ask(config: DataConfig, on_progress: OnProgress) -> tuple[ImageSetSource, ImageSetRequest]:
    """Return the kind of image set that was named, and everything that is asked of it."""
    check_options(config.source, config.data_file is not None, config.groups)
    source, request = find_image_set(config.source)
    return source, replace(
        request,
        data_file=config.data_file,
        may_download=config.download,
        groups=config.groups,
        image_size=config.image_size,
        fit=config.fit,
        on_progress=on_progress,
    )


def _read(config: DataConfig, on_progress: OnProgress) -> ImageSet:
    """Read the chosen classes at the wanted size; without a test half ``test`` is empty."""
    source, request = _ask(config, on_progress)
    known = source.count_known()
    if known is not None:
        # Before anything is read or downloaded: a wrong name is said at once.
        resolve_classes(config.classes, tuple(known), source.make_aliases(tuple(known)))
    found = read_image_set(source, request)
    aliases = source.make_aliases(found.classes)
    if isinstance(found, Listing):
        return _read_files(found, config, aliases, on_progress)
    image_set = _fit_arrays(found, config, aliases)
    return _add_array_facts(image_set) if source.checks_pixels else image_set


def _read_files(
    listing: Listing, config: DataConfig, aliases: Mapping[str, str], on_progress: OnProgress
) -> ImageSet:
    """Choose the classes first: pictures of others need not be decoded, nor be whole."""
    listing = listing.choose(resolve_classes(config.classes, listing.classes, aliases))
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
    """Add what was done to pictures unasked, and what became of their values."""
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
        check_memory(needed, Phrase("memory.smaller"))
        pool, test = (_resize(half, size, config.fit) for half in (pool, test))
        facts |= {"resized_from": list(given)} if wanted is None else {}
    classes = tuple(image_set.classes[number] for number in chosen)
    return replace(image_set, classes=classes, pool=pool, test=test, facts=facts)


def _resize(half: Half, size: tuple[int, int], fit: Fit) -> Half:
    """Resize the half, which remembers what its pictures were."""
    return replace(half, images=resize_arrays(half.images, size, fit), given=half.compute_digests())


def _choose(half: Half, chosen: Sequence[int]) -> Half:
    """Choose pictures of the chosen classes, in their old order, labelled in the chosen order."""
    number = int(half.labels.max(initial=-1)) + 1
    # What is taken whole is not copied, unless grey pictures only look like RGB.
    if list(chosen[:number]) == list(range(number)) and half.images.flags.c_contiguous:
        return half
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
    """Check that every class has pictures in both halves, where there are two."""
    empty = [name for name, count in zip(classes, pool, strict=True) if count == 0]
    if empty:
        raise DataError("class.empty-pool", names=empty)
    if test is not None:
        empty = [name for name, count in zip(classes, test, strict=True) if count == 0]
        if empty:
            raise DataError("class.empty-test", names=empty)


def _count(labels: Sequence[int] | Labels, classes: Sequence[str]) -> list[int]:
    return [int(n) for n in np.bincount(np.asarray(labels, np.int64), minlength=len(classes))]
