"""The options of ``run`` and ``report``: what each takes, and what ``--help`` says of it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from poolbench.cli import completion
from poolbench.cli.command import show_all
from poolbench.cli.settings import tell_data_default, tell_default
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
PATH: dict[str, Any] = {"parser": expand_home, "metavar": "PATH"}
RUN: dict[str, Any] = {
    "parser": find_run,
    "metavar": "RUN",
    "autocompletion": completion.complete_run,
}


_FORMS = list_forms()
Data = Annotated[
    str | None,
    typer.Option(
        help=f"A folder or file of pictures, or {', '.join(_FORMS[:-1])} or {_FORMS[-1]}."
        + tell_data_default("source"),
        autocompletion=completion.complete_data,
        rich_help_panel="Pictures",
    ),
]
DataFile = Annotated[
    Path | None,
    typer.Option(
        **PATH, help="The archive or folder of CIFAR, already there.", rich_help_panel="Pictures"
    ),
]
Download = Annotated[
    bool | None,
    typer.Option("--download", help="Fetch CIFAR if it is not there.", rich_help_panel="Pictures"),
]
Classes = Annotated[
    str | None,
    typer.Option(
        help="Names or numbers, with commas or spaces between them; their order is the order of "
        "the labels. A name with a comma is quoted as in CSV. Default: all.",
        rich_help_panel="Pictures",
    ),
]
ImageSize = Annotated[
    int | None,
    typer.Option(
        help="Pixels each way that the network sees; else the common size up to 256, or 64.",
        rich_help_panel="Pictures",
    ),
]
Fit = Annotated[
    str | None,
    typer.Option(
        help="crop, pad or squash." + tell_data_default("fit"),
        rich_help_panel="Pictures",
    ),
]
OnBad = Annotated[
    str | None,
    typer.Option(
        help="Unreadable pictures: error or skip." + tell_data_default("on_bad"),
        rich_help_panel="Pictures",
    ),
]
OnDuplicates = Annotated[
    str | None,
    typer.Option(
        help="Copies that may be trained on and held out: report, drop or refuse."
        + tell_data_default("on_duplicates"),
        rich_help_panel="Pictures",
    ),
]
Operators = Annotated[
    str | None,
    typer.Option(
        help="Ids or package.module:Class, with commas or spaces between them; all: every one."
        + tell_default("operators"),
        rich_help_panel="Comparison",
        autocompletion=completion.complete_operators,
    ),
]
Backbones = Annotated[
    str | None,
    typer.Option(
        help="Ids or package.module:factory." + tell_default("backbones"),
        rich_help_panel="Comparison",
        autocompletion=completion.complete_backbones,
    ),
]
Recipes = Annotated[
    str | None,
    typer.Option(
        help="Names or TOML files." + tell_default("recipes"),
        rich_help_panel="Comparison",
        autocompletion=completion.complete_recipes,
    ),
]
Protocol = Annotated[
    str | None,
    typer.Option(
        help="cv or lab." + tell_default("protocol"),
        rich_help_panel="Comparison",
    ),
]
Folds = Annotated[
    int | None,
    typer.Option(
        help="Parts of a split, each of which is held out once." + tell_default("folds"),
        rich_help_panel="Comparison",
    ),
]
Repeats = Annotated[
    str | None,
    typer.Option(
        help="A number, or auto: until it is decided." + tell_default("repeats"),
        rich_help_panel="Comparison",
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        help="How often each picture is trained on. Default: what the recipe says.",
        rich_help_panel="Comparison",
    ),
]
Margin = Annotated[
    float | None,
    typer.Option(
        help="Accuracy points within which variants count as equal."
        + tell_default("margin_points"),
        rich_help_panel="Comparison",
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        help="accuracy, balanced-accuracy, or auto: by the sizes of the classes."
        + tell_default("metric"),
        rich_help_panel="Comparison",
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        help="A variant or operator to compare all others with.", rich_help_panel="Comparison"
    ),
]
Replicas = Annotated[
    int | None,
    typer.Option(
        help="Every variant so many times, to compare equals." + tell_default("replicas"),
        rich_help_panel="Comparison",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        help="The root of all random numbers." + tell_default("seed"),
        rich_help_panel="Comparison",
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        help="auto, cpu, cuda or mps." + tell_default("device"),
        rich_help_panel="Machine",
    ),
]
Precision = Annotated[
    str | None,
    typer.Option(
        help="auto, float32, bfloat16 or float16." + tell_default("precision"),
        rich_help_panel="Machine",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        help="Processes at the same time. Default: one for each core.",
        rich_help_panel="Machine",
    ),
]
Executor = Annotated[
    str | None,
    typer.Option(
        help="local, or ray: trials are tasks of a Ray cluster." + tell_default("executor"),
        rich_help_panel="Machine",
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        help="With ray: auto, HOST:PORT or ray://HOST:PORT; by default one starts here.",
        rich_help_panel="Machine",
    ),
]
Storage = Annotated[
    Path | None,
    typer.Option(
        **PATH,
        help="With ray: a folder that all nodes share, for finished trials.",
        rich_help_panel="Machine",
    ),
]
AllowMixed = Annotated[
    bool | None,
    typer.Option(
        "--allow-mixed",
        help="With ray: nodes may differ in processor or libraries.",
        rich_help_panel="Machine",
    ),
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        help="Such as 5m or 1h30m: as many repeats as fit." + tell_default("time_limit_seconds"),
        rich_help_panel="Machine",
    ),
]
NoRewrites = Annotated[
    bool | None,
    typer.Option(
        "--no-rewrites",
        help="Train the network as it is written, without the exact shortcuts.",
        rich_help_panel="Machine",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        help="quick, standard or thorough: recipe, repeats and tuning at once; other options "
        "win. Default: quick.",
        rich_help_panel="Comparison",
        autocompletion=completion.complete_preset,
    ),
]
Tune = Annotated[
    str | None,
    typer.Option(
        help="lr: every trial searches for its learning rate; or none." + tell_default("tune"),
        rich_help_panel="Comparison",
    ),
]
Vary = Annotated[
    str | None,
    typer.Option(
        help="layers, kernel, width, batch, epochs, rate: one at a time around one variant.",
        rich_help_panel="Comparison",
    ),
]
Methods = Annotated[
    bool | None,
    typer.Option(
        "--methods",
        help="Add each method to one variant, or take it away: what helped.",
        rich_help_panel="Comparison",
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        **PATH,
        help="A safetensors file for the recipes that begin with weights, such as finetune.",
        rich_help_panel="Comparison",
    ),
]
Log = Annotated[
    str | None,
    typer.Option(
        help="Log finished trainings: tensorboard, mlflow or csv, comma separated.",
        rich_help_panel="Machine",
    ),
]
Config = Annotated[
    Path | None, typer.Option(**PATH, help="A TOML file; options on the command line win.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        **{**PATH, "parser": find_place},
        help="The run directory. Default: in runs/, named after the settings.",
    ),
]
Name = Annotated[
    str | None, typer.Option(help="Call the run so: it lies in runs/NAME, and is found as @NAME.")
]
Lab = Annotated[
    bool, typer.Option("--lab", help="Also the course's report, in Russian, to hand in.")
]
Author = Annotated[str | None, typer.Option(help="With --lab: for the title page.")]
Group = Annotated[str | None, typer.Option(help="With --lab: for the title page.")]
Open = Annotated[
    bool, typer.Option("--open", help="Open the report in the browser when it is there.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")]
Expect = Annotated[
    float | None,
    typer.Option(help="With --dry-run: how much better the best may be, in points."),
]
Groups = Annotated[
    str | None,
    typer.Option(
        help="What belongs together: subfolder, name:REGEX or column:NAME.",
        rich_help_panel="Pictures",
    ),
]

# Options of several commands.
Lang = Annotated[
    str | None, typer.Option(help=f"{' or '.join(TEXTS)}. Default: the language of the system.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback on an error.")]
HelpAll = Annotated[
    bool,
    typer.Option("--help-all", callback=show_all, is_eager=True, help="Show every option."),
]
RunPath = Annotated[
    Path, typer.Argument(**RUN, help="A run directory, @NAME for runs/NAME, or @last.")
]
