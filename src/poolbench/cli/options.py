"""The options of ``run`` and ``report``: what each takes, and what ``--help`` says of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from poolbench.config import PRESETS, StudyConfig, build_config, load_settings, split_names
from poolbench.data.sources import list_forms
from poolbench.errors import UsageError
from poolbench.files import expand_home
from poolbench.texts import TEXTS

# Settings of every option and argument that is a path: only here ``~`` is understood.
PATH: dict[str, Any] = {"parser": expand_home, "metavar": "PATH"}

_FORMS = list_forms()
Data = Annotated[
    str | None,
    typer.Option(
        help=f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}.",
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
        help="Names or numbers, comma separated; their order is the label order. "
        "A name with a comma is quoted as in CSV.",
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
Fit = Annotated[str | None, typer.Option(help="crop, pad or squash.", rich_help_panel="Pictures")]
OnBad = Annotated[
    str | None,
    typer.Option(help="Unreadable pictures: error or skip.", rich_help_panel="Pictures"),
]
OnDuplicates = Annotated[
    str | None,
    typer.Option(
        help="Copies that may be trained on and held out: report, drop or refuse.",
        rich_help_panel="Pictures",
    ),
]
Operators = Annotated[
    str | None,
    typer.Option(
        help="Ids or package.module:Class, comma separated; all: every one.",
        rich_help_panel="Comparison",
    ),
]
Backbones = Annotated[
    str | None,
    typer.Option(
        help="Ids or package.module:factory, comma separated.", rich_help_panel="Comparison"
    ),
]
Recipes = Annotated[
    str | None,
    typer.Option(help="Names or TOML files, comma separated.", rich_help_panel="Comparison"),
]
Protocol = Annotated[str | None, typer.Option(help="cv or lab.", rich_help_panel="Comparison")]
Folds = Annotated[int | None, typer.Option(rich_help_panel="Comparison")]
Repeats = Annotated[
    str | None,
    typer.Option(help="A number, or auto: until it is decided.", rich_help_panel="Comparison"),
]
Epochs = Annotated[
    int | None,
    typer.Option(help="Instead of the recipe's own number.", rich_help_panel="Comparison"),
]
Margin = Annotated[
    float | None,
    typer.Option(
        help="Accuracy points within which variants count as equal.",
        rich_help_panel="Comparison",
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        help="accuracy or balanced-accuracy; by default by the sizes of the classes.",
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
        help="Every variant so many times, to compare equals.", rich_help_panel="Comparison"
    ),
]
Seed = Annotated[int | None, typer.Option(rich_help_panel="Comparison")]
Device = Annotated[
    str | None, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel="Machine")
]
Precision = Annotated[
    str | None, typer.Option(help="auto, float32, bfloat16 or float16.", rich_help_panel="Machine")
]
Workers = Annotated[
    int | None, typer.Option(help="Processes at the same time.", rich_help_panel="Machine")
]
Executor = Annotated[
    str | None,
    typer.Option(
        help="local, or ray: trials are tasks of a Ray cluster.", rich_help_panel="Machine"
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
    typer.Option(help="Such as 5m or 1h30m: as many repeats as fit.", rich_help_panel="Machine"),
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
        help="quick, standard or thorough: recipe, repeats and tuning at once; other options win.",
        rich_help_panel="Comparison",
    ),
]
Tune = Annotated[
    str | None,
    typer.Option(
        help="lr: every trial searches for its learning rate; or none.",
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
Config = Annotated[
    Path | None, typer.Option(**PATH, help="A TOML file; options on the command line win.")
]
Out = Annotated[Path | None, typer.Option(**PATH, help="The run directory.")]
Lab = Annotated[
    bool, typer.Option("--lab", help="Also the course's report, in Russian, to hand in.")
]
Author = Annotated[str | None, typer.Option(help="With --lab: for the title page.")]
Group = Annotated[str | None, typer.Option(help="With --lab: for the title page.")]
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

# Fields of the config by option.
FIELDS = {
    "data": "data.source",
    "data_file": "data.data_file",
    "download": "data.download",
    "classes": "data.classes",
    "image_size": "data.image_size",
    "fit": "data.fit",
    "on_bad": "data.on_bad",
    "groups": "data.groups",
    "on_duplicates": "data.on_duplicates",
    "operators": "operators",
    "backbones": "backbones",
    "recipes": "recipes",
    "protocol": "protocol",
    "folds": "folds",
    "repeats": "repeats",
    "epochs": "epochs",
    "margin": "margin_points",
    "metric": "metric",
    "baseline": "baseline",
    "replicas": "replicas",
    "seed": "seed",
    "device": "device",
    "precision": "precision",
    "workers": "workers",
    "executor": "executor",
    "address": "address",
    "storage": "storage",
    "allow_mixed": "allow_mixed",
    "weights": "weights",
    "preset": "preset",
    "tune": "tune",
    "vary": "vary",
    "methods": "methods",
    "time_limit": "time_limit_seconds",
}
# Options that are several names with commas.
LISTS = ("classes", "operators", "backbones", "recipes", "vary")

# Options of several commands.
Lang = Annotated[
    str | None, typer.Option(help=f"{' or '.join(TEXTS)}; by default as the system speaks.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback on an error.")]
RunPath = Annotated[Path, typer.Argument(**PATH, help="A run directory.")]


def make_config(file: Path | None, given: Mapping[str, Any]) -> StudyConfig:
    """Make a config from a file and from what was given on the command line, which wins."""
    values = load_settings(file) if file else {}
    for name in PRESETS.get(given.get("preset") or "", {}):
        # What a preset on the command line says wins over the file too.
        values.pop(name, None)
    for name, path in FIELDS.items():
        value = given.get(name)
        if value is None:
            continue
        section, _, field = path.rpartition(".")
        inner = values.setdefault(section, {}) if section else values
        inner[field] = split_names(value) if name in LISTS else value
    if given.get("no_rewrites"):
        values["rewrites"] = False
    return build_config(values)


def refuse_expected(points: float | None) -> None:
    """Refuse a difference that is expected of a study which is not only previewed.

    Raises:
        UsageError: If there is one.
    """
    if points is not None:
        raise UsageError("--expect says what a difference takes, and goes with --dry-run.")
