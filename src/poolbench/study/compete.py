"""Train and judge, look by look, until it is decided."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from poolbench.config import Metric
from poolbench.data.image_set import Half, ImageSet
from poolbench.errors import TrainingError
from poolbench.evaluation.imbalance import choose_metric
from poolbench.evaluation.overfit import is_undertrained
from poolbench.evaluation.suspects import NOTHING_SUSPECT, find_suspects
from poolbench.executors.base import Executor, Lost, Progress, retry_lost
from poolbench.planning.budget import MeasuredPlan
from poolbench.planning.durations import estimate_study_seconds
from poolbench.planning.plan import Plan, favours_an_operator, list_looks, take_first
from poolbench.planning.variants import find_baseline, has_mixed_positions
from poolbench.records import TrialRecord, TrialSpec, VerdictRecord
from poolbench.results.collect import (
    Outcomes,
    collect_outcomes,
    collect_probabilities,
    compute_time_ratios,
    find_missed_classes,
    has_rough_groups,
    list_leaderboard_columns,
    make_evidence,
    make_leaderboard,
)
from poolbench.rundir.formats import pack_arrays
from poolbench.rundir.store import SUSPECT_COLUMNS, RunStore
from poolbench.study.display import Display
from poolbench.trials.stacks import make_groups
from poolbench.verdict.decide import Question
from poolbench.verdict.racing import Race, leave_out, take_look

# Number of suspects that are kept as pixels, for the report.
SHOWN_SUSPECTS = 24


@dataclass(frozen=True)
class StudyContext:
    """What trials are run with and what says how long they take."""

    executor: Executor
    store: RunStore
    image_set: ImageSet
    display: Display


@dataclass(frozen=True)
class Compared:
    """What the comparison came to.

    Attributes:
        trials: Trials that the verdict rests on.
    """

    verdict: VerdictRecord
    trials: list[TrialSpec]


@dataclass
class _Reached:
    """How far the comparison is.

    Attributes:
        repeats: Number of repeats by variant id.
        lost: Variants that cannot go on, by id; they have no other part in it.
    """

    repeats: dict[str, int] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)


def compete(measured: MeasuredPlan, context: StudyContext, deadline: float | None) -> Compared:
    """Train and judge, look by look, until it is decided or the plan is done.

    Args:
        deadline: Time on the clock :func:`time.monotonic`: no repeat is begun that would, with the
            report, not be over by then.
    """
    config, plan, store = measured.config, measured.plan, context.store
    half = context.image_set.pool if config.protocol == "cv" else context.image_set.test
    metric = choose_metric(config.metric, half.labels)
    looks = list_looks(config)
    race = Race(tuple(variant.id for variant in plan.variants))
    reached = _Reached()
    outcomes: dict[str, Outcomes] = {}
    done = 0
    for look in looks:
        done = _train_to(look, race.active, reached, measured, context, deadline)
        race = leave_out(race, reached.lost)
        _check_left(race, reached.lost)
        for name in race.active:
            outcomes[name] = collect_outcomes(store, plan.list_trials(name, done))
        evidence = make_evidence([outcomes[name] for name in race.active], half, metric)
        question = _make_question(measured, outcomes, half, metric, reached.lost)
        race = take_look(race, evidence, question, len(looks))
        if race.is_over or done < look:
            break
        if look != looks[-1]:
            context.display.say("run.look", repeats=look, active=", ".join(race.active))
    assert race.verdict is not None
    classes = context.image_set.classes
    by_variant = {name: plan.list_trials(name, count) for name, count in reached.repeats.items()}
    compared = {name: outcomes[name] for name in by_variant}
    missed = find_missed_classes(compared, half, classes)
    undertrained = tuple(name for name, found in compared.items() if is_undertrained(found.records))
    verdict = race.verdict.model_copy(
        update={
            "left_out": tuple(reached.lost),
            "missed_classes": missed,
            "undertrained": undertrained,
        }
    )
    _save_results(store, verdict, by_variant, compared, half)
    if config.protocol == "cv" and verdict.recommended is not None:
        # Nothing is looked for where the program itself drew the pictures.
        looked_at = () if config.data.is_drawn else by_variant[verdict.recommended]
        _save_suspects(store, looked_at, half, classes)
    else:
        store.remove("suspects.csv", "suspects.npz")
    specs = _list_compared(plan, reached.repeats)
    _tell_collapsed([r for found in compared.values() for r in found.records], context.display)
    return Compared(verdict, specs)


def _tell_collapsed(records: Sequence[TrialRecord], display: Display) -> None:
    counts = {
        "diverged": sum(record.diverged_at is not None for record in records),
        "collapsed": sum(record.attempts > 1 for record in records),
    }
    for name, count in counts.items():
        if count:
            display.say(f"note.{name}", count=count)


def _check_left(race: Race, lost: Mapping[str, Lost]) -> None:
    if not race.active:
        name, loss = next(iter(lost.items()))
        raise TrainingError(
            f"No variant could be trained to the end. {name}: {loss.details} Finished trials are "
            "kept, and the same command tries again."
        )


def _train_to(
    look: int,
    active: Sequence[str],
    reached: _Reached,
    measured: MeasuredPlan,
    context: StudyContext,
    deadline: float | None,
) -> int:
    """Train all repeats up to a look, or as many as fit; return how many there are then.

    Args:
        reached: How far the comparison is; it is updated.
    """
    done = max((reached.repeats.get(name, 0) for name in active), default=0)
    # Without a limit all at once, so that no worker waits for another at the end of a repeat.
    steps = [look] if deadline is None else range(done + 1, look + 1)
    for repeats in steps:
        wanted = reached.repeats | {name: repeats for name in active if name not in reached.lost}
        missing = [
            spec
            for spec in _list_compared(measured.plan, wanted)
            if not context.store.has_trial(spec.id)
        ]
        seconds = measured.estimate(missing, context.image_set)
        if missing and done and deadline is not None:
            needed = estimate_study_seconds(missing, seconds, measured.plan.workers)
            if time.monotonic() + needed > deadline:
                context.display.say("run.limit", repeats=done)
                break
        for loss in run_trials(missing, seconds, context):
            name = loss.specs[0].variant.id
            reached.lost[name] = loss
            context.display.say(f"run.lost-{loss.reason}", variant=name, details=loss.details)
        reached.repeats = {name: n for name, n in wanted.items() if name not in reached.lost}
        done = repeats
    return done


def _list_compared(plan: Plan, reached: Mapping[str, int]) -> list[TrialSpec]:
    """Return the trials of the first repeats of each variant, in the order of the plan."""
    return [spec for spec in plan.specs if spec.repeat < reached.get(spec.variant.id, 0)]


def _make_question(
    measured: MeasuredPlan,
    outcomes: Mapping[str, Outcomes],
    half: Half,
    metric: Metric,
    lost: Collection[str],
) -> Question:
    config, plan = measured.config, measured.plan
    notes = []
    if has_mixed_positions(plan.variants):
        notes.append("positions-differ")
    if config.protocol == "lab":
        notes.append("test-watched")
    if favours_an_operator(plan.specs):
        notes.append("transfer")
    if config.tune == "none":
        notes.append("not-tuned")
    if metric == "balanced-accuracy" and config.metric == "auto":
        notes.append("metric-balanced")
    if half.groups is not None and has_rough_groups(half.groups, plan.specs[0].folds):
        notes.append("groups-few")
    first = take_first(plan.specs)
    baseline = find_baseline(config, plan.variants)
    return Question(
        ids=tuple(first),
        costs={name: outcomes[name].records[0].cost for name in first if name not in lost},
        margin_points=config.margin_points,
        protocol=config.protocol,
        metric=metric,
        baseline=None if baseline in lost else baseline,
        notes=tuple(notes),
    )


def _save_results(
    store: RunStore,
    verdict: VerdictRecord,
    specs: Mapping[str, Sequence[TrialSpec]],
    outcomes: Mapping[str, Outcomes],
    half: Half,
) -> None:
    """Save the verdict, the leaderboard and the ratios of times."""
    rows = make_leaderboard(store, outcomes, half, verdict.metric)
    columns = list_leaderboard_columns()
    table = [tuple(getattr(row, column) for column in columns) for row in rows]
    store.save_table("leaderboard.csv", columns, table)
    store.save_model("timing.json", compute_time_ratios(store, specs))
    store.save_model("verdict.json", verdict)


def _save_suspects(
    store: RunStore, specs: Sequence[TrialSpec], half: Half, classes: Sequence[str]
) -> None:
    """Save ``suspects.csv``: pictures with probably wrong labels, the first of them as pixels."""
    found = NOTHING_SUSPECT
    if specs:
        probabilities = collect_probabilities(store, specs, len(half), len(classes))
        found = find_suspects(probabilities, half.labels)
    rows: list[tuple[object, ...]] = [
        (half.names[k], classes[half.labels[k]], classes[suggested], f"{margin:.6f}")
        for k, suggested, margin in zip(found.index, found.suggested, found.margins, strict=True)
    ]
    store.save_table("suspects.csv", SUSPECT_COLUMNS, rows)
    shown = np.ascontiguousarray(half.images[found.index[:SHOWN_SUSPECTS]])
    store.save_bytes("suspects.npz", pack_arrays({"images": shown}))


def run_trials(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], context: StudyContext
) -> list[Lost]:
    """Run trials, the longest first, and show how far they are.

    Args:
        seconds: Expected seconds of one trial, by variant id.

    Returns:
        What was lost.
    """
    if not specs:
        return []
    work = {spec.id: seconds[spec.variant.id] for spec in specs}
    epochs = {spec.id: spec.variant.recipe.epochs for spec in specs}
    longest_first = sorted(specs, key=lambda spec: -work[spec.id])
    with context.display.track(work, epochs) as tracker:

        def follow(progress: Progress) -> None:
            tracker.update(progress.trial, progress.epoch if progress.kind == "epoch" else None)

        return retry_lost(
            lambda groups: context.executor.run(groups, follow, work), make_groups(longest_first)
        )


def run_trial_alone(spec: TrialSpec, seconds: float, context: StudyContext) -> None:
    """Run one that nothing can go on without.

    Raises:
        TrainingError: If it was lost.
    """
    for lost in run_trials([spec], {spec.variant.id: seconds}, context):
        raise TrainingError(f"Trial {spec.id} was lost. {lost.details} The same command goes on.")
