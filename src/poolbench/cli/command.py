"""Commands that speak the language of the command line, in their help and when they refuse.

And a command with many options: short help first, lists with spaces, words at the wrong place.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from poolbench.cli.help_page import print_help, tell_summary, write_arguments, write_usage
from poolbench.cli.output import print_line
from poolbench.cli.refusals import name_help, refusals_explained, refuse_words
from poolbench.cli.spoken import say_help
from poolbench.data.sources import find_image_set, resolve_source
from poolbench.errors import UnknownNameError, UsageError

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


class _Speaker:
    """What a command says of itself."""

    def get_usage(self, ctx: Any) -> str:
        """Return how it is called."""
        return write_usage(self, ctx)

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return what it does, in one sentence."""
        return tell_summary(self)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print its help."""
        print_help(self, ctx)


class Command(_Speaker, TyperCommand):
    """A command whose help and refusals are in the language of the command line."""

    # What is too much is refused here.
    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of this command."""
        with refusals_explained(ctx, args):
            rest: list[str] = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise refuse_words(rest, ctx)
        return rest

    def get_params(self, ctx: Any) -> list[Any]:
        """Return arguments and options, those that typer brings among them."""
        return _translate(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the name of this command where it is called."""
        return [say_help("metavar.options"), *write_arguments(self)]


class Group(_Speaker, TyperGroup):
    """Commands under one name, which speak as :class:`Command` does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before the name of a command."""
        with refusals_explained(ctx, args):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first word names."""
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            raise UnknownNameError("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, those that typer brings among them."""
        return _translate(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the name of this group where it is called."""
        return [say_help("metavar.options"), say_help("metavar.command")]


def _translate(params: list[Any]) -> list[Any]:
    """Let the options that typer brings speak the language of the command line."""
    for param in params:
        if param.name in ("help", "install_completion", "show_completion"):
            param.help = say_help(param.name.replace("_", "-"))
        if param.name == "install_completion":
            param.callback = _install_completion
    return params


def _install_completion(ctx: Any, param: Any, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        from typer.completion import install  # type: ignore[attr-defined]

        shell, path = install()
        print_line(say_help("completion-installed", shell=shell, path=path))
        raise typer.Exit


class LongCommand(Command):
    """A command whose names may be parted by spaces, and whose help is short at first.

    It has options alone: a word that belongs to none of them would be lost otherwise.
    """

    shows_all = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join the names of a list, then parse as usual."""
        ctx.meta[_WORDS] = list(args)
        joined, strays = join_lists(args, {name: p for p in self.params for name in p.opts})
        if strays and not ctx.resilient_parsing:
            raise _explain_stray(strays[0], ctx, args)
        return super().parse_args(ctx, joined)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the first options, or all of them."""
        others: list[Any] = [p for p in self.get_params(ctx) if p.name not in {*FIRST, "help"}]
        if not _has_help_all(self) or self.shows_all:
            print_help(self, ctx)
            return
        for param in others:
            param.hidden = True
        try:
            command = f"{ctx.command_path} --help-all"
            print_help(self, ctx, say_help("more", count=len(others), command=command))
        finally:
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
            raise UsageError("option.no-names", option=name, following=rest[0])
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


def _explain_stray(word: str, ctx: Any, args: Sequence[str]) -> UsageError:
    """Explain a word that follows no option, with the command that was probably meant."""
    command = ctx.command_path
    is_path = resolve_source(word)[0] != word
    if not (is_path or _is_image_set(word)):
        return UsageError("words.stray", word=word, command=command, help=name_help(ctx))
    meant = list(args)
    place = meant.index(word)
    meant[place : place + 1] = ["--data", word]
    code = "words.stray-path" if is_path else "words.stray-set"
    return UsageError(code, word=word, command=command, meant=f"{command} {shlex.join(meant)}")


def _is_image_set(word: str) -> bool:
    try:
        find_image_set(word)
    except UsageError:
        return False
    return True
