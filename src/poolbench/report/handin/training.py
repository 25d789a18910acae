"""Write what was seen while the networks were trained: curves, quality, time, over-fitting."""

import statistics
from collections.abc import Sequence

from poolbench.records import Overfit
from poolbench.report.classes import make_class_report
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.counting import spell_some
from poolbench.report.handin.draw import (
    add_drawing,
    add_report_table,
    say_numbered,
)
from poolbench.report.handin.fill import fill, retell
from poolbench.report.handin.numbers import (
    average,
    find_difference,
    find_extremes,
    find_ratio,
    is_finite,
    list_confused,
    tell_most,
    tell_points,
    to_points,
)
from poolbench.report.handin.task import list_augmentations
from poolbench.report.read import NO_OPERATOR, RunView, VariantView
from poolbench.report.table import format_millions, format_signed
from poolbench.report.tables import make_costs, make_leaderboard, make_over_fitting
from poolbench.report.words import say, write_number

# What the text below the table speaks of, beside accuracy.
QUALITY_METRICS = ("macro_f1", "nll", "calibration_error")
MOST_CONFUSED = 3
# Least rise of the loss, in nats, that shows at the digits that are written.
LEAST_RISE = 0.00005


def write_curves(draft: Draft, view: RunView) -> None:
    """Write of loss and accuracy over the epochs, and in numbers where they ended."""
    draft.add_step(phrases.CURVES)
    figures = {"loss": draft.next_figure, "accuracy": draft.next_figure + 1}
    draft.say(fill(phrases.CURVES_INTRO, **figures))
    shown = tell_most(draft, view.variants, phrases.SHOWN_FIRST)
    draft.list_items([describe_curve(variant) for variant in shown])
    is_augmented = any(list_augmentations(variant.spec.recipe) for variant in view.variants)
    pictures = phrases.CURVES_AUGMENTED if is_augmented else ""
    draft.say(fill(phrases.CURVES_OF, pictures=pictures))
    if view.has_many_trials:
        draft.say(phrases.CURVES_MEAN)
    perfect = [
        variant.label
        for variant in shown
        if all(trial.train.accuracy == 1 for trial in variant.trials)
    ]
    if perfect:
        draft.say(fill(phrases.LEARNED_BY_HEART, variants=", ".join(perfect)))
    add_drawing(draft, view, "loss-curves", phrases.LOSS_CAPTION)
    add_drawing(draft, view, "accuracy-curves", phrases.ACCURACY_CAPTION)


def describe_curve(variant: VariantView) -> str:
    """Describe where the trainings of a variant ended."""
    trials = variant.trials
    diverged = sum(trial.diverged_at is not None for trial in trials)
    if diverged:
        return fill(
            phrases.CURVE_DIVERGED, variant=variant.label, count=diverged, total=len(trials)
        )
    return fill(
        phrases.CURVE,
        variant=variant.label,
        train=average(trial.train.accuracy for trial in trials),
        held_out=average(trial.held_out.accuracy for trial in trials),
        gap=tell_points(average(trial.overfit.gap for trial in trials)),
        rise=describe_rise([trial.overfit for trial in trials], variant.spec.recipe.epochs),
    )


def describe_rise(found: Sequence[Overfit], epochs: int) -> str:
    """Describe when the held-out loss was least, and what it did after.

    Args:
        epochs: Those of the recipe; a training that stops early has fewer.
    """
    if epochs == 1:
        return phrases.ONE_EPOCH
    rise = average(trial.loss_rise for trial in found)
    least = [trial.loss_minimum_epoch for trial in found]
    # After the last epoch nothing can rise.
    last = sum(epoch >= epochs for epoch in least)
    middle = statistics.median(least)
    epoch = phrases.AT_EPOCH if middle == int(middle) else phrases.BETWEEN_EPOCHS
    values = {"epochs": epochs, "epoch": fill(epoch, epoch=middle), "rise": rise}
    if last == len(found):
        phrase = phrases.TO_THE_END
    elif last:
        phrase = phrases.SOME_STAYED if rise < LEAST_RISE else phrases.SOME_ROSE
    else:
        phrase = phrases.STAYED if rise < LEAST_RISE else phrases.ROSE
    some, others = spell_some(last, len(found))
    return fill(phrase, last=some, others=others, **values)


def write_quality(draft: Draft, view: RunView) -> None:
    """Write the leaderboard, the recommended variant's classes, and what it confuses."""
    draft.add_step(phrases.QUALITY)
    write_leaderboard(draft, view)
    if view.verdict.differences:
        # Time and over-fitting come before it.
        draft.say(fill(phrases.QUALITY_TOLD, section=draft.step + 3))
    _write_classes(draft, view)


def write_leaderboard(draft: Draft, view: RunView) -> None:
    """Write the leaderboard, and how far its first and last lie apart."""
    is_alone = len(view.variants) == 1
    intro = phrases.QUALITY_ONE_INTRO if is_alone else phrases.QUALITY_INTRO
    caption = phrases.QUALITY_ONE_CAPTION if is_alone else None
    draft.say(fill(intro, table=draft.next_table))
    add_report_table(draft, make_leaderboard(view, QUALITY_METRICS), caption=caption)
    for sentence in describe_quality(view):
        draft.say(sentence)
    if not view.has_many_trials:
        draft.say(retell(say("report.explain-one-trial")))


def _write_classes(draft: Draft, view: RunView) -> None:
    """Write of the classes of the variant that is shown in detail, and what it confuses."""
    label = view.leading.label
    numbers = {"table": draft.next_table, "figure": draft.next_figure}
    role = phrases.ROLES[view.verdict.kind if view.verdict.differences else "single"]
    draft.say(fill(phrases.CLASS_REPORT, variant=label, role=role, **numbers))
    caption = fill(phrases.CLASS_REPORT_CAPTION, variant=label)
    add_report_table(draft, make_class_report(view, "held-out"), caption=caption)
    add_drawing(draft, view, "confusion", phrases.CONFUSION_CAPTION)
    say_numbered(draft, view)
    confused = list_confused(view, MOST_CONFUSED)
    if not view.leading.held_out_confusion.any():
        draft.say(fill(phrases.ALL_DIVERGED, variant=label))
        return
    if not confused:
        draft.say(fill(phrases.NOT_CONFUSED, variant=label))
        return
    draft.say(fill(phrases.CONFUSED_INTRO, variant=label))
    draft.list_items(
        [
            fill(
phrases.CONFUSED,
                true=true, predicted=predicted, count=count, total=total,
                percent=100 * count / total,
            )
            for true, predicted, count, total in confused
        ]
    )  # fmt: skip


def describe_quality(view: RunView) -> list[str]:
    """Describe the highest accuracy, and how far the lowest lies below it.

    Variants that were dropped early are not ranked with those that have more trainings.
    """
    most = max(variant.row.trials for variant in view.variants)
    ranked = [variant for variant in view.variants if variant.row.trials == most]
    ranked.sort(key=lambda variant: -variant.row.accuracy)
    best, last = ranked[0], ranked[-1]
    equal = [one for one in ranked if f"{one.row.accuracy:.4f}" == f"{best.row.accuracy:.4f}"]
    values = {"metric": phrases.METRICS[view.verdict.metric], "accuracy": best.row.accuracy}
    reach = {"low": best.row.accuracy_low, "high": best.row.accuracy_high}
    if len(equal) == 1:
        phrase = phrases.QUALITY_BEST if len(view.variants) > 1 else phrases.QUALITY_ONE
        sentences = [fill(phrase, variant=best.label, **values, **reach)]
    elif len(equal) == len(view.variants):
        sentences = [fill(phrases.QUALITY_EQUAL, **values)]
    else:
        names = ", ".join(one.label for one in equal)
        sentences = [fill(phrases.QUALITY_SHARED, variants=names, **values)]
    if last not in equal:
        sentences.append(_describe_spread(view, best, last))
    dropped = [variant.label for variant in view.variants if variant.row.trials < most]
    if dropped:
        sentences.append(fill(phrases.QUALITY_DROPPED, variants=", ".join(dropped)))
    return sentences


def _describe_spread(view: RunView, best: VariantView, last: VariantView) -> str:
    share = best.row.accuracy - last.row.accuracy
    spread = fill(
        phrases.QUALITY_SPREAD, variant=last.label, accuracy=last.row.accuracy, points=100 * share
    )
    if view.verdict.metric != "accuracy":
        return spread
    # A mean over trainings may lie at half a picture; half goes up.
    count = int(share * view.verdict.pictures + 0.5)
    if not count:
        return spread
    counted = fill(phrases.QUALITY_PICTURES, pictures=view.verdict.pictures, count=count)
    return f"{spread} {counted}"


def write_time(draft: Draft, view: RunView) -> None:
    """Write of accuracy against training time, and how much longer each takes than the fastest."""
    draft.add_step(phrases.TIME)
    draft.say(fill(phrases.TIME_INTRO, figure=draft.next_figure, table=draft.next_table))
    if view.has_many_trials:
        draft.say(phrases.TIME_MEDIAN)
    caption = phrases.TIME_CAPTION if view.has_many_trials else phrases.TIME_CAPTION_ONE
    add_drawing(draft, view, "accuracy-time", caption)
    add_report_table(draft, make_costs(view))
    _, fastest = find_extremes(view, lambda variant: variant.row.train_seconds)
    draft.say(describe_fastest(view, fastest))
    # Convolutional networks are compared with each other, not with one that has no convolution.
    with_site = [variant for variant in view.variants if variant.spec.operator != NO_OPERATOR]
    ranked = sorted(with_site or view.variants, key=lambda variant: variant.row.train_seconds)
    others = [variant for variant in view.variants if variant is not ranked[0]]
    shown = tell_most(draft, others, phrases.SHOWN_FIRST)
    lines = [_describe_ratio(view, variant, ranked[0]) for variant in shown]
    if any(lines):
        draft.say(fill(phrases.COMPARED_TO, variant=ranked[0].label))
    draft.list_items([line for line in lines if line])


def describe_fastest(view: RunView, fastest: VariantView) -> str:
    """Describe which variant took the least time, or which did."""
    told = f"{fastest.row.train_seconds:.1f}"
    equal = [one.label for one in view.variants if f"{one.row.train_seconds:.1f}" == told]
    if len(equal) > 1:
        names = ", ".join(equal)
        return fill(phrases.FASTEST_SHARED, variants=names, seconds=fastest.row.train_seconds)
    phrase = phrases.TIME_ALONE if len(view.variants) == 1 else phrases.FASTEST
    return fill(phrase, variant=fastest.label, time=describe_time(fastest))


def describe_time(variant: VariantView) -> str:
    """Describe the seconds of a training; a mean only where there are several."""
    count = len(variant.trials)
    return fill(
        phrases.TIME_ONE if count == 1 else phrases.TIME_MEAN,
        seconds=variant.row.train_seconds,
        count=count,
        multiply_adds=format_millions(variant.row.multiply_adds),
    )


def _describe_ratio(view: RunView, slow: VariantView, fast: VariantView) -> str:
    pair = find_ratio(view, slow.id, fast.id)
    if pair is None:
        return ""
    interval = ""
    if pair.low is not None and pair.high is not None:
        reading = phrases.RATIO_SAME if pair.low <= 1 <= pair.high else ""
        interval = fill(phrases.RATIO_INTERVAL, low=pair.low, high=pair.high, reading=reading)
    adds = format_millions(slow.row.multiply_adds)
    return fill(phrases.SLOWER, variant=slow.label, ratio=pair.ratio, interval=interval, adds=adds)


def write_over_fitting(draft: Draft, view: RunView) -> None:
    """Write of the gap between the training and the held-out side."""
    draft.add_step(phrases.OVER_FITTING)
    numbers = {"figure": draft.next_figure, "table": draft.next_table}
    draft.say(fill(phrases.OVER_FITTING_INTRO, **numbers))
    add_drawing(draft, view, "gaps", phrases.GAPS_CAPTION)
    add_report_table(draft, make_over_fitting(view))
    draft.say(retell(say("report.explain-over-fitting")))
    unknown = [variant.label for variant in view.variants if not is_finite(variant.gap)]
    if unknown:
        draft.say(fill(phrases.GAP_UNKNOWN, variants=", ".join(unknown)))
    known = [variant for variant in view.variants if is_finite(variant.gap)]
    if not known:
        return
    most, least = find_extremes(view, lambda variant: variant.gap.mean)
    if most is least:
        draft.say(_describe_gap(phrases.GAP_ONE, most))
        return
    if to_points(most.gap.mean) == to_points(least.gap.mean):
        is_all = len(known) == len(view.variants)
        draft.say(_describe_gap(phrases.GAP_EQUAL if is_all else phrases.GAP_ONE, most))
        return
    draft.say(_describe_gap(phrases.GAP_MOST, most))
    draft.say(_describe_gap(phrases.GAP_LEAST, least))
    _write_gap_pair(draft, view, most, least)


def _write_gap_pair(draft: Draft, view: RunView, most: VariantView, least: VariantView) -> None:
    """Write whether the largest and the smallest gap can be told apart."""
    pair = find_difference(view, most.id, least.id)
    if pair is not None and pair.gap is not None:
        is_apart = pair.gap.low > 0 or pair.gap.high < 0
        reading = phrases.GAP_DIFFERS if is_apart else phrases.GAP_SAME
        draft.say(
            fill(
                phrases.GAP_PAIR,
                points=write_number(pair.gap.value, ".2f"),
                low=format_signed(pair.gap.low, 2),
                high=format_signed(pair.gap.high, 2),
                reading=(
                    reading if view.are_repeated(most.id, least.id) else phrases.GAP_ONE_TRIAL
                ),
            )
        )


def _describe_gap(phrase: str, variant: VariantView) -> str:
    gap = variant.gap
    return fill(
        phrase,
        variant=variant.label,
        gap=to_points(gap.mean),
        low=to_points(gap.low),
        high=to_points(gap.high),
    )
