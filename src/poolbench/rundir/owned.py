"""Tell what in a folder is poolbench's own: nothing else is replaced or removed."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.files import expand_home, is_within, read_text
from poolbench.rundir.files import SUMS
from poolbench.system import LOCK_FILES

TRIAL_FILES = frozenset(
    (
        *("record.json", "timing.json", "history.csv", "predictions.npz", "shift.npz"),
        "weights.safetensors",
        SUMS,
    )
)
_CHECKPOINT = re.compile(r"(\.part-)?\d{6}-[0-9a-f]{16}\.safetensors|\.part-[0-9a-f]{16}")
# Folders into which a study and its report write; ``*``: any name.
_FOLDERS = (
    *("", "trials", "best", "variants", "variants/*", "figures", "tables", "lab-report"),
    *("lab-report/figures", "exports", "hub", "log", "log/tensorboard", "log/tensorboard/*"),
)
# Files and folders of a run, beside each other in its folder; a folder is poolbench's with all that
# is in it.
_RUN_ENTRIES = frozenset(
    (
        *("config.toml", "data.json", "environment.json", "plan.json", "study.json", "live.json"),
        *("leaderboard.csv", "verdict.json", "timing.json", "report.html", "split.csv"),
        *("predictions.csv", "duplicates.csv", "suspects.csv", "suspects.npz", "pictures.npz"),
        *("trials", "best", "variants", "figures", "tables", "lab-report", "exports"),
        *("checkpoints", "log.csv", "log", "hub"),
    )
)
# Name of half a file, beside the whole one; before the first release it contained that one's name.
_PART_FILE = re.compile(
    r"\.part-([0-9a-f]{16}|.*\.(json|csv|npz|toml|html|md|docx|svg|png|onnx|safetensors))"
)
# Name of half a folder.
_PART_FOLDER = re.compile(r"\.part-\w+")
# Names of the files of pictures that the processes of a study share.
_PICTURE_FILES = re.compile(r"set\.json|weights\.safetensors|(pool|test)[\w-]*\.npy")
# Keys that every record of a run has; those of another poolbench may differ in others.
_DATA_KEYS = frozenset(("source", "classes", "manifest_hash"))
_TRIAL_KEYS = frozenset(("id", "spec"))
_MOST_BYTES = 100_000_000


def check_run_path(path: Path, pictures: str = "") -> None:
    """Refuse a folder in which something else than a run lies, or which lies among the pictures.

    Args:
        pictures: The source of the image set, such as ``folder:photos``.

    Raises:
        UsageError: If it is so.
    """
    kind, _, root = pictures.partition(":")
    if kind == "folder" and is_within(path, expand_home(root)):
        raise UsageError("out.among-pictures", path=path, root=root)
    others = []
    with suppress(OSError):
        others = sorted(entry.name for entry in path.iterdir() if not _is_begun(entry.name))
    if others and not is_run(path):
        shown = [*others[:3], *(["…"] if len(others) > 3 else [])]
        raise UsageError("out.occupied", path=path, names=shown)


def is_run(path: Path) -> bool:
    """Return whether poolbench has begun a study in a folder."""
    if _has_keys(path / "data.json", _DATA_KEYS):
        return True
    return any(_has_keys(file, _TRIAL_KEYS) for file in (path / "trials").glob("*/record.json"))


def is_run_entry(name: str) -> bool:
    """Return whether a file or folder of this name, in a run, is one that poolbench writes."""
    is_part = _PART_FILE.fullmatch(name) or _PART_FOLDER.fullmatch(name)
    return name in _RUN_ENTRIES or is_part is not None


def _is_begun(name: str) -> bool:
    """Return whether a file is left by a process killed before it wrote anything that lasts."""
    return name in LOCK_FILES or name.startswith(".part-")


def _has_keys(path: Path, keys: frozenset[str]) -> bool:
    try:
        values = json.loads(read_text(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(values, dict) and keys <= values.keys()


def remove_parts(run: Path) -> None:
    """Delete what a killed process had begun to write: in the folders of a run, and no other."""
    for pattern in _FOLDERS:
        for folder in run.glob(pattern) if pattern else [run]:
            if not is_within(folder, run):
                continue
            for part in list(folder.glob(".part-*")):
                _remove_part(part, is_trial=folder.name == "trials")


def _remove_part(part: Path, *, is_trial: bool) -> None:
    if part.is_symlink() or not part.is_dir():
        if _PART_FILE.fullmatch(part.name):
            with suppress(OSError):
                part.unlink(missing_ok=True)
    elif _PART_FOLDER.fullmatch(part.name):
        remove_folder(part, is_trial_file if is_trial else _PICTURE_FILES.fullmatch)


def is_trial_file(name: str) -> bool:
    """Return whether a file of this name is kept of a trial."""
    return name in TRIAL_FILES


def remove_folder(folder: Path, is_known: Callable[[str], object]) -> None:
    """Delete the files of a folder that are poolbench's, and the folder if nothing else is there.

    Args:
        is_known: Whether a name is that of such a file.
    """
    if folder.is_symlink():
        return
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if is_known(path.name):
                path.unlink(missing_ok=True)
        folder.rmdir()


def is_checkpoint(name: str) -> bool:
    """Return whether a file of this name is a checkpoint, or half of one."""
    return _CHECKPOINT.fullmatch(name) is not None


def remove_checkpoints(folder: Path) -> None:
    """Delete a trial's checkpoints, and its second attempt's, in a folder inside."""
    for inside in folder.glob("attempt-*") if not folder.is_symlink() else ():
        remove_folder(inside, is_checkpoint)
    remove_folder(folder, is_checkpoint)
