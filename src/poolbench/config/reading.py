"""Read settings from TOML and plain values, and write them: presets and files are filled in."""

import csv
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from poolbench.config.frozen import SAVED, dump_identity
from poolbench.config.problems import Shown, explain_problems, name_file
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
        raise UsageError("config.names", names=Shown(names), reason=str(error)) from None
    found = [name.strip() for name in row if name.strip()]
    if prefix:
        found[:1] = [prefix + name for name in found[:1]] or [prefix]
    return tuple(found)


def build_config(values: Mapping[str, Any]) -> StudyConfig:
    """Build a config from plain values; a preset is filled in, recipe files are read.

    Raises:
        UsageError: For the values that do not fit, all of them.
    """
    return _build(values, is_file=False)


def _build(values: Mapping[str, Any], *, is_file: bool) -> StudyConfig:
    whole = _take_recipe_files(_fill_in_preset(values))
    try:
        return StudyConfig.model_validate(whole)
    except ValidationError as error:
        raise explain_problems(error, StudyConfig, whole, is_file=is_file) from None


def load_settings(path: str | Path) -> dict[str, Any]:
    """Read what a TOML file says, and nothing that it leaves out; it makes a whole config.

    Raises:
        UsageError: If the file is missing, is not TOML, or holds unknown or wrong values.
    """
    path = expand_home(path)
    values = _parse_toml(_read_text(path), path)
    try:
        _build(values, is_file=True)
    except UsageError as error:
        raise name_file(error, path) from None
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
        whole = _fill_in_preset(values)
        return StudyConfig.model_validate(whole, context=SAVED)
    except ValidationError as error:
        found = explain_problems(error, StudyConfig, whole, is_file=True)
        raise name_file(found, name) from None
    except UsageError as error:
        raise name_file(error, name) from None


def read_recipe(text: str, name: str, path: Path | None = None) -> RecipeConfig:
    """Read a recipe from the text of its TOML file.

    Args:
        name: Name of the recipe, where the text gives none: that of the file.
        path: The file, for messages; ``None``: one that comes with poolbench.

    Raises:
        UsageError: If the text is not TOML, or holds unknown or wrong values.
    """
    file = path or f"{name}.toml"
    values = {"name": name, **_parse_toml(text, file)}
    try:
        return RecipeConfig.model_validate(values)
    except ValidationError as error:
        found = explain_problems(error, RecipeConfig, values, is_file=True)
        raise name_file(found, file) from None


def _fill_in_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    preset = values.get("preset", "quick")
    if not isinstance(preset, str) or preset not in PRESETS:
        name = preset if isinstance(preset, str) else Shown(preset).tell()
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
    read = {name: _read_recipe_file(expand_home(name), Path(name).stem) for name in files}
    taken = [recipe.name for recipe in read.values()]
    return {
        **values,
        "recipes": tuple(read[name].name if name in read else name for name in listed),
        "own_recipes": (*_leave_names(_list(values.get("own_recipes")), taken), *read.values()),
    }


def _read_recipe_file(path: Path, name: str) -> RecipeConfig:
    return read_recipe(_read_text(path), name, path)


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
        raise UsageError("config.unreadable", path=path, reason=error) from None
    except UnicodeDecodeError as error:
        raise UsageError("config.no-toml", path=path, reason=str(error)) from None


def _parse_toml(text: str, path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    # Not its own error alone: numbers of thousands of digits, lists in lists in lists.
    except (ValueError, RecursionError) as error:
        raise UsageError("config.no-toml", path=path, reason=str(error)) from None


def dump_config(config: StudyConfig) -> str:
    """Dump the config as TOML; what is ``None`` is left out, so the default holds."""
    return tomlkit.dumps(config.model_dump(mode="json", exclude_none=True))


def hash_config(config: StudyConfig) -> str:
    """Return the SHA-256 in hex of what the config asks for, see :func:`dump_identity`."""
    text = tomlkit.dumps(dump_identity(config, exclude_none=True))
    return hashlib.sha256(text.encode()).hexdigest()
