"""Draw single classes: which are confused, and whether probabilities can be believed."""

import math
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from poolbench.report.canvas import NEW_FIGURE, Canvas
from poolbench.report.classes import MOST_IN_MATRIX, compute_class_scores
from poolbench.report.drawing import MOST_PANELS, Drawing, Key, key_variants
from poolbench.report.figures.axes import (
    clear_frame,
    label_cells,
    list_on_axis,
)
from poolbench.report.figures.choice import order_panels
from poolbench.report.fonts import name_in_figures
from poolbench.report.read import RunView
from poolbench.report.style import CONTEXT, FAINT, PAGE_WIDTH_INCHES, get_look
from poolbench.report.words import say
from poolbench.texts.filling import format_number

# Most variants whose F1 by class is drawn, the first of the leaderboard.
MOST_COMPARED = 6
# Most classes that are drawn: those in which the variants differ most.
MOST_CLASSES = 30
CALIBRATION_BINS = 10
# Least predictions in a bin; fewer say nothing.
LEAST_IN_BIN = 10


def draw_confusion(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw confusion matrices of all variants: percent of each true class, held-out pictures."""
    classes = len(view.data.classes)
    panel = _choose_panel_inches(classes)
    columns = min(len(view.variants), max(1, int((PAGE_WIDTH_INCHES - 1.2) // (panel + 0.15))))
    rows = math.ceil(len(view.variants) / columns)
    width, height = 1.3 + (panel + 0.15) * columns, 0.7 + (panel + 0.45) * rows
    figure, grid = canvas.open_grid(width, height, rows, columns, view.lang)
    names = name_in_figures(view.classes)
    for number, axes in enumerate(grid.flat):
        if number >= len(view.variants):
            axes.remove()
            continue
        variant = view.variants[number]
        _draw_matrix(axes, compute_shares(variant.held_out_confusion), view.lang)
        axes.set_title(variant.label)
        last = number + columns >= len(view.variants)
        label_cells(axes, names, left=number % columns == 0, bottom=last)
    if classes > MOST_IN_MATRIX:
        # Not all of the grid: where the last row is not full, some were removed.
        drawn = list(grid.flat[: len(view.variants)])
        figure.colorbar(
            grid[0, 0].images[0], ax=drawn, shrink=0.7 / rows, aspect=20, anchor=(0, 0.97),
            format=_format_percent(view.lang),
        )  # fmt: skip
    # One matrix without numbers says as much as several.
    most = MOST_PANELS if classes <= MOST_IN_MATRIX else 1
    panels = partial(_draw_panels, view, panel, most)
    words = say("report.predicted-class"), say("report.true-class")
    return Drawing(figure, *words, make_panels=panels, most_panels=most)


def _draw_panels(view: RunView, panel: float, most: int) -> list[Figure]:
    """Draw the matrix of each variant as a figure of its own."""
    names = name_in_figures(view.classes)
    figures = []
    for variant in order_panels(view, most):
        figure, axes = NEW_FIGURE.open(panel + 1.1, panel + 0.9, view.lang)
        shares = compute_shares(variant.held_out_confusion)
        _draw_matrix(axes, shares, view.lang)
        axes.set_title(variant.label)
        label_cells(axes, names, left=True, bottom=True)
        if len(shares) > MOST_IN_MATRIX:
            figure.colorbar(
                axes.images[0], ax=axes, shrink=0.7, aspect=20, format=_format_percent(view.lang)
            )
        figures.append(figure)
    return figures


def draw_class_scores(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw F1 of each class and variant; of many classes those in which variants differ most."""
    shown = view.variants[:MOST_COMPARED]
    scores = np.stack([compute_class_scores(variant.held_out_confusion)[:, 2] for variant in shown])
    spread = scores.max(axis=0) - scores.min(axis=0)
    order = np.sort(np.argsort(-spread, kind="stable")[:MOST_CLASSES])
    figure, axes = canvas.open(8.2, 0.6 + 0.3 * len(order), view.lang)
    for row, label in enumerate(order):
        low, high = scores[:, label].min(), scores[:, label].max()
        axes.plot([low, high], [row, row], color=CONTEXT, linewidth=3, zorder=1)
    for number, values in enumerate(scores):
        color, marker, _ = get_look(number)
        axes.plot(values[order], range(len(order)), linestyle="none", marker=marker, color=color)
    names = name_in_figures(view.classes)
    list_on_axis(axes, [names[label] for label in order])
    keys = key_variants([variant.label for variant in shown], lines=False)
    return Drawing(figure, say("report.f1"), keys=keys)


def draw_calibration(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw how often predictions of a stated probability are right, on held-out pictures."""
    shown = view.variants[:MOST_COMPARED]
    figure, axes = canvas.open(6.2, 3.9, view.lang)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=":")
    for number, variant in enumerate(shown):
        color, marker, line = get_look(number)
        said, right = bin_confidences(variant.confidence, variant.is_right)
        axes.plot(said, right, color=color, marker=marker, linestyle=line, markersize=5)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    keys = (
        *key_variants([variant.label for variant in shown]),
        Key(say("report.calibrated"), FAINT, ":", width=1),
    )
    return Drawing(figure, say("report.stated-probability"), say("report.share-right"), keys)


def bin_confidences(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute mean confidence and accuracy in each bin that has enough predictions."""
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    kept = counts >= LEAST_IN_BIN
    said = np.bincount(bins, confidence, CALIBRATION_BINS)[kept] / counts[kept]
    right = np.bincount(bins, is_right, CALIBRATION_BINS)[kept] / counts[kept]
    return said, right


def compute_shares(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the percent of each row; 0 where a class has no pictures."""
    totals = confusion.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = 100.0 * confusion / np.maximum(totals, 1)
    return shares


def _choose_panel_inches(classes: int) -> float:
    if classes <= MOST_IN_MATRIX:
        return float(np.clip(0.62 * classes, 2.1, 4.1))
    return float(np.clip(0.135 * classes, 2.7, 4.1))


def _format_percent(lang: str) -> FuncFormatter:
    return FuncFormatter(lambda percent, _: format_number(percent / 100, ".0%", lang))


def _draw_matrix(axes: Axes, shares: NDArray[np.float64], lang: str) -> None:
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="equal")
    clear_frame(axes)
    if len(shares) > MOST_IN_MATRIX:
        return
    digits = 1 if len(shares) <= 5 else 0
    size = 9 if len(shares) <= 5 else 7.5
    for row, column in np.ndindex(shares.shape):
        share = shares[row, column]
        # On the colours of the map, which are the same by day and by night.
        color = "#fffffe" if share > 55 else "#22262c"
        label = format_number(float(share), f".{digits}f", lang)
        axes.text(column, row, label, ha="center", va="center", color=color, fontsize=size)
