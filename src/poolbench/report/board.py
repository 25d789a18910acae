"""Make the leaderboard of a study from its rows alone, as text and as a piece of HTML."""

from collections.abc import Collection, Sequence

from poolbench.evaluation.metrics import METRICS
from poolbench.records import LeaderboardRow
from poolbench.report.table import Row, Table, format_metric, format_range, name_columns
from poolbench.report.words import say, speak, write_number
from poolbench.texts.plain import make_plain

# The metrics that stand beside accuracy in a notebook, and in the narrower table of a screen.
IN_NOTEBOOK = tuple(entry.key for entry in METRICS if entry.in_report and entry.source != "study")
ON_SCREEN = tuple(entry.key for entry in METRICS if entry.on_screen is not None)


def make_board(rows: Sequence[LeaderboardRow], keys: Collection[str]) -> Table:
    """Make one row for each variant, under its id.

    Args:
        keys: The metrics to show beside accuracy.
    """
    shown = [entry for entry in METRICS if entry.key in keys]
    head = (
        *name_columns(("variant", rows[0].metric, "interval")),
        *(say(entry.words) for entry in shown),
        say("report.trials"),
    )
    made = (
        Row(
            (
                make_plain(row.variant),
                write_number(row.accuracy, ".4f"),
                format_range(row.accuracy_low, row.accuracy_high, 4, sign=""),
                *(format_metric(entry, row.get(entry.key)) for entry in shown),
                str(row.trials),
            )
        )
        for row in rows
    )
    return Table(say("report.leaderboard-caption"), head, tuple(made))


def format_board(rows: Sequence[LeaderboardRow], lang: str) -> str:
    """Format the leaderboard as lines of equal columns."""
    table = make_board(rows, ON_SCREEN)
    lines = [
        [str(speak(cell, lang)) for cell in cells]
        for cells in (table.head, *(row.cells for row in table.rows))
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
