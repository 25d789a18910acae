"""Open the axes that a figure is drawn on: those of a new figure, or a person's own."""

from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from numpy.typing import NDArray

from poolbench.errors import UsageError

# Object ``[rows, columns]`` of axes.
Grid = NDArray[Any]


class Canvas:
    """Begins a new figure for each drawing."""

    def open(self, width: float, height: float) -> tuple[Figure, Axes]:
        """Open a figure of one panel, of this size in inches."""
        figure, grid = self.open_grid(width, height, 1, 1)
        return figure, grid[0, 0]

    def open_grid(
        self, width: float, height: float, rows: int, columns: int, *, is_shared: bool = False
    ) -> tuple[Figure, Grid]:
        """Open a figure of several panels.

        Args:
            is_shared: Whether all have the limits of one.
        """
        figure = self.begin(width, height)
        return figure, add_panels(figure, rows, columns, is_shared=is_shared)

    def begin(self, width: float, height: float) -> Figure:
        """Begin a figure of this size in inches."""
        return Figure(figsize=(width, height), layout="constrained")


class GivenFigure(Canvas):
    """A figure, or a part of one, that a person gives; it stays as large as it is."""

    def __init__(self, figure: Figure | SubFigure) -> None:
        self._figure = figure

    def begin(self, width: float, height: float) -> Figure:
        """Return the figure; a part of one draws as a whole one does."""
        return cast(Figure, self._figure)


class GivenAxes(Canvas):
    """Axes that a person gives.

    Args:
        name: Of the figure, for messages.
    """

    def __init__(self, axes: Axes, name: str) -> None:
        self._axes, self._name = axes, name

    def open_grid(
        self, width: float, height: float, rows: int, columns: int, *, is_shared: bool = False
    ) -> tuple[Figure, Grid]:
        """Return the axes as the only panel.

        Raises:
            UsageError: If there are several.
        """
        if rows * columns > 1:
            raise UsageError("figure.many-panels", name=self._name, width=width, height=height)
        figure = cast(Figure, self._axes.figure)
        return figure, np.array([[self._axes]], dtype=object)


NEW_FIGURE = Canvas()


def add_panels(figure: Figure, rows: int, columns: int, *, is_shared: bool) -> Grid:
    """Add panels to a figure."""
    grid: Grid = figure.subplots(rows, columns, sharex=is_shared, sharey=is_shared, squeeze=False)
    return grid


def take_literally(axes: Axes) -> None:
    """Show names as they are: a class may be called ``a$b$``, which is no formula."""
    for words in axes.findobj(Text):
        words.set_parse_math(False)
