"""Draw learning curves, and how far each variant learned its training pictures by heart."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from poolbench.report.canvas import NEW_FIGURE, Canvas
from poolbench.report.drawing import Drawing, Key
from poolbench.report.figures.axes import choose_row_inches, list_on_axis
from poolbench.report.figures.choice import MOST_IN_COLOR, order_panels
from poolbench.report.read import RunView, VariantView
from poolbench.report.style import CONTEXT, FAINT, HELD_OUT, PAGE_WIDTH_INCHES, TRAIN
from poolbench.report.words import say
from poolbench.verdict.intervals import Interval

MOST_COLUMNS = 4
# Size of a panel that stands alone.
PANEL_INCHES = (3.4, 2.2)
# Percentiles between which the other variants lie, where they are many.
RANGE_OF_OTHERS = (10, 90)


def draw_loss_curves(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw the loss of each variant, training and held-out side, over the epochs."""
    return _draw_learning(view, canvas, "loss", (0.0, _find_loss_top(view)))


def draw_accuracy_curves(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw the accuracy of each variant, training and held-out side, over the epochs."""
    return _draw_learning(view, canvas, "accuracy", (_find_accuracy_foot(view), 1.01))


def draw_gaps(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw training less held-out accuracy of each variant with its interval, in points."""
    gaps = [variant.gap for variant in view.variants]
    return _draw_intervals(view, canvas, gaps, "gap-points", 100)


def draw_loss_rises(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw by how much the held-out loss rose after its lowest point, with intervals."""
    rises = [variant.loss_rise for variant in view.variants]
    return _draw_intervals(view, canvas, rises, "loss-rise", 1)


def _draw_learning(
    view: RunView, canvas: Canvas, measure: str, limits: tuple[float, float]
) -> Drawing:
    columns = min(len(view.variants), MOST_COLUMNS)
    rows = math.ceil(len(view.variants) / columns)
    width = min(PAGE_WIDTH_INCHES, 1.0 + 3.2 * columns)
    figure, grid = canvas.open_grid(
        width, 0.2 + 2.2 * rows, rows, columns, view.lang, is_shared=True
    )
    for number, axes in enumerate(grid.flat):
        if number >= len(view.variants):
            axes.remove()
            continue
        _draw_curves(axes, view, view.variants[number], measure)
        axes.set_title(view.variants[number].label)
        axes.tick_params(labelbottom=number + columns >= len(view.variants))
    grid[0, 0].set_ylim(*limits)
    keys = [
        Key(say("report.train"), TRAIN, "--"),
        Key(say("report.held-out"), HELD_OUT, "-"),
        Key(say("report.band" if view.has_many_trials else "report.band-batches"), FAINT,
            is_area=True),
    ]  # fmt: skip
    if len(view.variants) > MOST_IN_COLOR:
        keys.append(Key(say("card.range-of-others"), CONTEXT, is_area=True))
    elif len(view.variants) > 1:
        keys.append(Key(say("report.other-variants"), CONTEXT, "-", width=0.9))
    panels = partial(_draw_panels, view, measure, limits)
    names = say("report.epoch"), say(f"report.{measure}")
    return Drawing(figure, *names, tuple(keys), make_panels=panels)


def _draw_panels(view: RunView, measure: str, limits: tuple[float, float]) -> list[Figure]:
    """Draw the curves of each variant as a figure of its own."""
    figures = []
    for variant in order_panels(view):
        figure, axes = NEW_FIGURE.open(*PANEL_INCHES, view.lang)
        _draw_curves(axes, view, variant, measure)
        axes.set_title(variant.label)
        axes.set_ylim(*limits)
        figures.append(figure)
    return figures


def _draw_context(axes: Axes, view: RunView, variant: VariantView, measure: str) -> None:
    """Draw the other variants in grey: a line for each, or of many the range of most."""
    others = [other.history for other in view.variants if other is not variant]
    name = f"held_out_{measure}"
    if len(view.variants) <= MOST_IN_COLOR:
        for history in others:
            axes.plot(history["epoch"], history[name], color=CONTEXT, lw=0.9)
        return
    longest = max((history["epoch"] for history in others), key=len)
    stack = np.full((len(others), len(longest)), np.nan)
    for row, history in enumerate(others):
        stack[row, : len(history[name])] = history[name]
    known = np.isfinite(stack).any(axis=0)
    low, high = np.nanpercentile(stack[:, known], RANGE_OF_OTHERS, axis=0)
    axes.fill_between(longest[known], low, high, color=CONTEXT, alpha=0.5, linewidth=0)


def _draw_curves(axes: Axes, view: RunView, variant: VariantView, measure: str) -> None:
    _draw_context(axes, view, variant, measure)
    epochs = variant.history["epoch"]
    # A line through one point cannot be seen.
    marker = "o" if len(epochs) == 1 else ""
    for side, color, line in (("train", TRAIN, "--"), ("held_out", HELD_OUT, "-")):
        name = f"{side}_{measure}"
        low, high = variant.history[f"{name}_low"], variant.history[f"{name}_high"]
        axes.fill_between(epochs, low, high, color=color, alpha=0.18, linewidth=0)
        axes.plot(epochs, variant.history[name], color=color, linestyle=line, marker=marker)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _find_loss_top(view: RunView) -> float:
    """Find the upper end of the axis: a burst of the loss does not flatten everything else."""
    values = _list_finite(view, "loss", ("", "_high"))
    if not values.size:
        return 1.0
    return 1.05 * float(min(values.max(), 3 * np.percentile(values, 95))) or 1.0


def _find_accuracy_foot(view: RunView) -> float:
    """Find the lower end of the axis: the tenth below the lowest curve."""
    values = _list_finite(view, "accuracy", ("", "_low"))
    return max(0.0, math.floor(10 * float(values.min())) / 10) if values.size else 0.0


def _list_finite(view: RunView, measure: str, parts: tuple[str, ...]) -> NDArray[np.float64]:
    names = [f"{side}_{measure}{part}" for side in ("train", "held_out") for part in parts]
    values = np.concatenate([variant.history[n] for variant in view.variants for n in names])
    finite: NDArray[np.float64] = values[np.isfinite(values)]
    return finite


def _draw_intervals(
    view: RunView, canvas: Canvas, intervals: Sequence[Interval], name: str, scale: float
) -> Drawing:
    """Draw one line for each variant: its mean and 95 % interval."""
    figure, axes = canvas.open(8.2, 0.5 + choose_row_inches(len(view.variants)), view.lang)
    axes.axvline(0, color=FAINT, linewidth=1)
    for row, interval in enumerate(intervals):
        low, mean, high = (scale * value for value in (interval.low, interval.mean, interval.high))
        axes.plot([low, high], [row, row], color=HELD_OUT, linewidth=1.6)
        axes.plot(mean, row, "o", color=HELD_OUT, markersize=6)
    list_on_axis(axes, [variant.label for variant in view.variants])
    return Drawing(figure, say(f"report.{name}"))
