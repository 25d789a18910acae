"""Make settings of what was given on the command line, and tell what holds where nothing was."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from poolbench.cli.command import LISTS
from poolbench.cli.output import say
from poolbench.cli.spoken import say_help
from poolbench.config import (
    PRESETS,
    DataConfig,
    StudyConfig,
    build_config,
    load_settings,
    split_names,
)
from poolbench.data.sources import find_namesake, resolve_source
from poolbench.errors import UsageError
from poolbench.language import choose_language
from poolbench.texts import text

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
    "log": "log",
}


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
    complete_source(values.setdefault("data", {}), given.get("lang"))
    if given.get("no_rewrites"):
        values["rewrites"] = False
    return build_config(values)


def complete_source(data: dict[str, Any], lang: str | None) -> None:
    """Complete the image set of some settings, in which a path may stand without its kind."""
    name = data.get("source")
    if not isinstance(name, str):
        return
    namesake = find_namesake(name)
    if namesake is not None:
        say(text("cli.namesake", choose_language(lang), name=name))
    data["source"], file = resolve_source(name)
    if file is not None:
        data.setdefault("data_file", file)


def refuse_expected(points: float | None) -> None:
    """Refuse a difference that is expected of a study which is not only previewed.

    Raises:
        UsageError: If there is one.
    """
    if points is not None:
        raise UsageError("cli.expect-alone")


def tell_default(name: str) -> str:
    """Tell the default of a setting, or what each preset makes of it, behind what it is."""
    default = _write(StudyConfig.model_fields[name].default)
    presets: dict[str, list[str]] = {}
    for preset, values in PRESETS.items():
        if name in values:
            presets.setdefault(_write_of_preset(name, values), []).append(preset)
    if not presets:
        return f" {say_help('default', value=default)}"
    told = [
        say_help("default-with-preset", value=value, presets=names)
        for value, names in presets.items()
    ]
    if sum(map(len, presets.values())) < len(PRESETS):
        told.insert(0, default)
    return f" {say_help('default', value='; '.join(told))}"


def tell_data_default(name: str) -> str:
    """Tell the default of a setting of the pictures, behind what it is."""
    return f" {say_help('default', value=_write(DataConfig.model_fields[name].default))}"


def _write_of_preset(name: str, values: Mapping[str, Any]) -> str:
    value, most = _write(values[name]), values.get("most_repeats")
    is_bounded = name == "repeats" and most
    return say_help("default-up-to", value=value, most=most) if is_bounded else value


def _write(value: object) -> str:
    if value is None:
        return say_help("no-default")
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
