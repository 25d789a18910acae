"""Show what a command does and takes, in the language of the command line."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from poolbench.cli.spoken import say_help

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

# Options in running text.
_OPTION = r"(?<![\w-])--?[a-z][a-z-]*"


def print_help(command: Any, ctx: Any, more: str = "") -> None:
    """Print the page of a command: how it is called, what it does, arguments, options, commands.

    Args:
        more: What is said below.
    """
    from rich.console import Console, Group

    texts = [_mark(write_usage(command, ctx), "bold")]
    texts += [_mark(paragraph) for paragraph in (command.help or "").split("\n\n")]
    page: list[RenderableType] = [*_part(texts), *_list_panels(command, ctx)]
    if more:
        page += _part([_mark(more)])
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(Group(*page))


def write_usage(command: Any, ctx: Any) -> str:
    """Write how a command is called, in one line."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    return f"{say_help('usage')}: {ctx.command_path} {pieces}"


def write_arguments(command: Any) -> list[str]:
    """Write what a command takes beside options: ``RUN``, ``PATH...``, ``[NAME]``."""
    written = []
    for param in command.params:
        if param.param_type_name == "argument":
            name = param.metavar if param.required else f"[{param.metavar}]"
            written.append(f"{name}..." if param.nargs != 1 else name)
    return written


def tell_summary(command: Any) -> str:
    """Tell what a command does, in one sentence: the first paragraph of its help."""
    summary: str = (command.short_help or command.help or "").partition("\n\n")[0]
    return summary


def _part(texts: "Iterable[Text]") -> "Iterator[RenderableType]":
    """Yield paragraphs that are set in, with a line between them."""
    from rich.padding import Padding

    for text in texts:
        yield Padding(text, (1, 1, 0, 1))
    yield ""


def _list_panels(command: Any, ctx: Any) -> "Iterator[RenderableType]":
    """List the boxes of the page: arguments, commands, options by their kind."""
    has_panels = any(getattr(param, "rich_help_panel", None) for param in command.get_params(ctx))
    arguments, options = say_help("arguments"), say_help("panel.other" if has_panels else "options")
    names = command.list_commands(ctx) if hasattr(command, "list_commands") else ()
    panels: dict[str, list[Sequence[Text]]] = {arguments: []}
    panels[say_help("commands")] = [
        (_mark(name, "bold cyan"), _mark(tell_summary(command.get_command(ctx, name))))
        for name in names
    ]
    for param in command.get_params(ctx):
        if not param.hidden:
            title = arguments if param.param_type_name == "argument" else options
            title = getattr(param, "rich_help_panel", None) or title
            panels.setdefault(title, []).append(_describe_param(param))
    for title, rows in panels.items():
        if rows:
            yield _make_panel(title, rows)


def _describe_param(param: Any) -> "Sequence[Text]":
    """Describe an argument or option: its names, what stands for its value, what it does."""
    is_argument = param.param_type_name == "argument"
    has_flag = not is_argument and param.is_flag
    name = param.metavar if is_argument else ", ".join(sorted(param.opts, key=len, reverse=True))
    told = [param.help or ""]
    if isinstance(param.default, str | int | PurePath) and not has_flag:
        told.append(say_help("default", value=str(param.default)))
    if param.required and not is_argument:
        told.append(say_help("required"))
    value = "" if is_argument or has_flag else param.metavar
    return _mark(name, "bold cyan"), _mark(value, "yellow"), _mark(" ".join(told))


def _make_panel(title: str, rows: "Iterable[Sequence[Text]]") -> "RenderableType":
    from rich.panel import Panel
    from rich.table import Table

    table = Table(box=None, show_header=False, expand=True, padding=(0, 1), pad_edge=False)
    columns = [cells for cells in zip(*rows, strict=True) if any(cell.plain for cell in cells)]
    for _ in columns[:-1]:
        table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for row in zip(*columns, strict=True):
        table.add_row(*row)
    return Panel(table, title=title, title_align="left", border_style="dim")


def _mark(words: str, style: str = "") -> "Text":
    """Return words with the options in them marked."""
    from rich.text import Text

    marked = Text(words, style=style)
    if not style:
        marked.highlight_regex(_OPTION, "cyan")
    return marked
