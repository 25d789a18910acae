"""Read a finished run as its reader sees it: all that figures and tables are made of."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import RootModel, ValidationError

from poolbench.config import StudyConfig
from poolbench.errors import RunError
from poolbench.records import (
    DataRecord,
    FinalRecord,
    LeaderboardRow,
    SideMetrics,
    StudyRecord,
    StudyTiming,
    TrialRecord,
    TrialTiming,
    VariantSpec,
    VerdictRecord,
    VerificationReport,
)
from poolbench.report.answers import read_answers
from poolbench.report.explained import Explained, read_explained
from poolbench.report.words import Words, in_each_language
from poolbench.results.history import average_histories, read_history
from poolbench.rundir.files import Model
from poolbench.rundir.store import RunStore
from poolbench.texts import DEFAULT_LANGUAGE
from poolbench.texts.class_names import name_class, name_classes
from poolbench.texts.plain import make_plain, read_escaped_formula
from poolbench.texts.told import find_reason
from poolbench.verdict.intervals import Interval

# The operator of the one variant of a backbone that has no site.
NO_OPERATOR = "none"


class _AnyObject(RootModel[dict[str, Any]]):
    """A JSON object of any content."""


@dataclass(frozen=True)
class VariantView:
    """One variant and its trials.

    Attributes:
        label: The id without the parts that all variants share.
        history: See :func:`poolbench.results.history.average_histories`.
        gap: Training less held-out accuracy, 0–1, with its 95 % interval.
        loss_rise: Held-out loss of the last epoch less the lowest of any, nats, likewise.
        confidence: float64 ``[P]``: the probability of the predicted class, for every prediction
            of a held-out picture in any trial.
        is_right: bool ``[P]``: whether that class is the true one.
    """

    spec: VariantSpec
    label: str
    row: LeaderboardRow
    trials: tuple[TrialRecord, ...]
    timings: tuple[TrialTiming, ...]
    history: dict[str, NDArray[np.float64]]
    gap: Interval
    loss_rise: Interval
    confidence: NDArray[np.float64]
    is_right: NDArray[np.bool_]

    @property
    def id(self) -> str:
        """The id of the variant, as in the leaderboard."""
        return self.spec.id

    @property
    def held_out_confusion(self) -> NDArray[np.int64]:
        """``[classes, classes]``, true x predicted, summed over trials."""
        return self._sum_confusions("held_out")

    @property
    def train_confusion(self) -> NDArray[np.int64]:
        """``[classes, classes]``, true x predicted, summed over trials."""
        return self._sum_confusions("train")

    def _sum_confusions(self, side: str) -> NDArray[np.int64]:
        """Sum over trials; a training that diverged gave no answers that could be counted."""
        sides: list[SideMetrics] = [getattr(trial, side) for trial in self.trials]
        counted = [
            np.array(found.confusion, dtype=np.int64)
            for found, trial in zip(sides, self.trials, strict=True)
            if trial.diverged_at is None
        ]
        nothing = np.zeros_like(np.array(sides[0].confusion, dtype=np.int64))
        total: NDArray[np.int64] = np.sum([nothing, *counted], axis=0)
        return total


@dataclass(frozen=True)
class Suspect:
    """A picture whose label is probably wrong.

    Attributes:
        margin: Probability of the suggested class minus that of the label.
        image: uint8 ``[H, W, 3]``; ``None``: there are worse ones to show.
    """

    picture: str
    label: str
    suggested: str
    margin: float
    image: NDArray[np.uint8] | None


@dataclass(frozen=True)
class RunView:
    """One run.

    Attributes:
        variants: In the order of the leaderboard, the highest accuracy first.
        final: ``None`` if no model was handed over.
        verification: ``None`` if nothing was verified.
        timing: Ratios of training times; ``None`` if the run has none.
        suspects: The worst first.
        explained: What was computed for the report while the networks were at hand; ``None`` in
            runs of before.
        files: Name (as ``best/model.onnx``) and bytes of what was handed over.
        lang: The language of ``classes``: that of a figure, or of a file.
    """

    path: Path
    config: StudyConfig
    config_text: str
    data: DataRecord
    environment: dict[str, Any]
    verdict: VerdictRecord
    timing: StudyTiming | None
    variants: tuple[VariantView, ...]
    final: FinalRecord | None
    verification: VerificationReport | None
    files: tuple[tuple[str, int], ...]
    suspects: tuple[Suspect, ...] = ()
    explained: Explained | None = None
    lang: str = DEFAULT_LANGUAGE

    @property
    def leading(self) -> VariantView:
        """The variant that is shown in detail: the recommended one, else the best mean."""
        return next(view for view in self.variants if view.id == self.verdict.leading)

    @property
    def has_many_trials(self) -> bool:
        """Whether any variant was trained more than once."""
        return any(len(view.trials) > 1 for view in self.variants)

    def are_repeated(self, *ids: str) -> bool:
        """Return whether each of these variants was trained more than once.

        Only then is it known how far another training would agree.
        """
        counts = {view.id: len(view.trials) for view in self.variants}
        return all(counts[name] > 1 for name in ids)

    @property
    def labels(self) -> dict[str, str]:
        """Variant id to the short name that the report uses."""
        return {view.id: view.label for view in self.variants}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as they are told in this view's language."""
        return tuple(name_classes(self.data.classes, self.data.source, self.lang))

    @property
    def class_words(self) -> tuple[Words, ...]:
        """The classes as they are told in every language."""
        return tuple(map(self.tell_class, self.data.classes))

    def tell_class(self, name: str) -> Words:
        """Return what a class of the record is called in every language."""
        return in_each_language(lambda lang: name_class(name, self.data.source, lang))

    @property
    def names(self) -> tuple[str, ...]:
        """What figures show: classes and variants."""
        return (*self.classes, *self.labels.values())


def read_run(path: Path) -> RunView:
    """Read a finished run; it may have been moved since.

    Raises:
        RunError: If it is no run, is not finished, or holds a broken file.
    """
    store = RunStore(path)
    verdict = store.load_model("verdict.json", VerdictRecord)
    data = store.load_model("data.json", DataRecord)
    study = store.load_model("study.json", StudyRecord)
    rows = read_leaderboard(path)
    known = {row.variant for row in rows}
    if verdict.leading not in known:
        raise RunError("report.no-leading", path=path, variant=verdict.leading)
    return RunView(
        path=path,
        config=store.load_config(),
        config_text=store.read_text("config.toml"),
        data=data,
        environment=store.load_model("environment.json", _AnyObject).root,
        verdict=verdict,
        timing=_load_optional(store, "timing.json", StudyTiming),
        variants=_read_variants(store, rows, study.trials, len(data.classes)),
        final=_load_optional(store, "best/final.json", FinalRecord) if study.final else None,
        verification=(
            _load_optional(store, "best/verification.json", VerificationReport)
            if study.final
            else None
        ),
        files=tuple((f"best/{file.name}", file.stat().st_size) for file in _list_handed(store)),
        suspects=_read_suspects(store),
        explained=read_explained(store),
    )


def _read_suspects(store: RunStore) -> tuple[Suspect, ...]:
    """Read the suspects; none where nobody looked for them, as in the lab protocol."""
    try:
        rows = list(csv.DictReader(io.StringIO(store.read_text("suspects.csv"), newline="")))
        images = store.read_arrays("suspects.npz")["images"]
        return tuple(
            Suspect(
                read_escaped_formula(row["picture"]),
                read_escaped_formula(row["label"]),
                read_escaped_formula(row["suggested"]),
                float(row["margin"]),
                images[number] if number < len(images) else None,
            )
            for number, row in enumerate(rows)
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise RunError("report.suspects", path=store.path, reason=find_reason(error)) from None


def read_leaderboard(path: Path) -> tuple[LeaderboardRow, ...]:
    """Read the leaderboard of a run, the highest accuracy first.

    Args:
        path: The run directory.

    Raises:
        RunError: If it is missing, empty or broken.
    """
    file = path / "leaderboard.csv"
    try:
        text = RunStore(path).read_text(file.name)
        rows = tuple(
            LeaderboardRow.model_validate(
                {**row, "variant": read_escaped_formula(row.get("variant") or "")}
            )
            for row in csv.DictReader(io.StringIO(text, newline=""))
        )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError("run.unread", path=file, reason=find_reason(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        field, said = str(first["loc"][0]), first["msg"]
        raise RunError("run.bad-field", path=file, field=field, said=said) from None
    if not rows:
        raise RunError("report.empty", path=file)
    return rows


def label_variants(specs: list[VariantSpec]) -> dict[str, str]:
    """Return each variant's shortest name in this study, by variant id.

    The operator, then what differs between variants: backbone, recipe, replica. A network without
    an operator is called by its backbone.
    """
    parts = [(spec.backbone, spec.recipe.name, str(spec.replica)) for spec in specs]
    backbones = {spec.backbone for spec in specs if spec.operator != NO_OPERATOR}
    varying = [len(backbones) > 1, *(len({part[k] for part in parts}) > 1 for k in (1, 2))]
    labels = {}
    for spec, part in zip(specs, parts, strict=True):
        has_none = spec.operator == NO_OPERATOR
        names = [spec.backbone if has_none else spec.operator]
        shown = [False, *varying[1:]] if has_none else varying
        names += [name for name, varies in zip(part, shown, strict=True) if varies]
        labels[spec.id] = make_plain(".".join(names))
    return labels


def _read_variants(
    store: RunStore, rows: tuple[LeaderboardRow, ...], trial_ids: tuple[str, ...], classes: int
) -> tuple[VariantView, ...]:
    records = [store.load_trial(trial_id) for trial_id in trial_ids]
    if any(record.spec.num_classes != classes for record in records):
        raise RunError("report.other-classes", path=store.path, classes=classes)
    by_variant: dict[str, list[TrialRecord]] = {row.variant: [] for row in rows}
    for record in records:
        by_variant.setdefault(record.spec.variant.id, []).append(record)
    for variant_id, trials in by_variant.items():
        if not trials:
            raise RunError("report.no-trial", path=store.path, variant=variant_id)
    labels = label_variants([by_variant[row.variant][0].spec.variant for row in rows])
    return tuple(
        _read_variant(store, row, by_variant[row.variant], labels[row.variant]) for row in rows
    )


def _read_variant(
    store: RunStore, row: LeaderboardRow, trials: list[TrialRecord], label: str
) -> VariantView:
    return VariantView(
        spec=trials[0].spec.variant,
        label=label,
        row=row,
        trials=tuple(trials),
        timings=tuple(store.load_timing(trial.id) for trial in trials),
        history=average_histories(
            [read_history(store, f"trials/{trial.id}/history.csv") for trial in trials]
        ),
        **read_answers(store, trials),
    )


def _load_optional(store: RunStore, name: str, model: type[Model]) -> Model | None:
    return store.load_model(name, model) if store.has(name) else None


def _list_handed(store: RunStore) -> list[Path]:
    return [file for file in store.list_files("best") if not file.name.startswith(".")]
