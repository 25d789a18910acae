"""What does not fit in settings: one sentence each, in either language, in its reader's names."""

import pickle
import re

import pytest

from poolbench.cli.settings import FIELDS, make_config
from poolbench.config import DataConfig, RecipeConfig, StudyConfig, build_config, load_settings
from poolbench.config.names import WITHOUT_OPTION, name_argument, name_option
from poolbench.errors import UnknownNameError, UsageError
from poolbench.texts import TEXTS

# What pydantic says, and no person should read.
FOREIGN = re.compile(r"Input should|Extra inputs|Value error|\bvalid\b|literal\[|constrained")
# What the command line takes for each option that is looked at before the pictures are, and the
# code of what is answered.
WRONG = {
    "image_size": (2, "config.wrong"),
    "fit": ("croop", "config.wrong-choice"),
    "on_bad": ("ignore", "config.wrong"),
    "groups": ("folder", "config.groups-form"),
    "on_duplicates": ("keep", "config.wrong"),
    "operators": (",", "config.empty"),
    "backbones": ("lab,lab", "config.twice"),
    "recipes": ("gone.toml", "config.unreadable"),
    "protocol": ("cvv", "config.wrong-choice"),
    "folds": (1, "config.wrong"),
    "repeats": ("0", "config.wrong"),
    "epochs": (-1, "config.wrong"),
    "margin": (0.0, "config.wrong"),
    "metric": ("f1", "config.wrong"),
    "replicas": (0, "config.wrong"),
    "seed": (-1, "config.wrong"),
    "precision": ("float8", "config.wrong-choice"),
    "workers": (0, "config.wrong"),
    "executor": ("slurm", "config.wrong"),
    "address": ("auto", "config.ray-alone"),
    "storage": ("shared", "config.ray-alone"),
    "allow_mixed": (True, "config.ray-alone"),
    "preset": ("quik", "unknown.preset"),
    "tune": ("rl", "config.wrong-choice"),
    "vary": ("depth", "config.wrong-choice"),
    "time_limit": ("5x", "config.wrong"),
    "log": ("cvs", "config.wrong-choice"),
}
# Options of which any word is taken until the pictures or the machine are there.
TAKEN = {"data", "data_file", "download", "classes", "baseline", "device", "weights", "methods"}


def refuse(values):
    with pytest.raises(UsageError) as caught:
        build_config(values)
    return caught.value


def list_fields(model, before=""):
    """The fields of a model and of the tables in it."""
    for name in model.model_fields:
        yield f"{before}{name}"
        if name == "data":
            yield from list_fields(DataConfig, "data.")


def test_every_option_is_walked():
    assert WRONG.keys() | TAKEN == FIELDS.keys()


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("option", WRONG)
def test_wrong_value_of_an_option_is_told_under_its_name(option, lang):
    value, code = WRONG[option]
    with pytest.raises(UsageError) as caught:
        make_config(None, {option: value})
    told = caught.value.tell(lang, "options")
    assert caught.value.code == code
    assert not FOREIGN.search(told) and "\n" not in told
    named = f"--{option.replace('_', '-')}"
    # What is looked up by its own name is told by that.
    assert named in told or code in ("unknown.preset", "config.unreadable")
    assert bool(re.search("[а-яё]{3}", told)) is (lang == "ru")


@pytest.mark.parametrize("field", [*list_fields(StudyConfig)])
def test_every_field_is_named_as_its_reader_knows_it(field, tmp_path):
    section, _, name = field.rpartition(".")
    values = {section: {name: {"x": 1}}} if section else {name: {"x": 1}}
    if field == "data":
        values = {"data": 5}
    error = refuse(values)
    names = {value: key for key, value in FIELDS.items()} | {"rewrites": "no_rewrites"}
    argument = field if field == "rewrites" else names.get(field, field)
    assert error.tell("en", "arguments").startswith(f"{argument} is ")
    if field in names:
        option = f"--{names[field].replace('_', '-')}"
        assert error.tell("en", "options").startswith(f"{option} is ")
    (tmp_path / "study.toml").write_text(
        f"[{field}]\nx = 1\n" if field != "data" else "data = 5\n", encoding="utf-8"
    )
    with pytest.raises(UsageError) as caught:
        load_settings(tmp_path / "study.toml")
    for lang in TEXTS:
        told = caught.value.tell(lang, "options")
        assert str(tmp_path / "study.toml") in told and not FOREIGN.search(told)
        assert re.search(rf"(?<![.\w-]){re.escape(field)}( is |: | 5,)", told)


@pytest.mark.one_of_each(seconds=0.5)
@pytest.mark.parametrize(
    "value", [{"x": 1}, ["?"], "?", -1, float("nan"), True, 10**5000], ids=range(7)
)
@pytest.mark.parametrize("model", [StudyConfig, DataConfig, RecipeConfig])
def test_whatever_a_field_is_given_pydantic_is_not_heard(model, value):
    recipe = {"name": "mine", "epochs": 1, "batch_size": 8, "learning_rate": 0.1}
    for field in model.model_fields:
        values = {field: value}
        if model is not StudyConfig:
            whole = {**recipe, field: value}
            values = {"data": values} if model is DataConfig else {"own_recipes": [whole]}
        try:
            build_config(values)
        except UsageError as error:
            for lang in TEXTS:
                told = error.tell(lang, "options")
                assert not FOREIGN.search(told) and len(told) < 400, told


def test_options_that_a_field_has_are_those_of_the_command_line():
    fields = [field for field in list_fields(StudyConfig) if field != "data"]
    assert {name_option(field) for field in fields if name_option(field) != field} == {
        f"--{name.replace('_', '-')}" for name in FIELDS if name != "preset"
    } | {"--no-rewrites"}
    assert {field for field in fields if name_option(field) == field} == WITHOUT_OPTION
    assert name_argument("data.source") == "data"


def test_several_problems_are_told_together():
    error = refuse({"margin_points": 0, "data": {"fit": "croop"}})
    assert error.code == "config.several"
    assert error.tell("ru", "options").splitlines() == [
        "Неверно заданы несколько параметров:",
        "  Задано --fit «croop», а ожидается crop, pad или squash. Возможно, вы имели в виду "
        "«crop».",
        "  Задано --margin 0, а ожидается число больше 0 и не больше 100.",
    ]


def test_value_is_told_as_it_was_given():
    assert str(refuse({"time_limit_seconds": "300h"})).startswith("time_limit is '300h';")
    assert str(refuse({"seed": 10**5000})).startswith("seed is a number with thousands of digits;")
    assert len(str(refuse({"operators": "x" * 1000}))) < 200


def test_unknown_key_of_a_file_gets_the_nearest_also_of_a_table(tmp_path):
    (tmp_path / "a.toml").write_text('fit = "crop"\nepoch = 3\n[data]\npath = "x"\n')
    with pytest.raises(UsageError) as caught:
        load_settings(tmp_path / "a.toml")
    told = caught.value.tell("en", "options")
    assert "no setting 'fit'. Did you mean 'data.fit'" in told
    assert "no setting 'epoch'. Did you mean 'epochs'" in told
    assert "no setting 'data.path'. Available: data.source" in told


def test_recipe_file_is_named_once_where_another_file_names_it(tmp_path):
    (tmp_path / "mine.toml").write_text("epochs = 1\nbatch_size = 8\nlearning_rate = 0\n")
    (tmp_path / "study.toml").write_text(f'recipes = ["{tmp_path}/mine.toml"]\n')
    with pytest.raises(UsageError) as caught:
        load_settings(tmp_path / "study.toml")
    told = caught.value.tell("en", "options")
    assert told == (
        f"In {tmp_path}/mine.toml: learning_rate is 0; expected a number above 0 and at most 1,000."
    )


def test_settings_of_another_process_are_told_here(tmp_path):
    error = refuse({"margin_points": 0, "colour": 1})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert again.tell("ru", "options") == error.tell("ru", "options")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"margin": 0}, "Задано margin 0, а ожидается число больше 0 и не больше 100."),
        ({"fit": "croop"}, "Задано fit «croop», а ожидается crop, pad или squash. Возможно,"),
        ({"repeat": 3}, "Неизвестный параметр: «repeat». Возможно, вы имели в виду «repeats»"),
        ({"name": "../x"}, "«../x» не может быть именем запуска."),
        ({"vary": "layers", "data": "sample"}, "vary и methods меняют один вариант"),
        ({"on_trial": 3}, "on_trial — это 3, вызвать его нельзя."),
    ],
)
def test_error_that_leaves_compare_is_told_in_its_language(settings, told, tmp_path, monkeypatch):
    import poolbench

    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        poolbench.compare(**settings, lang="ru", quiet=True)
    assert str(caught.value).startswith(told)
    # Whoever asks for another language gets that.
    assert not re.search("[а-яё]", caught.value.tell("en"))


def test_error_of_a_run_is_told_in_its_language(tmp_path, monkeypatch):
    import poolbench

    monkeypatch.chdir(tmp_path)
    with pytest.raises(poolbench.errors.RunError, match=r"^Запуска @gone нет"):
        poolbench.load("@gone", lang="ru")
    with pytest.raises(UnknownNameError, match="Неизвестный параметр: «sed»"):
        poolbench.lab(sed=3, lang="ru", quiet=True)
