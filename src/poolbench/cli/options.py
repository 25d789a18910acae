"""The options of ``run`` and ``report``, and those of several commands: what each takes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from poolbench.cli import completion
from poolbench.cli.command import show_all
from poolbench.cli.numbers import take_number, take_whole
from poolbench.cli.settings import tell_data_default, tell_default
from poolbench.cli.spoken import inherit_language, say_help
from poolbench.data.sources import list_forms
from poolbench.files import expand_home
from poolbench.texts import TEXTS


def find_run(given: str) -> Path:
    """Find the run that a word names."""
    from poolbench.runs.find import find_run_there

    return find_run_there(given)


def find_place(given: str) -> Path:
    """Find where a run goes, which may be there already or not."""
    from poolbench.runs.find import find_run

    return find_run(given)


# Settings of every option and argument that is a path, or names a run: only here ``~`` is
# understood.
PATH: dict[str, Any] = {"parser": expand_home, "metavar": say_help("metavar.path")}
RUN: dict[str, Any] = {
    "parser": find_run,
    "metavar": say_help("metavar.run"),
    "autocompletion": completion.complete_run,
}
NAME: dict[str, Any] = {"metavar": say_help("metavar.name")}
NAMES: dict[str, Any] = {"metavar": say_help("metavar.names")}
SET: dict[str, Any] = {
    "metavar": say_help("metavar.set"),
    "autocompletion": completion.complete_data,
}
TEXT: dict[str, Any] = {"metavar": say_help("metavar.text")}
WORD: dict[str, Any] = {"metavar": say_help("metavar.word")}

PICTURES: dict[str, Any] = {"rich_help_panel": say_help("panel.pictures")}
COMPARISON: dict[str, Any] = {"rich_help_panel": say_help("panel.comparison")}
MACHINE: dict[str, Any] = {"rich_help_panel": say_help("panel.machine")}


def list_sets() -> list[str]:
    """List how image sets are named: ``cifar10``, ``folder:PATH``."""
    pairs = [form.partition(":") for form in list_forms()]
    return [
        f"{kind}:{say_help(f'metavar.{argument.lower()}')}" if argument else kind
        for kind, _, argument in pairs
    ]


Data = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.data", sets=list_sets()) + tell_data_default("source"),
        **SET,
        **PICTURES,
    ),
]
DataFile = Annotated[Path | None, typer.Option(help=say_help("run.data-file"), **PATH, **PICTURES)]
Download = Annotated[
    bool | None, typer.Option("--download", help=say_help("run.download"), **PICTURES)
]
Classes = Annotated[str | None, typer.Option(help=say_help("run.classes"), **NAMES, **PICTURES)]
ImageSize = Annotated[
    int | None,
    typer.Option(help=say_help("run.image-size"), **take_whole("--image-size"), **PICTURES),
]
Fit = Annotated[
    str | None,
    typer.Option(help=say_help("run.fit") + tell_data_default("fit"), **WORD, **PICTURES),
]
OnBad = Annotated[
    str | None,
    typer.Option(help=say_help("run.on-bad") + tell_data_default("on_bad"), **WORD, **PICTURES),
]
Groups = Annotated[str | None, typer.Option(help=say_help("run.groups"), **WORD, **PICTURES)]
OnDuplicates = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.on-duplicates") + tell_data_default("on_duplicates"),
        **WORD,
        **PICTURES,
    ),
]
Operators = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.operators") + tell_default("operators"),
        autocompletion=completion.complete_operators,
        **NAMES,
        **COMPARISON,
    ),
]
Backbones = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.backbones") + tell_default("backbones"),
        autocompletion=completion.complete_backbones,
        **NAMES,
        **COMPARISON,
    ),
]
Recipes = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.recipes") + tell_default("recipes"),
        autocompletion=completion.complete_recipes,
        **NAMES,
        **COMPARISON,
    ),
]
Protocol = Annotated[
    str | None,
    typer.Option(help=say_help("run.protocol") + tell_default("protocol"), **WORD, **COMPARISON),
]
Folds = Annotated[
    int | None,
    typer.Option(
        help=say_help("run.folds") + tell_default("folds"), **take_whole("--folds"), **COMPARISON
    ),
]
Repeats = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.repeats") + tell_default("repeats"),
        metavar=say_help("metavar.number"),
        **COMPARISON,
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(help=say_help("run.epochs"), **take_whole("--epochs"), **COMPARISON),
]
Margin = Annotated[
    float | None,
    typer.Option(
        help=say_help("run.margin") + tell_default("margin_points"),
        **take_number("--margin"),
        **COMPARISON,
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(help=say_help("run.metric") + tell_default("metric"), **WORD, **COMPARISON),
]
Baseline = Annotated[str | None, typer.Option(help=say_help("run.baseline"), **NAME, **COMPARISON)]
Replicas = Annotated[
    int | None,
    typer.Option(
        help=say_help("run.replicas") + tell_default("replicas"),
        **take_whole("--replicas"),
        **COMPARISON,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        help=say_help("run.seed") + tell_default("seed"), **take_whole("--seed"), **COMPARISON
    ),
]
Device = Annotated[
    str | None,
    typer.Option(help=say_help("run.device") + tell_default("device"), **WORD, **MACHINE),
]
Precision = Annotated[
    str | None,
    typer.Option(help=say_help("run.precision") + tell_default("precision"), **WORD, **MACHINE),
]
Workers = Annotated[
    int | None,
    typer.Option(help=say_help("run.workers"), **take_whole("--workers"), **MACHINE),
]
Executor = Annotated[
    str | None,
    typer.Option(help=say_help("run.executor") + tell_default("executor"), **WORD, **MACHINE),
]
Address = Annotated[
    str | None,
    typer.Option(help=say_help("run.address"), metavar=say_help("metavar.address"), **MACHINE),
]
Storage = Annotated[Path | None, typer.Option(help=say_help("run.storage"), **PATH, **MACHINE)]
AllowMixed = Annotated[
    bool | None, typer.Option("--allow-mixed", help=say_help("run.allow-mixed"), **MACHINE)
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.time-limit") + tell_default("time_limit_seconds"),
        metavar=say_help("metavar.duration"),
        **MACHINE,
    ),
]
NoRewrites = Annotated[
    bool | None, typer.Option("--no-rewrites", help=say_help("run.no-rewrites"), **MACHINE)
]
Preset = Annotated[
    str | None,
    typer.Option(
        help=say_help("run.preset"),
        autocompletion=completion.complete_preset,
        **NAME,
        **COMPARISON,
    ),
]
Tune = Annotated[
    str | None,
    typer.Option(help=say_help("run.tune") + tell_default("tune"), **WORD, **COMPARISON),
]
Vary = Annotated[str | None, typer.Option(help=say_help("run.vary"), **NAMES, **COMPARISON)]
Methods = Annotated[
    bool | None, typer.Option("--methods", help=say_help("run.methods"), **COMPARISON)
]
Weights = Annotated[Path | None, typer.Option(help=say_help("run.weights"), **PATH, **COMPARISON)]
Log = Annotated[str | None, typer.Option(help=say_help("run.log"), **NAMES, **MACHINE)]
Config = Annotated[Path | None, typer.Option(help=say_help("run.config"), **PATH)]
Out = Annotated[
    Path | None, typer.Option(help=say_help("run.out"), **{**PATH, "parser": find_place})
]
Name = Annotated[str | None, typer.Option(help=say_help("run.name"), **NAME)]
Lab = Annotated[bool, typer.Option("--lab", help=say_help("report.lab"))]
Author = Annotated[str | None, typer.Option(help=say_help("report.author"), **TEXT)]
Group = Annotated[str | None, typer.Option(help=say_help("report.group"), **TEXT)]
Open = Annotated[bool, typer.Option("--open", help=say_help("run.open"))]
Profile = Annotated[bool, typer.Option("--profile", help=say_help("run.profile"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=say_help("run.dry-run"))]
Expect = Annotated[
    float | None, typer.Option(help=say_help("run.expect"), **take_number("--expect"))
]

# Options of several commands.
Lang = Annotated[
    str | None,
    typer.Option(
        help=say_help("lang", languages=list(TEXTS)),
        metavar=say_help("metavar.language"),
        callback=inherit_language,
    ),
]
Json = Annotated[bool, typer.Option("--json", help=say_help("json"))]
Debug = Annotated[bool, typer.Option("--debug", help=say_help("debug"))]
HelpAll = Annotated[
    bool,
    typer.Option("--help-all", callback=show_all, is_eager=True, help=say_help("help-all")),
]
RunPath = Annotated[Path, typer.Argument(help=say_help("run-path"), **RUN)]
