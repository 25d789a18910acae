"""Read settings from TOML and plain values, and write them: presets and files are filled in."""

import csv
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from poolbench.config.frozen import SAVED, Frozen, dump_identity
from poolbench.config.schema import RecipeConfig, StudyConfig
from poolbench.errors import UnknownNameError, UsageError
from poolbench.files import expand_home, read_text

# Settings that a preset stands for, where nothing else is said.
PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"repeats": "auto", "most_repeats": 6},
    "standard": {"recipes": ("standard",), "repeats": "auto", "tune": "lr"},
    "thorough": {
        "backbones": ("speed",),
        "recipes": ("strong",),
        "repeats": "auto",
        "time_limit_seconds": "1h",
        "tune": "lr",
    },
}
# Repeats of a preset under protocol lab, which is judged once.
LAB_REPEATS = {"quick": 2, "standard": 6}
# Most bytes of a file of settings, which a person writes.
MOST_CONFIG_BYTES = 1_000_000


# What is said where pydantic's words would name types of its own.
_PHRASES = {
    "model_type": "expected a table of settings",
    "tuple_type": "expected a list",
    "path_type": "expected a path",
}

# Prefix of the first of the classes that are left out.
ALL_BUT = "all-but:"


def split_names(names: str) -> tuple[str, ...]:
    """Split names that stand in one string with commas; one with a comma is quoted as in CSV.

    Example:
        >>> split_names("stride, max,")
        ('stride', 'max')
        >>> split_names('all-but:"Pepper, bell",tomato')
        ('all-but:Pepper, bell', 'tomato')

    Raises:
        UsageError: If they are no line of CSV.
    """
    prefix = ALL_BUT if names.startswith(ALL_BUT) else ""
    try:
        row = next(csv.reader([names.removeprefix(prefix)], skipinitialspace=True), [])
    except csv.Error as error:
        raise UsageError(
            f"{names[:80]!r} cannot be read as names in one line, with commas between them: "
            f"{error}."
        ) from None
    found = [name.strip() for name in row if name.strip()]
    if prefix:
        found[:1] = [prefix + name for name in found[:1]] or [prefix]
    return tuple(found)


def build_config(values: Mapping[str, Any]) -> StudyConfig:
    """Build a config from plain values; a preset is filled in, recipe files are read.

    Raises:
        UsageError: With one line for each value that does not fit.
    """
    try:
        return StudyConfig.model_validate(_take_recipe_files(_fill_in_preset(values)))
    except ValidationError as error:
        raise UsageError(_explain(error)) from None


def load_settings(path: str | Path) -> dict[str, Any]:
    """Read what a TOML file says, and nothing that it leaves out; it makes a whole config.

    Raises:
        UsageError: If the file is missing, is not TOML, or holds unknown or wrong values.
    """
    path = expand_home(path)
    values = _parse_toml(_read_text(path), str(path))
    try:
        build_config(values)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    return values


def read_saved_config(text: str, name: str) -> StudyConfig:
    """Read a config from the text of a run's own file; it names no other files to read.

    Args:
        name: Name of the file, for messages.

    Raises:
        UsageError: As :func:`load_settings`.
    """
    values = _parse_toml(text, name)
    try:
        return StudyConfig.model_validate(_fill_in_preset(values), context=SAVED)
    except ValidationError as error:
        raise UsageError(f"{name}: {_explain(error)}") from None
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def read_recipe(text: str, name: str) -> RecipeConfig:
    """Read a recipe from the text of its TOML file.

    Args:
        name: Name of the recipe, where the text gives none: that of the file.

    Raises:
        UsageError: If the text is not TOML, or holds unknown or wrong values.
    """
    values = {"name": name, **_parse_toml(text, f"Recipe {name}")}
    try:
        return RecipeConfig.model_validate(values)
    except ValidationError as error:
        raise UsageError(f"Recipe {name}: {_explain(error)}") from None


def _fill_in_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    preset = values.get("preset", "quick")
    if not isinstance(preset, str) or preset not in PRESETS:
        name = preset if isinstance(preset, str) else _show(preset)
        raise UnknownNameError("preset", name, PRESETS)
    given = {name: value for name, value in values.items() if name != "preset"}
    filled = {**PRESETS[preset], **given}
    if "repeats" not in given and given.get("protocol") == "lab" and preset in LAB_REPEATS:
        filled["repeats"] = LAB_REPEATS[preset]
    if filled["repeats"] != "auto" or "repeats" in given:
        # The last look of a preset belongs to its own looks.
        filled.pop("most_repeats", None)
    return {**filled, **given}


def _take_recipe_files(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the recipes of ``….toml`` files among ``own_recipes``."""
    names = values.get("recipes")
    listed = split_names(names) if isinstance(names, str) else _list(names)
    files = [name for name in listed if isinstance(name, str) and name.endswith(".toml")]
    if not files:
        return dict(values)
    read = {name: read_recipe(_read_text(expand_home(name)), Path(name).stem) for name in files}
    taken = [recipe.name for recipe in read.values()]
    return {
        **values,
        "recipes": tuple(read[name].name if name in read else name for name in listed),
        "own_recipes": (*_leave_names(_list(values.get("own_recipes")), taken), *read.values()),
    }


def _list(value: object) -> tuple[Any, ...]:
    """Return the parts of a list; what is none is refused later, by its model."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return () if value is None else (value,)


def _leave_names(recipes: Sequence[Any], taken: Sequence[str]) -> list[Any]:
    """Leave out recipes with one of these names; what is not one yet is looked at later."""
    names = [
        recipe.get("name") if isinstance(recipe, dict) else getattr(recipe, "name", None)
        for recipe in recipes
    ]
    return [recipe for recipe, name in zip(recipes, names, strict=True) if name not in taken]


def _read_text(path: Path) -> str:
    try:
        return read_text(path, MOST_CONFIG_BYTES)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}.") from None


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    # Not its own error alone: numbers of thousands of digits, lists in lists in lists.
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not TOML: {error}.") from None


def dump_config(config: StudyConfig) -> str:
    """Dump the config as TOML; what is ``None`` is left out, so the default holds."""
    return tomlkit.dumps(config.model_dump(mode="json", exclude_none=True))


def hash_config(config: StudyConfig) -> str:
    """Return the SHA-256 in hex of what the config asks for, see :func:`dump_identity`."""
    text = tomlkit.dumps(dump_identity(config, exclude_none=True))
    return hashlib.sha256(text.encode()).hexdigest()


def _explain(error: ValidationError) -> str:
    """Say in one line for each field what does not fit; of a table what is wrong in it suffices."""
    lines: dict[str, str] = {}
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"] if not _is_kind(part))
        message = _PHRASES.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        is_table = isinstance(problem["input"], Mapping | Frozen)
        got = "" if is_table else f" (got {_show(problem['input'])})"
        if field in lines:
            # A value that fits none of the kinds that there are.
            message = f"{lines[field].removesuffix(got)}, or: {message}"
        elif field:
            message = f"{field}: {message}"
        lines[field] = f"{message}{got}"
    return "; ".join(line[:300] for line in lines.values())


def _is_kind(part: int | str) -> bool:
    """Return whether a part of a place is no field, but one of the kinds that a field may be of."""
    return isinstance(part, str) and part.startswith(("literal[", "constrained-"))


def _show(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"
