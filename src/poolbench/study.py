"""The whole job, from pictures to a verified model: the one orchestrator."""

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch import nn

from poolbench.config import (
    Metric,
    StudyConfig,
    build_config,
    dump_config,
    load_config,
    split_names,
)
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.load import load_image_set
from poolbench.data.store import save_arrays
from poolbench.display import Display, format_duration
from poolbench.errors import RunError, UsageError, VerificationError
from poolbench.execution.collect import (
    choose_metric,
    collect_outcomes,
    compute_time_ratios,
    make_evidence,
    make_leaderboard,
)
from poolbench.execution.environment import describe_environment
from poolbench.execution.estimate import estimate_study_seconds, estimate_trial_seconds
from poolbench.execution.local import LocalExecutor, Progress
from poolbench.execution.plan import (
    Plan,
    choose_baseline,
    has_mixed_positions,
    list_looks,
    make_final_spec,
    make_plan,
    take_first,
)
from poolbench.execution.store import RunStore
from poolbench.export.handover import hand_over
from poolbench.finished import Study
from poolbench.operators import register
from poolbench.records import (
    DataRecord,
    LeaderboardRow,
    StudyRecord,
    TrialSpec,
    VerdictRecord,
)
from poolbench.texts import choose_language
from poolbench.verdict.decide import Question
from poolbench.verdict.racing import Race, take_look

RUNS = Path("runs")


def compare(
    source: str = "sample",
    *,
    operators: str | Sequence[str | type[nn.Module]] = ("stride", "max", "avg"),
    classes: str | Sequence[str | int] | None = None,
    data_file: str | Path | None = None,
    download: bool = False,
    image_size: int | None = None,
    fit: str = "squash",
    on_bad: str = "error",
    groups: str | None = None,
    out: str | Path | None = None,
    lang: str | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Study:
    """Train, compare, choose, export and verify: the whole job.

    Args:
        source: ``sample``, ``cifar10``, ``cifar100``, ``folder:PATH``, ``csv:FILE``, ``npz:PATH``,
            ``task:NAME``.
        operators: Ids, or classes of your own (see :func:`poolbench.register`).
        classes: Names or numbers, in the order of the labels, or one string with commas;
            ``None``: all.
        data_file: An archive or folder of CIFAR that is already there.
        groups: Which pictures belong together, and so stay in one fold: ``subfolder``,
            ``name:REGEX`` or ``column:NAME``.
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
        "classes": None if classes is None else tuple(map(str, _split(classes))),
        "image_size": image_size,
        "fit": fit,
        "on_bad": on_bad,
        "groups": groups,
    }
    names = tuple(_name_operator(operator) for operator in _split(operators))
    config = build_config({"data": data, "operators": names, **settings})
    place = None if out is None else Path(out)
    return run_study(config, place, Display(choose_language(lang), quiet=quiet))


def run_study(config: StudyConfig, out: Path | None, display: Display) -> Study:
    """Run a study, or what is left of it."""
    store = RunStore(out or name_run(config))
    config = _recall(config, store)
    image_set = load_image_set(config.data, display.show_loading)
    plan = make_plan(config, image_set)
    with store.hold():
        store.remove_leftovers()
        _begin(config, image_set, plan, store)
        seconds = show_summary(config, image_set, plan, store, display)
        verdict, compared = _compete(config, image_set, plan, store, seconds, display)
        final = make_final_spec(plan, verdict.recommended)
        if not store.has_trial(final.id):
            display.say("run.final", variant=verdict.recommended)
            seconds = estimate_trial_seconds([final], image_set)
            _run_trials([final], seconds, plan, image_set, store, display)
        hand_over(store, compared, final, verdict, image_set.test)
        return _conclude(store, display)


def preview_study(config: StudyConfig, out: Path | None, display: Display) -> None:
    """Say what :func:`run_study` would do, and how long that would take; nothing is written."""
    store = RunStore(out or name_run(config))
    config = _recall(config, store)
    image_set = load_image_set(config.data, display.show_loading)
    plan = make_plan(config, image_set)
    show_summary(config, image_set, plan, store, display)
    display.say("run.place", path=store.path)


def show_summary(
    config: StudyConfig, image_set: ImageSet, plan: Plan, store: RunStore, display: Display
) -> dict[str, float]:
    """Say what will be trained, on what, and how long it will take.

    Returns:
        Expected seconds of one trial, by variant id, of the variants that lack trials.
    """
    missing = [spec for spec in plan.specs if not store.has_trial(spec.id)]
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
        done=len(plan.specs) - len(missing),
        folds=plan.specs[0].folds,
        repeats=", ".join(map(str, list_looks(config))),
        protocol=config.protocol,
    )
    if config.repeats == "auto":
        display.say("run.auto")
    display.say(
        "run.device",
        device=conditions.device,
        precision=conditions.precision,
        workers=plan.workers,
        threads=conditions.threads,
    )
    if has_mixed_positions(plan.variants):
        display.say("run.positions-differ")
    others = store.count_others(spec.id for spec in plan.specs)
    if others:
        display.say("run.other-trials", count=others)
    seconds = estimate_trial_seconds(missing, image_set)
    if missing:
        _show_estimate(config, missing, seconds, plan.workers, display)
    else:
        display.say("run.same-trials")
    return seconds


def _show_estimate(
    config: StudyConfig,
    missing: Sequence[TrialSpec],
    seconds: Mapping[str, float],
    workers: int,
    display: Display,
) -> None:
    most = format_duration(estimate_study_seconds(missing, seconds, workers))
    soon = [spec for spec in missing if spec.repeat < list_looks(config)[0]]
    if len(soon) in (0, len(missing)):
        display.say("run.estimate", duration=most)
    else:
        least = format_duration(estimate_study_seconds(soon, seconds, workers))
        display.say("run.estimate-auto", least=least, most=most)


def name_run(config: StudyConfig) -> Path:
    """``runs/<source>-<hash>``: the same settings give the same folder."""
    # Neither how many work at it nor where the archive lies makes it another study.
    data = config.data.model_copy(update={"download": False, "data_file": None})
    settings = config.model_copy(update={"workers": None, "data": data})
    digest = hashlib.sha256(dump_config(settings).encode()).hexdigest()[:8]
    kind, _, place = config.data.source.partition(":")
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(place).stem).strip("-") if place else kind
    return RUNS / f"{name or kind}-{digest}"


def _split(names: str | Sequence[Any]) -> Sequence[Any]:
    """One string with commas as on the command line, or the names themselves."""
    return split_names(names) if isinstance(names, str) else names


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
    _forget_other_study(config, plan, store)
    conditions = plan.specs[0].conditions
    # What was chosen for this machine holds when the study is continued.
    chosen = {"device": conditions.device, "precision": conditions.precision}
    store.save_model("data.json", record)
    store.save_bytes("config.toml", dump_config(config.model_copy(update=chosen)).encode())
    store.save_json("environment.json", describe_environment(conditions.device, conditions.threads))


def _recall(config: StudyConfig, store: RunStore) -> StudyConfig:
    """The config with device and precision as they were chosen when the study was begun."""
    if not (store.path / "config.toml").is_file():
        return config
    before = load_config(store.path / "config.toml")
    recalled = {
        field: getattr(before, field)
        for field in ("device", "precision")
        if getattr(config, field) == "auto"
    }
    return config.model_copy(update=recalled)


def _forget_other_study(config: StudyConfig, plan: Plan, store: RunStore) -> None:
    """Results in the folder are no longer whole once another study writes there."""
    ids = {spec.id for spec in plan.specs}
    with suppress(RunError):
        before = set(store.load_model("study.json", StudyRecord).trials)
        # One that stops early does not use all of its plan.
        is_same = before <= ids if config.repeats == "auto" else before == ids
        if not is_same:
            (store.path / "study.json").unlink()


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
    specs: Sequence[TrialSpec],
    seconds: Mapping[str, float],
    plan: Plan,
    image_set: ImageSet,
    store: RunStore,
    display: Display,
) -> None:
    """Run trials in worker processes and show how far they are.

    Args:
        seconds: Expected of one trial, by variant id.
    """
    if not specs:
        return
    work = {spec.id: seconds[spec.variant.id] for spec in specs}
    epochs = {spec.id: spec.variant.recipe.epochs for spec in specs}
    workers = min(plan.workers, len(specs))
    with (
        tempfile.TemporaryDirectory(
            prefix=".part-", dir=store.path, ignore_cleanup_errors=True
        ) as folder,
        display.track(work, epochs) as tracker,
    ):
        save_arrays(image_set, Path(folder))
        executor = LocalExecutor(Path(folder), store.path, workers, specs[0].conditions.threads)

        def follow(progress: Progress) -> None:
            tracker.update(progress.trial, progress.epoch if progress.kind == "epoch" else None)

        executor.run(specs, follow)


def _compete(
    config: StudyConfig,
    image_set: ImageSet,
    plan: Plan,
    store: RunStore,
    seconds: Mapping[str, float],
    display: Display,
) -> tuple[VerdictRecord, list[TrialSpec]]:
    """Train and judge, look by look, until it is decided or the plan is done.

    Returns:
        The verdict, and the trials that it rests on.
    """
    half = image_set.pool if config.protocol == "cv" else image_set.test
    metric = choose_metric(config.metric, half.labels)
    looks = list_looks(config)
    race = Race(tuple(variant.id for variant in plan.variants))
    reached: dict[str, int] = {}
    for repeats in looks:
        reached |= dict.fromkeys(race.active, repeats)
        specs = _list_compared(plan, reached)
        missing = [spec for spec in specs if not store.has_trial(spec.id)]
        _run_trials(missing, seconds, plan, image_set, store, display)
        trials = [plan.list_trials(name, repeats) for name in race.active]
        outcomes = [collect_outcomes(store, own) for own in trials]
        question = _make_question(config, plan, store, metric)
        race = take_look(race, make_evidence(outcomes, half, metric), question, len(looks))
        if race.is_over:
            break
        if repeats != looks[-1]:
            display.say("run.look", repeats=repeats, active=", ".join(race.active))
    assert race.verdict is not None
    by_variant = {name: plan.list_trials(name, count) for name, count in reached.items()}
    _save_results(store, race.verdict, by_variant, half)
    diverged = sum(store.load_trial(spec.id).diverged_at is not None for spec in specs)
    if diverged:
        display.say("note.diverged", count=diverged)
    return race.verdict, specs


def _list_compared(plan: Plan, reached: Mapping[str, int]) -> list[TrialSpec]:
    """The trials of the first repeats of each variant, in the order of the plan."""
    return [spec for spec in plan.specs if spec.repeat < reached[spec.variant.id]]


def _make_question(config: StudyConfig, plan: Plan, store: RunStore, metric: Metric) -> Question:
    notes = []
    if has_mixed_positions(plan.variants):
        notes.append("positions-differ")
    if config.protocol == "lab":
        notes.append("test-watched")
    if metric == "balanced-accuracy" and config.metric == "auto":
        notes.append("metric-balanced")
    first = take_first(plan.specs)
    return Question(
        ids=tuple(first),
        costs={name: store.load_trial(spec.id).cost for name, spec in first.items()},
        margin_points=config.margin_points,
        protocol=config.protocol,
        metric=metric,
        baseline=choose_baseline(config.baseline, plan.variants),
        notes=tuple(notes),
    )


def _save_results(
    store: RunStore,
    verdict: VerdictRecord,
    specs: Mapping[str, Sequence[TrialSpec]],
    half: Half,
) -> None:
    """Verdict, leaderboard and ratios of times, on disk."""
    rows = make_leaderboard(store, specs, half, verdict.metric)
    columns = tuple(LeaderboardRow.model_fields)
    table = [tuple(row.model_dump().values()) for row in rows]
    store.save_table("leaderboard.csv", columns, table)
    store.save_model("timing.json", compute_time_ratios(store, specs))
    store.save_model("verdict.json", verdict)


def _conclude(store: RunStore, display: Display) -> Study:
    """Show the result, verify the bundle and build the report."""
    study = Study(store.path, display.lang)
    display.show_leaderboard(study.leaderboard())
    display.show_verdict(study.verdict)
    test = study.final.test
    key = "run.test-watched" if study.verdict.protocol == "lab" else "run.test"
    display.say(key, accuracy=test.accuracy, count=test.count)
    try:
        proof = study.verify()
    except VerificationError:
        # A proof that failed is no reason to hide what was measured.
        display.say("run.report", path=study.report())
        raise
    display.say("run.verified", checks=len(proof.checks))
    display.say("run.saved", path=store.path / "best" / "model.onnx")
    display.say("run.report", path=study.report())
    return study
