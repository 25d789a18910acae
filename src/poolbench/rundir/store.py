"""Store a run in its directory: trials on disk, each whole or not there.

A trial is written into a temporary folder beside the others and renamed, so a process that is
killed at any moment leaves either all of it or nothing. What the disk refuses is one message.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel

from poolbench.config import StudyConfig, read_saved_config
from poolbench.config.reading import MOST_CONFIG_BYTES
from poolbench.errors import RunError, UsageError
from poolbench.files import is_within
from poolbench.records import SCHEMA_VERSION, TrialRecord, TrialTiming
from poolbench.rundir import owned
from poolbench.rundir.files import MOST_TEXT_BYTES, SUMS, RunFiles
from poolbench.rundir.formats import (
    Arrays,
    check_predictions,
    neutralize,
    pack_arrays,
    pack_model,
    pack_sums,
    pack_table,
    pack_weights,
    unpack_weights,
)
from poolbench.rundir.refusal import explain_refusal
from poolbench.system import (
    LOCK_FILES,
    HeldError,
    flush_folder,
    hold_lock,
    make_part_folder,
    rename,
    replace_file,
    write_file,
)
from poolbench.texts.told import find_reason

# What a study that is running says of itself, for whoever watches.
LIVE_FILE = "live.json"
HISTORY_COLUMNS = (
    "epoch",
    *(
        f"{side}_{measure}{part}"
        for side in ("train", "held_out")
        for measure in ("loss", "accuracy")
        for part in ("", "_low", "_high")
    ),
)


_MOST_JSON_BYTES = MOST_TEXT_BYTES
# Most bytes by suffix: what is written must be read again.
_MOST_WRITTEN = {".json": _MOST_JSON_BYTES, ".toml": MOST_CONFIG_BYTES}
SUSPECT_COLUMNS = ("picture", "label", "suggested", "margin")


class RunStore(RunFiles):
    """Reads and writes one run directory."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.trials = path / "trials"
        self.checkpoints = path / "checkpoints"
        self._is_pinned = False

    def pin(self) -> "RunStore":
        """Never make the folder anew once it is moved or deleted, if some process holds it."""
        self._is_pinned = self._has_lock()
        return self

    def check_there(self) -> None:
        """Refuse to go on without the folder.

        Raises:
            RunError: If it was held, and has been moved or deleted since.
        """
        if self._is_pinned and not self._has_lock():
            raise RunError("run.gone", path=self.path)

    def _has_lock(self) -> bool:
        return (self.path / LOCK_FILES[0]).exists()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the run for this process; a process that dies lets go.

        A folder that was made for it, and into which nothing came, is gone afterwards.

        Raises:
            RunError: If another process holds it, or the folder cannot be written.
        """
        is_new = not self.path.exists()
        with ExitStack() as stack:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                stack.enter_context(hold_lock(self.path))
                self.pin()
            except HeldError as error:
                raise _explain_held(self.path, error.holder) from None
            except OSError as error:
                raise explain_refusal(error, self.path) from None
            if is_new:
                stack.callback(self._remove_if_empty)
            try:
                yield
            finally:
                self._is_pinned = False

    def _remove_if_empty(self) -> None:
        """Remove the folder if it is empty, while it is held, so that nobody else has begun."""
        # The folder may be gone.
        with suppress(OSError):
            names = {path.name for path in self.path.iterdir()}
            if names <= set(LOCK_FILES):
                for name in names:
                    (self.path / name).unlink()
                self.path.rmdir()

    def has_trial(self, trial_id: str) -> bool:
        """Return whether this trial is finished."""
        return (self._find_trial(trial_id) / "record.json").is_file()

    def count_others(self, trial_ids: Iterable[str]) -> int:
        """Count finished trials in the folder not among these; final ones do not count."""
        known = set(trial_ids)
        return sum("-whole-" not in name for name in set(self.list_trials()) - known)

    def list_trials(self) -> list[str]:
        """List the ids of all trials in the folder; none of a folder that lies elsewhere."""
        if not is_within(self.trials, self.path):
            return []
        return sorted(path.parent.name for path in self.trials.glob("*/record.json"))

    def remove_leftovers(self) -> None:
        """Delete what a killed process had begun; call it while holding the lock.

        Raises:
            RunError: If checkpoints lie behind a link that cannot be removed.
        """
        owned.remove_parts(self.path)
        # Old generations are deleted, which must not happen through a link to somewhere else.
        if self.checkpoints.is_symlink():
            self.remove(self.checkpoints.name)
        for pattern in ("*", "*/attempt-*"):
            for folder in self.checkpoints.glob(pattern):
                if folder.is_symlink():
                    self.remove(folder.relative_to(self.path).as_posix())

    def remove_checkpoints(self) -> None:
        """Delete what trainings that are not wanted any more have left."""
        for folder in self.checkpoints.glob("*"):
            owned.remove_checkpoints(folder)
        with suppress(OSError):
            self.checkpoints.rmdir()

    def save_trial(
        self,
        record: TrialRecord,
        timing: TrialTiming,
        history: list[tuple[float, ...]],
        arrays: Mapping[str, Arrays],
        weights: Arrays,
    ) -> None:
        """Save a finished trial; one that is already there stays.

        Args:
            history: Rows of ``HISTORY_COLUMNS``.
            arrays: File name (``predictions``, ``shift``) to arrays.
        """
        files = {
            "record.json": pack_model(record),
            "timing.json": pack_model(timing),
            "history.csv": pack_table(HISTORY_COLUMNS, history),
            **{f"{name}.npz": pack_arrays(group) for name, group in arrays.items()},
            "weights.safetensors": pack_weights(weights),
        }
        self._put(record.id, {**files, SUMS: pack_sums(files)})

    def adopt_trial(self, other: "RunStore", trial_id: str) -> None:
        """Copy a finished trial of another run directory; one that is already there stays.

        Raises:
            RunError: If it cannot be read.
        """
        try:
            found = other.list_files(f"trials/{trial_id}")
            files = {path.name: other.read(f"trials/{trial_id}/{path.name}") for path in found}
        except OSError as error:
            raise RunError("run.unread", path=error.filename, reason=error) from None
        self._put(trial_id, files)

    def _put(self, trial_id: str, files: Mapping[str, bytes]) -> None:
        """Write the folder of a trial, unless it is there."""
        if self.has_trial(trial_id):
            return
        path = self._find_inside(f"{self.trials.name}/{trial_id}")
        part = None
        try:
            self._make_folder(self.trials)
            part = make_part_folder(self.trials)
            for name, content in files.items():
                write_file(part / name, content)
            flush_folder(part)
            self._move(part, path)
            flush_folder(self.trials)
        except OSError as error:
            self.check_there()
            raise explain_refusal(error, path, sum(map(len, files.values()))) from None
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)

    def _move(self, part: Path, path: Path) -> None:
        try:
            rename(part, path)
        except OSError:
            # In a folder that several machines share another may have been faster.
            if self.has_trial(path.name):
                return
            # A folder without a record is no trial, and in the way of one.
            owned.remove_folder(path, owned.is_trial_file)
            if os.path.lexists(path):
                raise RunError("run.in-the-way", path=path) from None
            rename(part, path)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder of the run; one that is gone is not made anew."""
        self.check_there()
        if not self._is_pinned:
            self.path.mkdir(parents=True, exist_ok=True)
        inside = folder.relative_to(self.path)
        for path in reversed([inside, *inside.parents][:-1]):
            (self.path / path).mkdir(exist_ok=True)

    def _find_trial(self, trial_id: str) -> Path:
        """Find a trial's folder; an id that stands in a file must not lead out of the run."""
        if trial_id in ("", ".", "..") or set(trial_id) & set("/\\:\0"):
            raise RunError("run.bad-trial-id", path=self.path, trial=trial_id)
        return self.trials / trial_id

    def load_trial(self, trial_id: str) -> TrialRecord:
        """Load the record of a finished trial.

        Raises:
            RunError: If it cannot be read, or is not that of this trial: the id is a hash of all
                that decides a result, so that an edited record betrays itself.
        """
        path = self._find_trial(trial_id) / "record.json"
        record = self.load_model(f"trials/{trial_id}/record.json", TrialRecord)
        # What was written with an earlier schema may have had other fields, and so another id.
        is_edited = record.schema_version == SCHEMA_VERSION and record.spec.id != record.id
        if record.id != trial_id or is_edited:
            found = record.spec.id if is_edited else record.id
            raise RunError("run.other-trial", path=path, found=found)
        return record

    def load_timing(self, trial_id: str) -> TrialTiming:
        """Load the seconds and bytes of a finished trial."""
        self._find_trial(trial_id)
        return self.load_model(f"trials/{trial_id}/timing.json", TrialTiming)

    def load_arrays(self, trial_id: str, name: str) -> dict[str, NDArray[Any]]:
        """Load the arrays of ``predictions`` or ``shift``."""
        path = self._find_trial(trial_id) / f"{name}.npz"
        try:
            arrays = self.read_arrays(f"trials/{trial_id}/{name}.npz")
            if name == "predictions":
                check_predictions(arrays)
        except (OSError, ValueError) as error:
            raise RunError("run.unread", path=path, reason=find_reason(error)) from None
        return arrays

    def load_weights(self, trial_id: str) -> dict[str, NDArray[Any]]:
        """Load the parameters and buffers of a finished trial."""
        path = self._find_trial(trial_id) / "weights.safetensors"
        try:
            return unpack_weights(self.read(f"trials/{trial_id}/weights.safetensors"))
        except (OSError, ValueError) as error:
            raise RunError("run.unread", path=path, reason=find_reason(error)) from None

    def load_config(self) -> StudyConfig:
        """Load the config of the study.

        Raises:
            RunError: If it cannot be read.
        """
        path = self.path / "config.toml"
        try:
            return read_saved_config(self.read_text("config.toml"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise RunError("run.unread", path=path, reason=find_reason(error)) from None
        except UsageError as error:
            raise RunError("quoted", message=error) from None

    def save_model(self, name: str, model: BaseModel) -> None:
        """Write a JSON file of the run."""
        self.save_bytes(name, pack_model(model))

    def save_json(self, name: str, values: object) -> None:
        """Write plain values as JSON."""
        self.save_bytes(name, (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())

    def save_table(
        self, name: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]
    ) -> None:
        """Write a CSV file of the run, for people with a spreadsheet: names stay text."""
        self.save_bytes(name, pack_table(columns, [tuple(map(neutralize, row)) for row in rows]))

    def remove(self, *names: str) -> None:
        """Delete files of the run, as far as they are there.

        Raises:
            RunError: If the folder cannot be written, or is a link that leads out of the run.
        """
        for name in names:
            path = self._find_inside(name)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise explain_refusal(error, path) from None

    def save_bytes(self, name: str, content: bytes) -> None:
        """Write a file under another name and rename it.

        Raises:
            RunError: If there is no room, the folder cannot be written, or is a link that leads
                out of the run; if it has more than is ever read again.
        """
        path = self._find_inside(name)
        most = _MOST_WRITTEN.get(path.suffix)
        if most is not None and len(content) > most:
            raise RunError("run.too-large", path=path, size=len(content), most=most)
        try:
            self._make_folder(path.parent)
            replace_file(path, content)
        except OSError as error:
            self.check_there()
            raise explain_refusal(error, path, len(content)) from None

    def append_bytes(self, name: str, content: bytes) -> None:
        """Write at the end of a file of the run, which is made if it is not there.

        Raises:
            RunError: As :meth:`save_bytes`.
        """
        path = self.locate(name)
        try:
            self._make_folder(path.parent)
            with path.open("ab") as file:
                file.write(content)
        except OSError as error:
            self.check_there()
            raise explain_refusal(error, path, len(content)) from None

    def _find_inside(self, name: str) -> Path:
        """Find a file that is to change; a stranger's run may hold links to anywhere."""
        path = self.path / name
        if not is_within(path.parent, self.path):
            raise RunError("run.link-out", path=path.parent)
        return path


def _explain_held(path: Path, holder: Mapping[str, str]) -> RunError:
    if not holder:
        return RunError("run.held", path=path)
    process, machine, since = (holder[name] for name in ("process", "machine", "since"))
    return RunError("run.held-by", path=path, process=process, machine=machine, since=since)
