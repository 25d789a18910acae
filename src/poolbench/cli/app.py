"""The command line: parse, call, exit code; no logic lives here.

What is heavy (torch, matplotlib, onnx) is imported inside the commands, so that ``--help`` answers
at once.
"""

import sys
import warnings
from io import TextIOWrapper
from typing import Annotated

import typer

from poolbench._version import __version__
from poolbench.cli import catalogue, finished, lab, options, push, runs, study
from poolbench.cli.command import Group
from poolbench.cli.completion import find_parted_run
from poolbench.cli.errors import fail, fail_unexpected, stop
from poolbench.cli.help_page import print_help
from poolbench.cli.output import INTERRUPTED, print_line, print_page
from poolbench.cli.spoken import SPOKEN, say_help
from poolbench.errors import PoolbenchError, UsageError, Voice
from poolbench.streams import fill_descriptors, forgive
from poolbench.system import ended_by_signals

app = typer.Typer(
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (study, lab, finished, push, runs, catalogue):
    app.add_typer(module.commands)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print_line(f"poolbench {__version__}")
        raise typer.Exit


@app.callback(cls=Group, help=say_help("poolbench"), invoke_without_command=True)
def _start(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help=say_help("version")),
    ] = False,
    lang: options.Lang = None,
) -> None:
    """Show what there is, where no command was named."""
    if ctx.invoked_subcommand is None:
        print_help(ctx.command, ctx)
        raise typer.Exit(UsageError.exit_code)


def main() -> None:
    """Run the command line and exit with the documented code."""
    fill_descriptors()
    Voice.lang, Voice.spelling = SPOKEN, "options"
    completed = find_parted_run()
    if completed is not None:
        print_page(completed)
        return
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A pipe on Windows speaks an old code page, in which Russian does not exist.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    # What is said beside the work is no reason to end it, even where nobody can hear it.
    sys.stderr = forgive(sys.stderr)
    # What Pillow finds odd in a picture is read all the same, or refused in words of our own.
    warnings.filterwarnings("ignore", module="PIL")
    try:
        with ended_by_signals():
            # As it is called in every message, however it was started.
            code = app(prog_name="poolbench", standalone_mode=False)
    except PoolbenchError as error:
        # In the language of its run, where it is about one.
        fail(error.tell(), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        stop()
    except Exception as error:
        fail_unexpected(error)
    if code == INTERRUPTED:
        # Typer takes the interrupt itself and hands over the code.
        stop()
    sys.exit(code or 0)
