"""Draw variants against each other: differences, and accuracy against what it costs."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from poolbench.records import Difference
from poolbench.report.canvas import NEW_FIGURE, Canvas, TickFormatter
from poolbench.report.drawing import Drawing, Key
from poolbench.report.figures.axes import (
    choose_row_inches,
    clear_frame,
    label_cells,
    list_on_axis,
)
from poolbench.report.figures.choice import assign_looks, choose_in_color, key_chosen
from poolbench.report.pairs import judge_pair
from poolbench.report.read import RunView, VariantView
from poolbench.report.style import CONTEXT, FAINT, HELD_OUT, INK, get_look
from poolbench.report.table import format_range, format_signed, format_with_range
from poolbench.report.wording import name_intervals
from poolbench.report.words import Words, say
from poolbench.texts import text
from poolbench.texts.filling import format_number
from poolbench.verdict.sentence import flip

# Ratio of the largest to the smallest value above which an axis is logarithmic.
LOG_RATIO = 8
MARGIN_COLOR = "#009E73"
# Most variants in a matrix; a larger one cannot show their names.
MOST_IN_MATRIX = 40

Range = tuple[float, float, float]


def draw_accuracy_time(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw held-out accuracy against the median training time, with interval and quartiles."""
    return _draw_against(view, canvas, _summarize_seconds, "train-seconds")


def draw_accuracy_cost(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw held-out accuracy with its interval against multiply-adds."""
    return _draw_against(view, canvas, _count_millions, "multiply-adds-millions")


def draw_differences(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw the best mean less each of the others, in accuracy points, with the margin of a tie."""
    best, *others = [variant.id for variant in view.variants]
    turned = [flip(d) if d.second == best else d for d in view.verdict.differences]
    pairs = {d.second: d for d in turned if d.first == best}
    shown = [pairs[name] for name in others if name in pairs]
    # A winner is named by the intervals of single pairs; runs of before do not have them.
    return _draw_pairs(view, canvas, [_narrow(d) for d in shown], name_intervals(view.verdict)[0])


def _narrow(pair: Difference) -> Difference:
    """Return the pair with the interval that is its own in the place of the one with others."""
    if pair.single_low is None or pair.single_high is None:
        return pair
    return pair.model_copy(update={"low": pair.single_low, "high": pair.single_high})


def draw_baseline(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw each variant less the baseline, in accuracy points, the highest first."""
    shown = sorted(view.verdict.against_baseline, key=lambda d: -d.points)
    name = name_intervals(view.verdict, is_planned=True)[-1]
    return _draw_pairs(view, canvas, shown, name)


def draw_matrix(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw row less column in points, for every pair; a dot where the verdict finds one better."""
    labels = [variant.label for variant in view.variants]
    points, is_decided = compute_matrix(view)
    side = float(np.clip(0.42 * len(labels), 2.6, 8.6))
    figure, axes = canvas.open(side + 1.6, side + 1.0, view.lang)
    most = max(float(np.nanmax(np.abs(points))), view.verdict.margin_points)
    image = axes.imshow(points, cmap="RdBu_r", vmin=-most, vmax=most)
    down, right = np.nonzero(is_decided)
    axes.plot(right, down, "o", color=INK, markersize=3, linestyle="none")
    label_cells(axes, labels, left=True, bottom=True)
    clear_frame(axes)
    figure.colorbar(image, ax=axes, shrink=0.7, aspect=25, format=TickFormatter(view.lang))
    keys = (Key(say("report.decided-pair"), INK, marker="o"),)
    return Drawing(figure, say("report.matrix-columns"), say("report.matrix-rows"), keys)


def compute_matrix(view: RunView) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Compute points of row less column, ``[V, V]``, and whether the verdict tells them apart."""
    positions = {variant.id: index for index, variant in enumerate(view.variants)}
    points = np.full((len(positions), len(positions)), np.nan)
    is_decided = np.zeros(points.shape, dtype=bool)
    for pair in view.verdict.differences:
        row, column = positions[pair.first], positions[pair.second]
        points[row, column], points[column, row] = pair.points, -pair.points
        is_told = judge_pair(view, pair) in ("first", "second")
        is_decided[row, column] = is_decided[column, row] = is_told
    return points, is_decided


def find_front(costs: Sequence[float], scores: Sequence[float]) -> list[int]:
    """Find the Pareto front: positions of those that nothing beats in both, the cheapest first.

    Example:
        >>> find_front([1.0, 2.0, 3.0], [0.8, 0.7, 0.9])
        [0, 2]
    """
    front: list[int] = []
    best = -np.inf
    for index in sorted(range(len(costs)), key=lambda index: (costs[index], -scores[index])):
        if scores[index] > best:
            front.append(index)
            best = scores[index]
    return front


def _draw_against(
    view: RunView, canvas: Canvas, measure: Callable[[VariantView], Range], name: str
) -> Drawing:
    figure, axes = canvas.open(8.2, 3.8, view.lang)
    ranges = [measure(variant) for variant in view.variants]
    middles = [middle for _, middle, _ in ranges]
    front = find_front(middles, [variant.row.accuracy for variant in view.variants])
    looks = assign_looks(choose_in_color(view, front))
    for number, (variant, reach) in enumerate(zip(view.variants, ranges, strict=True)):
        _draw_point(axes, variant, reach, number, looks.get(number))
    heights = [view.variants[index].row.accuracy for index in front]
    axes.step([middles[index] for index in front], heights, where="post", color=FAINT, lw=1,
              linestyle="--", zorder=0)  # fmt: skip
    _scale(axes, ranges, view.lang)
    keys = key_chosen(view, list(looks), lines=False)
    return Drawing(
        figure,
        say(f"report.{name}"),
        say(f"report.held-out-{view.verdict.metric}"),
        (*keys, Key(say("report.front"), FAINT, "--", width=1)),
        tuple(
            text(f"report.tip-{name}", view.lang, variant=variant.label,
                 accuracy=variant.row.accuracy, cost=middle)
            for variant, middle in zip(view.variants, middles, strict=True)
        ),
    )  # fmt: skip


def _draw_point(
    axes: Axes, variant: VariantView, reach: Range, number: int, look: int | None
) -> None:
    """Draw one variant with its intervals; without a look, as one of many in grey."""
    (low, middle, high), row = reach, variant.row
    if look is None:
        axes.plot(middle, row.accuracy, marker="o", markersize=4, color=CONTEXT, zorder=1,
                  gid=f"tip-{number}")  # fmt: skip
        return
    color, marker, _ = get_look(look)
    above = [max(0.0, row.accuracy - row.accuracy_low), max(0.0, row.accuracy_high - row.accuracy)]
    axes.errorbar(
        middle, row.accuracy, xerr=[[middle - low], [high - middle]],
        yerr=[[value] for value in above], color=color, linestyle="none", elinewidth=1.2,
        capsize=3,
    )  # fmt: skip
    axes.plot(middle, row.accuracy, marker=marker, markersize=7, color=color,
              gid=f"tip-{number}")  # fmt: skip


def _summarize_seconds(variant: VariantView) -> Range:
    """Compute quartiles of the training seconds, which a short disturbance hardly moves."""
    seconds = [timing.train_seconds for timing in variant.timings]
    low, median, high = (float(value) for value in np.percentile(seconds, [25, 50, 75]))
    return low, median, high


def _count_millions(variant: VariantView) -> Range:
    millions = variant.row.multiply_adds / 1e6
    return millions, millions, millions


def _scale(axes: Axes, ranges: Sequence[Range], lang: str) -> None:
    values = [value for three in ranges for value in three]
    if min(values) > 0 and max(values) / min(values) > LOG_RATIO:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: format_number(value, "g", lang))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(0, 1.08 * max(values) or 1.0)


def _draw_pairs(
    view: RunView, canvas: Canvas, shown: Sequence[Difference], interval: Words
) -> Drawing:
    figure, axes = canvas.open(8.2, 0.6 + choose_row_inches(len(shown)), view.lang)
    margin = view.verdict.margin_points
    axes.axvspan(-margin, margin, color=MARGIN_COLOR, alpha=0.13, linewidth=0)
    axes.axvline(0, color=FAINT, linewidth=1)
    for row, pair in enumerate(shown):
        axes.plot([pair.low, pair.high], [row, row], color=INK, linewidth=1.2)
        axes.plot([pair.tie_low, pair.tie_high], [row, row], color=HELD_OUT, linewidth=4)
        axes.plot(pair.points, row, "o", color="white", markeredgecolor=INK, markersize=6,
                  gid=f"tip-{row}")  # fmt: skip
    list_on_axis(axes, [f"{view.labels[d.first]} − {view.labels[d.second]}" for d in shown])
    tie = say("report.interval-alone", percent=100 * view.verdict.tie_confidence)
    keys = (
        Key(interval, INK, "-", width=1.2),
        Key(tie, HELD_OUT, "-", width=4),
        Key(say("report.margin", margin=margin), MARGIN_COLOR, is_area=True),
    )
    tips = tuple(
        format_with_range(
            format_signed(pair.points, 2), format_range(pair.low, pair.high, 2)
        ).speak(view.lang)
        for pair in shown
    )
    return Drawing(figure, say("report.points"), keys=keys, tips=tips)
