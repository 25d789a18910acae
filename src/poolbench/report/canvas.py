"""Open the axes that a figure is drawn on: those of a new figure, or a person's own."""

from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from matplotlib.ticker import ScalarFormatter
from numpy.typing import NDArray

from poolbench.errors import UsageError
from poolbench.texts.filling import localize

# Object ``[rows, columns]`` of axes.
Grid = NDArray[Any]


class TickFormatter(ScalarFormatter):
    """Writes the numbers of an axis as a language does."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the number of one tick."""
        return localize(super().__call__(x, pos), self._lang)


class Canvas:
    """Begins a new figure for each drawing."""

    def open(self, width: float, height: float, lang: str) -> tuple[Figure, Axes]:
        """Open a figure of one panel, of this size in inches, its numbers in a language."""
        figure, grid = self.open_grid(width, height, 1, 1, lang)
        return figure, grid[0, 0]

    def open_grid(
        self,
        width: float,
        height: float,
        rows: int,
        columns: int,
        lang: str,
        *,
        is_shared: bool = False,
    ) -> tuple[Figure, Grid]:
        """Open a figure of several panels.

        Args:
            is_shared: Whether all have the limits of one.
        """
        figure, grid = self.add_panels(width, height, rows, columns, is_shared=is_shared)
        for axes in grid.flat:
            for axis in (axes.xaxis, axes.yaxis):
                # A person's own axes may have another.
                if type(axis.get_major_formatter()) is ScalarFormatter:
                    axis.set_major_formatter(TickFormatter(lang))
        return figure, grid

    def add_panels(
        self, width: float, height: float, rows: int, columns: int, *, is_shared: bool
    ) -> tuple[Figure, Grid]:
        """Add panels to a figure that is begun for them."""
        figure = self.begin(width, height)
        grid: Grid = figure.subplots(
            rows, columns, sharex=is_shared, sharey=is_shared, squeeze=False
        )
        return figure, grid

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

    def add_panels(
        self, width: float, height: float, rows: int, columns: int, *, is_shared: bool
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


def take_literally(axes: Axes) -> None:
    """Show names as they are: a class may be called ``a$b$``, which is no formula."""
    for words in axes.findobj(Text):
        words.set_parse_math(False)
