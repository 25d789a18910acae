"""The whole job, and a finished study again: the one orchestrator, and the Python API."""

import hashlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from torch import nn

from poolbench.config import StudyConfig, build_config, dump_config
from poolbench.data.image_set import ImageSet
from poolbench.data.load import load_image_set
from poolbench.data.store import save_arrays
from poolbench.display import Display, format_duration
from poolbench.errors import RunError, TrainingError, UsageError
from poolbench.execution.collect import collect_outcomes, make_leaderboard
from poolbench.execution.environment import describe_environment
from poolbench.execution.estimate import estimate_trial_seconds
from poolbench.execution.local import LocalExecutor, Progress
from poolbench.execution.plan import Plan, has_mixed_positions, make_final_spec, make_plan
from poolbench.execution.restore import restore_network
from poolbench.execution.store import RunStore
from poolbench.export.bundle import export_variant, make_metadata, save_bundle, save_pictures
from poolbench.export.card import render_card
from poolbench.export.onnx import Layout, export_onnx
from poolbench.export.predict import OnnxModel, load_model
from poolbench.export.verify import verify_run
from poolbench.models import Network
from poolbench.operators import register
from poolbench.records import (
    DataRecord,
    FinalRecord,
    LeaderboardRow,
    StudyRecord,
    TrialSpec,
    VerdictRecord,
    VerificationReport,
)
from poolbench.report.build import build_report
from poolbench.report.read import read_leaderboard
from poolbench.texts import choose_language
from poolbench.verdict.decide import Question, decide

RUNS = Path("runs")


class Study:
    """A finished study: what it found, and its models.

    Attributes:
        path: The run directory.
        verdict: Which variant is best, and whether the difference is real.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store = RunStore(path)
        self._record = self._store.load_model("study.json", StudyRecord)
        self.verdict: VerdictRecord = self._store.load_model("verdict.json", VerdictRecord)

    def leaderboard(self) -> tuple[LeaderboardRow, ...]:
        """One row for each variant, the highest accuracy first."""
        return read_leaderboard(self.path)

    @property
    def data(self) -> DataRecord:
        """The image set: class names, counts, hash."""
        return self._store.load_model("data.json", DataRecord)

    @property
    def final(self) -> FinalRecord:
        """The model that is handed over, and its test accuracy."""
        return self._store.load_model("best/final.json", FinalRecord)

    @property
    def best(self) -> OnnxModel:
        """The exported model; ``best.predict(images)`` needs no torch."""
        return load_model(self.path / "best" / "model.onnx")

    @property
    def figures(self) -> dict[str, Path]:
        """The figures as SVG files, by name."""
        return {path.stem: path for path in sorted((self.path / "figures").glob("*.svg"))}

    def model(self, variant: str | None = None, *, repeat: int = 0, fold: int = 0) -> Network:
        """A trained network as a torch module, in evaluation mode.

        Args:
            variant: Its id; ``None``: the model that is handed over.

        Raises:
            UsageError: If the study has no such trial.
        """
        if variant is None:
            return restore_network(self._store, self.final.trial)
        for trial_id in self._record.trials:
            spec = self._store.load_trial(trial_id).spec
            if (spec.variant.id, spec.repeat, spec.fold) == (variant, repeat, fold):
                return restore_network(self._store, trial_id)
        raise UsageError(
            f"This study has no trial of {variant!r} with repeat {repeat} and fold {fold}; its "
            f"variants are {', '.join(row.variant for row in self.leaderboard())}."
        )

    def export(
        self,
        out: str | Path | None = None,
        *,
        layout: str = "nhwc",
        size: int | None = None,
        trial: str | None = None,
    ) -> Path:
        """Write the winner, or any trial, as ONNX again in another form; the path of the file.

        Args:
            out: The file; by default in the folder ``exports`` of the run.
            layout: ``nhwc``: pictures of any size, resized in the graph; ``nchw``: one size.
            size: Pixels each way of layout ``nchw``; by default as trained.
            trial: Its id; ``None``: the model that is handed over.

        Raises:
            UsageError: For another layout, or a size where there is none to choose.
        """
        record = self._store.load_trial(trial or self.final.trial)
        name = f"{record.id}-{layout}{size or ''}.onnx"
        place = Path(out) if out else self.path / "exports" / name
        return export_onnx(
            restore_network(self._store, record.id),
            place,
            image_size=record.spec.image_size,
            classes=self.data.classes,
            fit=self.data.fit,
            layout=cast(Layout, layout),
            size=None if size is None else (size, size),
            metadata=make_metadata(record.spec, self.data),
        )

    def report(self, lang: str | None = None) -> Path:
        """Rebuild the HTML report; its path."""
        return build_report(self.path, choose_language(lang))

    def verify(self) -> VerificationReport:
        """Prove in a fresh process, without torch, that the saved model predicts what was measured.

        Raises:
            VerificationError: If it does not.
        """
        return verify_run(self.path)

    def __repr__(self) -> str:
        return f"Study({str(self.path)!r}, {self.verdict.kind}: {self.verdict.recommended})"

    def _repr_html_(self) -> str:
        from poolbench.report.build import render_summary

        return render_summary(self.path, choose_language())


def compare(
    source: str = "sample",
    *,
    operators: Sequence[str | type[nn.Module]] = ("stride", "max", "avg"),
    classes: Sequence[str | int] | None = None,
    data_file: str | Path | None = None,
    download: bool = False,
    image_size: int | None = None,
    fit: str = "squash",
    out: str | Path | None = None,
    lang: str | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Study:
    """Train, compare, choose, export and verify: the whole job.

    Args:
        source: ``sample``, ``cifar10``, ``cifar100``, ``folder:PATH``, ``csv:FILE``, ``npz:PATH``.
        operators: Ids, or classes of your own (see :func:`poolbench.register`).
        classes: Names or numbers, in the order of the labels; ``None``: all.
        data_file: An archive or folder of CIFAR that is already there.
        out: The run directory; by default a folder in ``runs`` that the settings name, so that the
            same call goes on where it stopped.
        settings: Fields of :class:`poolbench.config.StudyConfig`, such as ``repeats=6``.

    Raises:
        PoolbenchError: Each kind with one message; see :mod:`poolbench.errors`.
    """
    data = {
        "source": source,
        "data_file": data_file,
        "download": download,
        "classes": None if classes is None else tuple(str(name) for name in classes),
        "image_size": image_size,
        "fit": fit,
    }
    names = tuple(_name_operator(operator) for operator in operators)
    config = build_config({"data": data, "operators": names, **settings})
    place = None if out is None else Path(out)
    return run_study(config, place, Display(choose_language(lang), quiet=quiet))


def load(path: str | Path) -> Study:
    """A finished study, restored from its run directory.

    Raises:
        RunError: If there is no finished study.
    """
    return Study(Path(path))


def run_study(config: StudyConfig, out: Path | None, display: Display) -> Study:
    """Run a study, or what is left of it."""
    image_set = load_image_set(config.data, display.show_loading)
    plan = make_plan(config, image_set)
    store = RunStore(out or name_run(config))
    with store.hold():
        store.remove_leftovers()
        _begin(config, image_set, plan, store)
        show_summary(config, image_set, plan, store, display)
        _run_trials(plan.specs, plan, image_set, store, display)
        verdict = _judge(config, image_set, plan, store)
        final = make_final_spec(plan, verdict.recommended)
        if not store.has_trial(final.id):
            display.say("run.final", variant=verdict.recommended)
            _run_trials([final], plan, image_set, store, display)
        _hand_over(final, verdict, image_set, plan, store)
        return _conclude(store, display)


def preview_study(config: StudyConfig, out: Path | None, display: Display) -> None:
    """Say what :func:`run_study` would do, and how long that would take; nothing is written."""
    image_set = load_image_set(config.data, display.show_loading)
    plan = make_plan(config, image_set)
    store = RunStore(out or name_run(config))
    show_summary(config, image_set, plan, store, display)
    missing = [spec for spec in plan.specs if not store.has_trial(spec.id)]
    seconds = estimate_trial_seconds(missing, image_set)
    total = sum(seconds[spec.variant.id] for spec in missing)
    display.say("run.estimate", duration=format_duration(total / plan.workers))
    display.say("run.place", path=store.path)


def show_summary(
    config: StudyConfig, image_set: ImageSet, plan: Plan, store: RunStore, display: Display
) -> None:
    """What will be trained, on what, and how long it will take."""
    done = sum(store.has_trial(spec.id) for spec in plan.specs)
    height, width = image_set.image_size
    conditions = plan.specs[0].conditions
    display.say(
        "run.data",
        source=image_set.source,
        classes=", ".join(image_set.classes),
        pool=len(image_set.pool),
        test=len(image_set.test),
        height=height,
        width=width,
    )
    display.say(
        "run.plan",
        variants=len(plan.variants),
        trials=len(plan.specs),
        done=done,
        folds=plan.specs[0].folds,
        repeats=config.repeats,
        protocol=config.protocol,
    )
    display.say(
        "run.device",
        device=conditions.device,
        precision=conditions.precision,
        workers=plan.workers,
        threads=conditions.threads,
    )
    if has_mixed_positions(plan.variants):
        display.say("run.positions-differ")


def name_run(config: StudyConfig) -> Path:
    """``runs/<source>-<hash>``: the same settings give the same folder."""
    settings = config.model_copy(update={"workers": None})
    digest = hashlib.sha256(dump_config(settings).encode()).hexdigest()[:8]
    kind, _, place = config.data.source.partition(":")
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(place).stem).strip("-") if place else kind
    return RUNS / f"{name or kind}-{digest}"


def _name_operator(operator: str | type[nn.Module]) -> str:
    """The id of an operator; a class that is not registered gets its own name as id."""
    if isinstance(operator, str):
        return operator
    from poolbench.operators import list_operators

    for entry in list_operators():
        if entry.cls is operator:
            return entry.id
    register(operator.__name__)(operator)
    return operator.__name__


def _begin(config: StudyConfig, image_set: ImageSet, plan: Plan, store: RunStore) -> None:
    """Write what the run is about; refuse a folder that holds other pictures."""
    record = _make_data_record(config, image_set)
    if (store.path / "data.json").is_file():
        before = store.load_model("data.json", DataRecord)
        if before.manifest_hash != record.manifest_hash:
            raise UsageError(
                f"{store.path} holds a study of other pictures ({before.source}: "
                f"{', '.join(before.classes)}). Choose another --out."
            )
    conditions = plan.specs[0].conditions
    store.save_model("data.json", record)
    store.save_bytes("config.toml", dump_config(config).encode())
    store.save_json("environment.json", describe_environment(conditions.device, conditions.threads))


def _make_data_record(config: StudyConfig, image_set: ImageSet) -> DataRecord:
    def count(labels: Any) -> tuple[int, ...]:
        return tuple(int((labels == label).sum()) for label in range(len(image_set.classes)))

    return DataRecord(
        source=image_set.source,
        classes=image_set.classes,
        image_size=image_set.image_size,
        fit=config.data.fit,
        manifest_hash=image_set.manifest_hash,
        pool_counts=count(image_set.pool.labels),
        test_counts=count(image_set.test.labels),
        has_official_test=image_set.has_official_test,
        facts=image_set.facts,
    )


def _run_trials(
    specs: Sequence[TrialSpec], plan: Plan, image_set: ImageSet, store: RunStore, display: Display
) -> None:
    """Run those of the trials that are not finished."""
    missing = [spec for spec in specs if not store.has_trial(spec.id)]
    if not missing:
        display.say("run.same-trials")
        return
    seconds = estimate_trial_seconds(missing, image_set)
    work = {spec.id: seconds[spec.variant.id] for spec in missing}
    workers = min(plan.workers, len(missing))
    display.say("run.estimate", duration=format_duration(sum(work.values()) / workers))
    epochs = {spec.id: spec.variant.recipe.epochs for spec in missing}
    with (
        tempfile.TemporaryDirectory(prefix="poolbench-", ignore_cleanup_errors=True) as folder,
        display.track(work, epochs) as tracker,
    ):
        save_arrays(image_set, Path(folder))
        executor = LocalExecutor(Path(folder), store.path, workers, missing[0].conditions.threads)

        def follow(progress: Progress) -> None:
            tracker.update(progress.trial, progress.epoch if progress.kind == "epoch" else None)

        executor.run(missing, follow)


def _judge(config: StudyConfig, image_set: ImageSet, plan: Plan, store: RunStore) -> VerdictRecord:
    """Verdict and leaderboard, in memory and on disk."""
    outcomes = collect_outcomes(store, plan)
    notes = []
    if has_mixed_positions(plan.variants):
        notes.append("positions-differ")
    if config.protocol == "lab":
        notes.append("test-watched")
    first = {variant.id: plan.list_trials(variant.id)[0] for variant in plan.variants}
    costs = {name: store.load_trial(spec.id).cost for name, spec in first.items()}
    question = Question(outcomes.ids, costs, config.margin_points, config.protocol, tuple(notes))
    verdict = decide(outcomes.correct, outcomes.fold, question)
    rows = make_leaderboard(store, plan, outcomes)
    columns = tuple(LeaderboardRow.model_fields)
    table = [tuple(row.model_dump().values()) for row in rows]
    store.save_table("leaderboard.csv", columns, table)
    store.save_model("verdict.json", verdict)
    return verdict


def _hand_over(
    final: TrialSpec, verdict: VerdictRecord, image_set: ImageSet, plan: Plan, store: RunStore
) -> None:
    """Export the winner and one trial of each variant, unless that was done before."""
    study = StudyRecord(trials=tuple(spec.id for spec in plan.specs), final=final.id)
    if _is_handed_over(study, store):
        return
    record = store.load_trial(final.id)
    if record.diverged_at is not None:
        raise TrainingError(
            f"The final training of {final.variant.id} diverged at step {record.diverged_at}: "
            "its loss is no longer a number. Take a lower learning rate (poolbench recipes)."
        )
    # Without this file an interrupted hand-over is done again from its start.
    (store.path / "study.json").unlink(missing_ok=True)
    data = store.load_model("data.json", DataRecord)
    for variant in plan.variants:
        spec = plan.list_trials(variant.id)[0]
        export_variant(store, restore_network(store, spec.id), spec, data)
    handed = FinalRecord(trial=final.id, variant=final.variant.id, test=record.held_out)
    card = render_card(final, data, handed, verdict)
    network = restore_network(store, final.id)
    save_bundle(store, network, final, data, handed, image_set.test, card)
    save_pictures(store, image_set.test, len(data.classes))
    store.save_model("study.json", study)


def _is_handed_over(study: StudyRecord, store: RunStore) -> bool:
    try:
        return store.load_model("study.json", StudyRecord) == study
    except RunError:
        return False


def _conclude(store: RunStore, display: Display) -> Study:
    """Verify the bundle, build the report and show the result."""
    study = Study(store.path)
    checks = study.verify()
    report = study.report(display.lang)
    display.show_leaderboard(study.leaderboard())
    display.show_verdict(study.verdict)
    test = study.final.test
    display.say("run.test", accuracy=test.accuracy, count=test.count)
    display.say("run.verified", checks=len(checks.checks))
    display.say("run.saved", path=store.path / "best" / "model.onnx")
    display.say("run.report", path=report)
    return study
