"""Read a folder in whichever form its pictures have: class folders, a list, or published files."""

import re
from collections.abc import Sequence
from pathlib import Path

from poolbench.data.folder import scan_folder
from poolbench.data.idx_set import find_idx_set, is_idx_name, load_idx_set
from poolbench.data.image_set import ImageSet
from poolbench.data.layout import IMAGE_FOLDERS, is_half_name, is_left_behind
from poolbench.data.listing import Listing, find_half, find_words
from poolbench.data.listing_csv import ListTable, list_pictures, read_list
from poolbench.data.listing_paths import PathFinder
from poolbench.data.stl import find_stl_set, is_stl_name, load_stl_set
from poolbench.errors import DataError

_LIST_SUFFIXES = (".csv", ".tsv")
# Words by which one of several lists is meant, the first that fits one alone.
_LIST_WORDS = ("labels", "label", "train", "training", "metadata", "annotations")
# Words of folders that only part a set, where the folders differ in a number.
_PARTS = IMAGE_FOLDERS | {"batch", "data", "dir", "disk", "folder", "part", "photos", "pictures"}
_NO_LIST = "submission"


def read_folder(root: Path, groups: str | None = None) -> ImageSet | Listing:
    """Read class folders as :func:`poolbench.data.folder.scan_folder`, else what else is there.

    Without class folders: the IDX files of MNIST and its successors, the binary files of STL-10, or
    one list of pictures, or one for each half, in the folder itself. A list is preferred to folders
    that are no classes by their names: one alone, folders like ``train`` or ``images``, or parts
    that differ in a number.

    Args:
        root: The folder, or one of the files of MNIST or STL-10.
        groups: As in :class:`poolbench.config.DataConfig`.

    Raises:
        DataError: If nothing is recognised, or what is recognised is damaged.
    """
    if (is_idx_name(root) or is_stl_name(root)) and _is_there(root) and not root.is_dir():
        found = _read_published(root, groups)
        if found is not None:
            return found
    try:
        listing = scan_folder(root, groups)
    except DataError as error:
        if not _is_there(root):
            raise
        other = _read_published(root, groups) or _read_lists(root, groups, must_read=True)
        if other is None:
            raise error from None
        return other
    listed = _read_lists(root, groups, must_read=False) if _are_no_classes(listing) else None
    # A list of what the folders say anyway changes nothing.
    return listing if listed is None or {*listed.classes} == {*listing.classes} else listed


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # It is too long for a path, or leads through what may not be entered.
        return False


def _read_published(path: Path, groups: str | None) -> ImageSet | None:
    source = f"folder:{path}"
    folder = find_stl_set(path)
    files = find_idx_set(path) if folder is None else None
    if folder is None and files is None:
        return None
    if groups is not None:
        raise DataError("folder.no-groups", path=path, groups=groups)
    return load_stl_set(source, folder) if folder else load_idx_set(source, files or {})


def _are_no_classes(listing: Listing) -> bool:
    names = [listing.classes[label] for label in sorted({e.label for e in listing.entries})]
    is_half = [is_half_name(name) or name.casefold() in IMAGE_FOLDERS for name in names]
    stems = {re.sub(r"[\s_.-]*\d+$", "", name.casefold()) for name in names}
    are_numbered = len(stems) == 1 and not _PARTS.isdisjoint(find_words(stems.pop()))
    return len(names) < 2 or any(is_half) or are_numbered


def _read_lists(root: Path, groups: str | None, *, must_read: bool) -> Listing | None:
    """Read the list of a folder, or those of its halves; ``None``: there is none that fits.

    Args:
        must_read: Whether there is nothing else: then what is wrong with lists is said.
    """
    if groups is not None and groups.startswith("subfolder"):
        return None
    paths = _list_lists(root)
    tables = []
    for path in paths:
        try:
            tables.append(read_list(path, groups))
        except DataError:
            # The only one is what is meant: its fault is the reason why nothing is read.
            if must_read and len(paths) == 1:
                raise
    chosen = _choose(tables)
    finder = PathFinder(root)
    if chosen and (must_read or finder.has(chosen[0].rows[0].cells["path"])):
        return list_pictures(f"folder:{root}", chosen, is_told=True)
    if tables and must_read:
        names = [table.path.name for table in tables]
        raise DataError("folder.lists", path=root, lists=names, first=tables[0].path)
    return None


def _choose(tables: Sequence[ListTable]) -> list[ListTable]:
    """Choose the only list, those of different halves, or the one that is called like one."""
    if len(tables) < 2:
        return list(tables)
    by_half: dict[str, list[ListTable]] = {}
    for table in tables:
        half = find_half(table.path.stem)
        by_half.setdefault(half or "", []).append(table._replace(half=half))
    trained = by_half.get("train", [])
    # What competitions keep for themselves is a list without classes, or with another column.
    others = [
        table
        for half in ("val", "test")
        for table in by_half.get(half, [])
        if trained and table.told["classes"] == trained[0].told["classes"]
    ]
    is_one_each = len({table.half for table in others}) == len(others)
    if len(trained) == 1 and others and is_one_each and "" not in by_half:
        return [*trained, *others]
    for word in _LIST_WORDS:
        called = [table for table in tables if word in find_words(table.path.stem)]
        if len(called) == 1:
            return called
    return []


def _list_lists(root: Path) -> list[Path]:
    try:
        inside = sorted(root.iterdir())
    except OSError:
        return []
    named = [path for path in inside if path.suffix.lower() in _LIST_SUFFIXES]
    # A sample of what to submit names pictures with classes that are not theirs.
    meant = [path for path in named if _NO_LIST not in path.stem.casefold()]
    return [path for path in meant if path.is_file() and not is_left_behind(path.name)]
