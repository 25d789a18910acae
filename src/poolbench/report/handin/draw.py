"""Put figures and tables of the report into the document."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolbench.errors import RunError
from poolbench.report.drawing import render_png
from poolbench.report.figures import FIGURES
from poolbench.report.fonts import list_numbered, name_in_figures
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.fill import LANGUAGE, fill, retell
from poolbench.report.read import RunView
from poolbench.report.style import INK, use_style
from poolbench.report.table import Table
from poolbench.report.words import Phrase
from poolbench.rundir.store import RunStore
from poolbench.texts.told import find_reason

PICTURES = "pictures.npz"
DPI = 110
# Most classes, the first ones, that examples are shown of, and pictures of each.
MOST_CLASSES = 10
MOST_EXAMPLES = 8


def add_drawing(draft: Draft, view: RunView, name: str, caption: str) -> None:
    """Add a figure of the report with its words in it."""
    add_picture(draft, name, partial(_draw, view, name), caption)


def add_picture(draft: Draft, name: str, draw: Callable[[], bytes], caption: str) -> None:
    """Add the next figure; where it cannot be drawn, a frame of that number that says so."""
    content = draft.faults.attempt("figure", name, draw)
    if content is None:
        draft.add_screenshot(caption, phrases.NO_FIGURE)
    else:
        draft.add_figure(name, content, caption)


def _draw(view: RunView, name: str) -> bytes:
    with use_style(view.names):
        drawing = FIGURES[name].draw(view)
        drawing.add_words(LANGUAGE)
        return render_png(drawing.figure, DPI)


def has_figure(view: RunView, name: str) -> bool:
    """Return whether this run has a figure of the report."""
    return FIGURES[name].is_there(view)


def add_report_table(
    draft: Draft, table: Table, columns: Sequence[int] | None = None, caption: str | None = None
) -> None:
    """Add a table of the report, or some of its columns, under its own caption or another."""
    width = len(table.rows[0].cells)
    kept = range(width) if columns is None else columns

    def pick(cells: Sequence[Phrase]) -> list[str]:
        return [retell(cells[column]) for column in kept]

    draft.add_table(
        caption or retell(table.caption),
        pick(table.head) if table.head else (),
        [pick(row.cells) for row in table.rows],
        [number for number, row in enumerate(table.rows) if row.marked],
    )


def add_examples(draft: Draft, view: RunView) -> None:
    """Add held-out pictures, one row for each class; nothing where the run kept none.

    Raises:
        RunError: If the file is broken.
    """
    pictures = read_pictures(RunStore(view.path))
    if pictures is not None:
        draft.say(fill(phrases.EXAMPLES, figure=draft.next_figure))
        draw = partial(_draw_examples, view, *pictures)
        add_picture(draft, "examples", draw, phrases.EXAMPLES_CAPTION)
        say_numbered(draft, view)


def say_numbered(draft: Draft, view: RunView) -> None:
    """Say what the numbers in the figure before stand for, where names could not be drawn."""
    numbered = list_numbered(view.classes)
    if numbered:
        draft.say(fill(phrases.NUMBERED, names="; ".join(numbered)))


def _draw_examples(view: RunView, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> bytes:
    shown = [
        (name, images[labels == label][:MOST_EXAMPLES])
        for label, name in enumerate(name_in_figures(view.classes))
    ]
    rows = [(name, found) for name, found in shown if len(found)][:MOST_CLASSES]
    columns = max(len(found) for _, found in rows)
    with use_style(view.names):
        figure = Figure(figsize=(1.4 + 0.68 * columns, 0.7 * len(rows)), layout="constrained")
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for (name, found), line in zip(rows, grid, strict=True):
            for image, axes in zip(found, line, strict=False):
                axes.imshow(image)
            line[0].text(
                -0.12, 0.5, name, transform=line[0].transAxes, ha="right", va="center",
                color=INK, fontsize=9,
            )  # fmt: skip
        return render_png(figure, DPI)


def read_pictures(store: RunStore) -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    """Read the held-out pictures that the run keeps, and their labels; ``None`` without them.

    Raises:
        RunError: If the file is broken.
    """
    if not store.has(PICTURES):
        return None
    try:
        arrays = store.read_arrays(PICTURES)
        return arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError) as error:
        path = store.path / PICTURES
        raise RunError("run.unread", path=path, reason=find_reason(error)) from None
