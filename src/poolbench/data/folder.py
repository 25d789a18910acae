"""List picture files in folders."""

import os
import unicodedata
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from poolbench.data.decode import has_picture_suffix
from poolbench.data.layout import (
    IMAGE_FOLDERS,
    is_layout,
    is_left_behind,
    is_run,
    is_train_name,
)
from poolbench.data.listing import SIDES, VALIDATION, Entry, Listing, Side, Unread
from poolbench.data.names import natural_key
from poolbench.data.unread import Role, check_unread, count_unread
from poolbench.errors import DataError
from poolbench.files import suggest_path


def scan_folder(root: Path, groups: str | None = None) -> Listing:
    """List ``root/<class>/*``, or ``root/{train,val,test}/<class>/*`` and names like these.

    Names are in natural order. Pictures of a class may lie one level deeper, in a folder called
    ``images``. Hidden files, what systems leave behind, runs of poolbench and files that are no
    pictures are left out; everything that is not read is counted.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`. With ``subfolder``, pictures at any
            depth under a class folder are taken, and the first subfolder names their group, the
            same one in every class and half.

    Raises:
        DataError: If the folder is not there, cannot be read or holds no folders with pictures, if
            its folders are the halves of a set and no classes, or if the name of a class is no
            text or stands there twice in two Unicode forms.
    """
    try:
        return _mark_validation(_scan(root, groups), root)
    except OSError as error:
        raise DataError("file.unreadable", path=error.filename or root, error=error) from None


def _scan(root: Path, groups: str | None) -> Listing:
    if not root.is_dir():
        if root.exists():
            raise DataError("folder.is-file", path=root)
        raise DataError("folder.missing", path=root, meant=suggest_path(root))
    halves, ignored = _find_halves(root)
    folders = _list_class_folders(halves)
    classes = sorted({name for _, name, _ in folders}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    found = [
        Entry(path, _make_name(path, root), labels[name], side, _name_group(path, base))
        for side, name, folder in folders
        for base, path in _list_class_pictures(folder, groups == "subfolder")
    ]
    entries = sorted(found, key=lambda entry: (entry.side == "test", entry.label))
    unread = _count_unread(root, halves, folders, labels, entries)
    listing = Listing(f"folder:{root}", tuple(classes), tuple(entries), ignored, unread)
    _check_layout(root, listing)
    return listing


def _check_layout(root: Path, listing: Listing) -> None:
    """Refuse folders that are no classes."""
    filled = {entry.label for entry in listing.entries}
    deep = {files.label for files in listing.unread if files.reason == "deep"}
    names = [name for label, name in enumerate(listing.classes) if label in (filled or deep)]
    if names and is_layout(names):
        raise DataError("folder.halves", path=root, names=names, folder=root.name or root)
    if not filled:
        # Archives are often packed with a folder around the set.
        if len(names) == 1 and (root / names[0]).is_dir():
            raise _explain_empty(root, listing, inner=root / names[0])
        check_unread(listing)
        raise _explain_empty(root, listing, inner=None)


def _explain_empty(root: Path, listing: Listing, inner: Path | None) -> DataError:
    """Say what is there instead of pictures; ``inner``: the folder that may be meant."""
    seen = [files for files in listing.unread if files.reason not in ("other", "system", "run")]
    folder = root.name or root
    if not seen:
        return DataError("folder.no-pictures", path=root, folder=folder)
    most = max(seen, key=lambda files: files.count)
    count, example = most.count, most.example
    if inner is None:
        return DataError("folder.elsewhere", path=root, folder=folder, count=count, example=example)
    return DataError(
        "folder.wrapped", path=root, folder=folder, count=count, example=example, inner=inner
    )


def _count_unread(
    root: Path,
    halves: Sequence[tuple[Side, Path]],
    folders: Sequence[tuple[Side, str, Path]],
    labels: Mapping[str, int],
    entries: Sequence[Entry],
) -> tuple[Unread, ...]:
    has_halves = halves[0][1] != root
    roles = {str(half): Role("unlabelled") for _, half in halves} if has_halves else {}
    roles |= {str(folder): Role("deep", labels[name]) for _, name, folder in folders}
    around = Role("beside" if has_halves else "loose")
    return count_unread(root, roles, {str(entry.path) for entry in entries}, around)


def _find_halves(root: Path) -> tuple[list[tuple[Side, Path]], tuple[str, ...]]:
    """Find the folders that hold class folders, and the names of those that are left out."""
    folders = _list_folders(root)
    halves = [folder for folder in folders if folder.name.casefold() in SIDES]
    # A class may be called "train" too: then it holds pictures, not folders.
    if not any(is_train_name(half.name) and _list_folders(half) for half in halves):
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


def _list_class_folders(halves: Sequence[tuple[Side, Path]]) -> list[tuple[Side, str, Path]]:
    """List side, class and folder; halves without class folders have none."""
    listed = [(side, half, _list_classes(half)) for side, half in halves]
    if len(listed) == 1:
        # Nothing beside it says what is a class, so a class may be called images too.
        return [(side, name, folder) for side, _, names in listed for name, folder in names.items()]
    trained = {name for _, half, names in listed if is_train_name(half.name) for name in names}
    return [
        (side, name, folder)
        for side, half, names in listed
        for name, folder in names.items()
        # Pictures of no class lie in a folder called images, or like the half again, too.
        if is_train_name(half.name) or name in trained or not is_layout([name])
    ]


def _list_class_pictures(folder: Path, is_deep: bool) -> list[tuple[Path, Path]]:
    """List the pictures of a class, each with the folder below which groups are."""
    inner = [path for path in _list_folders(folder) if path.name.casefold() in IMAGE_FOLDERS]
    if not is_deep:
        return [(base, path) for base in (folder, *inner) for path in _list_pictures(base)]
    is_wrapped = len(inner) == 1 and _list_folders(folder) == inner and not _list_pictures(folder)
    base = inner[0] if is_wrapped else folder
    return [(base, path) for path in list_pictures_below(base)]


def _list_folders(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if not is_left_behind(path.name) and path.is_dir()]
    kept = [path for path in found if not is_run(path)]
    return sorted(kept, key=lambda path: natural_key(path.name))


def _list_classes(half: Path) -> dict[str, Path]:
    classes: dict[str, Path] = {}
    for path in _list_folders(half):
        # Some systems split an accent from its letter; a person who types the name does not.
        name = unicodedata.normalize("NFC", path.name)
        if not _is_text(name):
            raise DataError("folder.name", path=path)
        if name in classes:
            raise DataError("folder.same-name", path=half, name=name)
        classes[name] = path
    return classes


def _is_text(name: str) -> bool:
    """Return whether a name is text; file systems allow others, and records must be text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list_pictures(folder: Path) -> list[Path]:
    found = [
        path
        for path in folder.iterdir()
        if has_picture_suffix(path) and not is_left_behind(path.name) and _is_file(path)
    ]
    return sorted(found, key=lambda path: natural_key(path.name))


def _is_file(path: Path) -> bool:
    """Return whether it is a file; a broken link counts, so that it is missed when it is read."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def list_pictures_below(folder: Path) -> list[Path]:
    """List the pictures at any depth; a folder is entered once, whatever links lead to it."""
    start = folder.resolve()
    # A link upwards would bring in the other classes.
    entered = {start, *start.parents}
    found = _list_pictures(folder)
    folders, links = map(deque, _part_links(folder))
    while folders or links:
        # Links wait until all real folders are done: a picture belongs to the group that it lies
        # in, not to one that only points at it.
        inner = folders.popleft() if folders else links.popleft()
        target = inner.resolve()
        if target in entered:
            continue
        entered.add(target)
        found += _list_pictures(inner)
        more_folders, more_links = _part_links(inner)
        folders += more_folders
        links += more_links
    return sorted(found, key=lambda path: _make_deep_key(path.relative_to(folder)))


def _make_deep_key(path: Path) -> list[tuple[list[str | int], str]]:
    return [natural_key(part) for part in path.parts]


def _part_links(folder: Path) -> tuple[list[Path], list[Path]]:
    """Part the real subfolders from the links to folders."""
    parts: tuple[list[Path], list[Path]] = ([], [])
    for path in _list_folders(folder):
        parts[path.is_symlink()].append(path)
    return parts


def _name_group(path: Path, class_folder: Path) -> str | None:
    """Name the first folder between a class and a picture of it."""
    first, *rest = path.relative_to(class_folder).parts
    return unicodedata.normalize("NFC", first) if rest else None


def _make_name(path: Path, root: Path) -> str:
    # File systems allow names that are no text; records must be text.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")
