"""Write control questions: the numbers of this run that bear on them, and lines to answer."""

from collections.abc import Callable

import numpy as np

from poolbench.report.handin import asked, phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.fill import fill
from poolbench.report.handin.moving import measure_moved, name_border
from poolbench.report.handin.numbers import (
    MOST_TOLD,
    average,
    describe_reach,
    find_model_kilobytes,
    group_checks,
    tell_points,
)
from poolbench.report.read import RunView, VariantView
from poolbench.report.table import format_millions, format_signed
from poolbench.report.words import write_number
from poolbench.verdict.proportion import read_headline

ANSWER_LINES = 4


def write_questions(draft: Draft, view: RunView, evidence: str = asked.EVIDENCE) -> None:
    """Write each question, what this run says of it, and empty lines.

    Args:
        evidence: How that is announced.
    """
    draft.add_heading(asked.QUESTIONS)
    listed = (
        (asked.QUESTION_POOLING, list_costs(view)),
        (asked.QUESTION_POSITION, list_positions(view)),
        (asked.QUESTION_TIME, list_times(view)),
        (asked.QUESTION_OVER_FITTING, list_gaps(view)),
        (asked.QUESTION_CHANCE, list_chances(view)),
        (asked.QUESTION_BEST_EPOCH, list_best_epochs(view)),
        (asked.QUESTION_ONNX, list_model(view)),
        (asked.QUESTION_SHIFT, list_shifts(view)),
    )
    for number, (question, facts) in enumerate(listed, 1):
        draft.say(f"{number}. {question}", is_bold=True)
        told = "; ".join(facts).removesuffix(".") + "." if facts else asked.NO_EVIDENCE
        draft.say(fill(evidence, facts=told))
        draft.leave_blank(asked.ANSWER, ANSWER_LINES)


def _tell_each(view: RunView, tell: Callable[[VariantView], str]) -> list[str]:
    return [tell(variant) for variant in view.variants[:MOST_TOLD]]


def list_costs(view: RunView) -> list[str]:
    """List parameters and multiply-adds."""
    return _tell_each(
        view,
        lambda variant: fill(
            asked.FACT_COST,
            variant=variant.label,
            parameters=variant.row.parameters,
            multiply_adds=format_millions(variant.row.multiply_adds),
        ),
    )


def list_positions(view: RunView) -> list[str]:
    """List multiply-adds of the convolutions beside the accuracy."""
    facts = _tell_each(
        view,
        lambda variant: fill(
            asked.FACT_POSITION,
            variant=variant.label,
            conv=format_millions(variant.trials[0].cost.conv_multiply_adds),
            accuracy=variant.row.accuracy,
        ),
    )
    is_mixed = "positions-differ" in view.verdict.notes
    return [*facts, asked.FACT_POSITIONS_DIFFER] if is_mixed else facts


def list_times(view: RunView) -> list[str]:
    """List seconds and multiply-adds."""
    return _tell_each(
        view,
        lambda variant: fill(
            asked.FACT_TIME,
            variant=variant.label,
            seconds=variant.row.train_seconds,
            multiply_adds=format_millions(variant.row.multiply_adds),
        ),
    )


def list_gaps(view: RunView) -> list[str]:
    """List how far each learned its training pictures by heart."""
    return _tell_each(
        view,
        lambda variant: fill(
            asked.FACT_GAP,
            variant=variant.label,
            gap=tell_points(variant.row.gap),
            rise=variant.row.loss_rise,
        ),
    )


def list_chances(view: RunView) -> list[str]:
    """List how far trainings of one variant lie apart, and how far variants do."""
    facts = _tell_each(view, _describe_spread)
    for pair in view.verdict.differences[:MOST_TOLD]:
        facts.append(
            fill(
                asked.FACT_PAIR,
                first=view.labels[pair.first],
                second=view.labels[pair.second],
                points=format_signed(pair.points, 2),
                reach=describe_reach(view, pair),
            )
        )
    return facts


def _describe_spread(variant: VariantView) -> str:
    found = [trial.held_out.accuracy for trial in variant.trials]
    phrase = asked.FACT_SPREAD if len(found) > 1 else asked.FACT_ONE_TRIAL
    return fill(phrase, variant=variant.label, count=len(found), low=min(found), high=max(found))


def list_best_epochs(view: RunView) -> list[str]:
    """List what choosing the epoch on the pictures that judge it would seem to gain."""
    return _tell_each(
        view,
        lambda variant: fill(
            asked.FACT_BEST_EPOCH,
            variant=variant.label,
            last=average(trial.held_out.accuracy for trial in variant.trials),
            best=average(trial.best_epoch.accuracy for trial in variant.trials),
        ),
    )


def list_model(view: RunView) -> list[str]:
    """List the file, its proof, and its accuracy."""
    size, report = find_model_kilobytes(view), view.verification
    facts = []
    if size is not None:
        facts.append(fill(asked.FACT_FILE, name="best/model.onnx", size=size))
    if report is not None:
        passed = sum(check.passed for check in report.checks)
        facts.append(fill(asked.FACT_CHECKS, passed=passed, count=len(report.checks)))
        logits = group_checks(report.checks).get(phrases.CHECKS["logits"], [])
        distances = [check.value for check in logits if check.value is not None]
        if distances:
            facts.append(fill(asked.FACT_LOGITS, value=write_number(max(distances), ".2g")))
    if view.final is not None:
        headline = read_headline(view.final)
        metric = phrases.METRICS[headline.metric]
        facts.append(fill(asked.FACT_TEST, metric=metric, accuracy=headline.value))
    return facts


def list_shifts(view: RunView) -> list[str]:
    """List how many answers stay at the largest shift; always with a fully connected network."""
    shown = view.variants[:MOST_TOLD]
    connected = [variant for variant in view.variants if variant.spec.backbone == "mlp"]
    named = [*shown, *(variant for variant in connected if variant not in shown)]
    found = [(variant, measure_moved(view, variant)) for variant in named]
    return [
        fill(
            asked.FACT_SHIFT,
            variant=variant.label,
            pixels=moved.pixels,
            border=name_border(view),
            consistency=100 * moved.consistency,
        )
        for variant, moved in found
        if np.isfinite(moved.consistency)
    ]
