"""The commands that show what there is to choose from: recipes, operators, classes, the machine."""

from pathlib import Path
from typing import Annotated, Any

import typer

from poolbench.cli import completion, options
from poolbench.cli.command import LongCommand
from poolbench.cli.output import print_json, print_line, print_page
from poolbench.cli.settings import complete_source, make_config
from poolbench.config import build_config
from poolbench.language import choose_language
from poolbench.texts import text

commands = typer.Typer()


@commands.command()
def recipes(
    recipe: Annotated[
        str | None,
        typer.Argument(help="A name: print its file.", autocompletion=completion.complete_recipe),
    ] = None,
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


@commands.command()
def operators(
    operator: Annotated[
        str | None,
        typer.Argument(help="An id: show its card.", autocompletion=completion.complete_operator),
    ] = None,
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


@commands.command(cls=LongCommand)
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

    values: dict[str, Any] = {"source": data, "download": download, "groups": groups}
    if data_file is not None:
        values["data_file"] = data_file
    complete_source(values, None)
    found = list_classes(build_config({"data": values}).data)
    if as_json:
        print_json([entry._asdict() for entry in found])
        return
    for entry in found:
        russian = f" ({entry.russian})" if entry.russian else ""
        counts = text("classes.counts", choose_language(), **entry._asdict())
        print_line(f"{entry.number:>4}  {entry.name}{russian}: {counts}")


@commands.command()
def doctor(
    executor: options.Executor = None,
    address: options.Address = None,
    as_json: options.Json = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """What this machine or a Ray cluster has, and what will be used."""
    config = make_config(None, locals())

    from poolbench.study.doctor import examine, examine_cluster

    findings = examine_cluster(config) if config.executor == "ray" else examine()
    if as_json:
        print_json(findings)
        return
    for name, value in findings.items():
        print_line(f"{name:<20} {value}")
