"""Keep unfinished trainings on disk, so that a killed process loses seconds of them.

``checkpoints/<trial id>/<epochs>-<hash>.safetensors``: the two last ones, each with the beginning
of its own SHA-256 in its name, so that one which is not whole is seen, and the one before it is
taken.
"""

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save

from poolbench.files import check_regular
from poolbench.rundir.owned import is_checkpoint, remove_checkpoints
from poolbench.system import replace_file
from poolbench.training.checkpoint import Checkpoint

GENERATIONS = 2
# Seconds between two checkpoints: at least this, and at least so many times what the last one took,
# so that no more than one or two hundredths of a training go into them.
LEAST_SECONDS = 10.0
COST_TIMES = 50
DIGEST_LETTERS = 16
SUFFIX = ".safetensors"


class Checkpoints:
    """The checkpoints of all trials of a run."""

    def __init__(self, folder: Path, least_seconds: float = LEAST_SECONDS) -> None:
        self.folder = folder
        self.least_seconds = least_seconds

    def open(self, trial_id: str, attempt: int = 0) -> "TrialKeeper":
        """Open the checkpoints of one trial, or of its second attempt, which lie inside."""
        folder = self.folder / trial_id
        return TrialKeeper(folder / f"attempt-{attempt}" if attempt else folder, self.least_seconds)

    def remove(self, trial_id: str) -> None:
        """Delete the checkpoints of a finished trial."""
        remove_checkpoints(self.folder / trial_id)


class TrialKeeper:
    """A :class:`poolbench.training.checkpoint.Keeper` for one trial.

    Attributes:
        facts: What is kept with every checkpoint besides; values that JSON has.
    """

    def __init__(self, folder: Path, least_seconds: float) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = {}
        self._pause = self._least = least_seconds
        self._last = time.monotonic()

    def load(self) -> Checkpoint | None:
        """Return the latest checkpoint that is whole, if there is one."""
        for path in reversed(self._list()):
            # Damaged in one of many ways: the one before it is taken.
            with suppress(Exception):
                return _read(path)
        return None

    def offer(self, make: Callable[[], Checkpoint]) -> None:
        """Save a checkpoint, if the last one was long enough ago.

        A disk that takes none is no reason to stop: nothing is lost that a kill would not cost.
        """
        started = time.monotonic()
        if started - self._last < self._pause:
            return
        with suppress(OSError):
            self._save(make())
        self._last = time.monotonic()
        self._pause = max(self._least, COST_TIMES * (self._last - started))

    def _save(self, checkpoint: Checkpoint) -> None:
        facts = {**checkpoint.facts, **self.facts}
        arrays = {
            # numpy has no bfloat16; nothing that is trained is kept in it.
            name: np.asarray(value.detach().cpu().numpy(), order="C")
            for name, value in checkpoint.tensors.items()
        }
        content: bytes = save(arrays, {"facts": json.dumps(facts)})
        digest = hashlib.sha256(content).hexdigest()[:DIGEST_LETTERS]
        epochs = len(facts["history"])
        # Not the run itself, which may have been moved away.
        self.folder.parent.mkdir(exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        replace_file(self.folder / f"{epochs:06d}-{digest}{SUFFIX}", content)
        for old in self._list()[:-GENERATIONS]:
            old.unlink(missing_ok=True)

    def _list(self) -> list[Path]:
        """List the files of the checkpoints, the oldest first."""
        found = self.folder.glob(f"[0-9]*{SUFFIX}")
        return sorted(path for path in found if is_checkpoint(path.name))


def _read(path: Path) -> Checkpoint:
    check_regular(path)
    content = path.read_bytes()
    digest = path.stem.partition("-")[2]
    if hashlib.sha256(content).hexdigest()[:DIGEST_LETTERS] != digest:
        raise ValueError(f"{path} is damaged")
    with safe_open(path, framework="numpy") as file:
        facts = json.loads(file.metadata()["facts"])
        tensors = {name: torch.from_numpy(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    return Checkpoint(tensors, facts)
