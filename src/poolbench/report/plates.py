"""Render a drawing for the page: its panels as SVGs in which the page sets colours and font.

A page holds each figure once in every language. Most of them hold no words but numbers, so the
second one is the first with its numbers written in the other language: to lay out and render a
figure takes most of the time of a report.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import matplotlib
from markupsafe import Markup
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, ScalarFormatter

from poolbench.report.drawing import Drawing, render_svg
from poolbench.report.style import CSS_COLORS
from poolbench.texts.filling import localize

# Width at which a figure of one panel is drawn for the page: that of a phone, on which its smallest
# letters are to have ten pixels; a wide page shows it larger, up to this ratio.
PLATE_INCHES = 4.5
MOST_GROWTH = 1.3
LEAST_LETTER_PIXELS = 10.0
PIXELS_PER_INCH, PIXELS_PER_POINT = 96.0, 96.0 / 72.0
# Height of a figure that is not shown larger than it is.
TALL_INCHES = 6.0

# A number as matplotlib writes it, and as a text of an SVG.
_NUMBER = re.compile(r"[−+-]?[\d.,]*\d%?")
_NUMBER_IN_SVG = re.compile(r"(?<=>)[−+-]?[\d.,]*\d%?(?=</text>)")


@dataclass(frozen=True)
class Panel:
    """A figure, or a part of one, as it stands in a page.

    Attributes:
        pixels: The width for which it is drawn.
    """

    svg: Markup
    pixels: int


@dataclass(frozen=True)
class Rendering:
    """A panel as matplotlib renders it, without what a page adds.

    Attributes:
        words: What it says beside the numbers on its axes, part by part.
    """

    svg: str
    words: tuple[str, ...]
    style: str
    pixels: int

    def place(self, name: str) -> Panel:
        """Return it to stand in a page; its ids begin with ``name``."""
        return Panel(Markup(_fit_into_page(self.svg, name, self.style)), self.pixels)


def render(drawing: Drawing) -> tuple[Rendering, ...]:
    """Render the panels of a drawing, without the words around it."""
    with _open_panels(drawing) as panels:
        return tuple(map(_render, panels))


def render_again(drawing: Drawing, before: Sequence[Rendering], lang: str) -> tuple[Rendering, ...]:
    """Do what :func:`render` does, for a drawing that was rendered in English before."""
    with _open_panels(drawing) as panels:
        pairs = list(zip(before, map(_read_words, panels), strict=True))
        if all(_is_same(done.words, words, lang) for done, words in pairs):
            return tuple(_localize(done, words, lang) for done, words in pairs)
        return tuple(map(_render, panels))


def place_all(renderings: Sequence[Rendering], name: str) -> tuple[Panel, ...]:
    """Return the panels of a figure to stand in a page; their ids begin with ``name``."""
    return tuple(
        done.place(f"{name}-{number}" if number else name) for number, done in enumerate(renderings)
    )


@contextmanager
def _open_panels(drawing: Drawing) -> Iterator[Sequence[Figure]]:
    """Yield the panels as figures; a figure of one panel is narrow for that long."""
    if drawing.make_panels is not None:
        yield drawing.make_panels()
        return
    width = drawing.figure.get_figwidth()
    drawing.figure.set_figwidth(min(width, PLATE_INCHES))
    yield [drawing.figure]
    # As it was, for the file that is still to be made of it.
    drawing.figure.set_figwidth(width)


def _read_words(figure: Figure) -> tuple[str, ...]:
    """Read what a figure that was not rendered yet says: its texts, and names on its axes."""
    texts = [item.get_text() for item in _list_texts(figure)]
    axes = [axis for panel in figure.axes for axis in (panel.xaxis, panel.yaxis)]
    formatters = [axis.get_major_formatter() for axis in axes]
    names = [
        name for found in formatters if isinstance(found, FixedFormatter) for name in found.seq
    ]
    return (*texts, *map(str, names))


def _list_texts(artist: Artist) -> Iterator[Text]:
    """List what is written in a figure but the numbers on its axes, which take long to make."""
    for child in artist.get_children():
        if isinstance(child, Text):
            yield child
        elif isinstance(child, Axis) and isinstance(child.get_major_formatter(), ScalarFormatter):
            yield child.label
        else:
            yield from _list_texts(child)


@contextmanager
def _without_ground(figure: Figure) -> Iterator[None]:
    """Let what lies behind a figure, and behind its axes, be seen through it."""
    patches = [figure.patch, *(axes.patch for axes in figure.axes)]
    before = [(patch.get_facecolor(), patch.get_edgecolor()) for patch in patches]
    for patch in patches:
        patch.set(facecolor="none", edgecolor="none")
    yield
    for patch, (face, edge) in zip(patches, before, strict=True):
        patch.set(facecolor=face, edgecolor=edge)


def _is_same(before: Sequence[str], now: Sequence[str], lang: str) -> bool:
    """Return whether words are the same but for the signs of numbers."""
    return len(before) == len(now) and all(
        word == other or (_NUMBER.fullmatch(word) and localize(word, lang) == other)
        for word, other in zip(before, now, strict=True)
    )


def _localize(done: Rendering, words: tuple[str, ...], lang: str) -> Rendering:
    """Write the numbers of a rendering in a language; names that look like numbers stay."""

    def write(found: re.Match[str]) -> str:
        return found[0] if found[0] in words else localize(found[0], lang)

    return replace(done, svg=_NUMBER_IN_SVG.sub(write, done.svg), words=words)


def _render(figure: Figure) -> Rendering:
    words = _read_words(figure)
    with matplotlib.rc_context({"svg.fonttype": "none"}), _without_ground(figure):
        svg = render_svg(figure)
    width, height = figure.get_size_inches()
    natural = PIXELS_PER_INCH * width
    least = natural * LEAST_LETTER_PIXELS / (PIXELS_PER_POINT * _find_smallest_points(figure))
    growth = 1.0 if height > TALL_INCHES else MOST_GROWTH
    style = f"min-width:{least:.0f}px;max-width:{max(growth * natural, least):.0f}px"
    return Rendering(svg, words, style, round(natural))


def _find_smallest_points(figure: Figure) -> float:
    """Find the size of the smallest letters of a figure."""
    found = [item for item in figure.findobj(Text) if isinstance(item, Text)]
    sizes = [float(item.get_fontsize()) for item in found if item.get_visible() and item.get_text()]
    return min(sizes, default=LEAST_LETTER_PIXELS / PIXELS_PER_POINT)


def _fit_into_page(svg: str, name: str, style: str) -> str:
    """Cut off the head, and give the SVG ids of its own and the page's colours and font."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A class may be called as a colour is: what stands between the tags stays.
    svg = re.sub(r"<[^>]*>", lambda found: _fit_tag(found[0], name), svg)
    # The size in points is what it is drawn for; the page may be narrower, or wider.
    return re.sub(r' width="[0-9.]+pt" height="[0-9.]+pt"', f' style="{style}"', svg, count=1)


def _fit_tag(tag: str, name: str) -> str:
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    tag = re.sub(r'(xlink:href="|url\()#', rf"\1#{name}-", tag)
    tag = re.sub(r"#[0-9a-f]{6}\b", lambda found: CSS_COLORS.get(found[0], found[0]), tag)
    tag = re.sub(r"font: ([0-9.]+)px [^;\"]*", r"font-size: \1px", tag)
    return re.sub(
        r"font: (bold|[67]00) ([0-9.]+)px [^;\"]*", r"font-weight: 700; font-size: \2px", tag
    )
