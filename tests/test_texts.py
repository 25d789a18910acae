"""The catalogue of texts: both languages say the same, and the language is chosen as documented."""

import re
from string import Formatter

import pytest

from poolbench.errors import UsageError
from poolbench.texts import TEXTS, choose_language, text


def list_placeholders(template):
    return sorted((name, spec) for _, name, spec, _ in Formatter().parse(template) if name)


def test_texts_have_the_same_keys_in_both_languages():
    assert list(TEXTS["en"]) == list(TEXTS["ru"])


@pytest.mark.parametrize("key", TEXTS["en"])
def test_texts_take_the_same_values_in_both_languages(key):
    assert list_placeholders(TEXTS["en"][key]) == list_placeholders(TEXTS["ru"][key])


@pytest.mark.parametrize("key", TEXTS["en"])
def test_texts_are_written_in_their_own_alphabet(key):
    assert not re.search("[А-Яа-яЁё]", TEXTS["en"][key])
    assert re.search("[А-Яа-яЁё]", TEXTS["ru"][key])


def test_text_puts_values_in():
    values = {"value": 0.8125, "low": 0.75, "high": 0.875, "constant": 0.25}
    line = text("run.test", "ru", metric="точность", pictures="изображений: 400", **values)
    assert "точность: 0.8125 (изображений: 400;" in line and "0.7500 до 0.8750" in line


def test_text_refuses_a_missing_key_and_a_missing_value():
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        text("no.such.key")
    with pytest.raises(KeyError, match="left"):
        text("run.left")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru"}, "ru"),
        ({"LANG": "ru.UTF-8", "LC_ALL": ""}, "ru"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "run_RW"}, "en"),
    ],
)
def test_choose_language_follows_the_environment(environment, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose_language(None) == language


def test_choose_language_prefers_the_wanted_one(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert choose_language("en") == "en"


def test_choose_language_refuses_an_unknown_one():
    with pytest.raises(UsageError, match="'de'"):
        choose_language("de")
