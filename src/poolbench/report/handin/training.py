"""Write what was seen while the networks were trained: curves, quality, time, over-fitting."""

import statistics
from collections.abc import Sequence

from poolbench.records import Overfit
from poolbench.report.classes import make_class_report
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import (
    LANGUAGE,
    add_drawing,
    add_report_table,
    say_numbered,
)
from poolbench.report.handin.numbers import (
    average,
    find_difference,
    find_extremes,
    find_ratio,
    is_finite,
    list_confused,
    tell_most,
    to_points,
)
from poolbench.report.read import RunView, VariantView
from poolbench.report.table import format_millions, format_signed
from poolbench.report.tables import make_costs, make_leaderboard, make_over_fitting
from poolbench.texts import text

# What the text below the table speaks of, beside accuracy.
QUALITY_METRICS = ("macro_f1", "nll", "calibration_error")
MOST_CONFUSED = 3
# Least rise of the loss, in nats, that shows at the digits that are written.
LEAST_RISE = 0.00005


def write_curves(draft: Draft, view: RunView) -> None:
    """Write of loss and accuracy over the epochs, and in numbers where they ended."""
    draft.add_step(phrases.CURVES)
    figures = {"loss": draft.next_figure, "accuracy": draft.next_figure + 1}
    draft.say(phrases.CURVES_INTRO.format(**figures))
    shown = tell_most(draft, view.variants, phrases.SHOWN_FIRST)
    draft.list_items([_describe_curve(variant) for variant in shown])
    if view.has_many_trials:
        draft.say(phrases.CURVES_MEAN)
    perfect = [
        variant.label
        for variant in shown
        if all(trial.train.accuracy == 1 for trial in variant.trials)
    ]
    if perfect:
        draft.say(phrases.LEARNED_BY_HEART.format(variants=", ".join(perfect)))
    add_drawing(draft, view, "loss-curves", phrases.LOSS_CAPTION)
    add_drawing(draft, view, "accuracy-curves", phrases.ACCURACY_CAPTION)


def _describe_curve(variant: VariantView) -> str:
    trials = variant.trials
    return phrases.CURVE.format(
        variant=variant.label,
        train=average(trial.train.accuracy for trial in trials),
        held_out=average(trial.held_out.accuracy for trial in trials),
        gap=to_points(average(trial.overfit.gap for trial in trials)),
        rise=describe_rise([trial.overfit for trial in trials], variant.spec.recipe.epochs),
    )


def describe_rise(found: Sequence[Overfit], epochs: int) -> str:
    """Describe when the held-out loss was least, and what it did after."""
    rise = average(trial.loss_rise for trial in found)
    least = [trial.loss_minimum_epoch for trial in found]
    middle = statistics.median(least)
    values = {"epochs": epochs, "epoch": f"{middle:g}", "rise": rise, "count": len(found)}
    if rise < LEAST_RISE:
        phrase = phrases.TO_THE_END if middle >= epochs else phrases.STAYED
    else:
        phrase = phrases.SOME_ROSE if middle >= epochs else phrases.ROSE
    return phrase.format(last=sum(epoch >= epochs for epoch in least), **values)


def write_quality(draft: Draft, view: RunView) -> None:
    """Write the leaderboard, the recommended variant's classes, and what it confuses."""
    draft.add_step(phrases.QUALITY)
    draft.say(phrases.QUALITY_INTRO.format(table=draft.next_table))
    add_report_table(draft, make_leaderboard(view, QUALITY_METRICS))
    for sentence in _describe_quality(view):
        draft.say(sentence)
    if not view.has_many_trials:
        draft.say(text("report.explain-one-trial", LANGUAGE))
    label = view.leading.label
    numbers = {"table": draft.next_table, "figure": draft.next_figure}
    role = phrases.ROLES[view.verdict.recommended is not None]
    draft.say(phrases.CLASS_REPORT.format(variant=label, role=role, **numbers))
    caption = phrases.CLASS_REPORT_CAPTION.format(variant=label)
    add_report_table(draft, make_class_report(view, "held-out"), caption=caption)
    add_drawing(draft, view, "confusion", phrases.CONFUSION_CAPTION)
    say_numbered(draft, view)
    confused = list_confused(view, MOST_CONFUSED)
    if not confused:
        draft.say(phrases.NOT_CONFUSED.format(variant=label))
        return
    draft.say(phrases.CONFUSED_INTRO.format(variant=label))
    draft.list_items(
        [
            phrases.CONFUSED.format(
                true=true, predicted=predicted, count=count, total=total,
                percent=100 * count / total,
            )
            for true, predicted, count, total in confused
        ]
    )  # fmt: skip


def _describe_quality(view: RunView) -> list[str]:
    best, last = view.variants[0], view.variants[-1]
    sentences = [
        phrases.QUALITY_BEST.format(
            metric=phrases.METRICS[view.verdict.metric],
            variant=best.label,
            accuracy=best.row.accuracy,
            low=best.row.accuracy_low,
            high=best.row.accuracy_high,
        )
    ]
    if best is last:
        return sentences
    share = best.row.accuracy - last.row.accuracy
    spread = phrases.QUALITY_SPREAD.format(
        variant=last.label, accuracy=last.row.accuracy, points=100 * share, section=phrases.CHOICE
    )
    if view.verdict.metric == "accuracy":
        count = round(share * view.verdict.pictures, 1)
        counted = phrases.QUALITY_PICTURES.format(pictures=view.verdict.pictures, count=count)
        spread = f"{spread} {counted}"
    return [*sentences, spread]


def write_time(draft: Draft, view: RunView) -> None:
    """Write of accuracy against training time, and how much longer each takes than the fastest."""
    draft.add_step(phrases.TIME)
    draft.say(phrases.TIME_INTRO.format(figure=draft.next_figure, table=draft.next_table))
    add_drawing(draft, view, "accuracy-time", phrases.TIME_CAPTION)
    add_report_table(draft, make_costs(view))
    _, fastest = find_extremes(view, lambda variant: variant.row.train_seconds)
    is_alone = len(view.variants) == 1
    draft.say(
        (phrases.TIME_ALONE if is_alone else phrases.FASTEST).format(
            variant=fastest.label,
            seconds=fastest.row.train_seconds,
            multiply_adds=format_millions(fastest.row.multiply_adds),
        )
    )
    others = [variant for variant in view.variants if variant is not fastest]
    shown = tell_most(draft, others, phrases.SHOWN_FIRST)
    lines = [_describe_ratio(view, variant, fastest) for variant in shown]
    draft.list_items([line for line in lines if line])


def _describe_ratio(view: RunView, slow: VariantView, fast: VariantView) -> str:
    pair = find_ratio(view, slow.id, fast.id)
    if pair is None:
        return ""
    interval = ""
    if pair.low is not None and pair.high is not None:
        interval = phrases.RATIO_INTERVAL.format(low=pair.low, high=pair.high)
    adds = format_millions(slow.row.multiply_adds)
    return phrases.SLOWER.format(variant=slow.label, ratio=pair.ratio, interval=interval, adds=adds)


def write_over_fitting(draft: Draft, view: RunView) -> None:
    """Write of the gap between the training and the held-out side."""
    draft.add_step(phrases.OVER_FITTING)
    numbers = {"figure": draft.next_figure, "table": draft.next_table}
    draft.say(phrases.OVER_FITTING_INTRO.format(**numbers))
    add_drawing(draft, view, "gaps", phrases.GAPS_CAPTION)
    add_report_table(draft, make_over_fitting(view))
    draft.say(text("report.explain-over-fitting", LANGUAGE))
    most, least = find_extremes(view, lambda variant: variant.gap.mean)
    if is_finite(most.gap):
        draft.say(_describe_gap(phrases.GAP_MOST, most))
    if most is least or not is_finite(least.gap):
        return
    draft.say(_describe_gap(phrases.GAP_LEAST, least))
    pair = find_difference(view, most.id, least.id)
    if pair is not None and pair.gap is not None:
        is_apart = pair.gap.low > 0 or pair.gap.high < 0
        reading = phrases.GAP_DIFFERS if is_apart else phrases.GAP_SAME
        draft.say(
            phrases.GAP_PAIR.format(
                points=format_signed(pair.gap.value, 2),
                low=format_signed(pair.gap.low, 2),
                high=format_signed(pair.gap.high, 2),
                reading=reading if view.has_many_trials else phrases.GAP_ONE_TRIAL,
            )
        )


def _describe_gap(phrase: str, variant: VariantView) -> str:
    gap = variant.gap
    return phrase.format(
        variant=variant.label,
        gap=to_points(gap.mean),
        low=to_points(gap.low),
        high=to_points(gap.high),
    )
