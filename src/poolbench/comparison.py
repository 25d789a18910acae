"""Train and judge, look by look, until it is decided."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from poolbench.config import Metric, StudyConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.store import save_arrays
from poolbench.display import Display
from poolbench.execution.collect import (
    Outcomes,
    choose_metric,
    collect_outcomes,
    compute_time_ratios,
    has_rough_groups,
    make_evidence,
    make_leaderboard,
)
from poolbench.execution.local import LocalExecutor, Progress
from poolbench.execution.plan import (
    Plan,
    choose_baseline,
    has_mixed_positions,
    list_looks,
    take_first,
)
from poolbench.execution.store import RunStore
from poolbench.records import LeaderboardRow, TrialSpec, VerdictRecord
from poolbench.verdict.decide import Question
from poolbench.verdict.racing import Race, take_look


def compete(
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
    outcomes: dict[str, Outcomes] = {}
    for repeats in looks:
        reached |= dict.fromkeys(race.active, repeats)
        specs = _list_compared(plan, reached)
        missing = [spec for spec in specs if not store.has_trial(spec.id)]
        run_trials(missing, seconds, plan, image_set, store, display)
        for name in race.active:
            outcomes[name] = collect_outcomes(store, plan.list_trials(name, repeats))
        evidence = make_evidence([outcomes[name] for name in race.active], half, metric)
        question = _make_question(config, plan, store, metric, half)
        race = take_look(race, evidence, question, len(looks))
        if race.is_over:
            break
        if repeats != looks[-1]:
            display.say("run.look", repeats=repeats, active=", ".join(race.active))
    assert race.verdict is not None
    by_variant = {name: plan.list_trials(name, count) for name, count in reached.items()}
    _save_results(store, race.verdict, by_variant, outcomes, half)
    diverged = sum(store.load_trial(spec.id).diverged_at is not None for spec in specs)
    if diverged:
        display.say("note.diverged", count=diverged)
    return race.verdict, specs


def _list_compared(plan: Plan, reached: Mapping[str, int]) -> list[TrialSpec]:
    """The trials of the first repeats of each variant, in the order of the plan."""
    return [spec for spec in plan.specs if spec.repeat < reached[spec.variant.id]]


def _make_question(
    config: StudyConfig, plan: Plan, store: RunStore, metric: Metric, half: Half
) -> Question:
    notes = []
    if has_mixed_positions(plan.variants):
        notes.append("positions-differ")
    if config.protocol == "lab":
        notes.append("test-watched")
    if metric == "balanced-accuracy" and config.metric == "auto":
        notes.append("metric-balanced")
    if half.groups is not None and has_rough_groups(half.groups, plan.specs[0].folds):
        notes.append("groups-few")
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
    outcomes: Mapping[str, Outcomes],
    half: Half,
) -> None:
    """Verdict, leaderboard and ratios of times, on disk."""
    rows = make_leaderboard(store, specs, outcomes, half, verdict.metric)
    columns = tuple(LeaderboardRow.model_fields)
    table = [tuple(row.model_dump().values()) for row in rows]
    store.save_table("leaderboard.csv", columns, table)
    store.save_model("timing.json", compute_time_ratios(store, specs))
    store.save_model("verdict.json", verdict)


def run_trials(
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
