"""Draw where the time of a study went."""

from collections.abc import Mapping

from poolbench.report.canvas import NEW_FIGURE, Canvas
from poolbench.report.drawing import Drawing, Key
from poolbench.report.read import RunView
from poolbench.report.style import get_look
from poolbench.report.words import say
from poolbench.results.account import split_seconds
from poolbench.texts.filling import format_number

# Parts that share a colour, since there are seven of them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "start": ("start",),
    "measure": ("measure",),
    "steps": ("steps",),
    "evaluation": ("watching", "judging"),
    "around": ("rest", "idle"),
    "hand-over": ("hand-over",),
    "end": ("verify", "other"),
}
# How strongly an area is filled, as its sign in a legend is.
AREA_ALPHA = 0.3


def draw_account(view: RunView, canvas: Canvas = NEW_FIGURE) -> Drawing:
    """Draw one bar: the parts of the time side by side, in the order of a study."""
    assert view.timing is not None and view.timing.account is not None
    split = split_seconds(view.timing.account)
    parts = {name: sum(split[part] for part in group) for name, group in GROUPS.items()}
    whole = sum(parts.values())
    figure, axes = canvas.open(8.2, 1.6, view.lang)
    keys, tips, left = [], [], 0.0
    for number, (name, seconds) in enumerate(parts.items()):
        color = get_look(number)[0]
        bars = axes.barh(0, seconds, left=left, color=color, alpha=AREA_ALPHA, edgecolor=color)
        bars[0].set_gid(f"tip-{number}")
        share = seconds / whole
        line = say("account.line", part=say(f"account.{name}"), seconds=seconds, share=share)
        keys.append(Key(line, color, is_area=True))
        tips.append(format_number(seconds, ",.1f", view.lang))
        left += seconds
    axes.set_xlim(0, whole)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    return Drawing(figure, say("account.axis"), keys=tuple(keys), tips=tuple(tips))
