"""What other programs may rely on: a change here is a change that they notice."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

import poolbench
from poolbench.cli.settings import FIELDS
from poolbench.config import PRESETS, DataConfig, Settings, StudyConfig

PUBLIC = {
    "poolbench": [
        "EpochEvent", "Lab", "Operator", "Study", "Swapped", "TrialEvent", "__version__", "compare",
        "export_onnx", "lab", "load", "register", "swap",
    ],
    "poolbench.models": [
        "Backbone", "Factory", "MakeOperator", "Network", "SITE", "add_factory", "find_backbone",
        "get_backbone", "imagenet", "lab", "list_backbones", "reshape_backbone", "staged",
        "wrap_factory",
    ],
    "poolbench.operators": [
        "Operator", "OperatorEntry", "OperatorFacts", "antialiased", "build_operator",
        "compute_facts", "compute_source_hash", "expand_operators", "fourier", "get_operator",
        "is_imported", "list_operators", "load_card", "load_object", "means", "mixtures",
        "plain", "ranks", "rearranging", "register", "soft", "stochastic", "wavelets",
    ],
    "poolbench.data.sources": [
        "ImageSetRequest", "ImageSetSource", "check_options", "find_image_set",
        "find_namesake", "list_forms", "read_image_set", "resolve_source",
    ],
    "poolbench.testing": [
        "LAWS", "check_backbone", "check_image_set", "check_operator", "list_backbone_checks",
        "list_checks",
    ],
    "poolbench.verdict": [
        "Evidence", "Question", "compute_interval", "decide", "describe_verdict", "from_counts",
    ],
}  # fmt: skip
# Written by a study for its own continuation; nobody gives it.
INTERNAL = {"planned_repeats"}
# Settings that are no field: a preset, and what the command line calls otherwise.
NO_FIELDS = {"preset", "margin", "time_limit", "no_rewrites"}


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_these(module):
    assert sorted(import_module(module).__all__) == PUBLIC[module]


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_is_there(module):
    found = import_module(module)
    assert [name for name in PUBLIC[module] if not hasattr(found, name)] == []


def test_compare_takes_every_setting_by_name():
    named = set(inspect.signature(poolbench.compare).parameters)
    assert set(DataConfig.model_fields) <= named
    settings = set(get_type_hints(Settings)) | INTERNAL | {"data"}
    assert settings - NO_FIELDS == set(StudyConfig.model_fields) - {"operators", "backbones"}


def test_compare_takes_what_decides_a_study_under_the_names_of_the_command_line():
    taken = set(inspect.signature(poolbench.compare).parameters) | set(get_type_hints(Settings))
    # A file of settings is read by poolbench.config.load_settings.
    assert FIELDS.keys() | {"no_rewrites", "out", "lang"} <= taken


def test_compare_has_the_defaults_of_the_config():
    parameters = inspect.signature(poolbench.compare).parameters
    fields = {**DataConfig.model_fields, "operators": StudyConfig.model_fields["operators"]}
    # It has two names, of which one is given.
    del fields["source"]
    assert {name: parameters[name].default for name in fields} == {
        name: field.default for name, field in fields.items()
    }


@pytest.mark.parametrize("name", sorted(set(get_type_hints(Settings)) - NO_FIELDS))
def test_setting_offers_the_words_that_the_config_takes(name):
    offered = _list_words(get_type_hints(Settings)[name])
    assert offered == _list_words(StudyConfig.model_fields[name].annotation)


@pytest.mark.parametrize("name", ["fit", "on_bad", "on_duplicates"])
def test_compare_offers_the_words_that_the_config_takes(name):
    offered = _list_words(get_type_hints(poolbench.compare)[name])
    assert offered == _list_words(DataConfig.model_fields[name].annotation)


def test_presets_are_offered():
    assert _list_words(get_type_hints(Settings)["preset"]) == set(PRESETS)


def test_version_is_the_newest_of_the_changelog_and_the_one_that_is_cited():
    root = Path(__file__).parents[1]
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d.*)\] - (.*)$", changelog, flags=re.M)[0]
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.findall(r"^(?:version|date-released): (.*)$", citation, flags=re.M)
    assert poolbench.__version__ == released[0]
    assert tuple(cited) == released


def _list_words(annotation):
    """What the literals in an annotation allow."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {word for part in get_args(annotation) for word in _list_words(part)}
