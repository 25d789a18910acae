"""The language of this command line: known before it is parsed, since help is written in it."""

import sys
from collections.abc import Sequence
from itertools import pairwise

import typer

from poolbench.language import choose_language
from poolbench.texts import TEXTS, text


def find_language(arguments: Sequence[str]) -> str:
    """Find the language that the words of a command line ask for; else that of the system.

    Example:
        >>> find_language(["run", "--lang", "ru"]), find_language(["--lang=ru", "doctor"])
        ('ru', 'ru')
    """
    wanted = None
    for word, following in pairwise([*arguments, ""]):
        if word == "--lang":
            wanted = following
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2]
    # One that nobody speaks is refused by the command, in the language of the system.
    return choose_language(wanted if wanted in TEXTS else None)


SPOKEN = find_language(sys.argv[1:])


def say_help(key: str, **values: object) -> str:
    """Return a text of the help in the language of this command line."""
    return text(f"help.{key}", SPOKEN, **values)


def inherit_language(ctx: typer.Context, wanted: str | None) -> str | None:
    """Return the language that a command was given or, if it has none, that before its name."""
    before = ctx.parent
    while wanted is None and before is not None:
        wanted, before = before.params.get("lang"), before.parent
    return wanted
