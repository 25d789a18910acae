"""Log trainings to ``log.csv`` in the run: a row for each epoch of each training."""

import math

from poolbench.rundir.formats import neutralize, pack_table
from poolbench.rundir.store import RunStore
from poolbench.study.logs.entry import CURVES, LoggedTrial

NAME = "log.csv"
COLUMNS = (
    *("trial", "variant", "operator", "backbone", "recipe", "replica"),
    *("split", "repeat", "fold", "epoch"),
    *CURVES,
)


class CsvLog:
    """Appends to the file, which is begun anew with the study and then has all that is there."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._written: set[str] = set()
        store.save_bytes(NAME, pack_table(COLUMNS, []))
        self.place = str(store.path / NAME)

    def has(self, trial: str) -> bool:
        """Return whether a training is in the file."""
        return trial in self._written

    def write(self, trial: LoggedTrial) -> None:
        """Append the rows of a training; repeats and folds count from 0, epochs from 1."""
        spec = trial.record.spec
        variant = spec.variant
        named = (
            *(trial.id, variant.id, variant.operator, variant.backbone, variant.recipe.name),
            *(variant.replica, spec.split, spec.repeat, spec.fold),
        )
        rows = [
            (*map(neutralize, named), epoch, *map(_write_known, values))
            for epoch, values in enumerate(trial.history, 1)
        ]
        self._store.append_bytes(NAME, pack_table(COLUMNS, rows).partition(b"\n")[2])
        self._written.add(trial.id)

    def conclude(self, sentence: str) -> None:
        """Do nothing: a verdict is no row of an epoch."""


def _write_known(value: float) -> float | str:
    return "" if math.isnan(value) else value
