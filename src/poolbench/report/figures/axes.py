"""Set up axes as several figures need them."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from poolbench.report.classes import MOST_IN_MATRIX
from poolbench.report.fonts import shorten

# Most names on an axis; more overlap, so that every second, third, … is written.
MOST_LABELLED_CLASSES = 30

# Height of a row with a name beside it, and of one where there are many.
ROW_INCHES, NARROW_ROW_INCHES = 0.34, 0.24
MANY_ROWS = 15


def choose_row_inches(count: int) -> float:
    """Choose the height of so many rows, closer together where there are many."""
    return count * (ROW_INCHES if count <= MANY_ROWS else NARROW_ROW_INCHES)


def list_on_axis(axes: Axes, labels: Sequence[str]) -> None:
    """Write names down the left side, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def label_cells(axes: Axes, names: Sequence[str], *, left: bool, bottom: bool) -> None:
    """Write the same names beside the rows and under the columns of a matrix."""
    step = math.ceil(len(names) / MOST_LABELLED_CLASSES)
    ticks = range(0, len(names), step)
    shown = [shorten(names[tick]) for tick in ticks]
    size = 9 if len(shown) <= MOST_IN_MATRIX else 7
    axes.set_yticks(ticks, shown if left else [""] * len(shown), fontsize=size)
    axes.set_xticks(ticks, shown if bottom else [""] * len(shown), fontsize=size)
    if len(shown) > MOST_IN_MATRIX:
        axes.tick_params(axis="x", rotation=90)
        return
    for label in axes.get_xticklabels():
        label.set(rotation=45, ha="right", rotation_mode="anchor")


def clear_frame(axes: Axes) -> None:
    """Remove the grid and the frame, which a matrix or picture does not have."""
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
