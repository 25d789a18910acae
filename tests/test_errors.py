"""Errors: exit codes and the nearest names."""

import pickle

import pytest

from poolbench import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.PoolbenchError, 1),
        (errors.RunError, 1),
        (errors.TrainingError, 1),
        (errors.UsageError, 2),
        (errors.ShapeError, 2),
        (errors.DataError, 3),
        (errors.VerificationError, 4),
    ],
)
def test_errors_carry_the_documented_exit_code(error, code):
    assert error("x").exit_code == code


def test_unknown_name_error_names_the_nearest():
    message = str(errors.UnknownNameError("class", "aple", ["lion", "apple", "forest"]))
    assert "'aple'" in message
    assert "Did you mean 'apple'" in message


def test_unknown_name_error_lists_what_is_known_when_nothing_is_near():
    message = str(errors.UnknownNameError("operator", "zzz", ["max", "avg"]))
    assert "Available: max, avg." in message


@pytest.mark.parametrize(
    ("given", "told"),
    [("ebglish", "Available: en, ru."), ("fr", "Available: en, ru."), ("rus", "mean 'ru'?")],
)
def test_few_names_are_listed_unless_one_is_very_near(given, told):
    assert told in str(errors.UnknownNameError("language", given, ["en", "ru"]))


def test_near_names_are_those_in_the_alphabet_of_what_was_given():
    known = [*"abcdef", "apple", "camel", "orange"]
    aliases = ["яблоко", "верблюд", "апельсин"]

    def find(name):
        return errors.UnknownNameError("class", name, known, aliases=aliases).values["near"]

    assert find("appel") == ["apple", "camel"]
    assert find("яблако") == ["яблоко"]
    # By its sound, where nothing in its own alphabet is near.
    assert find("кэмел") == ["camel"]
    assert errors.UnknownNameError("class", "koshki", ["кошки", "b"]).values["near"] == ["кошки"]


def test_nearest_names_ignores_case():
    assert errors.nearest_names("APPLE", ["apple", "lion"]) == ["apple"]


@pytest.mark.parametrize(
    ("given", "known", "nearest"),
    [
        ("backbone", ["baseline", "backbones"], "backbones"),
        ("stride2", ["strict", "stride-2d", "stride"], "stride"),
        ("lab-ex", ["lab", "lab-x2", "lab-example"], "lab-example"),
        # A name that is only the beginning of a longer word is not what was meant.
        ("lab-exmple", ["lab", "lab-example"], "lab-example"),
        ("Conv2D", ["convolution", "conv"], "conv"),
    ],
)
def test_nearest_names_begins_with_what_lacks_an_end_or_has_one_too_many(given, known, nearest):
    assert errors.nearest_names(given, known)[0] == nearest


def test_nothing_is_near_to_no_name():
    assert errors.nearest_names("", ["max", "avg", ""]) == []


def test_error_is_told_in_the_language_and_with_the_names_of_its_reader():
    error = errors.UnknownNameError(
        "class", "oter", ["otter, sea", "lion"], "hint.class-with-comma"
    )
    assert "There is no class 'oter'." in str(error)
    assert "classes '" in str(error) and "--classes" not in str(error)
    told = error.tell("ru", "options")
    assert told.startswith("Неизвестный класс: «oter».") and "--classes" in told
    assert error.hint == str(error).removeprefix("There is no class 'oter'. ")


def test_error_keeps_its_values_in_another_process():
    error = errors.UnknownNameError("operator", "maks", ["max", "avg"])
    error.lang = "ru"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.values) == (type(error), str(error), error.values)
    assert str(again).startswith("Неизвестный оператор: «maks».")


def test_quoted_error_says_what_was_said():
    assert str(errors.DataError.quote("Said {elsewhere}.")) == "Said {elsewhere}."


@pytest.mark.parametrize("given", ["maks", "MAX", "макс", "mux"])
def test_nearest_operator_of_a_misspelt_max_is_max(given):
    from poolbench.operators import list_operators

    ids = [entry.id for entry in list_operators()]
    assert errors.nearest_names(given, ids)[0] == "max"
