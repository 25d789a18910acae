"""What a command prints: results to standard output, everything else to standard error."""

import json

import typer

from poolbench.texts.plain import make_plain, make_plain_json, make_plain_lines

INTERRUPTED = 130


def print_line(line: str) -> None:
    """A line of the result."""
    typer.echo(make_plain(line))


def print_page(page: str) -> None:
    """Many lines of the result, as poolbench wrote them."""
    typer.echo(page)


def print_json(value: object) -> None:
    """The result for a program."""
    typer.echo(make_plain_json(json.dumps(value, indent=2, ensure_ascii=False)))


def say(line: str) -> None:
    """Something for the person alone."""
    typer.echo(make_plain_lines(line), err=True)
