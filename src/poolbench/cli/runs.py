"""The commands about runs as a whole: the list, deleting, and what differs between two."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from poolbench.cli import options
from poolbench.cli.command import Command, Group
from poolbench.cli.output import confirm, is_terminal, print_json, print_line, print_table, say
from poolbench.cli.spoken import say_help
from poolbench.config.names import name_option
from poolbench.errors import UsageError
from poolbench.language import choose_language
from poolbench.texts import text
from poolbench.texts.filling import format_number
from poolbench.texts.plain import list_some

if TYPE_CHECKING:
    from poolbench.runs.compare import Change, Comparison, VariantChange
    from poolbench.runs.summary import RunSummary

commands = typer.Typer()
runs = typer.Typer(
    cls=Group,
    help=say_help("runs"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.add_typer(runs, name="runs")

Runs = Annotated[list[Path], typer.Argument(help=say_help("rm.paths"), **options.RUN)]

FIRST = {**options.RUN, "metavar": say_help("metavar.first")}
SECOND = {**options.RUN, "metavar": say_help("metavar.second")}


@runs.callback(invoke_without_command=True)
def list_all(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Option("--dir", help=say_help("runs.dir"), **options.PATH)
    ] = Path("runs"),
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """List the runs there are, the latest first; rm deletes some, diff compares two."""
    if ctx.invoked_subcommand is not None:
        return
    from poolbench.runs.summary import summarize_runs

    if not folder.is_dir() and folder != Path("runs"):
        raise UsageError("cli.no-folder", path=folder)
    language = choose_language(lang)
    found = summarize_runs(folder)
    if as_json:
        print_json([run.dump() for run in found])
    elif not found:
        say(text("runs.none", language, path=folder.absolute()))
    else:
        _print_runs(found, language)


def _print_runs(found: "list[RunSummary]", lang: str) -> None:
    from poolbench.runs.words import (
        describe_count,
        describe_date,
        describe_fault,
        describe_size,
        describe_state,
    )

    columns = ("name", "date", "pictures", "classes", "verdict", "size")
    rows = [
        (
            run.name,
            describe_date(run.date),
            describe_count(run.pictures, lang),
            describe_count(None if run.classes is None else len(run.classes), lang),
            describe_state(run, lang),
            describe_size(run.size_bytes, lang),
        )
        for run in found
    ]
    headings = [text(f"runs.column-{name}", lang) for name in columns]
    print_table(headings, rows, right=(2, 3, 5))
    for run in found:
        if run.fault is not None:
            say(text("runs.reason", lang, name=run.name, reason=describe_fault(run, lang)))


@runs.command(cls=Command, help=say_help("rm"))
def rm(
    paths: Runs,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say_help("rm.yes"))] = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Delete runs: what poolbench wrote there. It asks before; a run that is held stays."""
    from poolbench.runs.remove import check_removable, remove_run
    from poolbench.runs.summary import summarize_run
    from poolbench.runs.words import describe_size, describe_state

    language = choose_language(lang)
    for path in paths:
        check_removable(path)
    if not yes and not is_terminal(sys.stdin):
        raise UsageError("cli.nobody-to-ask")
    for path in dict.fromkeys(paths):
        if not yes:
            run = summarize_run(path)
            state, size = describe_state(run, language), describe_size(run.size_bytes, language)
            asked = text("runs.remove", language, path=path, state=state, size=size)
            if not confirm(asked, language):
                say(text("runs.kept", language, path=path))
                continue
        others = remove_run(path)
        if others:
            say(text("runs.others", language, path=path, names=list_some(others)))
        else:
            say(text("runs.removed", language, path=path))


@runs.command(cls=Command, help=say_help("diff"))
def diff(
    first: Annotated[Path, typer.Argument(help=say_help("diff.first"), **FIRST)],
    second: Annotated[Path, typer.Argument(help=say_help("diff.second"), **SECOND)],
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """What differs between two runs: pictures, settings, versions, and accuracy."""
    from poolbench.runs.compare import compare_runs

    found = compare_runs(first, second)
    if as_json:
        print_json(found.dump())
        return
    _print_comparison(found, choose_language(lang))


def _print_comparison(found: "Comparison", lang: str) -> None:
    from poolbench.runs.summary import summarize_run
    from poolbench.runs.words import describe_date, describe_state

    for key, path in (("first", found.first), ("second", found.second)):
        run = summarize_run(path)
        told = {"date": describe_date(run.date), "state": describe_state(run, lang)}
        print_line(text(f"runs.{key}", lang, path=path, **told))
    print_line("")
    _print_changes("pictures", found.pictures, lang)
    _print_changes("settings", [_name_option(change) for change in found.settings], lang)
    _print_changes("versions", found.versions, lang)
    if found.variants:
        print_line(f"{text('runs.diff-accuracy', lang)}:")
        _print_variants(found, lang)
    if found.unpaired is not None:
        print_line(text(f"runs.unpaired-{found.unpaired}", lang))
    elif any(variant.low is not None for variant in found.variants):
        print_line(text("runs.together", lang))
    if found.variants and found.metric == "balanced-accuracy":
        print_line(text("runs.balanced", lang))
    for key, names in (("only-first", found.only_first), ("only-second", found.only_second)):
        if names:
            print_line(text(f"runs.{key}", lang, names=list_some(names)))


def _name_option(change: "Change") -> "Change":
    """Name a setting as it is typed."""
    option = name_option(change.name)
    if change.name != "rewrites":
        return replace(change, name=option)
    # The option says the opposite of the field.
    first, second = (None if side is None else not side for side in (change.first, change.second))
    return replace(change, name=option, first=first, second=second)


def _print_changes(kind: str, changes: "Sequence[Change]", lang: str) -> None:
    heading = text(f"runs.diff-{kind}", lang)
    if not changes:
        print_line(text("runs.same", lang, what=heading))
        return
    print_line(f"{heading}:")
    rows = [(change.name, _write(change.first), _write(change.second)) for change in changes]
    headings = [text(f"runs.column-{name}", lang) for name in ("setting", "first", "second")]
    print_table(headings, rows)


def _write(value: object) -> str:
    if value is None:
        return "–"
    return list_some([str(item) for item in value]) if isinstance(value, list) else str(value)


def _print_variants(found: "Comparison", lang: str) -> None:
    has_points = found.unpaired is None
    keys = ("column-difference", "column-interval", "column-repeats") if has_points else ()
    sides = (text("runs.column-first", lang), "", text("runs.column-second", lang), "")
    headings = [*sides, *(text(f"runs.{key}", lang) for key in keys)]
    rows = [
        (
            variant.first,
            format_number(variant.first_accuracy, ".4f", lang),
            variant.second,
            format_number(variant.second_accuracy, ".4f", lang),
            *(_describe_points(variant, lang) if has_points else ()),
        )
        for variant in found.variants
    ]
    print_table(headings, rows, right=(1, 3, 4, 5, 6))


def _describe_points(variant: "VariantChange", lang: str) -> tuple[str, str, str]:
    assert variant.points is not None
    interval = text("runs.same-trainings", lang)
    if variant.low is not None and variant.high is not None:
        interval = f"{_sign(variant.low, lang)} … {_sign(variant.high, lang)}"
    return _sign(variant.points, lang), interval, str(variant.repeats)


def _sign(points: float, lang: str) -> str:
    """Write points with a sign, and a minus as long as a plus."""
    return format_number(points, "+.2f", lang).replace("-", "−")
