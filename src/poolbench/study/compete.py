"""Train and judge, look by look, until it is decided."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from poolbench.planning.plan import Plan, favours_an_operator, list_looks, list_schedule
from poolbench.planning.variants import find_baseline, has_mixed_positions
from poolbench.records import Step, TrialRecord, TrialSpec, VerdictRecord
from poolbench.results.collect import (
    Outcomes,
    check_points,
    collect_outcomes,
    collect_probabilities,
    compute_time_ratios,
    find_missed_classes,
    has_rough_groups,
    list_leaderboard_columns,
    make_evidence,
    make_leaderboard,
)
from poolbench.results.standings import Standings
from poolbench.rundir.formats import pack_arrays
from poolbench.rundir.store import SUSPECT_COLUMNS, RunStore
from poolbench.study.display import Display
from poolbench.study.earlier import add_earlier_looks
from poolbench.study.watching import Tracker, Work
from poolbench.trials.stacks import make_groups
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.looks import make_levels
from poolbench.verdict.paired import Evidence
from poolbench.verdict.racing import Race, leave_out, start_race, take_look

# Pictures of a class below which the intervals of balanced accuracy cover less than they say.
LEAST_IN_CLASS = 20
# Number of suspects that are kept as pixels, for the report.
SHOWN_SUSPECTS = 24


@dataclass(frozen=True)
class StudyContext:
    """What trials are run with and who is told of them.

    Attributes:
        follow: Hears of each epoch and each finished trial.
    """

    executor: Executor
    store: RunStore
    image_set: ImageSet
    display: Display
    follow: Callable[[TrialSpec, Progress], object] = lambda spec, progress: None


@dataclass(frozen=True)
class Compared:
    """What the comparison came to.

    Attributes:
        trials: Trials that the verdict rests on.
    """

    verdict: VerdictRecord
    trials: list[TrialSpec]


def compete(measured: MeasuredPlan, context: StudyContext, deadline: float | None) -> Compared:
    """Train and judge, look by look, until it is decided or the plan is done.

    Args:
        deadline: Time on the clock :func:`time.monotonic`: no repeat is begun that would, with the
            report, not be over by then.
    """
    config, plan, store = measured.config, measured.plan, context.store
    contest = _Contest(measured, context, deadline)
    contest.run()
    verdict, half = contest.verdict, contest.half
    classes = context.image_set.classes
    by_variant = {name: plan.list_trials(name, n) for name, n in contest.judged.items()}
    compared = contest.collect(contest.judged)
    undertrained = tuple(name for name, found in compared.items() if is_undertrained(found.records))
    verdict = verdict.model_copy(
        update={
            "left_out": tuple(name for name in contest.lost if name not in by_variant),
            "missed_classes": find_missed_classes(compared, half, classes),
            "undertrained": undertrained,
        }
    )
    verdict = add_earlier_looks(verdict, store, config)
    check_points(verdict, compared, half)
    _save_results(store, verdict, by_variant, compared, half)
    if config.protocol == "cv" and verdict.recommended is not None:
        # Nothing is looked for where the program itself drew the pictures.
        looked_at = () if config.data.is_drawn else by_variant[verdict.recommended]
        _save_suspects(store, looked_at, half, classes)
    else:
        store.remove("suspects.csv", "suspects.npz")
    specs = _list_compared(plan, contest.judged)
    _tell_collapsed([r for found in compared.values() for r in found.records], context.display)
    return Compared(verdict, specs)


class _Contest:
    """The comparison while it grows.

    Attributes:
        half: The pictures that are held out.
        lost: Variants that cannot go on, by id.
    """

    def __init__(
        self, measured: MeasuredPlan, context: StudyContext, deadline: float | None
    ) -> None:
        config, image_set = measured.config, context.image_set
        self.half = image_set.pool if config.protocol == "cv" else image_set.test
        self.lost: dict[str, Lost] = {}
        self._measured, self._context, self._deadline = measured, context, deadline
        self._metric = choose_metric(config.metric, self.half.labels)
        self._race = start_race([variant.id for variant in measured.plan.variants])
        self._trained: dict[str, int] = {}
        self._outcomes: dict[str, Outcomes] = {}
        self._levels = make_levels(list_schedule(config)) if config.repeats == "auto" else {}
        self._standings = Standings(context.store, self.half, self._metric)

    @property
    def verdict(self) -> VerdictRecord:
        """Verdict of the last look that was complete."""
        assert self._race.verdict is not None
        return self._race.verdict

    @property
    def judged(self) -> dict[str, int]:
        """Repeats that the verdict rests on, by variant id."""
        repeats = self.verdict.repeats
        return {name: self._race.dropped.get(name, repeats) for name in self._race.names}

    def run(self) -> None:
        """Train and judge until it is decided, nothing more is planned, or time is over."""
        looks = list_looks(self._measured.config)
        for look in looks:
            if not self._reach(look) or self._race.is_over:
                break
            if look != looks[-1]:
                active = ", ".join(map(self._context.display.name, self._race.active))
                self._context.display.say("run.look", repeats=look, active=active)
        if self._race.verdict is None:
            self._judge_rest()

    def _reach(self, look: int) -> bool:
        """Train up to a look and judge; return False, and judge nothing, if time ends before."""
        race = self._race
        while True:
            done = self._train_to(look, race.active)
            race = leave_out(race, self.lost)
            self._check_left(race)
            if done < look or (self._levels and look not in self._levels):
                return False
            repeats = {name: race.dropped.get(name, look) for name in race.names}
            race = take_look(race, *self._make_case(repeats))
            # Else variants were taken up again, which have repeats to catch up with.
            if race.verdict is not None:
                self._race = race
                return True

    def _judge_rest(self) -> None:
        """Judge what there is when time was over before the first look.

        A study that is to be judged once has its look here; one with more looks decides nothing.
        """
        race = leave_out(self._race, self.lost)
        least = min(self._trained[name] for name in race.names)
        evidence, question = self._make_case(dict.fromkeys(race.names, least))
        if not self._levels:
            self._race = take_look(race, evidence, question)
            return
        question = replace(question, notes=(*question.notes, "no-look"))
        self._race = replace(race, verdict=decide(evidence, question, is_look=False))

    def collect(self, repeats: Mapping[str, int]) -> dict[str, Outcomes]:
        """Collect what the first trials of variants said.

        Args:
            repeats: How many of each variant, by its id.
        """
        for name, count in repeats.items():
            if name not in self._outcomes or len(self._outcomes[name].fold) != count:
                trials = self._measured.plan.list_trials(name, count)
                self._outcomes[name] = collect_outcomes(self._context.store, trials)
        return {name: self._outcomes[name] for name in repeats}

    def _make_case(self, repeats: Mapping[str, int]) -> tuple[Evidence, Question]:
        """Make the evidence of variants and the question about them."""
        outcomes = self.collect(repeats)
        evidence = make_evidence(list(outcomes.values()), self.half, self._metric)
        question = _make_question(self._measured, outcomes, self.half, self._metric)
        return evidence, replace(question, looks=self._levels)

    def _check_left(self, race: Race) -> None:
        if not race.active:
            name, loss = next(iter(self.lost.items()))
            raise TrainingError("study.all-lost", variant=name, details=loss.details)

    def _train_to(self, look: int, active: Sequence[str]) -> int:
        """Train all repeats up to a look, or as many as fit; return how many there are then."""
        measured, context, deadline = self._measured, self._context, self._deadline
        done = min(self._trained.get(name, 0) for name in active)
        # Without a limit all at once, so that no worker waits for another at the end of a repeat.
        steps = [look] if deadline is None else range(done + 1, look + 1)
        for repeats in steps:
            wanted = {
                name: max(repeats, self._trained.get(name, 0))
                for name in active
                if name not in self.lost
            }
            compared = _list_compared(measured.plan, wanted)
            missing = [spec for spec in compared if not context.store.has_trial(spec.id)]
            if missing:
                self._standings.expect(compared)
            seconds = measured.estimate(missing, context.image_set)
            if missing and done and deadline is not None:
                needed = estimate_study_seconds(missing, seconds, measured.plan.workers)
                if time.monotonic() + needed > deadline:
                    context.display.say("run.limit", repeats=done)
                    break
            work = self._make_work(missing, seconds, look)
            for loss in run_trials(work, context, self._standings):
                name = loss.specs[0].variant.id
                self.lost[name] = loss
                context.display.say(
                    f"run.lost-{loss.reason}",
                    variant=context.display.name(name),
                    details=loss.details,
                )
            self._trained |= wanted
            done = repeats
        return done

    def _make_work(
        self, missing: Sequence[TrialSpec], seconds: Mapping[str, float], look: int
    ) -> Work:
        return Work(
            missing,
            {spec.id: seconds[spec.variant.id] for spec in missing},
            repeats=look if self._levels else None,
            metric=self._metric,
            labels=self._context.display.labels,
        )


def _tell_collapsed(records: Sequence[TrialRecord], display: Display) -> None:
    counts = {
        "diverged": sum(record.diverged_at is not None for record in records),
        "collapsed": sum(record.attempts > 1 for record in records),
    }
    for name, count in counts.items():
        if count:
            display.say(f"note.{name}", count=count)


def _list_compared(plan: Plan, reached: Mapping[str, int]) -> list[TrialSpec]:
    """Return the trials of the first repeats of each variant, in the order of the plan."""
    return [spec for spec in plan.specs if spec.repeat < reached.get(spec.variant.id, 0)]


def _make_question(
    measured: MeasuredPlan,
    outcomes: Mapping[str, Outcomes],
    half: Half,
    metric: Metric,
) -> Question:
    """Make the question about some variants; the levels of its looks apart."""
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
    if metric == "balanced-accuracy":
        if config.metric == "auto":
            notes.append("metric-balanced")
        if np.bincount(half.labels).min() < LEAST_IN_CLASS:
            notes.append("classes-small")
    if half.groups is not None and has_rough_groups(half.groups, plan.specs[0].folds):
        notes.append("groups-few")
    baseline = find_baseline(config, plan.variants)
    return Question(
        ids=tuple(outcomes),
        costs={name: found.records[0].cost for name, found in outcomes.items()},
        margin_points=config.margin_points,
        protocol=config.protocol,
        metric=metric,
        baseline=baseline if baseline in outcomes else None,
        rivals=len(plan.variants) - 1,
        notes=tuple(notes),
        seed=config.seed,
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


def run_trials(work: Work, context: StudyContext, standings: Standings | None = None) -> list[Lost]:
    """Run trials, the longest first, and show how far they are.

    Args:
        standings: Of the variants that are compared.

    Returns:
        What was lost.
    """
    if not work.specs:
        return []
    longest_first = sorted(work.specs, key=lambda spec: -work.seconds[spec.id])
    by_id = {spec.id: spec for spec in work.specs}
    with Tracker(work, context.display.watch, standings) as tracker:

        def follow(progress: Progress) -> None:
            tracker.update(progress)
            context.follow(by_id[progress.trial], progress)

        return retry_lost(
            lambda groups: context.executor.run(groups, follow, work.seconds),
            make_groups(longest_first),
        )


def run_trial_alone(
    spec: TrialSpec, seconds: float, context: StudyContext, step: Step = "train"
) -> None:
    """Run one that nothing can go on without.

    Args:
        step: What is said of it.

    Raises:
        TrainingError: If it was lost.
    """
    for lost in run_trials(Work([spec], {spec.id: seconds}, step), context):
        raise TrainingError("study.trial-lost", trial=spec.id, details=lost.details)
