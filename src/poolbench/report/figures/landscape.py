"""Draw the loss around the network that was handed over."""

import numpy as np
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from poolbench.report.canvas import NEW_FIGURE, Canvas
from poolbench.report.drawing import Drawing, Key
from poolbench.report.figures.axes import clear_frame
from poolbench.report.read import RunView
from poolbench.report.style import INK
from poolbench.report.words import say
from poolbench.texts.filling import format_number

LEVELS = 14


def draw_landscape(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw lines of equal loss on a plane through the weights (Li 2018, arXiv:1712.09913)."""
    assert view.explained is not None
    arrays = view.explained.arrays
    coefficients = arrays["landscape_coefficients"]
    losses = arrays["landscape_losses"].astype(float)
    figure, axes = canvas.open(6.0, 4.8, view.lang)
    levels = choose_levels(losses)
    # Row: first direction, which is drawn upwards.
    filled = axes.contourf(
        coefficients, coefficients, np.minimum(np.nan_to_num(losses, nan=np.inf), levels[-1]),
        levels, cmap="viridis_r",
    )  # fmt: skip
    axes.plot(0, 0, "P", color="white", markeredgecolor=INK, markersize=10)
    axes.set_aspect("equal")
    clear_frame(axes)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(0.5))
        axis.set_tick_params(pad=7)
    bar = figure.colorbar(filled, ax=axes, aspect=25, ticks=levels[::2], spacing="uniform")
    bar.ax.set_yticklabels([format_number(level, ".3g", view.lang) for level in levels[::2]])
    bar.outline.set_visible(False)
    keys = (Key(say("report.network"), INK, marker="P", is_hollow=True),)
    return Drawing(figure, say("report.second-direction"), say("report.first-direction"), keys)


def choose_levels(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Choose growing losses, close together near the network and far apart elsewhere."""
    finite = losses[np.isfinite(losses)]
    low, high = float(finite.min()), float(np.percentile(finite, 95))
    if high <= low:
        high = low + 1e-6
    levels: NDArray[np.float64] = low + (high - low) * np.linspace(0, 1, LEVELS) ** 2
    return levels
