"""Make tables that fit the width of a terminal: columns are left out rather than cut."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

# Characters that a column of rich's SIMPLE_HEAD takes beside its words.
GAP = 3


def make_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    dropped_first: Sequence[int] = (),
) -> Table:
    """Make a table of as many columns as there is room for; the first one always stays.

    Headings are wrapped at words where there is no room for them, cells never.

    Args:
        width: Of the terminal, in characters.
        dropped_first: Positions of columns in the order in which they are left out; by default
            from the last to the second.
    """
    widths = _measure_columns(headings, rows)
    shown = choose_columns(widths, width, dropped_first)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    room = width - sum(widths[column] + GAP for column in shown)
    for column in shown:
        # Left to itself, rich gives the room to one heading and cuts the cells of another column.
        more = min(max(Text(headings[column]).cell_len - widths[column], 0), max(room, 0))
        widths[column] += more
        room -= more
        table.add_column(
            Text(headings[column]),
            justify="left" if column == 0 else "right",
            # A name that is wider than the terminal is broken: there is no other way to see it all.
            overflow="fold",
            width=min(widths[column], max(width - GAP, 1)),
        )
    for row in rows:
        table.add_row(*(Text(row[column]) for column in shown))
    return table


def choose_columns(
    widths: Sequence[int], width: int, dropped_first: Sequence[int] = ()
) -> list[int]:
    """Choose the columns that fit into a width, in their order.

    Example:
        >>> choose_columns([4, 9, 9], 100), choose_columns([4, 9, 9], 20), choose_columns([4, 9], 1)
        ([0, 1, 2], [0, 1], [0])
    """
    shown = list(range(len(widths)))
    for column in dropped_first or tuple(reversed(shown[1:])):
        if sum(widths[k] + GAP for k in shown) <= width:
            break
        shown.remove(column)
    return shown


def _measure_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the widths of columns whose headings are wrapped at words."""
    return [
        max(Text(word).cell_len for word in (*heading.split(), *(row[column] for row in rows)))
        for column, heading in enumerate(headings)
    ]
