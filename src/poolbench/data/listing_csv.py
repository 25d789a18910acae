"""List the pictures that a CSV file names."""

import csv
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from poolbench.data.listing import SIDES, VALIDATION, Entry, Listing, Side
from poolbench.data.listing_paths import PathFinder
from poolbench.data.names import natural_key
from poolbench.errors import DataError
from poolbench.files import check_regular

# Names that a column may have, in any case; the first of these that is there is taken.
_PATHS = (
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
_LABELS = ("label", "class")
_SPLIT, _GROUP = "split", "group"
_SPLITS: dict[str, Side] = {**SIDES, "training": "pool", "dev": "pool", "testing": "test"}
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
# Most characters of the names of columns, in a message.
_MOST_TOLD = 500
# Most characters of a label, as file systems allow for the name of a class folder.
_MOST_LABEL = 255
_AS_UTF8 = (
    'Save it as UTF-8: in Excel as "CSV UTF-8", in LibreOffice with the character set "Unicode '
    '(UTF-8)", on a command line with iconv -f CP1251 -t UTF-8 (or the code page that it has).'
)


class _Row(NamedTuple):
    """A picture of the list.

    Attributes:
        line: Where it begins, as an editor counts: blank lines too, and from 1.
        cells: Cells of ``path``, ``label``, ``split`` and ``group``, where they have a column.
    """

    line: int
    cells: dict[str, str]


def scan_csv(path: Path, groups: str | None = None) -> Listing:
    """List the pictures of a CSV file with the columns ``path`` and ``label``.

    If there is a column ``group``, pictures of one group stay together, and one whose cell is empty
    stands alone; if there is a column ``split`` it says ``train``, ``val`` or ``test``. Paths are
    relative to the CSV file; one that leads nowhere is looked for as
    :class:`poolbench.data.listing_paths.PathFinder` does.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`; ``column:NAME`` names another column
            than ``group``.

    Raises:
        DataError: If the file cannot be read, or a column or a value is missing or unknown.
    """
    form, _, column = (groups or "").partition(":")
    rows = _read_rows(path, column.strip() if form == "column" else None)
    classes = sorted({row.cells["label"] for row in rows}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    finder = PathFinder(path.parent)
    entries = []
    for row in rows:
        file, name = finder.find(row.cells["path"], f"{path}, row {row.line}")
        group = row.cells.get(_GROUP) or None
        label = labels[row.cells["label"]]
        side, is_validation = _read_side(path, row), _read_split(row) in VALIDATION
        entries.append(Entry(file, name, label, side, group, is_validation))
    _check_listed_once(path, entries)
    entries.sort(key=lambda e: (e.side == "test", e.label, natural_key(e.name)))
    return Listing(f"csv:{path}", tuple(classes), tuple(entries))


def _read_rows(path: Path, column: str | None) -> list[_Row]:
    try:
        encoding = _find_encoding(path)
        # Lines end where csv finds an end, so that a cell may have several.
        with path.open(encoding=encoding, newline="") as file:
            return _parse_rows(path, _Lines(path, file), column)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.{_hint(path)}") from None
    except UnicodeError:
        raise DataError(f"{path} is not UTF-8 text. {_AS_UTF8}") from None


def _find_encoding(path: Path) -> str:
    check_regular(path)
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{path} has more than the {_MOST_BYTES:,} bytes that are read of a list.")
    with path.open("rb") as file:
        head = file.read(4)
    # utf-8-sig: spreadsheets put a mark before the first column's name.
    return next((_ENCODINGS[mark] for mark in _ENCODINGS if head.startswith(mark)), "utf-8-sig")


def _hint(path: Path) -> str:
    return f" Name a CSV file in it, or take --data folder:{path}." if path.is_dir() else ""


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
            raise DataError(f"{self._path}, row {self.count}, has zero bytes. {_AS_UTF8}")
        self.taken.append(line)
        return line

    def put_back(self, line: str) -> None:
        """Put a line back, so that it comes once more, as if it had not been taken."""
        self._lines = chain([line], self._lines)
        self.count -= 1


def _parse_rows(path: Path, lines: _Lines, column: str | None) -> list[_Row]:
    records = _number_rows(path, lines, _find_delimiter(lines))
    names = next(records, (0, list[str]()))[1]
    columns = _find_columns(path, names, column)
    rows = [_read_row(path, line, cells, names, columns) for line, cells in records]
    if not rows:
        raise DataError(f"{path} lists no pictures: expected one line for each.")
    return rows


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
    names = {sign: {_fold(name) for name in cells[sign]} for sign in _DELIMITERS}
    fitting = [s for s in _DELIMITERS if names[s] & {*_PATHS} and names[s] & {*_LABELS}]
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
                raise csv.Error("a cell goes on to the end of the file")
        except csv.Error as error:
            raise DataError(
                f"{path}, row {line}, cannot be read as CSV: {error}. Is a quotation mark missing?"
            ) from None
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _parse(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _find_columns(path: Path, names: Sequence[str], column: str | None) -> dict[str, int]:
    """Find where the cells of ``path``, ``label``, ``split`` and ``group`` stand in a row."""
    folded = [_fold(name) for name in names]
    wanted = {"path": _PATHS, "label": _LABELS, _SPLIT: (_SPLIT,), _GROUP: (_GROUP,)}
    chosen = {
        kind: next((name for name in spellings if name in folded), None)
        for kind, spellings in wanted.items()
    }
    if chosen["path"] is None or chosen["label"] is None:
        raise DataError(
            f"{path} has the columns {_list_some(names)}; path and "
            "label are needed, group and split may stand beside them. The first row names the "
            "columns. A path may be called filename, file, image, image_id or id too, "
            "and a label class."
        )
    columns = {
        kind: _find_once(path, names, folded, name)
        for kind, name in chosen.items()
        if name is not None
    }
    if column is not None:
        # Where columns differ in case alone, the one that is written so counts.
        among, name = (names, column) if column in names else (folded, _fold(column))
        if name not in among:
            raise DataError(
                f"{path} has no column {column!r} for --groups column:{column}; its columns are "
                f"{_list_some(names)}."
            )
        columns[_GROUP] = _find_once(path, names, among, name)
    return columns


def _list_some(names: Sequence[str]) -> str:
    """List some names: a table of pixels has thousands, and what is no list one that is long."""
    text = ", ".join(filter(None, names)) or "none"
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"


def _find_once(path: Path, names: Sequence[str], among: Sequence[str], name: str) -> int:
    indexes = [index for index, other in enumerate(among) if other == name]
    if len(indexes) > 1:
        listed = " and ".join(f"{names[index]!r}" for index in indexes)
        raise DataError(
            f"{path} names a column twice, {listed} (columns "
            f"{', '.join(str(index + 1) for index in indexes)}), and nobody can tell which one "
            "counts: rename or remove one of them."
        )
    return indexes[0]


def _fold(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def _read_row(
    path: Path, line: int, cells: Sequence[str], names: Sequence[str], columns: dict[str, int]
) -> _Row:
    if any(cells[len(names) :]):
        raise DataError(
            f"{path}, row {line}, has {len(cells)} cells, and the first row names {len(names)} "
            'columns. A cell that holds the delimiter stands in quotation marks: "Pepper, bell".'
        )
    found = {kind: cells[k] if k < len(cells) else "" for kind, k in columns.items()}
    for kind in ("path", "label"):
        if not found[kind]:
            raise DataError(f"{path}, row {line}: {kind} is empty; every picture needs one.")
    if len(found["label"]) > _MOST_LABEL:
        raise DataError(
            f"{path}, row {line}: label has {len(found['label']):,} characters; the name of a "
            f"class has at most {_MOST_LABEL}."
        )
    texts = {kind: unicodedata.normalize("NFC", found[kind]) for kind in found if kind != "path"}
    return _Row(line, {**found, **texts})


def _read_split(row: _Row) -> str:
    return row.cells.get(_SPLIT, "train").casefold()


def _read_side(path: Path, row: _Row) -> Side:
    split = _read_split(row)
    if split not in _SPLITS:
        raise DataError(
            f"{path}, row {row.line}: split is {row.cells[_SPLIT]!r}; expected train, val or test."
        )
    return _SPLITS[split]


def _check_listed_once(path: Path, entries: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = os.path.normpath(entry.path)
        if key in seen:
            raise DataError(
                f"{path} lists {entry.name} twice: the same picture would be trained on and held "
                "out. Remove one of the lines."
            )
        seen.add(key)
