"""Complete names in a shell: from files alone, without what a study needs to be imported."""

import os
import re
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path

from poolbench.config import PRESETS
from poolbench.data.sources import list_forms

_PACKAGE = Path(__file__).parents[1]
# Cards of operators, in an installed package and in a clone.
_CARDS = (_PACKAGE / "operators" / "cards", _PACKAGE.parents[1] / "docs" / "operators")
_RECIPES = _PACKAGE / "training" / "recipe_files"
# poolbench's own backbones, which a shell cannot wait for: their registry imports torch.
BACKBONES = (
    *("lab", "lab-published", "lab-example", "mlp", "plain", "resnet", "speed"),
    *("resnet18", "resnet34", "resnet50"),
    *("resnet18-stock", "resnet34-stock", "resnet50-stock"),
)
# Names that mean nothing else to a shell, which gets what is completed as it is.
_PLAIN = re.compile(r"[\w.+-]+")
# Variable by which bash asks, and the one with what was typed.
_ASKED, _TYPED = "_POOLBENCH_COMPLETE", "COMP_WORDS"


def list_operator_ids() -> list[str]:
    """List the ids of operators: those that have a card, and those of installed packages."""
    cards = {path.stem for folder in _CARDS for path in folder.glob("*.md")} - {"README"}
    return sorted({*cards, *(point.name for point in entry_points(group="poolbench.operators"))})


def list_sets() -> list[str]:
    """List the image sets that need no path; files are completed by the shell itself."""
    return [form for form in list_forms() if ":" not in form]


def list_recipe_names() -> list[str]:
    """List the names of recipes, and the TOML files of the working folder."""
    own = [path.name for path in Path().glob("*.toml") if _PLAIN.fullmatch(path.name)]
    return sorted(path.stem for path in _RECIPES.glob("*.toml")) + sorted(own)


def list_run_names() -> list[str]:
    """List by what runs can be called: ``@last``, and ``@NAME`` for each."""
    from poolbench.runs.find import LAST, SIGN, list_runs

    names = [path.name for path in list_runs() if _PLAIN.fullmatch(path.name)]
    return [f"{SIGN}{name}" for name in ([LAST, *names] if names else [])]


def complete_one(list_names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Make what completes one name."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in list_names() if name.startswith(incomplete)]

    return complete


def complete_several(list_names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Make what completes the last of several names with commas, none of them twice."""

    def complete(incomplete: str) -> list[str]:
        done, comma, last = incomplete.rpartition(",")
        taken = done.split(",")
        return [
            f"{done}{comma}{name}"
            for name in list_names()
            if name.startswith(last) and name not in taken
        ]

    return complete


complete_operators = complete_several(lambda: [*list_operator_ids(), "all"])
complete_operator = complete_one(list_operator_ids)
complete_backbones = complete_several(lambda: BACKBONES)
complete_backbone = complete_one(lambda: BACKBONES)
complete_recipes = complete_several(list_recipe_names)
complete_recipe = complete_one(list_recipe_names)
complete_data = complete_one(list_sets)
complete_preset = complete_one(lambda: PRESETS)
complete_run = complete_one(list_run_names)


def find_parted_run() -> str | None:
    """Find what bash is to be told where it has parted ``@la`` into two words, ``@`` and ``la``.

    So it does with what is typed, and replaces both by the answer.
    """
    words = os.environ.get(_TYPED, "").split("\n")
    place = os.environ.get("COMP_CWORD", "")
    if os.environ.get(_ASKED) != "complete_bash" or not place.isdecimal():
        return None
    before, begun = (
        words[at] if 0 <= at < len(words) else "" for at in (int(place) - 1, int(place))
    )
    if "@" not in (before, begun):
        return None
    begun = begun if begun == "@" else f"@{begun}"
    return "\n".join(complete_run(begun))
