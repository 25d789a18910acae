"""Read what the page needs of a run directory, which may still be growing."""

import re
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import Images
from poolbench.errors import RunError
from poolbench.export.card import name_source
from poolbench.records import (
    SCHEMA_VERSION,
    DataRecord,
    FinalRecord,
    LiveRecord,
    PlanRecord,
    StudyRecord,
    VerdictRecord,
)
from poolbench.rundir.store import LIVE_FILE, RunStore
from poolbench.texts import TEXTS
from poolbench.texts.class_names import name_classes
from poolbench.texts.plain import make_plain
from poolbench.texts.policy import make_report_policy
from poolbench.texts.told import find_reason

FINAL = "best/model.onnx"
# Seconds after which a process that writes nothing is taken to be gone: the longest epochs.
SILENT_SECONDS = 600.0
REPORT = "report.html"
# Policy of the report, in an origin of its own, in which it is nobody: a stranger's run may bring
# another page.
REPORT_HEADERS = {
    "content-security-policy": (
        f"{make_report_policy()}; frame-ancestors 'none'; sandbox allow-scripts"
    )
}
# Files of which one is there as soon as a run has begun.
_MARKS = ("study.json", "plan.json", "config.toml", ".lock")
_TRIAL_ID = re.compile(r"(?P<variant>.+)-r\d+f\d+-[0-9a-f]+")


@dataclass(frozen=True)
class ServedModel:
    """One model of a run.

    Attributes:
        variant: Its id.
        file: Path within the run.
        is_final: Whether it was trained on the whole pool, to be handed over.
        is_recommended: Whether its variant is the one that the verdict recommends.
    """

    variant: str
    file: str
    is_final: bool
    is_recommended: bool


@dataclass(frozen=True)
class FinishedRun:
    """A run whose study is finished.

    Attributes:
        models: The one that was handed over first, then one of each variant.
    """

    path: Path
    data: DataRecord
    models: tuple[ServedModel, ...]

    @cached_property
    def pictures(self) -> tuple[Images, NDArray[np.int64]]:
        """Held-out pictures uint8 ``[n, H, W, 3]`` and their labels."""
        path = self.path / "pictures.npz"
        try:
            arrays = RunStore(self.path).read_arrays(path.name)
            return arrays["images"], arrays["labels"]
        except (OSError, ValueError, KeyError) as error:
            raise RunError("run.unread", path=path, reason=find_reason(error)) from None

    @property
    def has_report(self) -> bool:
        """Whether there is a report to show."""
        return has_report(self.path)

    def describe(self) -> dict[str, Any]:
        """Return the content of ``run.json``: what the page has to know."""
        height, width = self.data.image_size
        return {
            "source": make_plain(name_source(self.data.source)),
            "classes": [make_plain(name) for name in self.data.classes],
            "class_names": {lang: self._name_classes(lang) for lang in TEXTS},
            "height": height,
            "width": width,
            "fit": self.data.fit,
            "models": [
                {
                    "variant": make_plain(model.variant),
                    "isFinal": model.is_final,
                    "isRecommended": model.is_recommended,
                }
                for model in self.models
            ],
            "labels": self.pictures[1].tolist(),
            "schemaVersion": SCHEMA_VERSION,
            "hasReport": self.has_report,
        }

    def _name_classes(self, lang: str) -> list[str]:
        told = name_classes(self.data.classes, self.data.source, lang)
        return [make_plain(name) for name in told]


def check_is_run(path: Path) -> None:
    """Refuse a folder that no study has ever been in.

    Raises:
        RunError: If it is none.
    """
    if not any((path / name).exists() for name in _MARKS):
        raise RunError("serve.no-run", path=path)


def is_finished(path: Path) -> bool:
    """Return whether the study in this folder is whole: its last file is there."""
    return (path / "study.json").is_file()


def has_report(path: Path) -> bool:
    """Return whether the run itself has a report: a link may lead to somebody else's file."""
    report = path / REPORT
    return report.is_file() and report.resolve().parent == path.resolve()


def read_finished(path: Path) -> FinishedRun:
    """Read a finished run; it may have been moved since.

    Raises:
        RunError: If it is not finished, or a file of it is missing or broken.
    """
    store = RunStore(path)
    study = store.load_model("study.json", StudyRecord)
    recommended = store.load_model("verdict.json", VerdictRecord).recommended
    models = []
    if study.final is not None:
        final = store.load_model("best/final.json", FinalRecord).variant
        models.append(ServedModel(final, FINAL, True, True))
    diverged = _list_diverged(store, study)
    for name in study.files:
        parts = Path(name).parts
        is_model = parts[0] == "variants" and len(parts) == 3 and ".." not in parts
        if is_model and parts[1] not in diverged:
            models.append(ServedModel(parts[1], name, False, parts[1] == recommended))
    for model in models:
        if not store.locate(model.file).is_file():
            raise RunError("serve.no-model", path=path / model.file)
    return FinishedRun(path, store.load_model("data.json", DataRecord), tuple(models))


def _list_diverged(store: RunStore, study: StudyRecord) -> set[str]:
    """Return the variants whose exported trial, their first, diverged and has nothing to say."""
    first: dict[str, bool] = {}
    for trial in study.trials:
        found = _TRIAL_ID.fullmatch(trial)
        name = found["variant"] if found else trial
        if name not in first:
            first[name] = store.load_trial(trial).diverged_at is not None
    return {name for name, has_diverged in first.items() if has_diverged}


def measure_progress(path: Path) -> dict[str, Any]:
    """Measure how far a study has come, from its files alone.

    Returns:
        ``state``: ``preparing``, ``training``, ``finishing`` (the winner is trained again and
        handed over) or ``finished``; ``done`` and ``total`` trials; ``mayEndEarly``; ``variants``
        with their own ``done`` and ``total``; ``live``: what a process that works on it wrote last
        (:class:`~poolbench.records.LiveRecord`), or ``None``.
    """
    check_is_run(path)
    store = RunStore(path)
    state = "finished" if is_finished(path) else "preparing"
    if not (path / "plan.json").is_file():
        nothing: dict[str, Any] = {"done": 0, "total": 0, "mayEndEarly": False, "variants": []}
        return {"state": state, **nothing, "live": _read_live(store)}
    plan = store.load_model("plan.json", PlanRecord)
    variants: dict[str, dict[str, Any]] = {}
    for trial in plan.trials:
        found = _TRIAL_ID.fullmatch(trial)
        name = found["variant"] if found else trial
        row = variants.setdefault(name, {"variant": name, "done": 0, "total": 0})
        row["total"] += 1
        row["done"] += store.has_trial(trial)
    done, total = (sum(row[key] for row in variants.values()) for key in ("done", "total"))
    if state != "finished":
        state = "training" if done < total else "finishing"
    return {
        "state": state,
        "done": done,
        "total": total,
        "mayEndEarly": plan.may_end_early,
        "variants": list(variants.values()),
        "live": None if state == "finished" else _read_live(store),
    }


def _read_live(store: RunStore) -> dict[str, Any] | None:
    """Read what a running study says of itself, unless it has fallen silent."""
    try:
        age = time.time() - store.locate(LIVE_FILE).stat().st_mtime
        live = store.load_model(LIVE_FILE, LiveRecord)
    except (OSError, RunError):
        # It is over, was never begun, or is one of before.
        return None
    if age < SILENT_SECONDS:
        return live.model_dump(mode="json")
    # A process that was killed left it: what it measured still holds, its time left does not.
    gone = {"seconds_left": None}
    variants = tuple(row.model_copy(update=gone) for row in live.variants)
    return live.model_copy(update={**gone, "variants": variants}).model_dump(mode="json")
