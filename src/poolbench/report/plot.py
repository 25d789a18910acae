"""Draw one figure of the report where a person wants it: on axes or in a figure of their own."""

from dataclasses import replace
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from poolbench.errors import UnknownNameError, UsageError
from poolbench.report.canvas import Canvas, GivenAxes, GivenFigure, take_literally
from poolbench.report.drawing import Drawing
from poolbench.report.figures import FIGURES, list_figures
from poolbench.report.fonts import find_fonts
from poolbench.report.read import RunView, read_run
from poolbench.report.style import use_style


def plot_figure(
    path: Path, name: str, lang: str, axes: Axes | None, figure: Figure | SubFigure | None
) -> Axes | list[Axes]:
    """Draw a figure of a finished run; with neither axes nor figure as a new one of pyplot.

    What is given keeps its own style: colours of the drawing are the report's, everything else is
    as the person's settings of matplotlib say.

    Returns:
        The axes that were drawn on; of a figure with several panels, a list.

    Raises:
        UnknownNameError: If there is no such figure.
        UsageError: If the run does not have it, axes are given for several panels, or both are
            given.
        RunError: As :func:`poolbench.report.read.read_run`.
    """
    _check_place(axes, figure)
    view = replace(read_run(path), lang=lang)
    kind = list_figures(view).get(name)
    if kind is None:
        _refuse(view, name)
    assert kind is not None
    if axes is None and figure is None:
        return _draw_new(view, name, lang)
    canvas: Canvas
    if axes is not None:
        canvas = GivenAxes(axes, name)
    else:
        assert figure is not None
        canvas = GivenFigure(figure)
    before = [] if figure is None else list(figure.axes)
    with matplotlib.rc_context({"font.family": _list_families(view), "text.parse_math": False}):
        drawing = kind.draw(view, canvas)
        panels = [axes] if axes is not None else _list_panels(drawing, before)
        _add_words(drawing, panels, lang)
    for panel in panels:
        take_literally(panel)
    return panels[0] if len(panels) == 1 else panels


def _check_place(axes: object, figure: object) -> None:
    """Make sure that there is at most one place to draw, and that it is one.

    Raises:
        UsageError: If it is not so.
    """
    if axes is not None and figure is not None:
        raise UsageError("figure.two-places")
    if not isinstance(axes, Axes | None) or not isinstance(figure, Figure | SubFigure | None):
        given, name = (figure, "figure") if axes is None else (axes, "ax")
        raise UsageError("figure.no-place", name=name, kind=type(given).__name__)


def _refuse(view: RunView, name: str) -> None:
    there = list(list_figures(view))
    if name not in FIGURES:
        raise UnknownNameError("figure", name, there)
    raise UsageError("figure.nothing", name=name, known=there)


def _draw_new(view: RunView, name: str, lang: str) -> Axes | list[Axes]:
    """Draw the figure as its file in the run shows it."""
    from matplotlib import pyplot

    class NewFigure(Canvas):
        def begin(self, width: float, height: float) -> Figure:
            return pyplot.figure(figsize=(width, height), layout="constrained")

    with use_style(view.names):
        drawing = FIGURES[name].draw(view, NewFigure())
        drawing.add_words(lang)
    panels = _list_panels(drawing, [])
    return panels[0] if len(panels) == 1 else panels


def _list_panels(drawing: Drawing, before: list[Axes]) -> list[Axes]:
    """List the axes that were added to a figure, without those of a scale of colours."""
    added = [axes for axes in drawing.figure.axes if axes not in before]
    return [axes for axes in added if axes.get_label() != "<colorbar>"]


def _list_families(view: RunView) -> list[str]:
    """List the person's fonts, and behind them fonts with the letters of all names."""
    own: list[str] = list(matplotlib.rcParams["font.family"])
    found = find_fonts(view.names).families
    return [*own, *(family for family in found if family not in own)]


def _add_words(drawing: Drawing, panels: list[Axes], lang: str) -> None:
    """Name the axes, and put the legend where it covers least."""
    if len(panels) == 1:
        panels[0].set_xlabel(drawing.x.speak(lang))
        if drawing.y is not None:
            panels[0].set_ylabel(drawing.y.speak(lang))
    else:
        drawing.figure.supxlabel(drawing.x.speak(lang))
        if drawing.y is not None:
            drawing.figure.supylabel(drawing.y.speak(lang))
    if drawing.keys:
        panels[0].legend(handles=[key.to_handle(lang) for key in drawing.keys])
