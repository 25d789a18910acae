"""Classify many picture files with a saved model, and write what it said as a table."""

import csv
import glob
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolbench.data.folder import list_pictures_below
from poolbench.errors import DataError, UsageError
from poolbench.export.predict import OnnxModel, predict_file
from poolbench.rundir.formats import neutralize
from poolbench.rundir.refusal import explain_refusal
from poolbench.system import rename

COLUMNS = ("path", "class", "probability")
ERROR = "error"


@dataclass(frozen=True)
class Answer:
    """What a model said of a picture.

    Attributes:
        shares: Class name to probability; ``None``: there is no answer.
        error: Why not.
    """

    path: Path
    shares: Mapping[str, float] | None = None
    error: str = ""

    @property
    def best(self) -> tuple[str, float]:
        """The most probable class, and its probability."""
        assert self.shares is not None
        return max(self.shares.items(), key=lambda item: item[1])

    def dump(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        if self.shares is None:
            return {"path": str(self.path), "error": self.error}
        return {"path": str(self.path), "probabilities": dict(self.shares)}


def list_files(named: Sequence[Path]) -> list[Path]:
    """List the files that a person named: themselves, in folders, or by patterns; each once.

    A file that is not there is listed all the same, so that it is told of when it is opened.

    Raises:
        DataError: If a folder holds no pictures, or nothing matches a pattern.
    """
    return list(dict.fromkeys(path for name in named for path in _expand(name)))


def _expand(named: Path) -> list[Path]:
    if named.is_dir():
        return _list_folder(named)
    if os.path.lexists(named) or not glob.has_magic(str(named)):
        return [named]
    # Windows leaves patterns to programs, and so does a shell where they are quoted.
    # Path.glob takes no pattern that begins at the root.
    found = [Path(name) for name in sorted(glob.glob(str(named), recursive=True))]  # noqa: PTH207
    if not found:
        raise DataError("predict.no-match", pattern=named)
    folders = [path for path in found if path.is_dir()]
    files = [path for path in found if path not in folders]
    return files or [path for folder in folders for path in _list_folder(folder)]


def _list_folder(folder: Path) -> list[Path]:
    try:
        found = list_pictures_below(folder)
    except OSError as error:
        path = error.filename or folder
        raise DataError("predict.unread", path=path, reason=error) from None
    if not found:
        raise DataError("predict.no-pictures", folder=folder)
    return found


def classify_files(model: OnnxModel, files: Iterable[Path]) -> Iterator[Answer]:
    """Yield an answer for each file; one that cannot be read has an error instead."""
    for path in files:
        try:
            yield Answer(path, predict_file(model, path))
        except DataError as error:
            yield Answer(path, error=str(error))


def check_table_path(path: Path) -> None:
    """Refuse to write over what is no such table, before work is done for it.

    Raises:
        UsageError: If a folder or another file is there, or there is no folder for it.
    """
    if path.is_dir():
        raise UsageError("predict.out-is-folder", path=path)
    if not path.parent.is_dir():
        raise UsageError("predict.out-no-folder", path=path, folder=path.parent)
    if os.path.lexists(path) and not _is_table(path):
        raise UsageError("predict.out-occupied", path=path)


def _is_table(path: Path) -> bool:
    with suppress(OSError, ValueError):
        if path.is_file() and not path.is_symlink():
            with path.open(encoding="utf-8") as file:
                return file.read(100).startswith(f"{','.join(COLUMNS)},")
    return False


def save_answers(path: Path, classes: Sequence[str], answers: Iterable[Answer]) -> Iterator[Answer]:
    """Write a row for each answer as it comes; the file has its name when all are written.

    Columns: ``path``, ``class``, ``probability``, the probability of each class under its name
    (with `` (class)`` behind one that is called like another column), ``error``.

    Raises:
        RunError: If the file cannot be written.
    """
    part = path.with_name(f".part-{secrets.token_hex(8)}")
    try:
        # As a spreadsheet takes them for text.
        with part.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*COLUMNS, *map(_name_column, classes), ERROR])
            for answer in answers:
                writer.writerow(_make_row(answer, classes))
                yield answer
        rename(part, path)
    except OSError as error:
        raise explain_refusal(error, path) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _name_column(name: str) -> object:
    return neutralize(f"{name} (class)" if name in (*COLUMNS, ERROR) else name)


def _make_row(answer: Answer, classes: Sequence[str]) -> list[object]:
    path = neutralize(str(answer.path))
    if answer.shares is None:
        return [path, "", "", *[""] * len(classes), neutralize(answer.error)]
    name, share = answer.best
    shares = [f"{answer.shares[known]:.6f}" for known in classes]
    return [path, neutralize(name), f"{share:.6f}", *shares, ""]
