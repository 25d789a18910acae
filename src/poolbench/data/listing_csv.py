"""List the pictures that a CSV file names."""

import csv
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from poolbench.data.listing import SIDES, VALIDATION, Entry, Listing, Side, find_half
from poolbench.data.listing_columns import (
    GROUP,
    LABELS,
    PATHS,
    SPLIT,
    Columns,
    check_head,
    cut_names,
    find_columns,
    fold_name,
    read_mark,
)
from poolbench.data.listing_paths import PathFinder
from poolbench.data.names import natural_key
from poolbench.errors import DataError
from poolbench.files import check_regular, quote_fault, suggest_path
from poolbench.texts import Phrase

# Spreadsheets write semicolons where the comma is the decimal sign.
_DELIMITERS = ",;\t|"
# Pattern of the first line that names the delimiter for Excel.
_DELIMITER_LINE = re.compile(r'"?sep=([^"\r\n])"?\s*', re.IGNORECASE)
# Encodings by the mark that the file begins with. Longer marks first: one begins like another.
_ENCODINGS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Most bytes of a list: a hundred for each of ten million pictures.
_MOST_BYTES = 1_000_000_000
# Most characters of the row that names the columns, to choose the delimiter by.
_MOST_HEAD = 100_000
# Most characters of a label, as file systems allow for the name of a class folder.
_MOST_LABEL = 255


class _Row(NamedTuple):
    """A picture of the list.

    Attributes:
        line: Where it begins, as an editor counts: blank lines too, and from 1.
        cells: Cells of ``path``, ``label``, ``split`` and ``group``, where they have a column.
    """

    line: int
    cells: dict[str, str]


class ListTable(NamedTuple):
    """A list that was read.

    Attributes:
        half: The half that all its pictures are of; ``None``: each row says it.
        told: Names of the columns of pictures, classes and halves, in words of the file.
        is_usual: As :class:`poolbench.data.listing_columns.Columns` has it.
    """

    path: Path
    rows: list[_Row]
    half: str | None
    told: dict[str, object]
    is_usual: bool


def scan_csv(path: Path, groups: str | None = None) -> Listing:
    """List the pictures of a CSV file, as :func:`read_list` reads it.

    Paths are relative to the file; one that leads nowhere is looked for as
    :class:`poolbench.data.listing_paths.PathFinder` does.

    Raises:
        DataError: If the file cannot be read, or a column or a value is missing or unknown.
    """
    table = read_list(path, groups)
    return list_pictures(f"csv:{path}", [table], is_told=not table.is_usual)


def read_list(path: Path, groups: str | None = None) -> ListTable:
    """Read a CSV file with the columns ``path`` and ``label``.

    If there is a column ``group``, pictures of one group stay together, and one whose cell is empty
    stands alone; if there is a column ``split`` it says ``train``, ``val`` or ``test``. Columns may
    have other names, and classes columns of their own, see
    :func:`poolbench.data.listing_columns.find_columns`.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`; ``column:NAME`` names another column
            than ``group``.

    Raises:
        DataError: As :func:`scan_csv`, but for what is known of a split later.
    """
    form, _, column = (groups or "").partition(":")
    try:
        encoding = _find_encoding(path)
        # Lines end where csv finds an end, so that a cell may have several.
        with path.open(encoding=encoding, newline="") as file:
            return _parse_table(
                path, _Lines(path, file), column.strip() if form == "column" else None
            )
    except FileNotFoundError:
        raise DataError("list.missing", path=path, meant=suggest_path(path)) from None
    except IsADirectoryError:
        raise DataError("list.folder", path=path) from None
    except OSError as error:
        raise DataError("file.unreadable", path=path, error=error) from None
    except UnicodeError:
        raise DataError("list.not-utf8", path=path) from None


def list_pictures(source: str, tables: Sequence[ListTable], *, is_told: bool) -> Listing:
    """List the pictures of one list, or of one for each half.

    Args:
        source: As on the command line.
        is_told: Whether it is said which columns were taken for what.

    Raises:
        DataError: If a split is unknown, several files may be meant, or one is listed twice.
    """
    names = {row.cells["label"] for table in tables for row in table.rows}
    classes = sorted(names, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    entries = []
    for table in tables:
        finder = PathFinder(table.path.parent)
        stated = SIDES.get(find_half(table.path.stem) or "")
        for row in table.rows:
            side, is_validation = _read_side(table, row), _read_split(table, row) in VALIDATION
            is_known = table.half is not None or SPLIT in row.cells
            where = Phrase("list.row", path=table.path, line=row.line)
            file, name = finder.find(row.cells["path"], where, side if is_known else stated)
            group = row.cells.get(GROUP) or None
            label = labels[row.cells["label"]]
            entries.append(Entry(file, name, label, side, group, is_validation))
    _check_listed_once([table.path for table in tables], entries)
    entries.sort(key=lambda e: (e.side == "test", e.label, natural_key(e.name)))
    listing = Listing(source, tuple(classes), tuple(entries))
    return replace(listing, recognised=_tell(tables, entries)) if is_told else listing


def _tell(tables: Sequence[ListTable], entries: Sequence[Entry]) -> dict[str, object]:
    halves = {
        "train": sum(e.side == "pool" and not e.is_validation for e in entries),
        "val": sum(e.is_validation for e in entries),
        "test": sum(e.side == "test" for e in entries),
    }
    return {
        "layout": "list",
        "file": ", ".join(table.path.name for table in tables),
        **tables[0].told,
        "halves": {half: count for half, count in halves.items() if count},
    }


def _find_encoding(path: Path) -> str:
    check_regular(path)
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise DataError("list.large", path=path, size=size, most=_MOST_BYTES)
    with path.open("rb") as file:
        head = file.read(4)
    # utf-8-sig: spreadsheets put a mark before the first column's name.
    return next((_ENCODINGS[mark] for mark in _ENCODINGS if head.startswith(mark)), "utf-8-sig")


class _Lines:
    """The lines of a file as csv takes them, counted.

    Attributes:
        count: Lines taken so far.
        taken: Those of the row that is being read; whoever begins another empties it.
    """

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self.count = 0
        self.taken: list[str] = []
        self._path = path
        self._lines = iter(lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        if "\0" in line:
            raise DataError("list.zero-bytes", path=self._path, line=self.count)
        self.taken.append(line)
        return line

    def put_back(self, line: str) -> None:
        """Put a line back, so that it comes once more, as if it had not been taken."""
        self._lines = chain([line], self._lines)
        self.count -= 1


def _parse_table(path: Path, lines: _Lines, column: str | None) -> ListTable:
    records = _number_rows(path, lines, _find_delimiter(lines))
    names = next(records, (0, list[str]()))[1]
    first = next(records, None)
    finder = PathFinder(path.parent)
    check_head(path, names, first, finder.has)
    cells = [] if first is None else [first, *records]
    columns = find_columns(path, names, cells, column, finder.has)
    rows = [_read_row(path, line, row, names, columns) for line, row in cells]
    if not rows:
        raise DataError("list.no-pictures", path=path)
    told: dict[str, object] = {
        "pictures": names[columns.cells["path"]],
        "classes": [names[index] for index in columns.one_hot or (columns.cells["label"],)],
    }
    if SPLIT in columns.cells:
        told["split"] = names[columns.cells[SPLIT]]
    return ListTable(path, rows, None, told, columns.is_usual)


def _find_delimiter(lines: _Lines) -> str:
    """Find what parts the cells; the line that names the columns is the next one then."""
    named = None
    for line in lines:
        if found := _DELIMITER_LINE.fullmatch(line):
            named = found[1]
        elif line.strip():
            lines.put_back(line)
            return named or _choose_delimiter(line)
    return _DELIMITERS[0]


def _choose_delimiter(head: str) -> str:
    """Choose the delimiter by which the needed columns are there, else that of most columns."""
    # No longer than a cell may be in csv: what is no list may be one cell.
    begin = head[:_MOST_HEAD]
    cells = {sign: next(csv.reader([begin], delimiter=sign), []) for sign in _DELIMITERS}
    names = {sign: {fold_name(name) for name in cells[sign]} for sign in _DELIMITERS}
    fitting = [s for s in _DELIMITERS if names[s] & {*PATHS} and names[s] & {*LABELS}]
    return fitting[0] if fitting else max(_DELIMITERS, key=lambda sign: len(cells[sign]))


def _number_rows(path: Path, lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with anything in them, each with the line that it begins in."""
    reader = _parse(lines, delimiter)
    while True:
        line = lines.count + 1
        lines.taken = []
        try:
            cells = next(reader, None)
            if cells is None:
                return
            # Inside quotation marks that nobody closed, another line would be taken in too.
            if len(lines.taken) > 1 and next(_parse([*lines.taken, "x"], delimiter)) != cells:
                raise DataError("list.open-cell", path=path, line=line)
        except csv.Error as error:
            raise DataError("list.csv", path=path, line=line, detail=quote_fault(error)) from None
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _parse(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _read_row(
    path: Path, line: int, cells: Sequence[str], names: Sequence[str], columns: Columns
) -> _Row:
    if any(cells[len(names) :]):
        raise DataError("list.cells", path=path, line=line, cells=len(cells), columns=len(names))
    found = {kind: cells[k] if k < len(cells) else "" for kind, k in columns.cells.items()}
    if columns.one_hot:
        found["label"] = _read_one_hot(path, line, cells, names, columns.one_hot)
    if not found["path"]:
        raise DataError("list.no-path", path=path, line=line)
    count = len(found["label"])
    if not count:
        raise DataError("list.no-label", path=path, line=line)
    if count > _MOST_LABEL:
        raise DataError("list.label-long", path=path, line=line, count=count, most=_MOST_LABEL)
    texts = {kind: unicodedata.normalize("NFC", found[kind]) for kind in found if kind != "path"}
    return _Row(line, {**found, **texts})


def _read_one_hot(
    path: Path, line: int, cells: Sequence[str], names: Sequence[str], one_hot: Sequence[int]
) -> str:
    marked = [names[index] for index in one_hot if read_mark(cells, index)]
    if not marked:
        columns = cut_names([names[index] for index in one_hot])
        raise DataError("list.no-mark", path=path, line=line, columns=columns)
    if len(marked) > 1:
        raise DataError("list.marks", path=path, line=line, columns=cut_names(marked))
    return marked[0]


def _read_split(table: ListTable, row: _Row) -> str:
    return table.half or row.cells.get(SPLIT, "train").casefold()


def _read_side(table: ListTable, row: _Row) -> Side:
    split = _read_split(table, row)
    if split not in SIDES:
        given = row.cells[SPLIT]
        raise DataError("list.split", path=table.path, line=row.line, split=given)
    return SIDES[split]


def _check_listed_once(lists: list[Path], entries: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = os.path.normpath(entry.path)
        if key in seen:
            raise DataError("list.picture-twice", lists=lists, name=entry.name)
        seen.add(key)
