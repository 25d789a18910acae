"""Train weights for others to begin with: one variant, once, on all pictures of a pool."""

from pathlib import Path

from poolbench.config import StudyConfig
from poolbench.data.image_set import ImageSet
from poolbench.errors import TrainingError, UsageError
from poolbench.files import check_file_path, hash_file
from poolbench.models.seen import SEEN, read_seen, see
from poolbench.models.transfer import add_facts, read_facts, read_values
from poolbench.planning.budget import measure_plan
from poolbench.planning.durations import estimate_trial_seconds
from poolbench.planning.plan import Plan, make_final_spec
from poolbench.records import TrialRecord, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.runs.find import RUNS
from poolbench.study.compete import StudyContext, run_trial_alone
from poolbench.study.display import Display
from poolbench.study.prepare import (
    check_study,
    load_pictures,
    name_run,
    open_executor,
    open_machine,
    recall_config,
    save_config,
)
from poolbench.texts.duration import format_duration

# Keys that are told beside what was trained on.
_TOLD = ("operator", "backbone")


def run_pretraining(config: StudyConfig, out: Path, display: Display) -> TrialRecord:
    """Train one variant on the whole pool and write its weights.

    The trial stays in a folder of ``runs``: the same command gives the same weights at once.

    Args:
        out: The safetensors file.

    Raises:
        UsageError: If the config names several variants.
        TrainingError: If the training diverges.
    """
    # One repeat of few folds: the pool is not split, but a plan is one for cross-validation.
    config = config.model_copy(update={"protocol": "cv", "folds": 2, "repeats": 1})
    try:
        check_file_path(out)
    except OSError as error:
        raise UsageError("study.unwritable", path=out, reason=error) from None
    _check_replaceable(out)
    image_set, _ = load_pictures(config.data, display, is_split=False)
    store = RunStore(name_run(config))
    config = recall_config(config, store)
    with open_machine(config) as machine:
        plan = check_study(config, machine, image_set, display, is_compared=False)
        if len(plan.variants) != 1:
            names = [variant.id for variant in plan.variants]
            raise UsageError("study.one-variant", names=names)
        with store.hold():
            store.remove_leftovers()
            spec = make_final_spec(plan, plan.variants[0].id)
            if config.precision == "auto" or not store.has_trial(spec.id):
                with open_executor(config, machine, image_set, store, store.path) as executor:
                    spec = _train(config, plan, StudyContext(executor, store, image_set, display))
                # Processes that were killed meanwhile leave them, as at the end of a study.
                store.remove_leftovers()
    record = store.load_trial(spec.id)
    if record.diverged_at is not None:
        variant, step = spec.variant.id, record.diverged_at
        raise TrainingError("study.diverged", variant=variant, step=step)
    weights = (store.trials / spec.id / "weights.safetensors").read_bytes()
    facts = _make_facts(config, spec, image_set)
    RunStore(out.parent).save_bytes(out.name, add_facts(weights, facts))
    display.say(
        "run.pretrained",
        path=out,
        sha256=hash_file(out),
        accuracy=record.held_out.accuracy,
        count=record.held_out.count,
    )
    return record


def _make_facts(config: StudyConfig, spec: TrialSpec, image_set: ImageSet) -> dict[str, str]:
    """Return what whoever begins with the weights should know."""
    seen = see(image_set.pool)
    if config.weights is not None:
        seen = seen.add(read_seen(config.weights))
    told = (spec.variant.operator, spec.variant.backbone)
    return {**dict(zip(_TOLD, told, strict=True)), **seen.make_metadata()}


def _check_replaceable(out: Path) -> None:
    """Check that only weights that an earlier pretraining left in ``runs`` are replaced."""
    if out.exists() and not _is_pretrained(out):
        raise UsageError("study.not-weights", path=out, runs=RUNS)


def _is_pretrained(out: Path) -> bool:
    """Return whether a file is a run's weights with what pretraining says, and no more."""
    if read_facts(out).keys() != {*_TOLD, SEEN}:
        return False
    values = read_values(out)
    found = RUNS.glob("*/trials/*/weights.safetensors")
    return any(path.is_file() and read_values(path) == values for path in found)


def _train(config: StudyConfig, plan: Plan, context: StudyContext) -> TrialSpec:
    executor, store, image_set = context.executor, context.store, context.image_set
    with context.display.watch.step("measure") as advance:
        measured = measure_plan(config, plan, image_set, store, executor, None, advance)
    spec = make_final_spec(measured.plan, plan.variants[0].id)
    save_config(measured, store)
    speed = executor.measure([spec])[spec.id]
    seconds = estimate_trial_seconds(spec, speed, image_set)
    context.display.say("run.estimate", duration=format_duration(seconds, context.display.lang))
    run_trial_alone(spec, seconds, context)
    return spec
