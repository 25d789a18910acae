"""The tables of a configuration's fields say of each what it is."""

import importlib.util
import re

import pytest

from pages import ROOT, read_page

spec = importlib.util.spec_from_file_location("fields", ROOT / ".ci" / "fields.py")
fields = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fields)


@pytest.mark.parametrize("name", fields.MODELS)
def test_every_field_has_a_row_with_a_meaning(name):
    _, _, *rows = fields.tabulate(fields.MODELS[name]).splitlines()
    cells = [re.split(r" ?\| ?", row)[1:-1] for row in rows]
    assert [row[0].strip("`") for row in cells] == list(fields.MODELS[name].model_fields)
    assert [row[0] for row in cells if len(row) != 4 or not all(row)] == []


def test_page_asks_for_every_table():
    asked = re.findall(r"<!-- fields of (\w+) -->", read_page("docs/reference/configuration.md"))
    assert asked == list(fields.MODELS)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "minimum": 2, "maximum": 9}, "whole number, at least 2, at most 9"),
        (
            {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]},
            "number, above 0",
        ),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list: `a`, `b`"),
    ],
)
def test_values_are_described(schema, said):
    assert fields.describe(schema) == said
