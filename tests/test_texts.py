"""The catalogue of texts: all languages say the same, and the language is chosen as documented."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from string import Formatter

import pytest

import poolbench.texts
from poolbench.errors import UsageError
from poolbench.language import choose_language
from poolbench.texts import TEXTS, text

# Texts that are values alone.
WORDLESS = ("error.quoted",)
# What stands for a value, each language has its word: ``--data-file PATH``.
_METAVARIABLE = re.compile(r"\b[A-ZА-Я]{2,}$")


def list_placeholders(template):
    """The values that a text takes, without the words that go with a number."""
    parsed = Formatter().parse(template)
    return sorted((n, _METAVARIABLE.sub("X", s)) for _, n, s, _ in parsed if n and "|" not in s)


def explain_gaps(language):
    """What a language lacks beside English, and what it has too much."""
    missing, extra = TEXTS["en"].keys() - TEXTS[language], TEXTS[language].keys() - TEXTS["en"]
    return {f"not in texts/{language}": sorted(missing), "not in texts/en": sorted(extra)}


def test_languages_are_the_folders_of_texts_and_english_is_the_first():
    folders = [path.parent.name for path in Path(poolbench.texts.__file__).parent.glob("*/*.py")]
    assert set(TEXTS) == set(folders) >= {"en", "ru"}
    assert next(iter(TEXTS)) == "en"


@pytest.mark.parametrize("language", TEXTS)
def test_texts_have_the_same_keys_in_every_language(language):
    assert not any(explain_gaps(language).values()), explain_gaps(language)


@pytest.mark.parametrize("language", TEXTS)
def test_texts_take_the_same_values_in_every_language(language):
    for key, words in TEXTS[language].items():
        assert list_placeholders(words) == list_placeholders(TEXTS["en"][key]), (language, key)


def test_no_text_stands_in_two_files_of_a_language():
    for language in TEXTS:
        folder = import_module(f"poolbench.texts.{language}")
        names = [name for _, name, _ in iter_modules(folder.__path__, f"{folder.__name__}.")]
        counts = Counter(key for name in names for key in import_module(name).TEXTS)
        assert [key for key, count in counts.items() if count > 1] == []


def test_texts_are_written_in_their_own_alphabet():
    letter = re.compile("[А-Яа-яЁё]")
    assert [key for key, words in TEXTS["en"].items() if letter.search(words)] == []
    without = [key for key, words in TEXTS["ru"].items() if not letter.search(words)]
    assert without == list(WORDLESS)


@pytest.mark.parametrize(("language", "forms"), [("en", 2), ("ru", 3)])
def test_words_that_go_with_a_number_have_all_forms(language, forms):
    for key, words in TEXTS[language].items():
        values = list_placeholders(TEXTS["en"][key])
        for _, name, spec, _ in Formatter().parse(words):
            if name and "|" in spec:
                assert len(spec.split("|")) == forms, key
                assert name in [value for value, _ in values], key


def test_text_puts_values_in():
    values = {"value": 0.8125, "low": 0.75, "high": 0.875, "constant": 0.25}
    line = text("run.test", "ru", metric="точность", pictures="изображений: 400", **values)
    assert "точность 0,8125 (изображений: 400;" in line and "0,7500 до 0,8750" in line


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
        ({"LANG": "zz_ZZ.UTF-8"}, "en"),
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
    with pytest.raises(UsageError, match="'zz'"):
        choose_language("zz")
    # None is what another was meant to be.
    with pytest.raises(UsageError) as caught:
        choose_language("fr")
    assert caught.value.tell("ru") == "Неизвестный язык: «fr». Доступны: en, ru."
