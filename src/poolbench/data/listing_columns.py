"""Find what the columns of a list are: by their names and, where these vary, by their cells."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from poolbench.data.listing import SIDES
from poolbench.errors import DataError

# Names that a column may have, in any case; the first of these that is there is taken.
PATHS = (
    "path",
    "file_path",
    "filepath",
    "image_path",
    "filename",
    "file_name",
    "file",
    "image",
    "image_name",
    "image_id",
    "id",
)
LABELS = ("label", "class")
SPLIT, GROUP = "split", "group"
# Names that are taken where none of the above is there.
_OTHER_PATHS = (
    "filepaths",
    "filenames",
    "file_names",
    "files",
    "paths",
    "image_file",
    "image_filename",
    "img_path",
    "img_name",
    "img_id",
    "img",
    "images",
    "picture",
    "photo",
    "id_code",
    "uuid",
)
# Names of columns that are classes where there are other columns too. Each but the last ones names
# them in words.
_OTHER_LABELS = (
    "labels",
    "classes",
    "class_name",
    "class_label",
    "label_name",
    "category",
    "category_name",
    "species",
    "breed",
    "target",
    "diagnosis",
    "dx",
    "tag",
    "y",
    "class_id",
    "label_id",
    "category_id",
)
# Names of columns that are the split if all their cells are names of halves.
_OTHER_SPLITS = ("set", "data_set", "dataset", "subset", "partition", "usage", "phase")
# What tables call the number of a row.
_NUMBERS = ("", "index", "unnamed:_0")
_ZEROS_AND_ONES = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "false": 0, "true": 1}
# Most characters of the name of a column, in a message.
_MOST_TOLD = 60

Rows = Sequence[tuple[int, Sequence[str]]]


class Columns(NamedTuple):
    """Where the cells of a row stand that are needed.

    Attributes:
        cells: Column of ``path``, ``label``, ``split`` and ``group``, where there is one.
        one_hot: Columns of which one has a 1, in place of ``label``.
        is_usual: Whether all have the names that the documentation asks for.
    """

    cells: dict[str, int]
    one_hot: tuple[int, ...] = ()
    is_usual: bool = True


def find_columns(
    path: Path,
    names: Sequence[str],
    rows: Rows,
    column: str | None,
    is_picture: Callable[[str], bool],
) -> Columns:
    """Find the columns of a list.

    Args:
        path: The list, for an error.
        names: Cells of the first row.
        rows: All others, each with its line.
        column: The column of groups that was asked for.
        is_picture: Whether a cell leads to a picture.

    Raises:
        DataError: If a column is missing, is there twice, or nobody can tell which one is meant.
    """
    folded = [fold_name(name) for name in names]
    pick = _Picker(path, names, folded)
    cells = {
        kind: index
        for kind, spellings in (("path", PATHS), ("label", LABELS), (SPLIT, (SPLIT,)))
        if (index := pick.first(spellings)) is not None
    }
    group = pick.group(column)
    is_usual = "path" in cells and "label" in cells
    if "path" not in cells:
        found = _find_pictures(folded, rows, is_picture, pick)
        if found is None:
            raise pick.explain()
        cells["path"] = found
    if SPLIT not in cells and (split := _find_split(folded, rows, pick)) is not None:
        cells[SPLIT], is_usual = split, False
    if group is not None:
        cells[GROUP] = group
    if "label" in cells:
        return Columns(cells, (), is_usual)
    taken = set(cells.values())
    left = [i for i, name in enumerate(folded) if i not in taken and name not in _NUMBERS]
    label = _find_label(folded, left, pick)
    first = "".join(rows[0][1][cells["path"] : cells["path"] + 1]) if rows else ""
    if label is None and len(left) == 1 and first and is_picture(first):
        # Whatever it is called: the list names pictures that are there, and this beside them.
        label = left[0]
    if label is not None:
        return Columns({**cells, "label": label}, (), is_usual=False)
    one_hot = tuple(i for i in left if all(read_mark(row, i) is not None for _, row in rows))
    if len(one_hot) < 2 or not rows:
        raise pick.explain(left)
    for index in one_hot:
        pick.once(folded[index])
    return Columns(cells, one_hot, is_usual=False)


def fold_name(name: str) -> str:
    """Return the name of a column as names are compared."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def read_mark(cells: Sequence[str], index: int) -> int | None:
    """Read a cell as 0 or 1; ``None``: it is neither."""
    return _ZEROS_AND_ONES.get(cells[index].lower()) if index < len(cells) else None


def cut_names(names: Sequence[str]) -> list[str]:
    """Return the names of columns for a message: what is no list may have one that is long."""
    found = filter(None, names)
    return [name if len(name) <= _MOST_TOLD else f"{name[:_MOST_TOLD]}…" for name in found]


def check_head(
    path: Path,
    names: Sequence[str],
    first: tuple[int, Sequence[str]] | None,
    is_picture: Callable[[str], bool],
) -> None:
    """Refuse at once what has no column of pictures: a table of pixels may fill the memory.

    Raises:
        DataError: As :func:`find_columns`.
    """
    folded = [fold_name(name) for name in names]
    pick = _Picker(path, names, folded)
    rows = [] if first is None else [first]
    if pick.first(PATHS) is None and _find_pictures(folded, rows, is_picture, pick) is None:
        raise pick.explain()


class _Picker:
    """Finds columns by name, and says what is wrong with the names."""

    def __init__(self, path: Path, names: Sequence[str], folded: Sequence[str]) -> None:
        self._path, self._names, self._folded = path, names, folded

    def first(self, spellings: Sequence[str]) -> int | None:
        name = next((name for name in spellings if name in self._folded), None)
        return None if name is None else self.once(name)

    def once(self, name: str, *, is_exact: bool = False) -> int:
        among = self._names if is_exact else self._folded
        indexes = [index for index, other in enumerate(among) if other == name]
        if len(indexes) > 1:
            raise DataError(
                "list.column-twice",
                path=self._path,
                names=cut_names([self._names[index] for index in indexes]),
                numbers=[index + 1 for index in indexes],
            )
        return indexes[0]

    def group(self, column: str | None) -> int | None:
        if column is None:
            return self.first((GROUP,))
        # Where columns differ in case alone, the one that is written so counts.
        is_exact = column in self._names
        if not is_exact and fold_name(column) not in self._folded:
            raise DataError(
                "list.group-column",
                path=self._path,
                column=column,
                columns=cut_names(self._names),
            )
        return self.once(column if is_exact else fold_name(column), is_exact=is_exact)

    def explain(self, unclear: Sequence[int] = ()) -> DataError:
        columns = cut_names(self._names)
        if not columns:
            return DataError("list.empty", path=self._path)
        if not unclear:
            return DataError("list.columns", path=self._path, columns=columns)
        named = cut_names([self._names[index] for index in unclear])
        return DataError("list.unclear", path=self._path, columns=columns, unclear=named)


def _find_pictures(
    folded: Sequence[str], rows: Rows, is_picture: Callable[[str], bool], pick: _Picker
) -> int | None:
    """Find the column of pictures by another name, else the only one whose cell leads to one."""
    known = pick.first(_OTHER_PATHS)
    if known is not None or not rows:
        return known
    first = rows[0][1][: len(folded)]
    leading = [index for index, cell in enumerate(first) if cell and is_picture(cell)]
    return leading[0] if len(leading) == 1 else None


def _find_split(folded: Sequence[str], rows: Rows, pick: _Picker) -> int | None:
    """Find a column whose cells are all names of halves."""
    known = [name for name in _OTHER_SPLITS if name in folded]
    fitting = [
        index
        for index in map(pick.once, known)
        if rows and all(index < len(row) and row[index].casefold() in SIDES for _, row in rows)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _find_label(folded: Sequence[str], left: Sequence[int], pick: _Picker) -> int | None:
    """Find the one column of several that is called like classes; words before numbers."""
    known = [name for name in _OTHER_LABELS if any(folded[index] == name for index in left)]
    words = [name for name in known if not name.endswith("_id")] or known
    if len(words) > 1:
        raise pick.explain([pick.once(name) for name in words])
    return pick.once(words[0]) if words else None
