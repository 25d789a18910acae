"""The figures of a run, each drawn from what the run saved."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from poolbench.records import Difference
from poolbench.report.gallery import draw_suspects
from poolbench.report.read import RunView, VariantView
from poolbench.report.style import (
    CONTEXT,
    FAINT,
    HELD_OUT,
    INK,
    PAGE_WIDTH_INCHES,
    TRAIN,
    add_side_legend,
    get_look,
    save_figure,
    shorten,
    use_style,
)
from poolbench.report.wording import name_interval
from poolbench.texts import text
from poolbench.verdict.sentence import flip

MEASURES = ("loss", "accuracy")
MOST_COLUMNS = 4
# A time axis is logarithmic where the slowest takes more than this times the fastest.
LOG_RATIO = 8
# More classes than this leave no room for numbers in the cells.
MOST_NUMBERED_CLASSES = 12
# More names than this overlap: every second, third, … is written.
MOST_LABELLED_CLASSES = 30


def draw_learning_curves(view: RunView, lang: str = "en") -> Figure:
    """Loss and accuracy of each variant, training and held-out side, over the epochs."""
    columns = min(len(view.variants), MOST_COLUMNS)
    blocks = math.ceil(len(view.variants) / columns)
    width = min(PAGE_WIDTH_INCHES, 1.0 + 3.6 * columns)
    figure = Figure(figsize=(width, 0.6 + 4.0 * blocks), layout="constrained")
    grid = figure.subplots(2 * blocks, columns, sharex=True, squeeze=False)
    limits = {"loss": (0.0, _find_loss_top(view)), "accuracy": (_find_accuracy_foot(view), 1.01)}
    for number in range(blocks * columns):
        block, column = divmod(number, columns)
        pair = grid[2 * block : 2 * block + 2, column]
        if number >= len(view.variants):
            for axes in pair:
                axes.remove()
            continue
        for axes, measure in zip(pair, MEASURES, strict=True):
            _draw_curves(axes, view, view.variants[number], measure)
            axes.set_ylim(*limits[measure])
            axes.tick_params(labelleft=column == 0)
        pair[0].set_title(view.variants[number].label)
        pair[1].tick_params(labelbottom=True)
        pair[1].set_xlabel(text("report.epoch", lang))
        if column == 0:
            for axes, measure in zip(pair, MEASURES, strict=True):
                axes.set_ylabel(text(f"report.{measure}", lang))
    figure.legend(handles=_list_curve_handles(view, lang), loc="outside upper left", ncols=4)
    return figure


def _draw_curves(axes: Axes, view: RunView, variant: VariantView, measure: str) -> None:
    for other in view.variants:
        if other is not variant:
            history = other.history
            axes.plot(history["epoch"], history[f"held_out_{measure}"], color=CONTEXT, lw=0.9)
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
    """Upper end of the axis: a single burst of the loss does not flatten everything else."""
    values = _list_finite(view, "loss", ("", "_high"))
    if not values.size:
        return 1.0
    return 1.05 * float(min(values.max(), 3 * np.percentile(values, 95))) or 1.0


def _find_accuracy_foot(view: RunView) -> float:
    """Lower end of the axis: the tenth below the lowest curve."""
    values = _list_finite(view, "accuracy", ("", "_low"))
    return max(0.0, math.floor(10 * float(values.min())) / 10) if values.size else 0.0


def _list_finite(view: RunView, measure: str, parts: tuple[str, ...]) -> NDArray[np.float64]:
    names = [f"{side}_{measure}{part}" for side in ("train", "held_out") for part in parts]
    values = np.concatenate([variant.history[n] for variant in view.variants for n in names])
    finite: NDArray[np.float64] = values[np.isfinite(values)]
    return finite


def _list_curve_handles(view: RunView, lang: str) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=TRAIN, linestyle="--", label=text("report.train", lang)),
        Line2D([], [], color=HELD_OUT, label=text("report.held-out", lang)),
        Patch(color=FAINT, alpha=0.25, linewidth=0, label=text("report.band", lang)),
    ]
    if len(view.variants) > 1:
        label = text("report.other-variants", lang)
        handles.append(Line2D([], [], color=CONTEXT, linewidth=0.9, label=label))
    return handles


def draw_confusion(view: RunView, lang: str = "en") -> Figure:
    """Confusion matrices of all variants: percent of each true class, held-out pictures."""
    classes = len(view.data.classes)
    panel = _choose_panel_inches(classes)
    columns = min(len(view.variants), max(1, int((PAGE_WIDTH_INCHES - 1.2) // (panel + 0.15))))
    rows = math.ceil(len(view.variants) / columns)
    size = (1.3 + (panel + 0.15) * columns, 0.9 + (panel + 0.45) * rows)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for number, axes in enumerate(grid.flat):
        if number >= len(view.variants):
            axes.remove()
            continue
        variant = view.variants[number]
        _draw_matrix(axes, compute_shares(variant.held_out_confusion))
        axes.set_title(variant.label)
        last = number + columns >= len(view.variants)
        _label_classes(axes, view.data.classes, left=number % columns == 0, bottom=last)
    if classes > MOST_NUMBERED_CLASSES:
        image = grid[0, 0].images[0]
        figure.colorbar(
            image, ax=grid, shrink=0.7 / rows, aspect=20, anchor=(0, 0.97), format="%g %%"
        )
    figure.supxlabel(text("report.predicted-class", lang), fontsize=9, color=INK)
    figure.supylabel(text("report.true-class", lang), fontsize=9, color=INK)
    return figure


def _choose_panel_inches(classes: int) -> float:
    if classes <= MOST_NUMBERED_CLASSES:
        return float(np.clip(0.62 * classes, 2.1, 4.1))
    return float(np.clip(0.135 * classes, 2.7, 4.1))


def compute_shares(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Percent of each row; 0 where a class has no pictures."""
    totals = confusion.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = 100.0 * confusion / np.maximum(totals, 1)
    return shares


def _draw_matrix(axes: Axes, shares: NDArray[np.float64]) -> None:
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="equal")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if len(shares) > MOST_NUMBERED_CLASSES:
        return
    digits = 1 if len(shares) <= 5 else 0
    size = 9 if len(shares) <= 5 else 7.5
    for row, column in np.ndindex(shares.shape):
        share = shares[row, column]
        color = "white" if share > 55 else INK
        label = f"{share:.{digits}f}"
        axes.text(column, row, label, ha="center", va="center", color=color, fontsize=size)


def _label_classes(axes: Axes, classes: tuple[str, ...], *, left: bool, bottom: bool) -> None:
    step = math.ceil(len(classes) / MOST_LABELLED_CLASSES)
    places = range(0, len(classes), step)
    names = [shorten(classes[place]) for place in places]
    size = 9 if len(names) <= MOST_NUMBERED_CLASSES else 7
    axes.set_yticks(places, names if left else [""] * len(names), fontsize=size)
    axes.set_xticks(places, names if bottom else [""] * len(names), fontsize=size)
    if len(names) > MOST_NUMBERED_CLASSES:
        axes.tick_params(axis="x", rotation=90)
        return
    for label in axes.get_xticklabels():
        label.set(rotation=45, ha="right", rotation_mode="anchor")


def draw_accuracy_time(view: RunView, lang: str = "en") -> Figure:
    """Held-out accuracy with its interval against the median training time with its quartiles."""
    figure = Figure(figsize=(8.2, 4.2), layout="constrained")
    axes = figure.subplots()
    for number, variant in enumerate(view.variants):
        color, marker, _ = get_look(number)
        row = variant.row
        low, median, high = _summarize_seconds(variant)
        axes.errorbar(
            median,
            row.accuracy,
            xerr=[[median - low], [high - median]],
            yerr=[
                [max(0.0, row.accuracy - row.accuracy_low)],
                [max(0.0, row.accuracy_high - row.accuracy)],
            ],
            color=color,
            marker=marker,
            markersize=7,
            linestyle="none",
            elinewidth=1.2,
            capsize=3,
        )
    _scale_seconds(axes, view)
    axes.set_xlabel(text("report.train-seconds", lang))
    axes.set_ylabel(text(f"report.held-out-{view.verdict.metric}", lang))
    add_side_legend(figure, [variant.label for variant in view.variants], lines=False)
    return figure


def _summarize_seconds(variant: VariantView) -> tuple[float, float, float]:
    """Quartiles of the training seconds; a machine that was busy for a while hardly moves them."""
    seconds = [timing.train_seconds for timing in variant.timings]
    low, median, high = (float(value) for value in np.percentile(seconds, [25, 50, 75]))
    return low, median, high


def _scale_seconds(axes: Axes, view: RunView) -> None:
    seconds = [value for variant in view.variants for value in _summarize_seconds(variant)]
    if min(seconds) > 0 and max(seconds) / min(seconds) > LOG_RATIO:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(0, 1.08 * max(seconds) or 1.0)


def draw_over_fitting(view: RunView, lang: str = "en") -> Figure:
    """Training and held-out accuracy of each variant, and the gap between them."""
    figure = Figure(figsize=(8.2, 1.3 + 0.34 * len(view.variants)), layout="constrained")
    axes = figure.subplots()
    for place, variant in enumerate(view.variants):
        train = float(np.mean([trial.train.accuracy for trial in variant.trials]))
        held_out = train - variant.row.gap
        axes.plot([held_out, train], [place, place], color=CONTEXT, linewidth=3, zorder=1)
        axes.plot(held_out, place, "o", color=HELD_OUT, markersize=7)
        axes.plot(train, place, "o", color=TRAIN, markersize=7, markerfacecolor="white")
        axes.annotate(
            f"{variant.row.gap:+.4f}",
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    _list_on_axis(axes, [variant.label for variant in view.variants])
    axes.margins(x=0.06)
    axes.set_xlabel(text("report.accuracy", lang))
    handles = [
        Line2D([], [], color=HELD_OUT, marker="o", ls="none", label=text("report.held-out", lang)),
        Line2D(
            [],
            [],
            color=TRAIN,
            marker="o",
            markerfacecolor="white",
            linestyle="none",
            label=text("report.train", lang),
        ),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2)
    return figure


def _list_on_axis(axes: Axes, labels: list[str]) -> None:
    """Names down the left side, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def draw_differences(view: RunView, lang: str = "en") -> Figure:
    """The best mean less each of the others, in accuracy points, with the margin of a tie."""
    best, *others = [variant.id for variant in view.variants]
    turned = [flip(d) if d.second == best else d for d in view.verdict.differences]
    pairs = {d.second: d for d in turned if d.first == best}
    return _draw_pairs(view, [pairs[name] for name in others if name in pairs], lang)


def draw_baseline(view: RunView, lang: str = "en") -> Figure:
    """Each variant less the baseline, in accuracy points, the highest first."""
    ranked = sorted(view.verdict.against_baseline, key=lambda pair: -pair.points)
    return _draw_pairs(view, ranked, lang)


def _draw_pairs(view: RunView, shown: Sequence[Difference], lang: str) -> Figure:
    figure = Figure(figsize=(8.2, 1.4 + 0.34 * len(shown)), layout="constrained")
    axes = figure.subplots()
    margin = view.verdict.margin_points
    axes.axvspan(-margin, margin, color="#009E73", alpha=0.13, linewidth=0)
    axes.axvline(0, color=FAINT, linewidth=1)
    for place, pair in enumerate(shown):
        axes.plot([pair.low, pair.high], [place, place], color=INK, linewidth=1.2)
        axes.plot([pair.tie_low, pair.tie_high], [place, place], color=HELD_OUT, linewidth=4)
        axes.plot(pair.points, place, "o", color="white", markeredgecolor=INK, markersize=6)
    _list_on_axis(axes, [f"{view.labels[d.first]} − {view.labels[d.second]}" for d in shown])
    axes.set_xlabel(text("report.points", lang))
    tie = text("report.interval-alone", lang, percent=100 * view.verdict.tie_confidence)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=INK, linewidth=1.2, label=name_interval(view.verdict, lang)),
        Line2D([], [], color=HELD_OUT, linewidth=4, label=tie),
        Patch(color="#009E73", alpha=0.2, label=text("report.margin", lang, margin=margin)),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3)
    return figure


def draw_shift(view: RunView, lang: str = "en") -> Figure:
    """Consistency and accuracy of each variant when the pictures move."""
    figure = Figure(figsize=(PAGE_WIDTH_INCHES, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True)
    for number, variant in enumerate(view.variants):
        color, marker, line = get_look(number)
        for axes, measure in ((left, "consistency"), (right, "accuracy")):
            axes.plot(
                variant.trials[0].shift.pixels,
                average_shift(variant, measure),
                color=color,
                marker=marker,
                linestyle=line,
                markersize=5,
            )
    for axes, key in ((left, "report.consistency"), (right, "report.held-out-accuracy")):
        axes.set_title(text(key, lang))
        axes.set_xlabel(text("report.shift-pixels", lang))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    add_side_legend(figure, [variant.label for variant in view.variants])
    return figure


def average_shift(variant: VariantView, measure: str) -> NDArray[np.float64]:
    """``consistency`` or ``accuracy`` at every shift, mean over trials."""
    curves = np.array([getattr(trial.shift, measure) for trial in variant.trials], dtype=float)
    means: NDArray[np.float64] = curves.mean(axis=0)
    return means


FIGURES: Mapping[str, Callable[[RunView, str], Figure]] = {
    "differences": draw_differences,
    "baseline": draw_baseline,
    "accuracy-time": draw_accuracy_time,
    "learning-curves": draw_learning_curves,
    "over-fitting": draw_over_fitting,
    "confusion": draw_confusion,
    "suspects": draw_suspects,
    "shift": draw_shift,
}


def save_figures(view: RunView, lang: str = "en", folder: Path | None = None) -> dict[str, Path]:
    """Draw all figures into ``figures/`` of the run (or ``folder``), as SVG and PNG.

    Returns:
        Name to path of the SVG. ``differences`` is missing where there is only one variant,
        ``baseline`` where none was named, ``suspects`` where there are none.
    """
    place = view.path / "figures" if folder is None else folder
    paths = {}
    with use_style():
        for name, draw in FIGURES.items():
            if _has_figure(view, name):
                paths[name] = save_figure(draw(view, lang), place, name)
    return paths


def _has_figure(view: RunView, name: str) -> bool:
    if name == "suspects":
        return bool(view.suspects)
    if name == "baseline":
        return bool(view.verdict.against_baseline)
    return name != "differences" or len(view.variants) > 1
