"""The command line: parse, call, exit code; no logic lives here.

What is heavy (torch, matplotlib, onnx) is imported inside the commands, so that ``--help`` answers
at once.
"""

import shlex
import sys
import traceback
import warnings
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from poolbench._version import __version__
from poolbench.cli import options
from poolbench.cli.finished import commands
from poolbench.cli.output import INTERRUPTED, print_json, print_line, print_page, say
from poolbench.config import PRESETS, StudyConfig, build_config, load_config, split_names
from poolbench.errors import PoolbenchError, UsageError
from poolbench.streams import drop_output, fill_descriptors, forgive
from poolbench.system import ended_by_signals
from poolbench.texts import choose_language, text

app = typer.Typer(
    help="Which way of lowering resolution should a CNN use on these pictures, "
    "and is the difference real?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(commands)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print_line(f"poolbench {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None: ...


@app.command()
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
    config: options.Config = None,
    out: options.Out = None,
    dry_run: options.DryRun = False,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The whole job; without options on the built-in image set."""
    merged = _merge(config, locals())

    from poolbench.study.display import Display
    from poolbench.study.run import preview_study, run_study

    display = Display(choose_language(lang))
    if dry_run:
        preview_study(merged, out, display)
        return
    study = run_study(merged, out, display)
    if as_json:
        print_json(
            {
                "run": str(study.path),
                "verdict": study.verdict.model_dump(mode="json"),
                "leaderboard": [row.model_dump(mode="json") for row in study.leaderboard()],
                "final": None if study.final is None else study.final.model_dump(mode="json"),
            }
        )


@app.command()
def pretrain(
    out: Annotated[Path, typer.Option(**options.PATH, help="The file to write.")] = Path(
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
    operator: Annotated[str, typer.Option(help="One id.")] = "max",
    backbone: Annotated[str, typer.Option(help="One id.")] = "resnet",
    recipe: Annotated[str, typer.Option(help="One name or TOML file.")] = "quick",
    epochs: options.Epochs = None,
    seed: options.Seed = None,
    device: options.Device = None,
    precision: options.Precision = None,
    weights: options.Weights = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Train one variant on all pictures, and keep its weights for run --weights."""
    named = {"operators": operator, "backbones": backbone, "recipes": recipe}
    config = _merge(None, {**locals(), **named})

    from poolbench.study.display import Display
    from poolbench.study.pretrain import run_pretraining

    run_pretraining(config, out, Display(choose_language(lang)))


@app.command()
def recipes(
    recipe: Annotated[str | None, typer.Argument(help="A name: print its file.")] = None,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The recipes, or one of them as TOML to change: poolbench run --recipes mine.toml."""
    from poolbench.training.recipes import get_recipe, list_recipes, load_recipe_text

    language = choose_language(lang)
    found = list_recipes() if recipe is None else [get_recipe(recipe)]
    if as_json:
        blocks = [entry.model_dump(mode="json") for entry in found]
        print_json(blocks if recipe is None else blocks[0])
    elif recipe is not None:
        print_page(load_recipe_text(recipe).rstrip())
    else:
        for entry in found:
            print_line(f"{entry.name:<14} {text(f'recipe.{entry.name}', language)}")


@app.command()
def operators(
    operator: Annotated[str | None, typer.Argument(help="An id: show its card.")] = None,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The catalogue of operators, or one operator's card."""
    from poolbench.operators import compute_facts, get_operator, list_operators, load_card
    from poolbench.study.display import format_operators

    entries = list_operators() if operator is None else [get_operator(operator)]
    facts = [compute_facts(entry) for entry in entries]
    if as_json:
        shown = [fact.model_dump(mode="json") for fact in facts]
        print_json(shown if operator is None else shown[0])
    elif operator is not None:
        print_page(load_card(entries[0]))
    else:
        print_page(format_operators(facts, choose_language(lang)))


@app.command()
def classes(
    data: Annotated[str, typer.Option(help="As in run.")] = "cifar100",
    data_file: Annotated[Path | None, typer.Option(**options.PATH, help="As in run.")] = None,
    download: Annotated[bool, typer.Option("--download", help="As in run.")] = False,
    groups: Annotated[str | None, typer.Option(help="As in run.")] = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The classes of an image set."""
    from poolbench.data.load import list_classes

    values = {"source": data, "data_file": data_file, "download": download, "groups": groups}
    found = list_classes(build_config({"data": values}).data)
    if as_json:
        print_json([entry._asdict() for entry in found])
        return
    for entry in found:
        russian = f" ({entry.russian})" if entry.russian else ""
        counts = text("classes.counts", choose_language(), **entry._asdict())
        print_line(f"{entry.number:>4}  {entry.name}{russian}: {counts}")


@app.command()
def calibrate(
    thorough: Annotated[
        bool, typer.Option("--thorough", help="40 repetitions of each task instead of one.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes at the same time.")] = None,
    as_json: options.Json = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Does the instrument itself tell right from wrong?"""
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


@app.command()
def doctor(
    executor: options.Executor = None,
    address: options.Address = None,
    as_json: options.Json = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """What this machine or a Ray cluster has, and what will be used."""
    config = _merge(None, locals())

    from poolbench.study.doctor import examine, examine_cluster

    findings = examine_cluster(config) if config.executor == "ray" else examine()
    if as_json:
        print_json(findings)
        return
    for name, value in findings.items():
        print_line(f"{name:<20} {value}")


def main() -> None:
    """Run the command line and exit with the documented code."""
    fill_descriptors()
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
            code = app(standalone_mode=False)
    except PoolbenchError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _stop()
    except Exception as error:
        _handle_other(error)
    if code == INTERRUPTED:
        # Typer takes the interrupt itself and hands over the code.
        _stop()
    sys.exit(code or 0)


def _handle_other(error: Exception) -> NoReturn:
    show = getattr(error, "show", None)
    if show is not None:
        # A usage error of the parser, which prints itself with the command's usage line.
        show()
        sys.exit(getattr(error, "exit_code", UsageError.exit_code))
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has gone; there is nobody to tell.
        drop_output()
        sys.exit(0)
    _fail(_describe_unexpected(error), PoolbenchError.exit_code)


def _describe_unexpected(error: Exception) -> str:
    """Describe what a person can do about it, where the error itself says nothing."""
    if isinstance(error, MemoryError):
        return (
            "Memory is not enough for this. Close other programs, or take less at once: "
            "--workers 1, a smaller --image-size, fewer pictures or classes."
        )
    if isinstance(error, RecursionError):
        return (
            "What was given is nested too deep (lists in lists in lists), or a network calls "
            "itself without end. --debug shows where."
        )
    return f"{type(error).__name__}: {error}"


def _fail(message: str, code: int) -> NoReturn:
    if "--debug" in sys.argv:
        say(traceback.format_exc().rstrip())
    say(message)
    drop_output()
    sys.exit(code)


def _stop() -> NoReturn:
    command = shlex.join(["poolbench", *sys.argv[1:]])
    say(text("run.interrupted", choose_language(_find_language()), command=command))
    sys.exit(INTERRUPTED)


def _find_language() -> str | None:
    """Find the language that was asked for, where the parser has been left already."""
    arguments = sys.argv
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


def _merge(file: Path | None, given: Mapping[str, Any]) -> StudyConfig:
    """Merge the values of a file with what was given on the command line, which wins."""
    values = load_config(file).model_dump(exclude_unset=True) if file else {}
    for name in PRESETS.get(given.get("preset") or "", {}):
        # What a preset on the command line says wins over the file too.
        values.pop(name, None)
    for name, path in options.FIELDS.items():
        value = given.get(name)
        if value is None:
            continue
        section, _, field = path.rpartition(".")
        inner = values.setdefault(section, {}) if section else values
        inner[field] = split_names(value) if name in options.LISTS else value
    if given.get("no_rewrites"):
        values["rewrites"] = False
    return build_config(values)
