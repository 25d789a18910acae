"""Build the document as a list of blocks, from which Markdown and DOCX are written alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from poolbench.report.faults import Faults
from poolbench.report.handin.fill import retell
from poolbench.report.words import Phrase
from poolbench.texts.filling import NO_BREAK_SPACE
from poolbench.texts.plain import typeset


@dataclass(frozen=True)
class Title:
    """The title page: lines on top, the name of the work, who did it, the year."""

    top: tuple[str, ...]
    kind: str
    name: str
    people: tuple[str, ...]
    year: str


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter, level 2 a part of one."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True)
class Items:
    """A list with bullets."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines to type, letter by letter."""

    text: str
    language: str


@dataclass(frozen=True)
class Figure:
    """A picture with its caption below.

    Attributes:
        name: Name of its file, without the suffix.
        content: The PNG file.
    """

    number: int
    caption: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Screenshot:
    """A frame in which the student puts a picture, counted among the figures."""

    number: int
    caption: str
    hint: str


@dataclass(frozen=True)
class Grid:
    """A table with its caption above.

    Attributes:
        head: Empty where the first column names the rows.
        marked: Positions of the rows that stand out.
        pictures: Of each row, name without the suffix and PNG file, below the text of its first
            cell, or ``None``; empty: none has any.
    """

    number: int
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()
    pictures: tuple[tuple[str, bytes] | None, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Empty lines to write on."""

    label: str
    lines: int


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Title | Heading | Paragraph | Items | Code | Figure | Screenshot | Grid | Answer | PageBreak


class Draft:
    """Collects blocks and counts figures and tables.

    Attributes:
        prefix: Put before the names of the figures' files: a document of several runs has figures
            of one kind from each.
    """

    def __init__(self) -> None:
        self.prefix = ""
        self.blocks: list[Block] = []
        self.faults = Faults()
        self._figures = 0
        self._tables = 0
        self._steps = 0

    @property
    def next_figure(self) -> int:
        """The number of the figure that is added next, for the text before it."""
        return self._figures + 1

    @property
    def next_table(self) -> int:
        """The number of the table that is added next."""
        return self._tables + 1

    @property
    def step(self) -> int:
        """The number of the part that is being written."""
        return self._steps

    def add_title(
        self, top: Sequence[str], kind: str, name: str, people: Sequence[str], year: str
    ) -> None:
        """Add the title page."""
        signed = tuple(clean(line) for line in people)
        self.blocks.append(Title(tuple(top), kind, name, signed, year))

    def add_heading(self, text: str) -> None:
        """Add the heading of a chapter."""
        self.blocks.append(Heading(clean(text)))

    def add_step(self, text: str) -> None:
        """Add the heading of a numbered part of a chapter."""
        self._steps += 1
        self.blocks.append(Heading(clean(f"{self._steps} {text}"), 2))

    def say(self, text: str, *, is_bold: bool = False) -> None:
        """Add a paragraph."""
        self.blocks.append(Paragraph(clean(text), is_bold))

    def list_items(self, lines: Sequence[str]) -> None:
        """Add a list, closed as a sentence; nothing where there is nothing to list."""
        signs = [";"] * (len(lines) - 1) + ["."]
        closed = [
            line if line.endswith(".") else line + sign
            for line, sign in zip(lines, signs, strict=False)
        ]
        if lines:
            self.blocks.append(Items(tuple(clean(line) for line in closed)))

    def add_code(self, text: str, language: str = "bash") -> None:
        """Add lines to type."""
        self.blocks.append(Code(text, language))

    def add_figure(self, name: str, content: bytes, caption: str) -> None:
        """Add the next figure."""
        self._figures += 1
        self.blocks.append(
            Figure(self._figures, typeset(clean(caption)), self.prefix + name, content)
        )

    def add_screenshot(self, caption: str, hint: str) -> None:
        """Add a frame for the next figure."""
        self._figures += 1
        self.blocks.append(Screenshot(self._figures, typeset(clean(caption)), hint))

    def add_table(
        self,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[Phrase]],
        marked: Sequence[int] = (),
        pictures: Sequence[tuple[str, bytes] | None] = (),
    ) -> None:
        """Add the next table."""
        self._tables += 1
        cells = tuple(tuple(clean(retell(cell)) for cell in row) for row in rows)
        columns = tuple(clean(name) for name in head)
        self.blocks.append(
            Grid(
                self._tables,
                typeset(clean(caption)),
                columns,
                cells,
                frozenset(marked),
                tuple(pictures),
            )
        )

    def leave_blank(self, label: str, lines: int) -> None:
        """Add empty lines for an answer."""
        self.blocks.append(Answer(label, lines))

    def break_page(self) -> None:
        """Go on at the top of a new page."""
        self.blocks.append(PageBreak())


def clean(text: str) -> str:
    """Return one line that XML can hold: a folder, and so a class, may be called anything.

    Example:
        >>> clean("a\\nb"), clean("a\\x07b")
        ('a b', 'a�b')
    """
    line = re.sub(rf"[^\S{NO_BREAK_SPACE}]+", " ", text)
    return "".join(
        letter if letter.isprintable() or letter == NO_BREAK_SPACE else "\N{REPLACEMENT CHARACTER}"
        for letter in line
    )
