"""Picture files in folders."""

import os
import unicodedata
from collections import deque
from dataclasses import replace
from pathlib import Path

from poolbench.data.decode import has_picture_suffix
from poolbench.data.listing import SIDES, VALIDATION, Entry, Listing, Side
from poolbench.data.names import natural_key
from poolbench.errors import DataError


def scan_folder(root: Path, groups: str | None = None) -> Listing:
    """List ``root/<class>/*``, or ``root/{train,val|valid|validation,test}/<class>/*``.

    Names are in natural order; hidden files and files that are no pictures are left out.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`. With ``subfolder``, pictures at any
            depth under a class folder are taken, and the first subfolder names their group, the
            same one in every class and half.

    Raises:
        DataError: If the folder is not there, cannot be read or holds no folders with pictures, or
            if the name of a class is no text or stands there twice in two Unicode forms.
    """
    try:
        return _mark_validation(_scan(root, groups), root)
    except OSError as error:
        raise DataError(f"{error.filename or root} cannot be read: {error.strerror}.") from None


def _scan(root: Path, groups: str | None) -> Listing:
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


def _find_halves(root: Path) -> tuple[list[tuple[Side, Path]], tuple[str, ...]]:
    """The folders that hold class folders, and the names of those that are left out."""
    folders = _list_folders(root)
    halves = [folder for folder in folders if folder.name.casefold() in SIDES]
    # A class may be called "train" too: then it holds pictures, not folders.
    if not any(half.name.casefold() == "train" and _list_folders(half) for half in halves):
        return [("pool", root)], ()
    ignored = tuple(folder.name for folder in folders if folder not in halves)
    return [(SIDES[half.name.casefold()], half) for half in halves], ignored


def _mark_validation(listing: Listing, root: Path) -> Listing:
    """Say of which pictures it should be told that they joined the pool."""
    halves = {half for _, half in _find_halves(root)[0] if half != root}
    joined = {half for half in halves if half.name.casefold() in VALIDATION}
    if not joined:
        return listing
    entries = tuple(
        replace(entry, is_validation=not joined.isdisjoint(entry.path.parents))
        for entry in listing.entries
    )
    return replace(listing, entries=entries)


def _list_folders(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted(found, key=lambda path: natural_key(path.name))


def _list_classes(half: Path) -> dict[str, Path]:
    classes: dict[str, Path] = {}
    for path in _list_folders(half):
        # Some systems split an accent from its letter; a person who types the name does not.
        name = unicodedata.normalize("NFC", path.name)
        if not _is_text(name):
            raise DataError(f"{path} is called what is no text (UTF-8): rename this folder.")
        if name in classes:
            raise DataError(
                f"{half} holds two folders {name!r}, written in two forms of Unicode: put their "
                "pictures together, or rename one."
            )
        classes[name] = path
    return classes


def _is_text(name: str) -> bool:
    """File systems allow names that are none; records must be text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list_pictures(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if has_picture_suffix(path) and _is_file(path)]
    return sorted(found, key=lambda path: natural_key(path.name))


def _is_file(path: Path) -> bool:
    """A link that leads nowhere counts, so that it is missed when it is read."""
    return path.is_file() or (path.is_symlink() and not path.exists())


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
