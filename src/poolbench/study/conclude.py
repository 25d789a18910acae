"""End a study: train and hand over the network that was chosen, verify it, build the report."""

import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from poolbench.errors import PoolbenchError
from poolbench.executors.local import LocalExecutor
from poolbench.export.ahead import NOTHING_AHEAD, Ahead, open_ahead
from poolbench.export.handover import hand_over
from poolbench.export.latency import save_latencies
from poolbench.planning.budget import MeasuredPlan
from poolbench.planning.durations import estimate_trial_seconds
from poolbench.planning.plan import make_final_spec
from poolbench.records import TrialSpec
from poolbench.report.build import build_report
from poolbench.report.faults import describe_error
from poolbench.results.picture_tables import save_picture_tables
from poolbench.rundir.store import RunStore
from poolbench.study.account import Accountant
from poolbench.study.compete import Compared, StudyContext, run_trial_alone
from poolbench.study.display import Display
from poolbench.study.finished import Study
from poolbench.study.logs import Logs
from poolbench.system import count_cores
from poolbench.texts import Phrase
from poolbench.texts.facts import describe_reason
from poolbench.verdict.proportion import read_headline


def finish(
    compared: Compared,
    measured: MeasuredPlan,
    context: StudyContext,
    logs: Logs,
    account: Accountant,
) -> None:
    """Train the network that is handed over, if one is, and write all that is handed over."""
    store, verdict, trials = context.store, compared.verdict, compared.trials
    final = None
    if verdict.recommended is not None:
        final = make_final_spec(measured.plan, verdict.recommended)
    with _open_ahead(final, trials, context) as ahead:
        if final is not None and not store.has_trial(final.id):
            account.add(final)
            with account.phase("final"):
                _train_final(final, measured, context)
        logs.conclude(trials, final, verdict)
        save_picture_tables(store, context.image_set, trials, verdict.leading, final)
        with account.phase("hand-over"), context.display.watch.step("hand-over"):
            hand_over(store, trials, final, verdict, context.image_set, ahead)
    with account.phase("hand-over"):
        save_latencies(store)


def _open_ahead(
    final: TrialSpec | None, trials: Sequence[TrialSpec], context: StudyContext
) -> AbstractContextManager[Ahead]:
    """Let another process of this machine prepare the hand-over beside the final training."""
    executor, store = context.executor, context.store
    if final is None or store.has_trial(final.id) or not isinstance(executor, LocalExecutor):
        return nullcontext(NOTHING_AHEAD)
    return open_ahead(store, trials, final, count_cores())


def _train_final(final: TrialSpec, measured: MeasuredPlan, context: StudyContext) -> None:
    """Train the network that is handed over."""
    context.display.say("run.final", variant=context.display.name(final.variant.id))
    speed = measured.speeds.get(final.variant.id)
    # Alone it is slower than its share of a stack.
    if speed is None or final.conditions.stack > 1:
        speed = context.executor.measure([final])[final.id]
    expected = estimate_trial_seconds(final, speed, context.image_set)
    run_trial_alone(final, expected, context, "final")


def conclude(store: RunStore, display: Display, account: Accountant) -> Study:
    """Show the result, verify the bundle and build the report."""
    study = Study(store.path, display.lang)
    display.show_leaderboard(study.leaderboard())
    display.show_verdict(study.verdict, study.data.source)
    if study.verdict.kind == "winner":
        for line in describe_reason(study.data.facts, display.lang):
            display.tell(line)
    if study.final is None:
        _build_page(store, display, account)
        return study
    key = "run.test-watched" if study.verdict.protocol == "lab" else "run.test"
    display.show_headline(key, read_headline(study.final))
    try:
        with account.phase("verify"), display.watch.step("verify"):
            proof = study.verify()
    except PoolbenchError:
        # A proof that failed, or could not be made, is no reason to hide what was measured.
        _build_page(store, display, account)
        raise
    display.say("run.verified", checks=len(proof.checks))
    display.say("run.saved", path=store.path / "best" / "model.onnx")
    _build_page(store, display, account)
    return study


def _build_page(store: RunStore, display: Display, account: Accountant) -> None:
    account.save(store)
    with account.phase("report"):
        build_page(store, display)
    account.save(store)


def build_page(store: RunStore, display: Display) -> None:
    """Build the report of a study; what is measured and saved does not depend on it."""
    try:
        with display.watch.step("report"):
            page = build_report(store.path, display.lang, display.tell)
    except Exception as error:
        is_told = isinstance(error, PoolbenchError)
        reason = error if is_told else Phrase("study.unexpected", error=describe_error(error))
        command = shlex.join(["poolbench", "report", str(store.path)])
        display.say("run.report-failed", reason=reason, command=command)
    else:
        display.say("run.report", path=page)
