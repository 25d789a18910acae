"""Print results to standard output, and everything else to standard error."""

import errno
import json
import sys

import typer

from poolbench.errors import PoolbenchError
from poolbench.streams import drop_output
from poolbench.texts.plain import make_plain, make_plain_json, make_plain_lines

INTERRUPTED = 130


def print_line(line: str) -> None:
    """Print a line of the result."""
    typer.echo(make_plain(line))


def print_page(page: str) -> None:
    """Print many lines of the result, as poolbench wrote them."""
    typer.echo(page)


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
        raise PoolbenchError(
            f"The JSON cannot be written to standard output ({error.strerror or error}). The "
            "files that the command wrote are complete: send standard output to a place that has "
            "room, and run the same command again to print it."
        ) from None


def say(line: str) -> None:
    """Say something for the person alone."""
    typer.echo(make_plain_lines(line), err=True)
