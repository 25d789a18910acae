"""What a command prints: results to standard output, everything else to standard error."""

import json

import typer

INTERRUPTED = 130


def print_line(line: str) -> None:
    """A part of the result."""
    typer.echo(line)


def print_json(value: object) -> None:
    """The result for a program."""
    print_line(json.dumps(value, indent=2, ensure_ascii=False))


def say(line: str) -> None:
    """Something for the person alone."""
    typer.echo(line, err=True)
