"""List picture files before they are opened: what each shows, and which belong together."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from poolbench.errors import DataError

Side = Literal["pool", "test"]

# A validation half joins the pool, of which the folds are made.
SIDES: dict[str, Side] = {
    "train": "pool",
    "training": "pool",
    "val": "pool",
    "valid": "pool",
    "validation": "pool",
    "dev": "pool",
    "test": "test",
    "testing": "test",
}
VALIDATION = frozenset(("val", "valid", "validation", "dev"))
_HALVES: dict[Side, str] = {"pool": "train", "test": "test"}


@dataclass(frozen=True)
class Entry:
    """One picture file.

    Attributes:
        name: As a person calls it: relative, with forward slashes.
        label: Position in the listing's classes.
        group: Pictures of one group stay in one fold; ``None``: it stands alone.
        is_validation: Whether it comes from a validation half.
    """

    path: Path
    name: str
    label: int
    side: Side
    group: str | None = None
    is_validation: bool = False


@dataclass(frozen=True)
class Unread:
    """Files below the root of an image set that are not read, all for one reason.

    Attributes:
        reason: ``deep``: pictures in deeper folders than are read; ``no-reader``: in a format that
            nothing here reads; ``misnamed``: pictures whose names do not end like those of
            pictures; ``special``: neither files nor folders; ``loose``: pictures beside the class
            folders; ``unlabelled``: of a half, in no class; ``beside``: beside the halves;
            ``run``: of poolbench's own runs; ``system``: hidden, or left behind by systems;
            ``link``: linked folders; ``closed``: folders that cannot be opened; ``other``: no
            pictures.
        ending: Suffix of the name, in small letters, with its dot; empty if it has none.
        label: Label of the class whose folder they lie in; ``None``: in none.
        example: One of them, named as an entry is.
    """

    reason: str
    ending: str
    label: int | None
    count: int
    example: str


@dataclass(frozen=True)
class Listing:
    """The picture files of an image set, none of them opened yet.

    Attributes:
        source: As on the command line.
        entries: The pool's before the test half's.
        ignored: Folders beside the halves that were not looked into.
        unread: What lies below the root besides.
        recognised: What is told of how the pictures were listed; ``None``: nothing is.
    """

    source: str
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    recognised: Mapping[str, object] | None = None

    def choose(self, chosen: Sequence[int]) -> "Listing":
        """Return the listing of only these classes, labelled in this order."""
        labels = {old: new for new, old in enumerate(chosen)}
        entries = tuple(
            replace(entry, label=labels[entry.label])
            for entry in self.entries
            if entry.label in labels
        )
        classes = tuple(self.classes[number] for number in chosen)
        unread = tuple(
            files if files.label is None else replace(files, label=labels[files.label])
            for files in self.unread
            if files.label is None or files.label in labels
        )
        return replace(self, classes=classes, entries=entries, unread=unread)


def find_words(name: str) -> list[str]:
    """Return the words of a name of a file or folder, in small letters.

    Example:
        >>> find_words("trainLabels_v2")
        ['train', 'labels', 'v']
    """
    return [word.casefold() for word in re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", name)]


def find_half(name: str) -> str | None:
    """Return ``train``, ``val`` or ``test`` where one word of a name says it, and none another.

    Example:
        >>> find_half("trainLabels"), find_half("validation"), find_half("trains")
        ('train', 'val', None)
    """
    words = [word for word in find_words(name) if word in SIDES]
    halves = {"val" if word in VALIDATION else _HALVES[SIDES[word]] for word in words}
    return halves.pop() if len(halves) == 1 else None


def group_listing(listing: Listing, groups: str | None) -> Listing:
    """Return the listing with the groups that were asked for.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`. Subfolders and columns were read with
            the listing; names are looked at here, once the classes are chosen, because pictures
            of other classes may be called as they like.

    Raises:
        DataError: If file names do not match the regular expression, or no picture has a group.
    """
    if groups is None:
        return listing
    form, _, pattern = groups.partition(":")
    if form == "name":
        return _group_by_name(listing, pattern)
    if not any(entry.group for entry in listing.entries):
        raise DataError("groups.none", source=listing.source, groups=groups)
    return listing


def number_groups(entries: Sequence[Entry]) -> list[int] | None:
    """Number the group of each entry; each that stands alone gets a number of its own.

    Returns:
        ``None`` if all of them stand alone.
    """
    if not any(entry.group for entry in entries):
        return None
    numbers: dict[str | int, int] = {}
    keys = (entry.group or position for position, entry in enumerate(entries))
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _group_by_name(listing: Listing, pattern: str) -> Listing:
    search = re.compile(unicodedata.normalize("NFC", pattern))
    groups = [_find_group(search, entry.path.name) for entry in listing.entries]
    missing = [
        entry.name for entry, group in zip(listing.entries, groups, strict=True) if not group
    ]
    if missing:
        raise DataError(
            "groups.names", pattern=pattern, count=len(missing), total=len(groups), names=missing
        )
    pairs = zip(listing.entries, groups, strict=True)
    return replace(listing, entries=tuple(replace(entry, group=group) for entry, group in pairs))


def _find_group(search: re.Pattern[str], name: str) -> str | None:
    # Some systems split an accent from its letter; a person who types the expression does not.
    match = search.search(unicodedata.normalize("NFC", name))
    if match is None:
        return None
    group: str | None = match[1] if search.groups else match[0]
    return group
