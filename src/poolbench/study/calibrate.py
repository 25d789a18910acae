"""Check that the instrument itself tells right from wrong: known answers, and equal variants.

Known answers: pictures of ``data.tasks`` for which theory says which operator must win, judged by a
probe and the verdict. Equal variants: small real studies of one variant against its own replica,
which must not find a winner more often than the verdict says. The rest stands in
:mod:`poolbench.study.canaries`.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy import stats
from threadpoolctl import threadpool_limits

from poolbench.config import RecipeConfig
from poolbench.data.tasks import Task, get_task, list_tasks
from poolbench.evaluation.probe import ProbeOutcomes, compute_probe_outcomes
from poolbench.machine.memory import bound_starts
from poolbench.planning.plan import make_plan
from poolbench.records import (
    CalibrationRecord,
    CoverageFinding,
    EqualFinding,
    OrderFinding,
    PermutedFinding,
    TwinsFinding,
    VerdictRecord,
)
from poolbench.results.collect import join_trials, make_evidence
from poolbench.study.canaries import (
    CHANCE_OF_ALARM,
    KNOWN,
    KNOWN_THOROUGH,
    PERMUTED,
    PERMUTED_THOROUGH,
    TWINS,
    TWINS_THOROUGH,
    Tally,
    judge_known,
    judge_permuted,
    judge_twins,
    summarize_known,
    summarize_permuted,
    summarize_twins,
)
from poolbench.study.tiny import draw_sample, make_tiny_config, train_trials
from poolbench.system import count_cores
from poolbench.trials.session import Session
from poolbench.verdict.counts import NO_COST
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.looks import ALPHA
from poolbench.verdict.paired import Evidence

# Repetitions of each task, and the share of them that must come out right.
SHORT, THOROUGH = 1, 40
LEAST_RIGHT = 0.95
MARGIN_POINTS = 1.0
FOLDS, REPEATS = 5, 2

# Numbers of the small studies of equal variants, and their training.
EQUAL_STUDIES, EQUAL_STUDIES_THOROUGH = 20, 100
EQUAL_RECIPE = RecipeConfig(
    name="tiny", epochs=4, batch_size=32, learning_rate=0.02, momentum=0.9, nesterov=True
)


def run_calibration(
    *,
    thorough: bool = False,
    seed: int = 0,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> CalibrationRecord:
    """Judge the instrument.

    Args:
        thorough: 40 repetitions of each task instead of one, 100 studies of equal variants, and
            four times as much of every canary or more.
        seed: Seed of the splits of the tasks and of everything in the other studies.
        workers: Processes at the same time; ``None``: one for each core.
        on_progress: Called with jobs done and jobs in all.
    """
    counts = _THOROUGH if thorough else _SHORT
    jobs = [_Job(kind, number) for kind in _JUDGES for number in range(counts[kind])]
    jobs += [_Job(task.name, n) for task in list_tasks() for n in range(counts["task"])]
    found: dict[str, list[Any]] = {job.kind: [] for job in jobs}
    for job, result in zip(jobs, _run_jobs(jobs, seed, workers, on_progress), strict=True):
        found[job.kind].append(result)
    return make_record(
        orders=tuple(summarize_task(task, found[task.name]) for task in list_tasks()),
        equal=summarize_equal(found["equal"]),
        permuted=summarize_permuted(found["permuted"]),
        coverage=summarize_known(found["known"]),
        twins=summarize_twins(found["twins"]),
    )


def make_record(
    *,
    orders: tuple[OrderFinding, ...],
    equal: EqualFinding,
    permuted: PermutedFinding,
    coverage: CoverageFinding,
    twins: TwinsFinding,
) -> CalibrationRecord:
    """Return the record of these findings, which has passed if every one of them is right."""
    others = (equal.is_right, permuted.is_right, coverage.is_right, twins.is_right)
    return CalibrationRecord(
        orders=orders,
        equal=equal,
        permuted=permuted,
        coverage=coverage,
        twins=twins,
        passed=all(others) and all(finding.is_right for finding in orders),
    )


def judge_task(task: Task, repetition: int = 0, seed: int = 0) -> VerdictRecord:
    """Return the verdict on one repetition of a known-answer task, by the probe."""
    return judge_outcomes(
        compute_probe_outcomes(
            task.make(repetition),
            task.operators,
            folds=FOLDS,
            repeats=REPEATS,
            seed=seed,
            measure=task.measure,
        )
    )


def judge_outcomes(outcomes: ProbeOutcomes) -> VerdictRecord:
    """Return the verdict on what a probe found."""
    costs = dict.fromkeys(outcomes.operators, NO_COST)
    question = Question(outcomes.operators, costs, MARGIN_POINTS, "cv")
    return decide(Evidence(outcomes.correct, outcomes.fold), question)


def is_order_found(task: Task, verdict: VerdictRecord) -> bool:
    """Return whether every expected order is there, and what must be the same is the same."""
    sure = {(pair.first, pair.second) for pair in verdict.differences if pair.low > 0}
    same = {
        frozenset((pair.first, pair.second))
        for pair in verdict.differences
        # No interval is of width zero; but only what never differs is certain to be equal.
        if pair.points == 0 and pair.probability_equal == 1
    }
    wanted = {frozenset((task.tied[0], other)) for other in task.tied[1:]}
    is_tied = set(task.tied) <= set(verdict.tied)
    return set(task.expected) <= sure and wanted <= same and is_tied


def judge_equal(number: int, seed: int = 0) -> VerdictRecord:
    """Return the verdict on a small real study of max pooling against its own replica."""
    image_set = draw_sample(np.random.default_rng([seed, number]))
    config = make_tiny_config(EQUAL_RECIPE, seed + number, folds=FOLDS, repeats=REPEATS, replicas=2)
    plan = make_plan(config, image_set)
    ids = [variant.id for variant in plan.variants]
    session = Session(image_set)
    found = [join_trials(train_trials(plan.list_trials(name), session)) for name in ids]
    question = Question(ids, dict.fromkeys(ids, NO_COST), MARGIN_POINTS, "cv")
    return decide(make_evidence(found, image_set.pool, "accuracy"), question)


def summarize_task(task: Task, verdicts: Sequence[VerdictRecord]) -> OrderFinding:
    """Summarize the repetitions of a task; the figures are those of the first."""
    right = sum(is_order_found(task, verdict) for verdict in verdicts)
    return OrderFinding(
        task=task.name,
        measure=task.measure,
        expected=task.expected,
        tied=task.tied,
        found=verdicts[0].differences,
        repetitions=len(verdicts),
        right=right,
        is_right=right >= LEAST_RIGHT * len(verdicts),
    )


def summarize_equal(verdicts: Sequence[VerdictRecord]) -> EqualFinding:
    """Summarize false winners among equal variants, and the most that chance explains."""
    return EqualFinding(
        studies=len(verdicts),
        winners=sum(verdict.kind == "winner" for verdict in verdicts),
        most=int(stats.binom.isf(CHANCE_OF_ALARM, len(verdicts), ALPHA)),
    )


class _Job(NamedTuple):
    """One repetition of a task (by its name), or one run of an entry of ``_JUDGES``."""

    kind: str
    number: int


_JUDGES: Mapping[str, Callable[[int, int], VerdictRecord | Tally]] = {
    "equal": judge_equal,
    "permuted": judge_permuted,
    "known": judge_known,
    "twins": judge_twins,
}
_SHORT = {
    "equal": EQUAL_STUDIES,
    "permuted": PERMUTED,
    "known": KNOWN,
    "twins": TWINS,
    "task": SHORT,
}
_THOROUGH = {
    "equal": EQUAL_STUDIES_THOROUGH,
    "permuted": PERMUTED_THOROUGH,
    "known": KNOWN_THOROUGH,
    "twins": TWINS_THOROUGH,
    "task": THOROUGH,
}


def _run_jobs(
    jobs: Sequence[_Job],
    seed: int,
    workers: int | None,
    on_progress: Callable[[int, int], None],
) -> Iterator[VerdictRecord | Tally]:
    # Fresh processes: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    most = bound_starts(min(workers or count_cores(), len(jobs)))
    with ProcessPoolExecutor(most, context, _prepare_worker) as pool:
        for done, result in enumerate(pool.map(_run_job, jobs, [seed] * len(jobs)), 1):
            on_progress(done, len(jobs))
            yield result


def _prepare_worker() -> None:
    torch.set_num_threads(1)
    # The libraries behind NumPy and SciPy have read their environment already.
    threadpool_limits(1)
    torch.set_flush_denormal(True)


def _run_job(job: _Job, seed: int) -> VerdictRecord | Tally:
    if job.kind in _JUDGES:
        return _JUDGES[job.kind](job.number, seed)
    return judge_task(get_task(job.kind), job.number, seed)
