"""Read what is logged of a finished training."""

import csv
import io
from dataclasses import dataclass

from poolbench.evaluation.metrics import METRICS
from poolbench.records import TrialRecord, TrialTiming
from poolbench.rundir.store import RunStore

# What is logged of each epoch, by its column in ``history.csv``.
CURVES = ("train_loss", "train_accuracy", "held_out_loss", "held_out_accuracy")


@dataclass(frozen=True)
class LoggedTrial:
    """A finished training.

    Attributes:
        history: For each epoch, from 1 on, the values of ``CURVES``; not a number where nothing
            was watched.
        results: What came of it, by name: accuracies and the metrics of the leaderboard.
    """

    record: TrialRecord
    timing: TrialTiming
    history: tuple[tuple[float, ...], ...]
    results: dict[str, float]

    @property
    def id(self) -> str:
        """The id of the trial."""
        return self.record.id


def load_logged(store: RunStore, trial: str) -> LoggedTrial:
    """Load what is logged of a trial.

    Raises:
        RunError: If it cannot be read.
    """
    record, timing = store.load_trial(trial), store.load_timing(trial)
    rows = csv.DictReader(io.StringIO(store.read_text(f"trials/{trial}/history.csv"), newline=""))
    history = tuple(tuple(float(row[name]) for name in CURVES) for row in rows)
    found = {entry.key: entry.read(record, timing) for entry in METRICS}
    results = {
        "accuracy": record.held_out.accuracy,
        "train_accuracy": record.train.accuracy,
        **{key: value for key, value in found.items() if value is not None},
    }
    return LoggedTrial(record, timing, history, results)
