"""A command with many options: short help first, lists with spaces, words at the wrong place."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from poolbench.data.sources import find_image_set, resolve_source
from poolbench.errors import UsageError

# Options that are several names, with commas between them.
LISTS = ("classes", "operators", "backbones", "recipes", "vary", "log")
# Those that help shows first; --help-all shows all.
FIRST = frozenset(
    (
        *("data", "download", "classes", "operators", "backbones", "recipes", "preset"),
        *("operator", "backbone", "recipe", "time_limit", "name", "out", "dry_run", "lang"),
        "help_all",
    )
)
# Where the words of a command are kept for its completion.
_WORDS = "poolbench.words"


class LongCommand(TyperCommand):
    """A command whose names may be parted by spaces, and whose help is short at first.

    It has options alone: a word that belongs to none of them would be lost otherwise.
    """

    shows_all = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join the names of a list, then parse as usual."""
        ctx.meta[_WORDS] = list(args)
        joined, strays = join_lists(args, {name: p for p in self.params for name in p.opts})
        if strays and not ctx.resilient_parsing:
            raise UsageError(_explain_stray(strays[0], str(self.name), args))
        return super().parse_args(ctx, joined)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the first options, or all of them."""
        others: list[Any] = [p for p in self.get_params(ctx) if p.name not in {*FIRST, "help"}]
        if _has_help_all(self) and not self.shows_all:
            self.epilog = f"{len(others)} more options: {ctx.command_path} --help-all"
            for param in others:
                param.hidden = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self.epilog = None
            for param in others:
                param.hidden = False

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete a further name of a list, or what stands behind an equals sign."""
        words: list[str] = ctx.meta.get(_WORDS, [])
        last = max((i for i, word in enumerate(words) if word.startswith("-")), default=None)
        if last is not None and not incomplete.startswith("-"):
            for param in self.params:
                is_open = param.name in LISTS or words[last + 1 :] == ["="]
                if words[last] in param.opts and is_open:
                    return param.shell_complete(ctx, incomplete)
        return super().shell_complete(ctx, incomplete)


def _has_help_all(command: TyperCommand) -> bool:
    return any(param.name == "help_all" for param in command.params)


def show_all(ctx: typer.Context, is_asked: bool) -> None:
    """Print help with every option, and end."""
    if is_asked and not ctx.resilient_parsing:
        assert isinstance(ctx.command, LongCommand)
        ctx.command.shows_all = True
        typer.echo(ctx.get_help())
        raise typer.Exit


def join_lists(args: Sequence[str], params: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Join what belongs to one list, and find the words that belong to nothing.

    Args:
        args: The words of a command that has no arguments.
        params: Its parameters by the names of their options.

    Returns:
        The words with one option and one value for each list, and the stray ones, which are among
        them still.

    Raises:
        UsageError: If an option follows where the names of a list should.
    """
    lists: dict[str, list[str]] = {}
    others: list[str] = []
    strays: list[str] = []
    is_known = True
    rest = list(args)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        param = params.get(name)
        if param is None or getattr(param, "is_flag", False):
            others.append(word)
            if not word.startswith("-"):
                strays.append(word)
            elif param is None and word != "--":
                is_known = False
            continue
        if not equals and not rest:
            # What lacks its value is refused by the parser, in its own words.
            others.append(word)
            continue
        if param.name in LISTS and not equals and rest[0].startswith("-"):
            raise UsageError(f"{name} needs at least one name, and {rest[0]} follows it.")
        values = [value if equals else rest.pop(0)]
        if param.name not in LISTS:
            others += [word] if equals else [word, *values]
            continue
        while rest and not rest[0].startswith("-"):
            values.append(rest.pop(0))
        # Given once more, an option replaces what was given before, as every other does.
        lists[name] = _part(values, is_class=param.name == "classes")
    joined = [f"{name}={','.join(values)}" for name, values in lists.items()]
    # Behind an option that nobody knows may stand what belongs to it: the parser says so.
    return [*others, *joined], strays if is_known else []


def _part(values: Iterable[str], *, is_class: bool) -> list[str]:
    """Part words into names; a class or a file may have a space in its name."""
    found: list[str] = []
    for value in values:
        may_have_spaces = is_class or value.endswith(".toml") or '"' in value
        found += [value] if may_have_spaces else re.split(r"\s+", value)
    stripped = [value.strip().strip(",").strip() for value in found]
    return [value for value in stripped if value]


def _explain_stray(word: str, command: str, args: Sequence[str]) -> str:
    """Explain a word that stands behind no option, with the command that was probably meant."""
    is_path = resolve_source(word)[0] != word
    if not (is_path or _is_image_set(word)):
        return (
            f"{word!r} stands behind no option, and poolbench {command} takes options alone. "
            "Several names follow theirs, as in --operators max avg; "
            f"poolbench {command} --help lists them."
        )
    meant = list(args)
    place = meant.index(word)
    meant[place : place + 1] = ["--data", word]
    return (
        f"{word!r} stands behind no option of poolbench {command}. It is "
        f"{'a path' if is_path else 'an image set'}, so this was probably meant:\n"
        f"  {shlex.join(['poolbench', command, *meant])}"
    )


def _is_image_set(word: str) -> bool:
    try:
        find_image_set(word)
    except UsageError:
        return False
    return True
