"""Say in words what a field of a model takes, by the JSON schema of the model.

A node is the part of a schema that describes one value; references in it are filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from poolbench.texts import Phrase

Node = Mapping[str, Any]


def inline_schema(schema: Node) -> Node:
    """Return the schema of a model with those of its parts in their places."""
    filled: Node = _fill_in(schema, schema.get("$defs", {}))
    return filled


def _fill_in(part: Any, definitions: Node) -> Any:
    if isinstance(part, list):
        return [_fill_in(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _fill_in(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _fill_in(one, definitions) for key, one in part.items() if key != "$defs"}


def find_field(schema: Node, place: Sequence[str | int]) -> tuple[tuple[str | int, ...], Node]:
    """Find the field that pydantic means, without what it says of kinds that a value may be of.

    Returns:
        The names and positions on the way to it, and its node; of a key that there is not, that of
        the table in which it stands.
    """
    found: list[str | int] = []
    node = schema
    for part in place:
        items = [kind["items"] for kind in _list_kinds(node) if "items" in kind]
        if "properties" in node:
            found.append(part)
            if part not in node["properties"]:
                break
            node = node["properties"][part]
        elif isinstance(part, int) and items:
            found.append(part)
            node = items[0]
    return tuple(found), node


def list_keys(node: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """List the keys of a table and of those in it: the name of each, and the way to it."""
    for name, inner in node["properties"].items():
        for deeper in inner.get("properties", {}):
            yield deeper, (name, deeper)
    for name in node["properties"]:
        yield name, (name,)


def list_choices(node: Node) -> list[str]:
    """List the words of which a field takes one; empty: it takes none, or any."""
    words: list[str] = []
    for kind in _list_kinds(node):
        words += kind.get("enum", [kind["const"]] if "const" in kind else [])
    return words


def describe_expected(node: Node) -> Phrase:
    """Describe what a field takes, as the end of a sentence."""
    if "expected" in node:
        return Phrase(f"expected.{node['expected']}", **node.get("values", {}))
    words = list_choices(node)
    others = [kind for kind in _list_kinds(node) if not ("enum" in kind or "const" in kind)]
    if not words:
        return _describe_kind(others[0])
    if not others:
        return _describe_choices(words)
    first = _describe_choices(words) if len(words) > 1 else words[0]
    return Phrase("expected.either", first=first, second=_describe_kind(others[0]))


def _list_kinds(node: Node) -> list[Node]:
    """List the kinds of which a value may be, without none at all."""
    return [kind for kind in node.get("anyOf", [node]) if kind.get("type") != "null"]


def _describe_choices(words: Sequence[str]) -> Phrase:
    return Phrase("expected.choice", others=list(words[:-1]), last=words[-1])


def _describe_kind(kind: Node) -> Phrase:
    name = kind.get("type")
    if name == "integer":
        low, high = kind["minimum"], kind.get("maximum", kind.get("exclusiveMaximum", 0) - 1)
        return Phrase("expected.integer", low=low, high=high)
    if name == "number":
        return _describe_number(kind)
    if name == "string":
        form = "name" if "pattern" in kind else kind.get("format", "text")
        return Phrase(f"expected.{form}", most=kind.get("maxLength"))
    if name == "array":
        is_tables = "properties" in kind["items"]
        return Phrase("expected.tables" if is_tables else "expected.names")
    return Phrase("expected.boolean" if name == "boolean" else "expected.table")


def _describe_number(kind: Node) -> Phrase:
    if "exclusiveMinimum" in kind:
        values = {"low": kind["exclusiveMinimum"], "high": kind["maximum"]}
        return Phrase("expected.number-above", **values)
    if "exclusiveMaximum" in kind:
        values = {"low": kind["minimum"], "high": kind["exclusiveMaximum"]}
        return Phrase("expected.number-below", **values)
    return Phrase("expected.number", low=kind["minimum"], high=kind["maximum"])
