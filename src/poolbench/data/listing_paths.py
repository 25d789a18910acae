"""Find which file a cell of a list means: lists come from elsewhere, and name pictures by ids."""

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from poolbench.data.decode import has_picture_suffix
from poolbench.data.listing import SIDES, Side, find_half
from poolbench.errors import DataError
from poolbench.texts import Phrase


class PathFinder:
    """Finds the files of a list; what a cell says to the letter comes first.

    A path that leads nowhere is tried with ``/`` for each backslash, then with the endings of
    pictures, then in the folders beside the list, and a mere name in the folders in those.

    Args:
        folder: Folder of the list.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beside: list[Path] | None = None
        self._by_stem: dict[Path, dict[str, list[Path]]] = {}
        self._deeper: dict[str, list[Path]] | None = None

    def has(self, cell: str) -> bool:
        """Return whether a cell leads to a picture, or to several."""
        name = cell.replace("\\", "/")
        there = [self._folder / spelling for spelling in (cell, name)]
        if any(has_picture_suffix(path) and _is_file(path) for path in there):
            return True
        return any(has_picture_suffix(path) for path in self._search(name))

    def find(self, cell: str, where: Phrase, side: Side | None = None) -> tuple[Path, str]:
        """Return the file, and what a person calls it.

        Args:
            where: Where the cell stands, for an error.
            side: The side that the picture is said to be on: of several files, the one counts
                whose folder states it.

        Returns:
            What the cell says, where no such file is found: it is missed when it is read.

        Raises:
            DataError: If several files may be meant.
        """
        name = cell.replace("\\", "/")
        for spelling in (cell, name):
            if _is_file(self._folder / spelling):
                return self._folder / spelling, spelling
        found = self._search(name)
        if len(found) > 1 and side is not None:
            stating = [path for path in found if self._states(path, side)]
            found = stating if len(stating) == 1 else found
        if len(found) > 1:
            names = [self._call(path) for path in found]
            raise DataError("list.ambiguous", where=where, cell=cell, names=names)
        return (found[0], self._call(found[0])) if found else (self._folder / name, name)

    def _call(self, path: Path) -> str:
        return os.path.relpath(path, self._folder).replace(os.sep, "/")

    def _search(self, name: str) -> list[Path]:
        found = self._complete(self._folder, name)
        if found or Path(name).is_absolute():
            return found
        if self._beside is None:
            self._beside = _list_folders(self._folder)
        found = [path for folder in self._beside for path in self._complete(folder, name)]
        if found or "/" in name:
            return found
        if self._deeper is None:
            folders = (inner for folder in self._beside for inner in _list_folders(folder))
            self._deeper = _list_by_name(folders)
        return self._deeper.get(unicodedata.normalize("NFC", name), [])

    def _states(self, path: Path, side: Side) -> bool:
        folders = Path(self._call(path)).parts[:-1]
        halves = {find_half(folder) for folder in folders} - {None}
        return bool(halves) and all(half is not None and SIDES[half] == side for half in halves)

    def _complete(self, folder: Path, name: str) -> list[Path]:
        path = folder / name
        if _is_file(path):
            return [path]
        if has_picture_suffix(path):
            return []
        if path.parent not in self._by_stem:
            self._by_stem[path.parent] = _list_by_stem(path.parent)
        return self._by_stem[path.parent].get(unicodedata.normalize("NFC", path.name), [])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # It is no path anywhere: too long, or through a folder that may not be entered.
        return False


def _list_folders(folder: Path) -> list[Path]:
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
        return sorted(path for path in paths if path.is_dir())
    except OSError:
        return []


def _list_by_name(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """List the pictures of some folders by their names, with suffix and without."""
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for stem, paths in _list_by_stem(folder).items():
            for path in paths:
                found.setdefault(unicodedata.normalize("NFC", path.name), []).append(path)
            found.setdefault(stem, []).extend(paths)
    return found


def _list_by_stem(folder: Path) -> dict[str, list[Path]]:
    """List the pictures of a folder by their names without suffix."""
    found: dict[str, list[Path]] = {}
    try:
        for path in sorted(folder.iterdir()):
            if has_picture_suffix(path):
                found.setdefault(unicodedata.normalize("NFC", path.stem), []).append(path)
    except OSError:
        return {}
    return found
