"""The commands that show what there is to choose from: recipes, operators, classes, the machine."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from poolbench.cli import completion, options
from poolbench.cli.command import Command, LongCommand
from poolbench.cli.output import print_json, print_line, print_page
from poolbench.cli.settings import complete_source, make_config
from poolbench.cli.spoken import say_help
from poolbench.config import build_config
from poolbench.language import choose_language
from poolbench.texts import text

if TYPE_CHECKING:
    from poolbench.operators import OperatorFacts

commands = typer.Typer()

# A default of its own, which is shown behind it.
Data = Annotated[
    str,
    typer.Option(
        help=say_help("run.data", sets=options.list_sets()), **options.SET, **options.PICTURES
    ),
]


@commands.command(cls=Command, help=say_help("recipes"))
def recipes(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help=say_help("recipes.recipe"),
            autocompletion=completion.complete_recipe,
            **options.NAME,
        ),
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


@commands.command(cls=Command, help=say_help("operators"))
def operators(
    operator: Annotated[
        str | None,
        typer.Argument(
            help=say_help("operators.operator"),
            autocompletion=completion.complete_operator,
            **options.NAME,
        ),
    ] = None,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The catalogue of operators, or one operator's card."""
    from poolbench.operators import compute_facts, get_operator, list_operators, load_card
    from poolbench.study.display import format_operators

    language = choose_language(lang)
    entries = list_operators() if operator is None else [get_operator(operator)]
    facts = [compute_facts(entry) for entry in entries]
    if as_json:
        shown = [fact.model_dump(mode="json") for fact in facts]
        print_json(shown if operator is None else shown[0])
    elif operator is not None:
        print_page(_introduce_card(load_card(entries[0]), facts[0], language))
    else:
        print_page(format_operators(facts, language))


def _introduce_card(card: str, fact: "OperatorFacts", lang: str) -> str:
    """Return the card of an operator, which is in English, with a line in another language."""
    if lang != "ru" or not fact.title_ru:
        return card
    heading, _, rest = card.partition("\n")
    title = f"{fact.title_ru[0].upper()}{fact.title_ru[1:]}."
    return f"{heading}\n\n{title} {text('operators.card', lang)}\n{rest}"


@commands.command(cls=LongCommand, help=say_help("classes"))
def classes(
    data: Data = "cifar100",
    data_file: options.DataFile = None,
    download: options.Download = None,
    groups: options.Groups = None,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """The classes of an image set."""
    from poolbench.data.load import list_classes

    language = choose_language(lang)
    values: dict[str, Any] = {"source": data, "download": bool(download), "groups": groups}
    if data_file is not None:
        values["data_file"] = data_file
    complete_source(values, lang)
    found = list_classes(build_config({"data": values}).data)
    if as_json:
        print_json([entry._asdict() for entry in found])
        return
    for entry in found:
        # By either name a class can be chosen.
        russian = f" ({entry.russian})" if entry.russian and language == "ru" else ""
        counts = text("classes.counts", language, **entry._asdict())
        print_line(f"{entry.number:>4}  {entry.name}{russian}: {counts}")


@commands.command(cls=Command, help=say_help("doctor"))
def doctor(
    executor: options.Executor = None,
    address: options.Address = None,
    as_json: options.Json = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """What this machine or a Ray cluster has, and what will be used."""
    config = make_config(None, locals())

    from poolbench.study.doctor import examine, examine_cluster, name_finding

    # Programs read the same in every language.
    language = "en" if as_json else choose_language(lang)
    is_cluster = config.executor == "ray"
    findings = examine_cluster(config, language) if is_cluster else examine(language)
    if as_json:
        print_json(findings)
        return
    for name, value in findings.items():
        print_line(f"{name_finding(name, language):<20} {value}")
