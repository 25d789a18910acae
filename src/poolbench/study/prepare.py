"""Prepare a study: what does not fit is refused, and what will be done is said."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolbench.config import DataConfig, StudyConfig, dump_config, hash_config
from poolbench.data.duplicates import Row, handle_duplicates
from poolbench.data.image_set import ImageSet
from poolbench.data.load import load_image_set
from poolbench.data.store import WEIGHTS_FILE, save_arrays
from poolbench.errors import UsageError, Voice
from poolbench.executors.base import Executor, Measurer
from poolbench.executors.local import LocalExecutor
from poolbench.machine.description import Machine, describe_machine
from poolbench.models import get_backbone
from poolbench.models.seen import read_seen
from poolbench.models.transfer import read_facts
from poolbench.planning.budget import MeasuredPlan, measure_plan
from poolbench.planning.checks import check_networks, check_weights
from poolbench.planning.disk_space import check_classes, check_disk_space, estimate_disk_bytes
from poolbench.planning.durations import Duration, estimate_study_seconds
from poolbench.planning.memory import check_training_memory
from poolbench.planning.plan import Plan, favours_an_operator, list_looks, make_plan, take_first
from poolbench.planning.remembered import RememberingMeasurer
from poolbench.planning.shorten import LONG_SECONDS, list_shorter
from poolbench.planning.variants import has_mixed_positions
from poolbench.records import TrialSpec
from poolbench.rundir.owned import check_run_path
from poolbench.rundir.refusal import explain_refusal
from poolbench.rundir.store import RunStore
from poolbench.runs.find import RUNS
from poolbench.study.display import Display
from poolbench.texts import Phrase
from poolbench.texts.class_names import name_classes
from poolbench.texts.duration import format_duration
from poolbench.texts.facts import describe_facts, describe_size
from poolbench.texts.joined import Joined
from poolbench.texts.plain import list_some
from poolbench.training.recipes import LEAST_STEPS, get_recipe

# Fields that say where and by how many a study is worked at, and who is told of it.
WORK_FIELDS = ("workers", "executor", "address", "storage", "allow_mixed", "log")
# The share of the pool that a network of five folds, the default, is trained on.
USUAL_FOLDS = 5
# Share of a test half that weights may have seen: a few pictures stand twice in many sets.
MOST_SEEN = 0.01
# Protocols, in words.
_PROTOCOLS = {"cv": Phrase("card.protocol-cv"), "lab": Phrase("card.protocol-lab")}


def name_run(config: StudyConfig) -> Path:
    """Name the folder ``runs/<source>-<hash>``: the same settings give the same folder."""
    # Neither who works at it nor where the archive lies makes it another study.
    same: dict[str, Any] = {"download": False, "data_file": None}
    if config.data.on_duplicates == "refuse":
        # What is not refused is computed as if nobody had asked.
        same["on_duplicates"] = "report"
    data = config.data.model_copy(update=same)
    anywhere = {name: StudyConfig.model_fields[name].default for name in WORK_FIELDS}
    settings = config.model_copy(update={**anywhere, "data": data})
    digest = hash_config(settings)[:8]
    kind, _, path = config.data.source.partition(":")
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(path).stem).strip("-") if path else kind
    return RUNS / f"{name or kind}-{digest}"


def open_store(config: StudyConfig, out: Path | None) -> RunStore:
    """Return the run directory, unless something else lies there."""
    store = RunStore(out or name_run(config))
    # Where the folder was not chosen, the pictures may lie around it: a run is no class.
    check_run_path(store.path, "" if out is None else config.data.source)
    return store


def load_pictures(
    config: DataConfig, display: Display, *, is_split: bool
) -> tuple[ImageSet, list[Row]]:
    """Load an image set, look for duplicates, and say what was found.

    Args:
        is_split: Whether the pool is split into folds.

    Returns:
        The image set and the rows of ``duplicates.csv``.

    Raises:
        PoolbenchError: As :func:`load_image_set` and :func:`handle_duplicates`.
    """
    loaded = load_image_set(config, display.show_loading)
    for line in describe_facts(loaded.facts, display.lang):
        display.tell(line)
    image_set, rows = handle_duplicates(
        loaded,
        config.on_duplicates,
        is_split=is_split,
        on_progress=display.show_loading,
    )
    found = image_set.facts["duplicates"]
    if rows:
        display.say("run.duplicates", **found)
        if is_split:
            display.say("run.duplicates-pool", **found)
    if found["threshold"] == 1:
        display.say("run.duplicates-untold")
    elif found["test_near"] or found.get("pool_near"):
        share = found["false_share"]
        display.say("run.duplicates-sure", threshold=found["threshold"], share=share)
    if found["dropped"]:
        display.say("run.duplicates-dropped", count=found["dropped"])
    return image_set, rows


@contextmanager
def open_machine(config: StudyConfig) -> Iterator[Machine]:
    """Open what the study runs on: this machine, or a cluster for as long as it is needed.

    Raises:
        UsageError: If it lacks the device that the config names, or Ray is not installed.
        RunError: If a cluster cannot be joined, or should not be.
    """
    if config.executor == "local":
        yield describe_machine(config)
        return
    from poolbench.executors.ray.cluster import open_cluster

    with open_cluster(config) as machine:
        yield machine


@contextmanager
def open_executor(
    config: StudyConfig, machine: Machine, image_set: ImageSet, store: RunStore, parent: Path | None
) -> Iterator[Executor]:
    """Open workers that see the pictures, wherever they are.

    Args:
        machine: What :func:`open_machine` gave for this config, still open.
        parent: Where pictures lie for processes of this machine, in a folder of their own;
            ``None``: where the system puts temporary files.
    """
    if config.executor == "ray":
        from poolbench.executors.ray.executor import RayExecutor

        with RayExecutor(image_set, store, machine, config) as executor:
            yield executor
        return
    with tempfile.TemporaryDirectory(
        prefix=".part-", dir=parent, ignore_cleanup_errors=True
    ) as folder:
        try:
            save_arrays(image_set, Path(folder))
            if config.weights is not None:
                shutil.copyfile(config.weights, Path(folder, WEIGHTS_FILE))
        except OSError as error:
            needed = image_set.pool.images.nbytes + image_set.test.images.nbytes
            raise explain_refusal(error, Path(folder), needed) from None
        with LocalExecutor(Path(folder), store.path, machine) as local:
            yield local


def measure_study(
    config: StudyConfig,
    plan: Plan,
    image_set: ImageSet,
    store: RunStore,
    measurer: Measurer,
    seconds_left: float | None,
    display: Display,
) -> MeasuredPlan:
    """Measure, then say what will be trained, on what, and how long it will take."""
    _show_pictures(image_set, display)
    if config.time_limit_seconds is not None:
        display.say("run.time-limit", limit=Duration(config.time_limit_seconds))
    display.name_variants(plan.variants)
    if config.time_limit_seconds is None and config.executor == "local":
        measurer = RememberingMeasurer(measurer, len(image_set.pool))
    with display.watch.step("measure") as advance:
        measured = measure_plan(config, plan, image_set, store, measurer, seconds_left, advance)
    missing = measured.list_missing(store)
    needed = estimate_disk_bytes(missing, measured.speeds, image_set, measured.plan.workers)
    check_disk_space(store.path, needed)
    _show_plan(measured, len(missing), store, display)
    _show_cluster(measurer.machine, display)
    if missing:
        _show_estimate(measured, missing, image_set, display)
    else:
        display.say("run.same-trials")
    return measured


def check_study(
    config: StudyConfig,
    machine: Machine,
    image_set: ImageSet,
    display: Display,
    *,
    is_compared: bool = True,
) -> Plan:
    """Plan a study, refuse what does not fit, and say what was made of networks and weights.

    Args:
        is_compared: Whether folds of the pool are held out.
    """
    check_classes(image_set.classes)
    plan = make_plan(config, image_set, machine)
    first = list(take_first(plan.specs).values())
    if config.executor == "local":
        check_training_memory(plan, machine.device, len(image_set.pool))
    for line in describe_size(image_set.facts, image_set.image_size, display.lang):
        display.tell(line)
    for backbone, network in check_networks(first).items():
        display.say("run.own-network", backbone=backbone, notes=Joined(network.notes, "; "))
        kept = get_backbone(backbone).find_kept(len(image_set.classes))
        key = "run.own-weights" if kept.names else "run.own-drawn"
        names = {"kept": list_some(kept.names), "drawn": list_some(kept.drawn)}
        display.say(key, backbone=backbone, **names)
    if config.weights is not None:
        _show_weights(first, config.weights, display)
        is_split = is_compared and config.protocol == "cv"
        check_seen(config.weights, image_set, display, is_split=is_split)
    if favours_an_operator(plan.specs):
        display.say("note.transfer")
    return plan


def _show_weights(specs: Sequence[TrialSpec], path: Path, display: Display) -> None:
    """Show what is taken of a file of weights, and what it says of itself; refuse it if none."""
    taken = check_weights(specs, path)
    facts = read_facts(path)
    display.say(
        "run.weights-facts",
        path=path,
        operator=facts.get("operator", "–"),
        license=facts.get("license") or facts.get("licence") or "–",
    )
    for variant, found in taken.items():
        display.say(
            "run.weights",
            variant=variant,
            taken=len(found.taken),
            fresh=list_some(found.fresh),
            unused=list_some(found.unused),
        )


def check_seen(weights: Path, image_set: ImageSet, display: Display, *, is_split: bool) -> None:
    """Check that what weights were trained on is not what is tested.

    Args:
        is_split: Whether the pool is split into folds.

    Raises:
        UsageError: If it is.
    """
    seen = read_seen(weights)
    if seen is not None:
        tested, total = seen.count_in(image_set.test), len(image_set.test)
        if tested > MOST_SEEN * total:
            raise UsageError("study.weights-seen", path=weights, count=tested, total=total)
        if tested:
            display.say("run.weights-seen-test", path=weights, count=tested, total=total)
        held_out = seen.count_in(image_set.pool) if is_split else 0
        if held_out:
            total = len(image_set.pool)
            display.say("run.weights-seen-pool", path=weights, count=held_out, total=total)
    if seen is None or not seen.is_all:
        display.say("run.weights-unknown", path=weights)


def _show_pictures(image_set: ImageSet, display: Display) -> None:
    height, width = image_set.image_size
    display.say(
        "run.data",
        source=image_set.source,
        classes=name_classes(image_set.classes, image_set.source, display.lang),
        pool=len(image_set.pool),
        test=len(image_set.test),
        height=height,
        width=width,
    )
    joined = image_set.facts.get("validation_joined")
    if joined:
        display.say("run.validation", count=joined)


def _show_plan(measured: MeasuredPlan, missing: int, store: RunStore, display: Display) -> None:
    config, plan = measured.config, measured.plan
    conditions = plan.specs[0].conditions
    display.say(
        "run.plan",
        variants=len(plan.variants),
        trials=len(plan.specs),
        done=len(plan.specs) - missing,
        folds=plan.specs[0].folds,
        repeats=[*list_looks(config)],
        protocol=_PROTOCOLS[config.protocol],
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
    if config.protocol == "cv" and config.folds != USUAL_FOLDS:
        display.say(
            "run.other-folds",
            folds=config.folds,
            share=1 - 1 / config.folds,
            usual=USUAL_FOLDS,
            usual_share=1 - 1 / USUAL_FOLDS,
        )
    if has_mixed_positions(plan.variants):
        display.say("run.positions-differ")
    _show_fitted(plan, config, display)
    others = store.count_others(spec.id for spec in plan.specs)
    if others:
        display.say("run.other-trials", count=others)


def _show_fitted(plan: Plan, config: StudyConfig, display: Display) -> None:
    """Show what the pictures made of a recipe."""
    own = {recipe.name: recipe for recipe in config.own_recipes}
    recipes = {variant.recipe.name: variant.recipe for variant in plan.variants}
    for name in config.recipes:
        before, after = own.get(name) or get_recipe(name), recipes[name]
        if config.epochs is None and after.epochs > before.epochs:
            display.say("run.more-epochs", recipe=name, epochs=after.epochs, steps=LEAST_STEPS)
        if before.class_balance == "auto" and after.class_balance != "none":
            display.say("run.balance", recipe=name, balance=after.class_balance)


def _show_cluster(machine: Machine, display: Display) -> None:
    nodes = machine.environment.get("nodes")
    if nodes is not None:
        cpus, gpus = (sum(node[kind] for node in nodes) for kind in ("cpus", "gpus"))
        display.say("run.cluster", nodes=len(nodes), cpus=cpus, gpus=gpus)


def _show_estimate(
    measured: MeasuredPlan, missing: Sequence[TrialSpec], image_set: ImageSet, display: Display
) -> None:
    seconds = measured.estimate(missing, image_set)
    workers = measured.plan.workers
    lang = display.lang
    most = format_duration(estimate_study_seconds(missing, seconds, workers), lang)
    soon = [spec for spec in missing if spec.repeat < list_looks(measured.config)[0]]
    if measured.config.repeats != "auto":
        display.say("run.estimate", duration=most)
    elif not soon:
        display.say("run.estimate-most", most=most)
    else:
        least = format_duration(estimate_study_seconds(soon, seconds, workers), lang)
        display.say("run.estimate-auto", least=least, most=most)
    _show_shorter(missing, seconds, workers, display)


def _show_shorter(
    missing: Sequence[TrialSpec], seconds: Mapping[str, float], workers: int, display: Display
) -> None:
    """Show, above two hours, which options bring it to one."""

    def run(specs: Sequence[TrialSpec], by_variant: Mapping[str, float]) -> float:
        return estimate_study_seconds(specs, by_variant, workers) if specs else 0.0

    if run(missing, seconds) > LONG_SECONDS:
        found = list_shorter(missing, seconds, run)
        key = "run.shorter" if found else "run.shorter-nothing"
        told = (option.tell(display.lang, Voice.spelling) for option in found)
        display.say(key, options="; ".join(told))


def recall_config(config: StudyConfig, store: RunStore) -> StudyConfig:
    """Return the config with what was measured and chosen when the study was begun."""
    if not (store.path / "config.toml").is_file():
        return config
    before = store.load_config()
    recalled: dict[str, Any] = {
        field: getattr(before, field)
        for field in ("device", "precision")
        if getattr(config, field) == "auto"
    }
    if before.time_limit_seconds == config.time_limit_seconds:
        recalled["planned_repeats"] = before.planned_repeats
    return config.model_copy(update=recalled)


def save_config(measured: MeasuredPlan, store: RunStore) -> None:
    """Write ``config.toml``; what was chosen for this machine holds when the study is continued."""
    conditions = measured.plan.specs[0].conditions
    chosen = {"device": conditions.device, "precision": conditions.precision}
    config = measured.config.model_copy(update=chosen)
    store.save_bytes("config.toml", dump_config(config).encode())
