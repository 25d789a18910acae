"""Hold a table of the report: rows of finished words, and how numbers are written."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from poolbench.evaluation.metrics import Form, MetricEntry
from poolbench.report.words import (
    MISSING,
    Numbers,
    Phrase,
    Words,
    in_each_language,
    say,
    say_numbers,
    speak,
    write_number,
)
from poolbench.texts.plain import escape_formula, make_plain_page

# Most rows that a page shows unasked, and how many it shows of a longer table.
MOST_ROWS = 16
MOST_IN_EXCERPT = 10


@dataclass(frozen=True)
class Row:
    """A row, which its first cell names.

    Attributes:
        marked: The recommended variant.
        tied: One of those between which the verdict sees no difference that matters.
    """

    cells: tuple[Phrase, ...]
    marked: bool = False
    tied: bool = False


@dataclass(frozen=True)
class Excerpt:
    """The rows of a long table that a page shows unasked.

    Attributes:
        order: How they were chosen: ``first``, ``worst`` or ``fewest``.
        count: Those among them that were chosen so; means and totals stand beside them.
        total: Those that they were chosen from.
    """

    rows: tuple[Row, ...]
    order: str
    count: int
    total: int


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        words: The columns (beside the first) that hold words, not numbers.
        lower_first: The columns whose lowest value is the best: the first click on the heading
            sorts them upwards.
        excerpt: What is shown of it where it is long; ``None``: the first rows.
    """

    caption: Words
    head: tuple[Phrase, ...]
    rows: tuple[Row, ...]
    words: tuple[int, ...] = ()
    lower_first: tuple[int, ...] = ()
    excerpt: Excerpt | None = None

    @property
    def is_long(self) -> bool:
        """Whether a page shows the whole of it only when asked."""
        return len(self.rows) > MOST_ROWS

    @property
    def short(self) -> "Table":
        """The table with the rows of the excerpt, and a caption that says so."""
        first = self.rows[:MOST_IN_EXCERPT]
        chosen = self.excerpt or Excerpt(first, "first", len(first), len(self.rows))
        told = say(f"card.excerpt-{chosen.order}", count=chosen.count, total=chosen.total)
        caption = in_each_language(lambda lang: f"{self.caption.speak(lang)}. {told.speak(lang)}")
        return replace(self, caption=caption, rows=chosen.rows)

    def to_csv(self, lang: str) -> bytes:
        """Return the table as UTF-8 with a byte order mark, which spreadsheets look for."""
        content = io.StringIO()
        writer = csv.writer(content, lineterminator="\n")
        rows = [row.cells for row in self.rows]
        for cells in [self.head, *rows] if self.head else rows:
            writer.writerow([_write_plainly(cell, lang) for cell in cells])
        return make_plain_page(content.getvalue()).encode("utf-8-sig")


def name_columns(keys: Sequence[str]) -> tuple[Words, ...]:
    """Name the headings of a table."""
    return tuple(say(f"report.{key}") for key in keys)


def format_millions(count: float) -> Numbers:
    """Format a count in millions: ``21.33 million``."""
    return say_numbers("report.millions", str(round(count)), millions=count / 1e6)


def format_signed(value: float, digits: int) -> Numbers:
    """Format a number with a true minus sign: ``+0.25``, ``−1.50``."""
    return write_number(value, f"+.{digits}f")


def format_range(low: float, high: float, digits: int, sign: str = "+") -> Numbers:
    """Format a range: ``−0.25 to +1.50``.

    Args:
        sign: As in the format of a number: ``+``, or empty where only minus is written.
    """
    ends = [write_number(value, f"{sign}.{digits}f") for value in (low, high)]
    plain = " … ".join(end.plain.replace("-", "−") for end in ends)
    return say_numbers("report.range", plain, low=ends[0], high=ends[1])


def format_with_range(value: Numbers, reach: Numbers) -> Numbers:
    """Format a value and, in parentheses, its range."""
    texts = {lang: f"{said} ({reach.speak(lang)})" for lang, said in value.texts.items()}
    return Numbers(texts, f"{value.plain.replace('-', '−')} ({reach.plain})")


def format_count(count: int) -> Numbers:
    """Format a count, its digits in groups: ``33,219``."""
    return write_number(count, "_")


def format_size(count: int) -> Numbers:
    """Format bytes in the largest unit of which there is at least one: ``25.3 GB``."""
    for unit, least in (("gigabytes", 1e9), ("megabytes", 1e6)):
        if count >= least:
            return say_numbers(f"report.{unit}", str(count), size=count / least)
    return say_numbers("report.kilobytes", str(count), size=count / 1e3)


_FORMS: dict[Form, Callable[[float], Numbers]] = {
    "plain": lambda value: write_number(value, ".4f"),
    "signed": lambda value: format_signed(value, 4),
    "points": lambda value: format_signed(100 * value, 2),
    "seconds": lambda value: write_number(value, "_.1f"),
    "milliseconds": lambda value: write_number(value, "_.2f"),
    "count": lambda value: format_count(round(value)),
    "millions": format_millions,
}


def format_metric(entry: MetricEntry, value: float | None) -> Phrase:
    """Write the value of a metric in its form; a dash where there is none."""
    return MISSING if value is None else _FORMS[entry.form](value)


def _write_plainly(cell: Phrase, lang: str) -> str:
    """Write numbers as programs read them, whatever the language.

    What a spreadsheet would take for a formula is kept from it by a quotation mark.
    """
    return escape_formula(cell.plain if isinstance(cell, Numbers) else str(speak(cell, lang)))
