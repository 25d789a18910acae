"""Log trainings as TensorBoard reads them, a folder for each in ``log/tensorboard``."""

import math
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from poolbench.rundir.store import RunStore
from poolbench.study.logs.entry import CURVES, LoggedTrial

FOLDER = "log/tensorboard"
# TensorBoard reads every file with "tfevents" in its name. Its own names hold that of the machine.
NAME = "events.out.tfevents.poolbench"
# Tags of the curves; what stands before the slash is drawn side by side.
TAGS = dict(
    zip(CURVES, ("loss/train", "accuracy/train", "loss/held_out", "accuracy/held_out"), strict=True)
)


class TensorboardLog:
    """Writes the events of a training as one file, which is whole or not there."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self.place = shlex.quote(str(store.path / FOLDER))

    def has(self, trial: str) -> bool:
        """Return whether a training has its file."""
        return self._store.has(f"{FOLDER}/{trial}/{NAME}")

    def write(self, trial: LoggedTrial) -> None:
        """Write the curves of a training, and what came of it at its last epoch."""

        def add(writer: Any) -> None:
            for epoch, values in enumerate(trial.history, 1):
                for tag, value in zip(TAGS.values(), values, strict=True):
                    if not math.isnan(value):
                        writer.add_scalar(tag, value, epoch)
            for name, value in trial.results.items():
                writer.add_scalar(f"result/{name}", value, len(trial.history))

        self._save(trial.id, add)

    def conclude(self, sentence: str) -> None:
        """Write the verdict as a text, in the place of an earlier one."""
        self._save("study", lambda writer: writer.add_text("verdict", sentence, 0))

    def _save(self, folder: str, add: Callable[[Any], None]) -> None:
        from torch.utils.tensorboard import SummaryWriter

        with tempfile.TemporaryDirectory(prefix="poolbench-") as place:
            with SummaryWriter(place) as writer:
                add(writer)
            content = b"".join(file.read_bytes() for file in sorted(Path(place).iterdir()))
        self._store.save_bytes(f"{FOLDER}/{folder}/{NAME}", content)
