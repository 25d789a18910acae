"""Show a running study on a terminal: one table that is drawn again and again."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from poolbench.records import LiveRecord, LiveVariant
from poolbench.study.watching.table import make_table
from poolbench.study.watching.words import (
    BLOCKS,
    COLUMNS,
    DROPPED_FIRST,
    describe_count,
    describe_left,
    describe_step,
    is_training,
    list_cells,
    list_headings,
)
from poolbench.texts import text
from poolbench.texts.filling import format_number

# Lines that are not rows of variants: the bar, the heading and its line, what is left out, and one
# for the cursor.
OTHER_LINES = 7
# Blocks of eighths are not in every font and code page; these are in all.
PLAIN_BLOCKS = "_.-=*#"


class TerminalFront:
    """Draws a step, and takes it away when it is over."""

    seconds = 0.2

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang = console, lang
        self._live: Live | None = None

    def begin(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        self._live = Live(
            self._draw(live), console=self.console, transient=True, refresh_per_second=4
        )
        self._live.start()

    def show(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        if self._live is not None:
            self._live.update(self._draw(live))

    def end(self) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self, live: LiveRecord) -> RenderableType:
        return draw_live(live, self.lang, self.console)


def draw_live(live: LiveRecord, lang: str, console: Console) -> RenderableType:
    """Draw the state of a study, no wider and no higher than the console."""
    if not is_training(live):
        words = " ".join(filter(None, (describe_step(live, lang), describe_count(live))))
        left = describe_left(live.seconds_left, lang)
        return Spinner("line", Text(", ".join(filter(None, (f"{words}…", left)))))
    bar = _draw_bar(live, lang, console.width)
    if not live.variants:
        return bar
    rows = choose_rows(live.variants, max(console.height - OTHER_LINES, 1))
    blocks = BLOCKS if console.encoding.lower().startswith("utf") else PLAIN_BLOCKS
    cells = [list_cells(row, lang, blocks) for row in rows]
    dropped = [COLUMNS.index(name) for name in DROPPED_FIRST]
    table = make_table(list_headings(live, lang), cells, console.width, dropped)
    parts: list[RenderableType] = [bar, table]
    hidden = len(live.variants) - len(rows)
    if hidden:
        parts.append(Text(text("watch.hidden", lang, count=hidden)))
    return Group(*parts)


def choose_rows(rows: Sequence[LiveVariant], most: int) -> Sequence[LiveVariant]:
    """Choose the rows there is room for: all as they are planned, or those with the best means."""
    if len(rows) <= most:
        return rows
    return sorted(rows, key=lambda row: -1.0 if row.accuracy is None else -row.accuracy - 1)[:most]


def _draw_bar(live: LiveRecord, lang: str, width: int) -> RenderableType:
    words = describe_step(live, lang)
    left = describe_left(live.seconds_left, lang)
    facts = [format_number(live.share, ".0%", lang), describe_count(live)]
    if left:
        facts.append(text("run.left", lang, left=left))
    told = "  ".join(facts)
    room = width - Text(words).cell_len - Text(told).cell_len - 4
    if room < 10:
        return Text(f"{words}: {told}")
    grid = Table.grid(padding=(0, 2))
    grid.add_row(words, ProgressBar(1.0, live.share, width=min(room, 40)), told)
    return grid
