"""Choose which of many variants a figure shows in colour; the others are grey."""

from collections.abc import Mapping, Sequence

from poolbench.report.drawing import MOST_PANELS, Key, key_variants
from poolbench.report.read import RunView, VariantView
from poolbench.report.style import CONTEXT, get_look
from poolbench.report.words import say

# Most variants that a legend can tell apart at a glance.
MOST_IN_COLOR = 8


def choose_in_color(view: RunView, first: Sequence[int] = ()) -> tuple[int, ...]:
    """Choose positions of variants: all of a few, else the recommended one and the best.

    Args:
        first: Positions that go before the others of the leaderboard, as those of a front.
    """
    count = len(view.variants)
    if count <= MOST_IN_COLOR:
        return tuple(range(count))
    leading = next(k for k, variant in enumerate(view.variants) if variant is view.leading)
    wanted = dict.fromkeys((leading, *first, *range(count)))
    return tuple(sorted(list(wanted)[:MOST_IN_COLOR]))


def assign_looks(chosen: Sequence[int]) -> Mapping[int, int]:
    """Return the number of the look of each variant that is shown in colour, by position."""
    return {position: number for number, position in enumerate(chosen)}


def key_chosen(view: RunView, chosen: Sequence[int], *, lines: bool = True) -> tuple[Key, ...]:
    """Make the legend of the chosen variants, and of the grey ones if there are any."""
    keys = key_variants([view.variants[position].label for position in chosen], lines=lines)
    others = len(view.variants) - len(chosen)
    if not others:
        return keys
    words = say("card.other-variants", count=others)
    grey = Key(words, CONTEXT, "-") if lines else Key(words, CONTEXT, marker=get_look(0)[1])
    return (*keys, grey)


def order_panels(view: RunView, most: int = MOST_PANELS) -> list[VariantView]:
    """Order the variants for panels of which all but the first are folded: the leading one is not.

    Args:
        most: Those that are not folded.
    """
    shown = list(view.variants)
    if shown.index(view.leading) >= most:
        shown.remove(view.leading)
        shown.insert(0, view.leading)
    return shown
