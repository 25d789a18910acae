"""Which fields specs, configs and records have: whoever changes them is told what else to do."""

import json
from pathlib import Path
from typing import Annotated, get_args

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python

from poolbench import records
from poolbench.config import INTRODUCED, Frozen, StudyConfig
from poolbench.records import TrialSpec

FILE = Path(__file__).parent / "fields.json"
# Of a field that has no default.
REQUIRED = "required"


def list_models(*models):
    """These models and all that their fields hold."""
    found = {}
    for model in models:
        if model.__name__ not in found:
            parts = [field.annotation for field in model.model_fields.values()]
            found |= {model.__name__: model, **list_models(*_list_parts(parts))}
    return found


def _list_parts(annotations):
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        yield from _list_parts(get_args(annotation))


# What ids of trials and names of runs are hashes of.
HASHED = list_models(TrialSpec, StudyConfig)
EVERY = [getattr(records, name) for name in records.__all__]
WRITTEN = list_models(*(model for model in EVERY if isinstance(model, type)))
RECORDS = {name: model for name, model in WRITTEN.items() if name not in HASHED}
PINNED = json.loads(FILE.read_text())


def describe(model, field):
    """The default of a field as JSON has it; what it is of a schema version does not matter."""
    info = model.model_fields[field]
    if info.is_required() or field == "schema_version":
        return REQUIRED
    default = info.get_default(call_default_factory=True)
    return type(default).__name__ if isinstance(default, Frozen) else to_jsonable_python(default)


def list_fields(models):
    return {
        f"{name}.{field}": describe(model, field)
        for name, model in models.items()
        for field in model.model_fields
    }


def test_every_model_with_fields_is_looked_at():
    assert {"RecipeConfig", "VariantSpec", "Conditions", "DataConfig"} <= HASHED.keys()
    assert {"TrialRecord", "SideMetrics", "LeaderboardRow", "TimeRatio"} <= RECORDS.keys()
    assert all(issubclass(model, Frozen) for model in HASHED.values())


@pytest.mark.parametrize("field", list_fields(HASHED))
def test_field_that_is_hashed_says_what_held_before_it(field):
    if field in PINNED["hashed"]:
        return
    assert field in INTRODUCED, (
        f"{field} is new, so the id of every finished trial changes, and every run of before is "
        f"refused. Enter {field!r} into INTRODUCED (config/frozen.py) with the value that stands "
        f"for how poolbench worked without it. Neither SCHEMA_VERSION nor {FILE.name} changes."
    )


def test_value_of_an_introduction_is_one_that_the_field_takes():
    for field, introduced in INTRODUCED.items():
        name, _, attribute = field.partition(".")
        assert name in HASHED and attribute in HASHED[name].model_fields, (
            f"INTRODUCED (config/frozen.py) has {field}, which is no hashed field. An entry "
            "stays as long as there are runs with it: a field that is renamed or removed raises "
            "SCHEMA_VERSION."
        )
        info = HASHED[name].model_fields[attribute]
        adapter = TypeAdapter(Annotated[(info.annotation, *info.metadata)])
        assert to_jsonable_python(adapter.validate_python(introduced)) == introduced


@pytest.mark.parametrize("field", list_fields(RECORDS))
def test_field_of_a_record_is_known(field):
    assert field in PINNED["records"], (
        f"{field} is new. Give it a default that says that nobody looked (None, an empty tuple), "
        f"since runs of before do not have it, and enter it into {FILE}. SCHEMA_VERSION stays."
    )


@pytest.mark.parametrize("kind", ["hashed", "records"])
def test_no_field_is_gone(kind):
    found = list_fields(HASHED if kind == "hashed" else RECORDS)
    gone = sorted(PINNED[kind].keys() - found.keys())
    assert not gone, (
        f"{', '.join(gone)}: removed or renamed, so no run of before can be read. Raise "
        "SCHEMA_VERSION (records/_schema.py), teach RunFiles.load_model (rundir/files.py) what the "
        "field of an earlier schema has become, commit a tiny run of the new schema under "
        f"tests/rundir/kept, and correct {FILE}."
    )


@pytest.mark.parametrize("kind", ["hashed", "records"])
def test_no_default_is_another(kind):
    found = list_fields(HASHED if kind == "hashed" else RECORDS)
    changed = {
        field: (before, found[field])
        for field, before in PINNED[kind].items()
        if field in found and found[field] != before
    }
    assert not changed, (
        f"Other defaults (before, now): {changed}. New studies get other ids; finished runs keep "
        "what they wrote. But what is None is left out of config.toml, so a default of None must "
        f"stay, and that of a record must go on to say that nobody looked. Then correct {FILE}."
    )
