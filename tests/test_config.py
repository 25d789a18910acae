"""The config: TOML there and back, and one message for what does not fit."""

import pytest

from poolbench.config import StudyConfig, build_config, dump_config, load_config
from poolbench.errors import UsageError


def test_config_survives_toml(tmp_path):
    config = build_config(
        {
            "data": {"source": "cifar100", "classes": ["0", "33"], "data_file": "x.tar.gz"},
            "repeats": 3,
        }
    )
    path = tmp_path / "config.toml"
    path.write_text(dump_config(config), encoding="utf-8")
    assert load_config(path) == config


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"epochs": 0}, "epochs"),
        ({"epochs": 10**12}, "epochs"),
        ({"repeats": -1}, "repeats"),
        ({"folds": 1}, "folds"),
        ({"margin_points": float("nan")}, "margin_points"),
        ({"colour": "red"}, "colour"),
        ({"operators": []}, "operators"),
        ({"operators": ["max", "max"]}, "twice"),
        ({"data": {"source": "sample", "data_file": "x"}}, "--data-file"),
    ],
)
def test_build_config_names_what_does_not_fit(values, word):
    with pytest.raises(UsageError, match=word):
        build_config(values)


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"folds = 'many'"])
def test_load_config_refuses_broken_files(tmp_path, content):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        load_config(path)


def test_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        StudyConfig().folds = 3


@pytest.mark.parametrize("name", ["lr/2", "../x", "a:b", "", "a b"])
def test_recipe_name_that_cannot_be_a_folder_is_refused(name):
    recipe = {"name": name, "epochs": 1, "batch_size": 1, "learning_rate": 0.1}
    with pytest.raises(UsageError, match="own_recipes"):
        build_config({"own_recipes": [recipe]})


def test_two_recipes_of_one_name_are_refused():
    recipe = {"name": "mine", "epochs": 1, "batch_size": 1, "learning_rate": 0.1}
    with pytest.raises(UsageError, match="twice"):
        build_config({"own_recipes": [recipe, recipe]})
