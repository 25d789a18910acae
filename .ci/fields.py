"""The fields of a configuration as tables of Markdown, from their types and docstrings."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from poolbench.config import DataConfig, RecipeConfig, StudyConfig

MODELS = {model.__name__: model for model in (StudyConfig, DataConfig, RecipeConfig)}
TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "null": "",
}


def tabulate(model: type[BaseModel]) -> str:
    """Return a table of the fields of a model: name, values, default and meaning."""
    told = read_attributes(model)
    rows = ["| field | values | default | meaning |", "| --- | --- | --- | --- |"]
    for name, schema in model.model_json_schema()["properties"].items():
        default = write(schema["default"]) if "default" in schema else "must be given"
        rows.append(f"| `{name}` | {describe(schema)} | {default} | {told.get(name, '')} |")
    return "\n".join(rows).replace("``", "`")


def read_attributes(model: type[BaseModel]) -> dict[str, str]:
    """Return what a docstring says of each attribute; several may share a line."""
    _, _, text = (inspect.getdoc(model) or "").partition("Attributes:\n")
    told = {}
    for names, meaning in re.findall(r"^    (\w[\w, ]*): (.*(?:\n {8}.*)*)", text, re.MULTILINE):
        for name in names.split(", "):
            told[name] = re.sub(r"\s+", " ", meaning)
    return told


def describe(schema: Mapping[str, Any]) -> str:
    """Describe the values that a JSON schema admits."""
    if "$ref" in schema:
        return "table"
    if "anyOf" in schema:
        return " or ".join(filter(None, map(describe, schema["anyOf"])))
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if schema.get("type") == "array":
        return f"list: {describe(schema['items'])}"
    kind = "path" if schema.get("format") == "path" else TYPES.get(schema.get("type", ""), "text")
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    most, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if most == 1_000_000 or (below or 0) > 1_000_000:
        # Nobody needs to know where absurdity begins.
        most = below = None
    limits = {"at least": least, "above": above, "at most": most, "below": below}
    said = [f"{word} {limit:g}" for word, limit in limits.items() if limit is not None]
    return f"{kind}, {', '.join(said)}" if said else kind


def write(default: Any) -> str:
    """Write a default as TOML has it."""
    if default is None:
        return "none"
    if isinstance(default, Mapping):
        return "as below"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list):
        return f"`[{', '.join(map(repr, default))}]`".replace("'", '"')
    return f'`"{default}"`' if isinstance(default, str) else f"`{default:g}`"
