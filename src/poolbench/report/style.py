"""Style figures: colours that colour-blind readers can tell apart, and fonts."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib

from poolbench.report.fonts import find_fonts

# Colours by Okabe and Ito 2008, without the yellow that vanishes on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p", "*")
LINES: tuple[Literal["-", "--", ":"], ...] = ("-", "--", ":")
HELD_OUT, TRAIN, CONTEXT = PALETTE[0], PALETTE[1], "#C9CDD2"
INK, FAINT, GRID, PAPER = "#22262B", "#6B727A", "#E6E8EB", "#FFFFFF"
# CSS variables that a page, light or dark, shows instead of each colour.
CSS_COLORS = {
    INK.lower(): "var(--ink)",
    FAINT.lower(): "var(--faint)",
    GRID.lower(): "var(--grid)",
    PAPER.lower(): "var(--paper)",
    CONTEXT.lower(): "var(--context)",
    **{color.lower(): f"var(--c{number})" for number, color in enumerate(PALETTE)},
}

# Greatest width at which a figure is shown at its own size in the report.
PAGE_WIDTH_INCHES = 10.0
PNG_DPI = 144

# Any: the names that matplotlib knows differ between its versions.
_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "figure.constrained_layout.h_pad": 0.07,
    "figure.constrained_layout.w_pad": 0.07,
    "figure.facecolor": "white",
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.7,
    "svg.fonttype": "path",
    "svg.hashsalt": "poolbench",
    # A class may be called "a$b$".
    "text.parse_math": False,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
}


@contextmanager
def use_style(names: Sequence[str] = ()) -> Iterator[None]:
    """Style what is drawn and saved within; a user's own settings neither disturb nor change.

    Args:
        names: What will be written, as a person named it: fonts that have its letters are looked
            for.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Warnings of letters that no font has, and the like, are of no use to whoever wants a
        # report.
        warnings.simplefilter("ignore", UserWarning)
        matplotlib.rcdefaults()
        families = list(find_fonts(names).families)
        matplotlib.rcParams.update({**_STYLE, "font.family": families})
        yield


def get_look(number: int) -> tuple[str, str, Literal["-", "--", ":"]]:
    """Return colour, marker and line of the variant with this number; all differ up to twelve."""
    line = LINES[number // len(PALETTE) % len(LINES)]
    return PALETTE[number % len(PALETTE)], MARKERS[number % len(MARKERS)], line
