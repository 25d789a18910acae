"""The config: TOML there and back, and one message for what does not fit."""

import tomllib

import pytest

from poolbench.config import StudyConfig, build_config, dump_config, load_settings, split_names
from poolbench.errors import UsageError


def load_config(path):
    """The config of a file, as the command line makes it where nothing else is given."""
    return build_config(load_settings(path))


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
        ({"margin_points": float("nan")}, "margin is nan"),
        ({"colour": "red"}, "colour"),
        ({"operators": []}, "operators"),
        ({"operators": ["max", "max"]}, "twice"),
        ({"data": {"on_duplicates": "keep"}}, "report, drop or refuse"),
        ({"address": "auto"}, "executor='ray'"),
        ({"storage": "shared"}, "executor='ray'"),
        ({"executor": "slurm"}, "executor"),
    ],
)
def test_build_config_names_what_does_not_fit(values, word):
    with pytest.raises(UsageError, match=word):
        build_config(values)


RECIPE_TABLE = {"name": "mine", "epochs": 1, "batch_size": 1, "learning_rate": 0.1}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"operators": ["top2", "max", "top2"]},
            "operators names 'top2' twice. Name it once.",
        ),
        ({"operators": []}, "operators names nothing. Name at least one."),
        ({"operators": {"max": 1}}, "operators is a table; expected a list of names."),
        ({"operators": 5}, "operators is 5; expected a list of names."),
        ({"data": 5}, "data is 5; expected a table of settings."),
        ({"data": {"groups": "x"}}, "groups is 'x'; expected subfolder, name:REGEX or"),
        ({"own_recipes": [RECIPE_TABLE, RECIPE_TABLE]}, "own_recipes names 'mine' twice"),
        ({"own_recipes": [{**RECIPE_TABLE, "patience": 3}]}, "own_recipes[0]: patience needs"),
        ({"weights": 5}, "weights is 5; expected a path."),
        (
            {"precision": "half"},
            "precision is 'half'; expected float32, bfloat16, float16 or auto.",
        ),
        ({"stack": "x"}, "stack is 'x'; expected auto or a whole number from 1 to 1,000,000."),
    ],
)
def test_what_does_not_fit_is_told_without_the_rest_of_the_settings(values, message):
    with pytest.raises(UsageError) as caught:
        build_config(values)
    told = str(caught.value)
    assert told.startswith(message)
    assert not any(word in told for word in ("{", "class", "literal", "constrained", "config:"))


def test_paths_in_a_config_begin_at_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    recipe = "epochs = 1\nbatch_size = 8\nlearning_rate = 0.1\n"
    (tmp_path / "mine.toml").write_text(recipe)
    (tmp_path / "study.toml").write_text(
        'weights = "~/w"\nstorage = "~/s"\nexecutor = "ray"\nrecipes = ["~/mine.toml"]\n'
        '[data]\nsource = "cifar10"\ndata_file = "~/d"\n'
    )
    config = load_config("~/study.toml")
    found = (config.weights, config.storage, config.data.data_file)
    assert found == tuple(tmp_path / name for name in "wsd")
    assert config.recipes == ("mine",)


@pytest.mark.parametrize(
    "groups", ["", "folder", "subfolder:", "subfolder:x", "name", "name:", "column: ", "colum:x"]
)
def test_unknown_groups_list_the_forms(groups):
    with pytest.raises(UsageError, match="subfolder, name:REGEX or column:NAME"):
        build_config({"data": {"source": "folder:a", "groups": groups}})


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{99999999999}"])
def test_broken_regular_expression_is_refused(pattern):
    with pytest.raises(UsageError, match="its regular expression cannot be read"):
        build_config({"data": {"source": "csv:a.csv", "groups": f"name:{pattern}"}})


def test_endless_regular_expression_is_refused():
    with pytest.raises(UsageError, match="groups is 'name:"):
        build_config({"data": {"source": "csv:a.csv", "groups": "name:" + "(" * 5000 + ")" * 5000}})


@pytest.mark.parametrize(
    ("source", "groups"),
    [
        ("folder:a", "subfolder"),
        ("folder:a", "name:^(.+):"),
        ("csv:a", "name:x"),
        ("csv:a", "column:x y"),
    ],
)
def test_groups_survive_toml(tmp_path, source, groups):
    config = build_config({"data": {"source": source, "groups": groups}})
    (tmp_path / "config.toml").write_text(dump_config(config), encoding="utf-8")
    assert load_config(tmp_path / "config.toml").data.groups == groups


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"folds = 'many'"])
def test_load_config_refuses_broken_files(tmp_path, content):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        load_config(path)


@pytest.mark.parametrize(
    "content",
    [
        "preset = []",
        "preset = 0x" + "f" * 5000,
        "seed = 0x" + "f" * 5000,
        "seed = " + "9" * 5000,
        "seed = " + "[" * 5000,
        "recipes = 5",
        'recipes = ["a\\u0000.toml"]',
        'recipes = ["lab.toml"]\nown_recipes = 5',
        'recipes = ["lab.toml"]\nown_recipes = [{name = []}]',
    ],
    ids=range(9),
)
def test_load_config_refuses_what_fuzzing_thinks_of(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.toml").write_text("epochs = 1\nbatch_size = 1\nlearning_rate = 1\n")
    (tmp_path / "config.toml").write_text(content)
    with pytest.raises(UsageError) as caught:
        load_config(tmp_path / "config.toml")
    assert len(str(caught.value)) < 1000


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


@pytest.mark.parametrize(("given", "read"), [(3, 3), ("6", 6), ("auto", "auto")])
def test_repeats_are_a_number_or_auto(given, read):
    assert build_config({"repeats": given}).repeats == read
    config = build_config({"repeats": given})
    assert build_config(tomllib.loads(dump_config(config))) == config


@pytest.mark.parametrize("given", [0, -1, 1001, "many", "1e3", 2.5, True, "²"])
def test_repeats_that_are_no_number_are_refused_in_one_message(given):
    with pytest.raises(UsageError) as caught:
        build_config({"repeats": given})
    assert str(caught.value).count("repeats") == 1
    assert "auto or a whole number" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("5m", 300), ("90s", 90), ("1h30m", 5400), ("45", 45), (60, 60), ("2h", 7200), (" 1M ", 60)],
)
def test_time_limits_are_read_as_people_write_them(given, seconds):
    assert build_config({"time_limit_seconds": given}).time_limit_seconds == seconds


@pytest.mark.parametrize("given", ["", "soon", "5 minutes", "-3m", "0", 0, "1.5h"])
def test_time_limits_that_are_none_are_refused(given):
    with pytest.raises(UsageError, match=r"time_limit is .*; expected a duration"):
        build_config({"time_limit_seconds": given})


RECIPE = "epochs = 3\nbatch_size = 16\nlearning_rate = 0.1\nflip = true\n"


def test_recipe_file_gets_the_name_of_the_file_and_is_kept_with_the_study(tmp_path):
    (tmp_path / "mine.toml").write_text(RECIPE)
    config = build_config({"recipes": ["quick", f"{tmp_path}/mine.toml"]})
    assert config.recipes == ("quick", "mine")
    assert (config.own_recipes[0].epochs, config.own_recipes[0].flip) == (3, "random")
    (tmp_path / "mine.toml").unlink()
    assert build_config(tomllib.loads(dump_config(config))) == config


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (RECIPE + "epoch = 3\n", "no setting 'epoch'. Did you mean 'epochs'"),
        ("epochs = ", "not TOML"),
        ("epochs = 3\n", "batch_size is missing"),
        (RECIPE + "nesterov = true\n", "needs a momentum"),
        (RECIPE + 'optimizer = "adamw"\nmomentum = 0.9\n', "belong to optimizer"),
        (RECIPE + "patience = 3\n", "validation_parts"),
        (RECIPE + "validation_parts = 1\n", "at least 2"),
        (RECIPE + "warmup_fraction = 0.2\n", "a schedule that rises"),
        (RECIPE.replace("true", '"up"'), "flip"),
    ],
)
def test_recipe_file_that_does_not_fit_is_refused_in_one_message(tmp_path, content, message):
    (tmp_path / "mine.toml").write_text(content)
    with pytest.raises(UsageError, match=message) as caught:
        build_config({"recipes": f"{tmp_path}/mine.toml"})
    assert "mine" in str(caught.value)


def test_recipe_file_that_is_not_there_is_told():
    with pytest.raises(UsageError, match=r"gone\.toml cannot be read"):
        build_config({"recipes": ["gone.toml"]})


def test_preset_fills_in_what_is_not_said():
    standard = build_config({"preset": "standard"})
    assert (standard.recipes, standard.repeats, standard.tune) == (("standard",), "auto", "lr")
    assert standard.most_repeats == 24
    assert build_config({"preset": "standard", "repeats": 2, "tune": "none"}).repeats == 2
    assert build_config({"preset": "quick"}) == build_config({})
    assert build_config({"preset": "thorough"}).time_limit_seconds == 3600
    with pytest.raises(UsageError, match="standard"):
        build_config({"preset": "standart"})


def test_repeats_of_a_preset_end_at_its_last_look_and_those_of_a_person_where_they_say():
    assert (build_config({}).repeats, build_config({}).most_repeats) == ("auto", 6)
    # Who asks for it, gets all looks.
    assert build_config({"repeats": "auto"}).most_repeats == 24
    assert build_config({"repeats": "auto", "most_repeats": 10}).most_repeats == 10
    assert build_config({"repeats": 3}).most_repeats == 24


@pytest.mark.parametrize(("preset", "repeats"), [("quick", 2), ("standard", 6)])
def test_protocol_lab_is_judged_once(preset, repeats):
    assert build_config({"preset": preset, "protocol": "lab"}).repeats == repeats
    given = build_config({"preset": preset, "protocol": "lab", "repeats": "auto"})
    assert given.repeats == "auto"


def test_names_in_two_lines_are_refused():
    with pytest.raises(
        UsageError, match=r"'cat\\ndog' cannot be read as a comma-separated list of names"
    ):
        split_names("cat\ndog")
