"""Run the whole job, from pictures to a verified model: the one orchestrator."""

import inspect
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Unpack

from torch import nn

from poolbench.config import (
    DataConfig,
    Fit,
    OnBad,
    OnDuplicates,
    Settings,
    StudyConfig,
    build_config,
    read_settings,
    split_names,
)
from poolbench.data.duplicates import COLUMNS
from poolbench.data.image_set import ImageSet
from poolbench.data.sources import resolve_source
from poolbench.errors import RunError, UsageError
from poolbench.language import choose_language, errors_told_in
from poolbench.machine.description import Machine
from poolbench.models import Factory, add_factory
from poolbench.operators import register
from poolbench.planning.budget import MeasuredPlan
from poolbench.planning.plan import Plan
from poolbench.records import (
    DataRecord,
    PlanRecord,
    StudyRecord,
)
from poolbench.rundir.language import LANGUAGE
from poolbench.rundir.store import RunStore
from poolbench.runs.find import choose_place, find_run
from poolbench.study.account import Accountant
from poolbench.study.compete import StudyContext, compete
from poolbench.study.conclude import conclude, finish
from poolbench.study.display import Display
from poolbench.study.finished import Study
from poolbench.study.hooks import NO_HOOKS, EpochEvent, Follower, Hooks, TrialEvent
from poolbench.study.logs import check_logs, open_logs
from poolbench.study.prepare import (
    check_study,
    load_pictures,
    measure_study,
    open_executor,
    open_machine,
    open_store,
    recall_config,
    save_config,
)


def compare(
    source: str | None = None,
    *,
    data: str | None = None,
    operators: str | type[nn.Module] | Sequence[str | type[nn.Module]] = ("stride", "max", "avg"),
    backbones: str | Factory | Sequence[str | Factory] | None = None,
    classes: str | Sequence[str | int] | None = None,
    data_file: str | Path | None = None,
    download: bool = False,
    image_size: int | None = None,
    fit: Fit = "squash",
    on_bad: OnBad = "error",
    groups: str | None = None,
    on_duplicates: OnDuplicates = "report",
    out: str | Path | None = None,
    name: str | None = None,
    lang: str | None = None,
    quiet: bool = False,
    on_trial: Callable[[TrialEvent], object] | None = None,
    on_epoch: Callable[[EpochEvent], object] | None = None,
    **settings: Unpack[Settings],
) -> Study:
    """Train, compare, choose, export and verify: the whole job.

    Args:
        source, data: The image set, under either name, as in ``--data``: ``cells`` (the default),
            ``sample``, ``cifar10``, ``folder:PATH``, …, or only a path, whose kind is recognised.
        operators: Ids, or your own classes (see :func:`poolbench.register`); one needs no list.
        backbones: Ids, ``package.module:factory``, or functions; ``None`` for the preset's choice.
        classes: Names or numbers in label order, or one string with commas; ``None`` for all.
        data_file: An archive or folder of CIFAR that you already have.
        groups: What stays in one fold: ``subfolder``, ``name:REGEX`` or ``column:NAME``.
        on_duplicates: ``report``, ``drop`` or ``refuse`` copies that training and test would share.
        out: The run directory; by default a folder in ``runs`` named after the settings, so that
            the same call continues where it stopped.
        name: Instead of ``out``: puts the run into ``runs/NAME``, where ``@NAME`` finds it.
        on_trial, on_epoch: Functions called after each training, and after each epoch of one, with
            a :class:`poolbench.TrialEvent` or :class:`poolbench.EpochEvent`; the study waits.
        settings: Fields of :class:`poolbench.config.StudyConfig`, such as ``repeats=6``, or their
            names on the command line, such as ``margin=0.5``; also ``preset="standard"``.

    Raises:
        PoolbenchError: With one message for each kind of error; see :mod:`poolbench.errors`.
    """
    display = Display(choose_language(lang), quiet=quiet)
    with errors_told_in(display.lang):
        pictures = {
            **_name_source(source, data, data_file),
            "download": download,
            "classes": None if classes is None else tuple(map(str, _split(classes))),
            "image_size": image_size,
            "fit": fit,
            "on_bad": on_bad,
            "groups": groups,
            "on_duplicates": on_duplicates,
        }
        named = _name_parts(operators, backbones)
        config = build_config({"data": pictures, **named, **_read_settings(settings)})
        path = choose_place(None if out is None else find_run(out), name)
        return run_study(config, path, display, Hooks(on_trial, on_epoch))


def run_study(
    config: StudyConfig,
    out: Path | None,
    display: Display,
    hooks: Hooks = NO_HOOKS,
    account: Accountant | None = None,
) -> Study:
    """Run a study, or what is left of it.

    Args:
        account: Takes down where the seconds go.
    """
    check_logs(config.log)
    account = account or Accountant()
    started = time.monotonic()
    store = open_store(config, out)
    config = recall_config(config, store)
    is_split = config.protocol == "cv"
    with account.phase("images"):
        image_set, duplicates = load_pictures(config.data, display, is_split=is_split)
    record = _make_data_record(config, image_set)
    with open_machine(config) as machine:
        # Refuses what does not fit, before anything is written.
        plan = check_study(config, machine, image_set, display)
        with store.hold(), display.watch.keep_in(store):
            _refuse_other_pictures(record, store)
            store.remove_leftovers()
            with open_executor(config, machine, image_set, store, store.path) as executor:
                limit = config.time_limit_seconds
                left = None if limit is None else limit - (time.monotonic() - started)
                with account.phase("measure"):
                    measured = measure_study(
                        config, plan, image_set, store, executor, left, display
                    )
                _begin(measured, machine, record, store, display)
                account.begin(store, measured)
                store.save_table("duplicates.csv", COLUMNS, duplicates)
                logs = open_logs(config.log, store, display)
                logs.catch_up(spec.id for spec in measured.plan.specs)
                follower = Follower(store, hooks, logs)
                context = StudyContext(executor, store, image_set, display, follower.follow)
                with account.phase("train"):
                    deadline = None if limit is None else started + limit
                    compared = compete(measured, context, deadline)
                finish(compared, measured, context, logs, account)
            # Processes that were killed while this one went on leave them.
            store.remove_leftovers()
            store.remove_checkpoints()
            return conclude(store, display, account)


def _name_source(
    source: str | None, data: str | None, data_file: str | Path | None
) -> dict[str, Any]:
    """Return the settings that name an image set, of which a path alone may be given.

    Raises:
        UsageError: If it is named in both ways.
    """
    if source is not None and data is not None:
        raise UsageError("study.two-sources")
    given = data if source is None else source
    kind, found = resolve_source(DataConfig().source if given is None else given)
    return {"source": kind, "data_file": found if data_file is None else data_file}


def _read_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings by their fields; one that there is not may be meant for a parameter."""
    others = [name for name in inspect.signature(compare).parameters if name != "settings"]
    return read_settings(settings, others)


def _split(given: object) -> list[Any]:
    """Split names in one string with commas, as on the command line; what is no list stands alone.

    A built network may be a list of its layers, and is one thing.
    """
    if isinstance(given, str):
        return list(split_names(given))
    if isinstance(given, type | nn.Module) or not isinstance(given, Iterable):
        return [given]
    return list(given)


def _name_parts(
    operators: str | type[nn.Module] | Sequence[str | type[nn.Module]],
    backbones: str | Factory | Sequence[str | Factory] | None,
) -> dict[str, tuple[str, ...]]:
    """Return the ids of what is compared, by the field of the config."""
    named = {"operators": tuple(map(_name_operator, _split(operators)))}
    if backbones is not None:
        named["backbones"] = tuple(map(_name_backbone, _split(backbones)))
    return named


def _name_operator(operator: str | type[nn.Module]) -> str:
    """Return the id of an operator; a class that is not registered gets its own name as id."""
    if isinstance(operator, str):
        return operator
    from poolbench.operators import list_operators

    for entry in list_operators():
        if entry.cls is operator:
            return entry.id
    return register(operator).__name__


def _name_backbone(backbone: str | Factory) -> str:
    """Return the id of a backbone; a function gets its own name as id."""
    if isinstance(backbone, str):
        return backbone
    name = getattr(backbone, "__name__", "")
    is_function = callable(backbone) and name.isidentifier()
    if not is_function and not isinstance(backbone, nn.Module):
        raise UsageError("study.no-backbone", given=repr(backbone))
    return add_factory(name, backbone).id


def _refuse_other_pictures(record: DataRecord, store: RunStore) -> None:
    if not (store.path / "data.json").is_file():
        return
    before = store.load_model("data.json", DataRecord)
    if before.manifest_hash != record.manifest_hash:
        classes = list(before.classes)
        raise UsageError(
            "study.other-pictures", path=store.path, source=before.source, classes=classes
        )


def _begin(
    measured: MeasuredPlan,
    machine: Machine,
    record: DataRecord,
    store: RunStore,
    display: Display,
) -> None:
    """Write what the run is about, and the language in which it is told."""
    config, plan = measured.config, measured.plan
    _forget_other_study(config, plan, store, display)
    store.save_model("data.json", record)
    save_config(measured, store)
    # Under a time limit the plan is what is thought to fit, which less may do in the end.
    may_end_early = config.repeats == "auto" or config.time_limit_seconds is not None
    trials = tuple(spec.id for spec in plan.specs)
    store.save_model("plan.json", PlanRecord(trials=trials, may_end_early=may_end_early))
    store.save_json("environment.json", {**machine.environment, LANGUAGE: display.lang})


def _forget_other_study(config: StudyConfig, plan: Plan, store: RunStore, display: Display) -> None:
    """Remove the mark of a whole run once another study writes to the folder."""
    ids = {spec.id for spec in plan.specs}
    with suppress(RunError):
        before = set(store.load_model("study.json", StudyRecord).trials)
        # One that stops early does not use all of its plan.
        is_same = before <= ids if config.repeats == "auto" else before == ids
        # More repeats of the same study go on with it.
        if not is_same:
            store.remove("study.json")
            if not before <= ids:
                display.say("watch.replaces")


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
