"""Sum up a run in one line, whatever state it is in: what cannot be read is said, never raised."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from poolbench.errors import RunError
from poolbench.records import DataRecord, PlanRecord, StudyRecord, VerdictRecord
from poolbench.records.verdict import Kind
from poolbench.rundir.store import RunStore
from poolbench.runs.find import list_runs, read_time
from poolbench.system import is_held

State = Literal["finished", "running", "unfinished", "broken"]


@dataclass(frozen=True)
class RunSummary:
    """One run.

    Attributes:
        date: When it was last worked at, by the dates of its files.
        source: The image set, as on the command line; ``None``, as the next three: not known.
        pictures: Pictures of the pool and of the test half together.
        verdict: ``None`` as long as there is none.
        recommended: The variant to use, shortened to what tells variants of this run apart.
        done, total: Trials that are finished, and those that were planned at most.
        size_bytes: Of all files in the folder.
        fault: What is wrong with a broken run; ``None`` for others.
    """

    path: Path
    state: State
    date: datetime
    source: str | None
    pictures: int | None
    classes: tuple[str, ...] | None
    verdict: Kind | None
    recommended: str | None
    done: int
    total: int
    size_bytes: int
    fault: RunError | OSError | None = None

    @property
    def name(self) -> str:
        """What it is called after ``@``."""
        return self.path.absolute().name

    def dump(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "name": self.name,
            "path": str(self.path),
            "state": self.state,
            "date": self.date.isoformat(timespec="seconds"),
            "source": self.source,
            "pictures": self.pictures,
            "classes": None if self.classes is None else list(self.classes),
            "verdict": self.verdict,
            "recommended": self.recommended,
            "trials": {"done": self.done, "total": self.total},
            "size_bytes": self.size_bytes,
            "reason": None if self.fault is None else str(self.fault),
        }


def summarize_runs(folder: Path) -> list[RunSummary]:
    """Sum up the runs in a folder, the latest first.

    Raises:
        RunError: As :func:`poolbench.runs.find.list_runs`.
    """
    found = [summarize_run(path) for path in list_runs(folder)]
    return sorted(found, key=lambda run: (run.date, run.name), reverse=True)


def summarize_run(path: Path) -> RunSummary:
    """Sum up a run directory."""
    store = RunStore(path)
    data, verdict = None, None
    state: State = "finished" if (path / "study.json").is_file() else "unfinished"
    done, total = 0, 0
    fault: RunError | OSError | None = None
    try:
        done, total = _count_trials(store)
        if store.has("data.json"):
            data = store.load_model("data.json", DataRecord)
        if state == "finished":
            verdict = _load_verdict(store)
    except (RunError, OSError) as error:
        state, fault = "broken", error
    # One that is continued has the verdict of before until there is another.
    if is_held(path):
        state, fault = "running", None
    return RunSummary(
        path=path,
        state=state,
        date=datetime.fromtimestamp(read_time(path), UTC),
        source=None if data is None else data.source,
        pictures=None if data is None else sum(data.pool_counts) + sum(data.test_counts),
        classes=None if data is None else data.classes,
        verdict=None if verdict is None else verdict.kind,
        recommended=None if verdict is None else _shorten(verdict),
        done=done,
        total=total,
        size_bytes=measure_size(path),
        fault=fault,
    )


def _count_trials(store: RunStore) -> tuple[int, int]:
    """Count the trials that are finished, and those that are planned or were compared."""
    if store.has("study.json"):
        trials = store.load_model("study.json", StudyRecord).trials
    elif store.has("plan.json"):
        trials = store.load_model("plan.json", PlanRecord).trials
    else:
        return len(store.list_trials()), 0
    return sum(map(store.has_trial, trials)), len(trials)


def _load_verdict(store: RunStore) -> VerdictRecord:
    """Load the verdict of a run that has all that a finished one has.

    Raises:
        RunError: If something of it is missing.
    """
    verdict = store.load_model("verdict.json", VerdictRecord)
    study = store.load_model("study.json", StudyRecord)
    needed = [f"trials/{trial}/record.json" for trial in study.trials]
    needed += ["data.json", "leaderboard.csv", *study.files]
    lost = [name for name in needed if not store.has(name)]
    if lost:
        first = store.path / lost[0]
        if len(lost) > 1:
            raise RunError("runs.files-missing", path=first, count=len(lost))
        raise RunError("runs.file-missing", path=first)
    return verdict


def _shorten(verdict: VerdictRecord) -> str | None:
    """Shorten the recommended variant to the parts in which variants of the run differ."""
    if verdict.recommended is None:
        return None
    names = {name for pair in verdict.differences for name in (pair.first, pair.second)}
    parts = [name.split(".") for name in names | {verdict.recommended}]
    mine = verdict.recommended.split(".")
    if len({len(part) for part in parts}) > 1:
        return verdict.recommended
    varies = [len({part[place] for part in parts}) > 1 for place in range(len(mine))]
    kept = [part for part, differs in zip(mine[1:], varies[1:], strict=True) if differs]
    return ".".join([mine[0], *kept])


def measure_size(path: Path) -> int:
    """Measure the bytes of all files in a folder; links are not followed."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += Path(folder, name).lstat().st_size
            except OSError:
                # It went meanwhile, as files of a study do that is running.
                continue
    return total
