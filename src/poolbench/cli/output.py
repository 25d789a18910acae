"""Print results to standard output, and everything else to standard error."""

import errno
import json
import shutil
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TextIO, TypeVar

import typer

from poolbench.errors import PoolbenchError
from poolbench.streams import drop_output, forgive_errors
from poolbench.texts import text
from poolbench.texts.plain import make_plain, make_plain_json, make_plain_lines, wrap_words

INTERRUPTED = 130
# Most often that a line of progress is written where there is no terminal.
PROGRESS_SECONDS = 10.0
# In every language: who reads one may type another.
YES = frozenset(("y", "yes", "д", "да"))
# Width of a table where there is no terminal.
WIDE = 200

Item = TypeVar("Item")


def print_line(line: str) -> None:
    """Print a line of the result."""
    typer.echo(make_plain(line))


def print_page(page: str) -> None:
    """Print many lines of the result, as poolbench wrote them."""
    typer.echo(page)


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()
) -> None:
    """Print a table of the result, as wide as the terminal; where there is none, nothing is cut.

    Args:
        right: Positions of the columns that are set to the right, as numbers are.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(Text(make_plain(cell)) for cell in row))
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def print_json(value: object) -> None:
    """Print the result for a program.

    Raises:
        PoolbenchError: If it cannot be written, or is not read to its end: half of it is none.
    """
    printed = make_plain_json(json.dumps(value, indent=2, ensure_ascii=False))
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        typer.echo(printed)
    except OSError as error:
        drop_output()
        raise PoolbenchError("cli.json", reason=error) from None


def say(line: str) -> None:
    """Say something for the person alone; a terminal gets long lines parted between words."""
    plain = make_plain_lines(line)
    if is_terminal(sys.stderr):
        plain = wrap_words(plain, shutil.get_terminal_size().columns)
    typer.echo(plain, err=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a person sits behind a standard stream, which may be closed."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def confirm(question: str, lang: str) -> bool:
    """Ask whoever sits here, and return whether the answer is yes."""
    typer.echo(f"{make_plain(question)} {text('cli.yes-or-no', lang)} ", err=True, nl=False)
    return sys.stdin.readline().strip().casefold() in YES


def open_page(path: Path, lang: str) -> None:
    """Open a page in the browser of whoever sits here; where there is none, that is said."""
    import webbrowser

    if not webbrowser.open(path.absolute().as_uri()):
        say(text("cli.no-browser", lang, path=path))


def show_progress(items: Iterable[Item], total: int, lang: str) -> Iterator[Item]:
    """Yield the items, and show on standard error how many are done: a bar, or a line at times."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(file=forgive_errors())
    if console.is_terminal:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            yield from bar.track(items, total=total)
        return
    told = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() - told >= PROGRESS_SECONDS:
            say(text("cli.progress", lang, done=done, total=total))
            told = time.monotonic()
