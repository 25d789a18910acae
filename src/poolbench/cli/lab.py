"""The command that does the course's assignment."""

from typing import Annotated

import typer

from poolbench.cli import completion, options
from poolbench.cli.command import LongCommand
from poolbench.cli.settings import make_config
from poolbench.language import choose_language

commands = typer.Typer()

# A default of its own, which is shown behind it.
Data = Annotated[
    str,
    typer.Option(
        help="A set of pictures that has a test half of its own, such as cifar100 or sample.",
        autocompletion=completion.complete_data,
        rich_help_panel="Pictures",
    ),
]
Classes = Annotated[
    str | None,
    typer.Option(
        help="Names or numbers, with commas or spaces between them; their order is the order of "
        "the labels. Must be given for CIFAR: three classes, for example apple,forest,lion. "
        "Of other pictures: all, if not given.",
        rich_help_panel="Pictures",
    ),
]
Full = Annotated[
    bool,
    typer.Option("--full", help="With the 500 epochs that the course publishes, not a lesson's."),
]
Author = Annotated[str | None, typer.Option(help="For the title page.")]
Group = Annotated[str | None, typer.Option(help="For the title page.")]


@commands.command(cls=LongCommand)
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
