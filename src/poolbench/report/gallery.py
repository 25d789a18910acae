"""Pictures in the report."""

import math

from matplotlib.figure import Figure

from poolbench.report.read import RunView
from poolbench.report.style import PAGE_WIDTH_INCHES, shorten

SUSPECTS_IN_A_ROW = 8


def draw_suspects(view: RunView, lang: str = "en") -> Figure:
    """Pictures whose labels are probably wrong: what they are called, and what they look like."""
    shown = [suspect for suspect in view.suspects if suspect.image is not None]
    rows = math.ceil(len(shown) / SUSPECTS_IN_A_ROW)
    figure = Figure(figsize=(PAGE_WIDTH_INCHES, 0.2 + 1.45 * rows), layout="constrained")
    grid = figure.subplots(rows, SUSPECTS_IN_A_ROW, squeeze=False)
    for number, axes in enumerate(grid.flat):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        if number < len(shown):
            suspect = shown[number]
            assert suspect.image is not None
            axes.imshow(suspect.image)
            label, suggested = shorten(suspect.label), shorten(suspect.suggested)
            axes.set_title(f"{label}\n→ {suggested}", fontsize=7)
    return figure
