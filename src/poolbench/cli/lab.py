"""The command that does the course's assignment."""

from typing import Annotated

import typer

from poolbench.cli import options
from poolbench.cli.command import LongCommand
from poolbench.cli.settings import make_config
from poolbench.cli.spoken import say_help
from poolbench.language import choose_language

commands = typer.Typer()

# A default of its own, which is shown behind it.
Data = Annotated[
    str,
    typer.Option(help=say_help("lab.data"), **options.SET, **options.PICTURES),
]
Classes = Annotated[
    str | None,
    typer.Option(help=say_help("lab.classes"), **options.NAMES, **options.PICTURES),
]
Full = Annotated[
    bool,
    typer.Option("--full", help=say_help("lab.full")),
]
Author = Annotated[str | None, typer.Option(help=say_help("lab.author"), **options.TEXT)]
Group = Annotated[str | None, typer.Option(help=say_help("lab.group"), **options.TEXT)]


@commands.command(cls=LongCommand, help=say_help("lab"))
def lab(
    data: Data = "cifar100",
    data_file: options.DataFile = None,
    download: options.Download = None,
    classes: Classes = None,
    full: Full = False,
    author: Author = None,
    group: Group = None,
    seed: options.Seed = None,
    device: options.Device = None,
    precision: options.Precision = None,
    workers: options.Workers = None,
    out: options.Out = None,
    dry_run: options.DryRun = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """The course's assignment, from the example network to the report to hand in (in Russian)."""
    base = make_config(None, {**locals(), "repeats": "2"})
    from poolbench.study.display import Display
    from poolbench.study.lab import check_lab_path, make_assignment, preview_lab, run_lab

    assignment = make_assignment(base, out, is_full=full)
    display = Display(choose_language(lang))
    if dry_run:
        check_lab_path(assignment)
        preview_lab(assignment, display)
        return
    run_lab(assignment, display, author, group)
