"""Keep a figure apart from its words: numbers and ids are drawn, the rest stands beside it.

So a page can say it in several languages, and a file in one.
"""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
from markupsafe import Markup
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch

from poolbench.report.style import CSS_COLORS, INK, PNG_DPI, get_look
from poolbench.report.words import Phrase, Words, speak

# Pixels each way of the sign before a name in a legend on the page.
SIGN_WIDTH, SIGN_HEIGHT = 26, 14
MARK_RADIUS = 5
# Most panels of a figure that a page shows unasked.
MOST_PANELS = 6
# Most entries of a legend above the figure; more stand beside it, in a column.
MOST_ON_TOP = 4
# Height of a line of words above or below a figure.
LINE_INCHES = 0.28
# Width of the sign and the space of an entry above a figure, and of a letter of its name.
SIGN_INCHES, LETTER_INCHES = 0.6, 0.075
# Height of an entry of a legend beside a figure, and width of a further column of them.
KEY_INCHES, KEY_COLUMN_INCHES = 0.19, 1.6


Line = Literal["-", "--", ":", ""]


@dataclass(frozen=True)
class Key:
    """One entry of a legend.

    Attributes:
        line: Matplotlib's style of a line, or ``""`` for none.
        marker: Matplotlib's, or ``""``.
        is_area: Whether it is a filled patch instead of a line.
    """

    words: Phrase
    color: str
    line: Line = ""
    marker: str = ""
    is_area: bool = False
    is_hollow: bool = False
    width: float = 1.7

    def to_handle(self, lang: str) -> Line2D | Patch:
        """Return the entry for matplotlib's own legend."""
        label = str(speak(self.words, lang))
        if self.is_area:
            return Patch(color=self.color, alpha=0.3, linewidth=0, label=label)
        return Line2D(
            [],
            [],
            color=self.color,
            linestyle=self.line or "none",
            linewidth=self.width,
            marker=self.marker or "none",
            markerfacecolor="white" if self.is_hollow else self.color,
            label=label,
        )

    @property
    def sign(self) -> Markup:
        """The entry's sign as an SVG for the page."""
        color = Markup(CSS_COLORS.get(self.color.lower(), self.color))
        middle = SIGN_HEIGHT / 2
        parts = []
        if self.is_area:
            parts.append(f'<rect width="{SIGN_WIDTH}" height="{SIGN_HEIGHT}" opacity=".3"/>')
        if self.line:
            dashes = {"--": ' stroke-dasharray="6 3"', ":": ' stroke-dasharray="2 3"'}
            parts.append(
                f'<path d="M0 {middle}H{SIGN_WIDTH}" stroke="{color}" '
                f'stroke-width="{self.width}"{dashes.get(self.line, "")}/>'
            )
        if self.marker:
            paint = "var(--paper)" if self.is_hollow else color
            parts.append(f'<path d="{_trace(self.marker)}" fill="{paint}" stroke="{color}"/>')
        return Markup(
            f'<svg width="{SIGN_WIDTH}" height="{SIGN_HEIGHT}" fill="{color}" '
            f'aria-hidden="true">{"".join(parts)}</svg>'
        )


@dataclass(frozen=True)
class Drawing:
    """A figure and its words.

    Attributes:
        x, y: Names of the axes, which all panels share.
        tips: What is shown over the artists whose ids are ``tip-0``, ``tip-1`` and so on, in the
            language of the numbers on the axes.
        make_panels: Draws each panel as a figure of its own, which a page lays out as its width
            allows; ``None``: the figure is one panel.
        most_panels: Those that a page shows unasked.
    """

    figure: Figure
    x: Words
    y: Words | None = None
    keys: tuple[Key, ...] = ()
    tips: tuple[str, ...] = ()
    make_panels: Callable[[], Sequence[Figure]] | None = None
    most_panels: int = MOST_PANELS

    def to_files(self, name: str) -> dict[str, bytes]:
        """Return ``name.svg`` and ``name.png``."""
        svg = render_svg(self.figure)
        # The layout is done; to compute it once more takes as long as to draw the figure.
        self.figure.set_layout_engine("none")
        return {f"{name}.svg": svg.encode(), f"{name}.png": render_png(self.figure, PNG_DPI)}

    def add_words(self, lang: str) -> None:
        """Write names of axes and the legend into the figure, as a file of its own needs them."""
        has_top = 0 < len(self.keys) <= MOST_ON_TOP
        lines = 2 if has_top else 1
        self.figure.set_figheight(self.figure.get_figheight() + LINE_INCHES * lines)
        self.figure.supxlabel(self.x.speak(lang), fontsize=9, color=INK)
        if self.y is not None:
            self.figure.supylabel(self.y.speak(lang), fontsize=9, color=INK)
        if self.keys:
            handles = [key.to_handle(lang) for key in self.keys]
            if has_top:
                names = [str(handle.get_label()) for handle in handles]
                needed = sum(SIGN_INCHES + LETTER_INCHES * len(name) for name in names)
                self.figure.set_figwidth(max(self.figure.get_figwidth(), needed))
                self.figure.legend(handles=handles, loc="outside upper left", ncols=len(handles))
            else:
                columns = math.ceil(len(handles) * KEY_INCHES / self.figure.get_figheight())
                more = KEY_COLUMN_INCHES * (columns - 1)
                self.figure.set_figwidth(self.figure.get_figwidth() + more)
                self.figure.legend(handles=handles, loc="outside right upper", ncols=columns)


def render_svg(figure: Figure) -> str:
    """Render a figure as an SVG, the same text each time.

    ``savefig`` would draw it twice, the first time for the layout alone.
    """
    content = io.StringIO()
    with _keep_canvas(figure):
        canvas = FigureCanvasSVG(figure)
        facts = {"Date": None, "Creator": None}
        canvas.print_svg(content, metadata=facts)  # type: ignore[no-untyped-call]
    return content.getvalue()


def render_png(figure: Figure, dpi: int) -> bytes:
    """Render a figure as a PNG file, the same bytes each time."""
    content = io.BytesIO()
    with _keep_canvas(figure):
        canvas = FigureCanvasAgg(figure)
        figure.set_dpi(dpi)
        canvas.print_png(content, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return content.getvalue()


@contextmanager
def _keep_canvas(figure: Figure) -> Iterator[None]:
    """Give a figure the canvas and the resolution back that it had."""
    canvas, dpi = figure.canvas, figure.get_dpi()
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(dpi)


def key_variants(labels: Sequence[str], *, lines: bool = True) -> tuple[Key, ...]:
    """Make the legend of all variants, in their order."""
    keys = []
    for number, label in enumerate(labels):
        color, marker, line = get_look(number)
        keys.append(Key(label, color, line if lines else "", marker))
    return tuple(keys)


def _trace(marker: str) -> str:
    """Trace the outline of a marker of matplotlib's as the path of an SVG."""
    style = MarkerStyle(marker)
    shape = style.get_path().transformed(style.get_transform())
    rings = [np.asarray(ring, dtype=float) for ring in shape.to_polygons(closed_only=True)]
    scale = MARK_RADIUS / max(float(np.abs(ring).max()) for ring in rings)
    middle = np.array([SIGN_WIDTH, SIGN_HEIGHT]) / 2
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in middle + scale * ring * (1, -1)) + "Z"
        for ring in rings
    )
