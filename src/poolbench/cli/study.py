"""The commands that train: run, pretrain and calibrate."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poolbench.cli import completion, options
from poolbench.cli.command import Command, LongCommand
from poolbench.cli.numbers import take_whole
from poolbench.cli.output import open_page, print_json
from poolbench.cli.settings import make_config, refuse_expected
from poolbench.cli.spoken import say_help
from poolbench.errors import PoolbenchError
from poolbench.language import choose_language
from poolbench.system import read_process_age_seconds

if TYPE_CHECKING:
    from poolbench.study.finished import Study

commands = typer.Typer()


@commands.command(cls=LongCommand, help=say_help("run"))
def run(
    data: options.Data = None,
    data_file: options.DataFile = None,
    download: options.Download = None,
    classes: options.Classes = None,
    image_size: options.ImageSize = None,
    fit: options.Fit = None,
    on_bad: options.OnBad = None,
    groups: options.Groups = None,
    on_duplicates: options.OnDuplicates = None,
    operators: options.Operators = None,
    backbones: options.Backbones = None,
    recipes: options.Recipes = None,
    protocol: options.Protocol = None,
    folds: options.Folds = None,
    repeats: options.Repeats = None,
    epochs: options.Epochs = None,
    margin: options.Margin = None,
    metric: options.Metric = None,
    baseline: options.Baseline = None,
    replicas: options.Replicas = None,
    seed: options.Seed = None,
    device: options.Device = None,
    precision: options.Precision = None,
    workers: options.Workers = None,
    executor: options.Executor = None,
    address: options.Address = None,
    storage: options.Storage = None,
    allow_mixed: options.AllowMixed = None,
    time_limit: options.TimeLimit = None,
    preset: options.Preset = None,
    tune: options.Tune = None,
    vary: options.Vary = None,
    methods: options.Methods = None,
    weights: options.Weights = None,
    no_rewrites: options.NoRewrites = None,
    log: options.Log = None,
    config: options.Config = None,
    name: options.Name = None,
    out: options.Out = None,
    dry_run: options.DryRun = False,
    expect: options.Expect = None,
    profile: options.Profile = False,
    is_opened: options.Open = False,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
    help_all: options.HelpAll = False,
) -> None:
    """The whole job; without options on the built-in image set."""
    _run(locals())


def _run(given: Mapping[str, Any]) -> None:
    """Run or preview what was asked for on the command line."""
    from poolbench.runs.find import choose_place
    from poolbench.study.display import Display

    config = make_config(given["config"], given)
    place = choose_place(given["out"], given["name"])
    display = Display(choose_language(given["lang"]))
    if given["dry_run"]:
        from poolbench.study.preview import preview_study

        preview_study(config, place, display, given["expect"])
        return
    refuse_expected(given["expect"])
    from poolbench.records import StudyTiming
    from poolbench.rundir.store import RunStore
    from poolbench.study.account import Accountant
    from poolbench.study.next_steps import list_next_steps
    from poolbench.study.run import run_study

    account = Accountant(read_process_age_seconds() or 0.0)
    study = run_study(config, place, display, account=account)
    if given["profile"]:
        display.show_account(RunStore(study.path).load_model("timing.json", StudyTiming).account)
    display.show_next(list_next_steps(RunStore(study.path), study.verdict))
    if given["as_json"]:
        print_json(_summarize(study))
    page = study.path / "report.html"
    if given["is_opened"] and page.is_file():
        open_page(page, display.lang)


def _summarize(study: "Study") -> dict[str, Any]:
    """Return what ``--json`` prints of a finished study."""
    return {
        "run": str(study.path),
        "verdict": study.verdict.model_dump(mode="json"),
        "leaderboard": [row.model_dump(mode="json") for row in study.leaderboard()],
        "final": None if study.final is None else study.final.model_dump(mode="json"),
    }


@commands.command(cls=LongCommand, help=say_help("pretrain"))
def pretrain(
    out: Annotated[Path, typer.Option(help=say_help("pretrain.out"), **options.PATH)] = Path(
        "weights.safetensors"
    ),
    data: options.Data = None,
    data_file: options.DataFile = None,
    download: options.Download = None,
    classes: options.Classes = None,
    image_size: options.ImageSize = None,
    fit: options.Fit = None,
    on_bad: options.OnBad = None,
    groups: options.Groups = None,
    on_duplicates: options.OnDuplicates = None,
    operator: Annotated[
        str,
        typer.Option(
            help=say_help("pretrain.operator"),
            autocompletion=completion.complete_operator,
            **options.NAME,
        ),
    ] = "max",
    backbone: Annotated[
        str,
        typer.Option(
            help=say_help("pretrain.backbone"),
            autocompletion=completion.complete_backbone,
            **options.NAME,
        ),
    ] = "resnet",
    recipe: Annotated[
        str,
        typer.Option(
            help=say_help("pretrain.recipe"),
            autocompletion=completion.complete_recipe,
            **options.NAME,
        ),
    ] = "quick",
    epochs: options.Epochs = None,
    seed: options.Seed = None,
    device: options.Device = None,
    precision: options.Precision = None,
    weights: options.Weights = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
    help_all: options.HelpAll = False,
) -> None:
    """Train one variant on all pictures, and keep its weights for run --weights."""
    named = {"operators": operator, "backbones": backbone, "recipes": recipe}
    config = make_config(None, {**locals(), **named})

    from poolbench.study.display import Display
    from poolbench.study.pretrain import run_pretraining

    run_pretraining(config, out, Display(choose_language(lang)))


@commands.command(cls=Command, help=say_help("calibrate"))
def calibrate(
    thorough: Annotated[
        bool, typer.Option("--thorough", help=say_help("calibrate.thorough"))
    ] = False,
    seed: Annotated[int, typer.Option(help=say_help("run.seed"), **take_whole("--seed", 0))] = 0,
    workers: Annotated[
        int | None, typer.Option(help=say_help("run.workers"), **take_whole("--workers", 1))
    ] = None,
    as_json: options.Json = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Check that known answers are found, and end with an error if one is not."""
    from poolbench.study.calibrate import run_calibration
    from poolbench.study.display import Display

    display = Display(choose_language(lang))
    found = run_calibration(
        thorough=thorough, seed=seed, workers=workers, on_progress=display.show_jobs
    )
    display.show_calibration(found)
    if as_json:
        print_json(found.model_dump(mode="json"))
    if not found.passed:
        sys.exit(PoolbenchError.exit_code)
