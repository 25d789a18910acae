"""Show a running study in a notebook: one output that is written again and again."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from poolbench.records import LiveRecord, LiveVariant
from poolbench.study.watching.words import (
    COLUMNS,
    describe_count,
    describe_left,
    describe_step,
    is_training,
    list_cells,
    list_headings,
)
from poolbench.texts import text

WIDTH, HEIGHT = 96, 24


class NotebookFront:
    """Writes the state of a study into the output of the cell that runs it."""

    seconds = 0.5

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._handle: Any = None
        self._last: LiveRecord | None = None

    def begin(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        self._write(draw_html(live, self.lang))

    def show(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        if live.variants:
            self._last = live
        self._write(draw_html(live, self.lang))

    def end(self) -> None:
        """See :class:`~poolbench.study.watching.front.Front`; how training ended stays."""
        self._write(draw_html(self._last, self.lang) if self._last is not None else Markup(""))

    def _write(self, page: Markup) -> None:
        # It is there where there is a kernel, and has no types.
        from IPython.display import HTML, display

        content = HTML(page)  # type: ignore[no-untyped-call]
        if self._handle is None:
            self._handle = display(content, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(content)


def draw_html(live: LiveRecord, lang: str) -> Markup:
    """Draw the state of a study as HTML that needs no style of its own, and no script."""
    left = describe_left(live.seconds_left, lang)
    told = [describe_step(live, lang), describe_count(live)]
    told.append(text("run.left", lang, left=left) if left else "")
    line = escape(" · ".join(filter(None, told)))
    if not is_training(live):
        return Markup("<p>{}…</p>").format(line)
    bar = Markup('<progress max="1" value="{}" style="width:16em"></progress>').format(
        f"{live.share:.3f}"
    )
    if not live.variants:
        return Markup("<p>{} {}</p>").format(bar, line)
    head = Markup("").join(map(Markup("<th>{}</th>").format, list_headings(live, lang)))
    rows = Markup("").join(_draw_row(row, lang) for row in live.variants)
    page = "<div><p>{} {}</p><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    return Markup(page).format(bar, line, head, rows)


def _draw_row(row: LiveVariant, lang: str) -> Markup:
    cells: list[str | Markup] = list(list_cells(row, lang))
    cells[COLUMNS.index("curve")] = draw_curve(row.curve)
    return Markup("<tr>{}</tr>").format(
        Markup("").join(map(Markup("<td>{}</td>").format, cells)),
    )


def draw_curve(curve: Sequence[float]) -> Markup:
    """Draw values from 0 to 1 as a line, the lowest at the bottom."""
    if len(curve) < 2:
        return Markup("")
    low, high = min(curve), max(curve)
    span = high - low or 1.0
    step = (WIDTH - 2) / (len(curve) - 1)
    points = " ".join(
        f"{1 + k * step:.1f},{HEIGHT - 1 - (value - low) / span * (HEIGHT - 2):.1f}"
        for k, value in enumerate(curve)
    )
    return Markup(
        '<svg width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-hidden="true"><polyline '
        'points="{2}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    ).format(WIDTH, HEIGHT, points)
