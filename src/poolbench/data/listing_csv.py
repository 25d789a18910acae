"""The pictures that a CSV file lists."""

import csv
import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from poolbench.data.listing import SIDES, Entry, Listing, Side
from poolbench.data.names import natural_key
from poolbench.errors import DataError
from poolbench.files import read_text

_GROUP = "group"
# A hundred for each of ten million pictures.
_MOST_BYTES = 1_000_000_000


def scan_csv(path: Path, groups: str | None = None) -> Listing:
    """List the pictures of a CSV file with the columns ``path`` and ``label``.

    If there is a column ``group``, pictures of one group stay together, and one whose cell is empty
    stands alone; if there is a column ``split`` it says ``train``, ``val`` or ``test``. Paths are
    relative to the CSV file.

    Args:
        groups: As in :class:`poolbench.config.DataConfig`; ``column:NAME`` names another column
            than ``group``.

    Raises:
        DataError: If the file cannot be read, or a column or a value is missing or unknown.
    """
    form, _, column = (groups or "").partition(":")
    rows = _read_rows(path, column.strip() if form == "column" else None)
    classes = sorted({row["label"] for row in rows}, key=natural_key)
    labels = {name: label for label, name in enumerate(classes)}
    entries = [
        Entry(
            path.parent / row["path"],
            row["path"],
            labels[row["label"]],
            side,
            row.get(_GROUP) or None,
        )
        for row, side in zip(rows, _read_sides(path, rows), strict=True)
    ]
    _check_listed_once(path, entries)
    entries.sort(key=lambda e: (e.side == "test", e.label, natural_key(e.name)))
    return Listing(f"csv:{path}", tuple(classes), tuple(entries))


def _read_rows(path: Path, column: str | None) -> list[dict[str, str]]:
    try:
        # utf-8-sig: spreadsheets put a mark before the first column's name.
        text = read_text(path, _MOST_BYTES, "utf-8-sig")
        return _parse_rows(path, text, column)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text: {error}. Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as CSV: {error}.") from None


def _parse_rows(path: Path, text: str, column: str | None) -> list[dict[str, str]]:
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    delimiter = ";" if ";" in head and "," not in head else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    columns = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    _check_columns(path, columns, column)
    group = column or _GROUP
    rows = [_clean_row(path, line, row, group) for line, row in enumerate(reader, start=2)]
    if not rows:
        raise DataError(f"{path} lists no pictures: expected one line for each.")
    return rows


def _check_columns(path: Path, columns: Sequence[str], column: str | None) -> None:
    if not {"path", "label"} <= set(columns):
        raise DataError(
            f"{path} has the columns {', '.join(columns) or 'none'}; needed are path and label, "
            "allowed beside them group and split."
        )
    if column is not None and column not in columns:
        raise DataError(
            f"{path} has no column {column!r} for --groups column:{column}; its columns are "
            f"{', '.join(columns)}."
        )


def _clean_row(path: Path, line: int, row: dict[str, str], group: str) -> dict[str, str]:
    known = {"path": "path", "label": "label", "split": "split", _GROUP: group}
    clean = {name: (row[cell] or "").strip() for name, cell in known.items() if cell in row}
    for name in ("path", "label"):
        if not clean[name]:
            raise DataError(f"{path}, row {line}: {name} is empty; every picture needs one.")
    names = {name: unicodedata.normalize("NFC", clean[name]) for name in clean if name != "path"}
    return {**clean, **names}


def _read_sides(path: Path, rows: Sequence[dict[str, str]]) -> Iterator[Side]:
    for line, row in enumerate(rows, start=2):
        split = row.get("split", "train").casefold()
        if split not in SIDES:
            raise DataError(
                f"{path}, row {line}: split is {row['split']!r}; expected train, val or test."
            )
        yield SIDES[split]


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
