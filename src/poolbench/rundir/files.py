"""Read the files of a run: those that lie in it, and no others.

A run may come from anybody. A link in it could put a file of whoever reads it into a report, and of
a pipe a reader would wait without end; so whatever reads a run opens its files here.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from poolbench.config import SAVED
from poolbench.data.npz import read_arrays
from poolbench.errors import RunError
from poolbench.files import OutsideError, is_within, locate_inside, open_inside, parse_json
from poolbench.records import CHOICE, LAB_FILE, StudyRecord
from poolbench.rundir.formats import check_schema
from poolbench.texts.told import find_reason

Model = TypeVar("Model", bound=BaseModel)

# Most bytes of a text; a study of ten thousand trials writes a hundredth of it.
MOST_TEXT_BYTES = 100_000_000
# Most bytes of arrays and weights: ten times the largest that was ever written here.
MOST_BYTES = 10_000_000_000
# File of a trial with what sha256sum prints of its other files, which ``sha256sum -c`` compares.
SUMS = "SHA256SUMS"
# Where the explanation of the network that is handed over lies in a run.
EXPLANATION = "best/explain.npz"
MOST_SUMS_BYTES = 10_000


class RunFiles:
    """Reads the files of one run directory; names are paths within it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, name: str) -> bool:
        """Return whether there is anything of this name, though it may be none of the run's own."""
        try:
            (self.path / name).lstat()
        except (OSError, ValueError):
            return False
        return True

    def locate(self, name: str) -> Path:
        """Return the path of a file of the run; it need not be there.

        Raises:
            RunError: If it is a link or has no end, or leads out of the run.
        """
        try:
            return locate_inside(self.path, name)
        except OSError as error:
            raise explain_unread(error, self.path / name) from None

    def open(self, name: str, most_bytes: int = MOST_BYTES) -> BinaryIO:
        """Open a file of the run.

        Raises:
            OSError: If it is not there, cannot be read or is too large.
            RunError: As :meth:`locate`; or if it is of a trial, and not as it was written.
        """
        try:
            file = open_inside(self.path, name, most_bytes)
        except OutsideError as error:
            raise explain_unread(error, self.path / name) from None
        written = self._read_sum(name)
        if written is not None and _compute_sha256(file) != written:
            file.close()
            path = self.path / name
            raise RunError("run.changed", path=path, sums=SUMS, folder=path.parent)
        file.seek(0)
        return file

    def _read_sum(self, name: str) -> str | None:
        """Read the SHA-256 that a file of a trial had when it was written, if that was kept."""
        folder, _, file = name.rpartition("/")
        if file == SUMS or not folder.startswith("trials/"):
            return None
        try:
            with open_inside(self.path, f"{folder}/{SUMS}", MOST_SUMS_BYTES) as sums:
                lines = sums.read(MOST_SUMS_BYTES).decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None
        return next((line[:64] for line in lines if line[64:] == f"  {file}"), None)

    def read(self, name: str, most_bytes: int = MOST_BYTES) -> bytes:
        """Read a file of the run.

        Raises:
            OSError, RunError: As :meth:`open`.
        """
        with self.open(name, most_bytes) as file:
            # No more than it had when it was opened: it may grow meanwhile.
            return file.read(os.fstat(file.fileno()).st_size)

    def read_text(self, name: str) -> str:
        """Read the text of a file of the run, its ends of lines as they are.

        Raises:
            OSError, RunError: As :meth:`open`.
            UnicodeDecodeError: If it is no text.
        """
        return self.read(name, MOST_TEXT_BYTES).decode("utf-8")

    def read_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Read the arrays of an npz file of the run.

        Raises:
            OSError, RunError: As :meth:`open`.
            ValueError: If anything is wrong with what is in it.
        """
        with self.open(name) as file:
            return read_arrays(file)

    def load_model(self, name: str, model: type[Model]) -> Model:
        """Load a JSON file of the run, checked.

        Raises:
            RunError: If it is missing, broken, or written by a newer poolbench.
        """
        path = self.path / name
        try:
            values = parse_json(self.read(name, MOST_TEXT_BYTES))
        except OSError as error:
            if not self.path.is_dir():
                raise RunError("run.none", path=self.path) from None
            if name != LAB_FILE and self.has(LAB_FILE):
                example = self.path / CHOICE
                raise RunError("run.of-lab", path=self.path, example=example) from None
            raise RunError("run.unfinished", path=path, reason=error) from None
        except ValueError as error:
            raise RunError("run.not-json", path=path, reason=find_reason(error)) from None
        check_schema(path, values)
        try:
            return model.model_validate(values, context=SAVED)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                raise RunError("run.unknown-field", path=path, field=place) from None
            raise RunError("run.bad-field", path=path, field=place, said=first["msg"]) from None

    def check_has_model(self) -> None:
        """Refuse a run in which nothing was learned: it handed no model over.

        Raises:
            RunError: If it is such a run.
        """
        try:
            study = self.load_model("study.json", StudyRecord)
        except RunError:
            # Not finished, or broken: who asks for the model itself says what is wrong.
            return
        if study.final is None:
            raise RunError("run.no-model", path=self.path, trial=study.trials[0])

    def list_files(self, folder: str) -> list[Path]:
        """List the files in a folder of the run, by name; none if it is elsewhere."""
        path = self.path / folder
        if not is_within(path, self.path) or not path.is_dir():
            return []
        return sorted(file for file in path.iterdir() if not file.is_symlink() and file.is_file())


def _compute_sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(2**20):
        digest.update(chunk)
    return digest.hexdigest()


def explain_unread(error: OSError, path: Path) -> RunError:
    """Explain why a file of a run cannot be read, and what to do about it."""
    if not isinstance(error, OutsideError):
        return RunError("run.unread", path=path, reason=error)
    return RunError("run.outside", path=path, reason=error)
