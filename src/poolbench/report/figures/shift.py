"""Draw what happens to the answers when the pictures move."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from poolbench.report.canvas import NEW_FIGURE, Canvas
from poolbench.report.drawing import Drawing
from poolbench.report.figures.choice import assign_looks, choose_in_color, key_chosen
from poolbench.report.read import RunView, VariantView
from poolbench.report.style import CONTEXT, get_look
from poolbench.report.words import say


def draw_shift_consistency(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw the share of pictures that keep their label, all trials, border by reflection."""
    return _draw_trials(view, canvas, "consistency")


def draw_shift_accuracy(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw the accuracy of all trials on pictures that moved, border by reflection."""
    return _draw_trials(view, canvas, "accuracy")


def draw_moved(view: RunView, canvas: Canvas = NEW_FIGURE, *, measure: str, mode: int) -> Drawing:
    """Draw accuracy or consistency of one trial a variant under shifts of up to 8 pixels.

    Args:
        mode: 0: what leaves the picture comes in again; 1: black comes in.
    """
    assert view.explained is not None
    arrays, variants = view.explained.arrays, view.explained.facts["variants"]
    curves = [
        arrays[f"shift_{measure}"][variants.index(variant.id), mode] for variant in view.variants
    ]
    return _draw_curves(view, canvas, arrays["shift_pixels"].tolist(), curves, measure)


def average_shift(variant: VariantView, measure: str) -> NDArray[np.float64]:
    """Average ``consistency`` or ``accuracy`` at every shift over trials."""
    curves = np.array([getattr(trial.shift, measure) for trial in variant.trials], dtype=float)
    means: NDArray[np.float64] = curves.mean(axis=0)
    return means


def _draw_trials(view: RunView, canvas: Canvas, measure: str) -> Drawing:
    pixels = view.variants[0].trials[0].shift.pixels
    curves = [average_shift(variant, measure) for variant in view.variants]
    return _draw_curves(view, canvas, pixels, curves, measure)


def _draw_curves(
    view: RunView,
    canvas: Canvas,
    pixels: Sequence[int],
    curves: Sequence[NDArray[np.float64]],
    measure: str,
) -> Drawing:
    figure, axes = canvas.open(5.0, 3.2, view.lang)
    looks = assign_looks(choose_in_color(view))
    for number, curve in enumerate(curves):
        if number not in looks:
            axes.plot(pixels, curve, color=CONTEXT, linewidth=0.9, zorder=1)
            continue
        color, marker, line = get_look(looks[number])
        axes.plot(pixels, curve, color=color, marker=marker, linestyle=line, markersize=5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    keys = key_chosen(view, list(looks))
    return Drawing(figure, say("report.shift-pixels"), say(f"report.shift-{measure}"), keys)
