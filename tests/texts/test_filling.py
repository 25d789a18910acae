"""Values in texts: numbers, names, lists, settings and reasons as each language writes them."""

import errno
from pathlib import Path

import numpy as np
import pytest

from poolbench.errors import DataError
from poolbench.texts import Phrase
from poolbench.texts.filling import Filler, format_number, tell_system_error

NBSP = "\N{NO-BREAK SPACE}"


def fill(template, lang="en", spelling="arguments", **values):
    return Filler(lang, spelling).vformat(template, (), values)


@pytest.mark.parametrize(
    ("value", "spec", "english", "russian"),
    [
        (0.8832, ".4f", "0.8832", "0,8832"),
        (1234567.5, ",.1f", "1,234,567.5", f"1{NBSP}234{NBSP}567,5"),
        (0.977, ".1%", "97.7%", f"97,7{NBSP}%"),
        (1500, ",", "1,500", "1500"),
        (9999.5, ",.1f", "9,999.5", "9999,5"),
        (-1500, ",", "-1,500", "-1500"),
        (15000, ",", "15,000", f"15{NBSP}000"),
        # In a column, the digits of all numbers stand below each other.
        (1500, "_", "1,500", f"1{NBSP}500"),
        (15000.5, "_.1f", "15,000.5", f"15{NBSP}000,5"),
        (7, "", "7", "7"),
        (np.float64(0.25), ".2f", "0.25", "0,25"),
        (2.5, "", "2.5", "2,5"),
    ],
)
def test_numbers_are_written_as_the_language_does(value, spec, english, russian):
    assert fill(f"{{value:{spec}}}", "en", value=value) == english
    assert fill(f"{{value:{spec}}}", "ru", value=value) == russian
    assert format_number(value, spec, "ru") == russian


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (0, "trials", "обучений"),
        (1, "trial", "обучение"),
        (2, "trials", "обучения"),
        (5, "trials", "обучений"),
        (11, "trials", "обучений"),
        (12, "trials", "обучений"),
        (21, "trials", "обучение"),
        (104, "trials", "обучения"),
        (111, "trials", "обучений"),
        (1500, "trials", "обучений"),
    ],
)
def test_word_agrees_with_its_number(count, english, russian):
    assert fill("{count:trial|trials}", count=count) == english
    assert fill("{count:обучение|обучения|обучений}", "ru", count=count) == russian


def test_last_names_of_a_list_are_joined_by_a_word():
    assert fill("{names:or}", names=["max"]) == "max"
    assert fill("{names:or}", names=["max", "avg"]) == "max or avg"
    assert fill("{names:and}", "ru", names=["max", "avg", "lp"]) == "max, avg и lp"


def test_word_agrees_with_how_many_names_there_are_and_with_a_range():
    assert fill("{names:repeat|repeats} {names:and}", names=[2]) == "repeat 2"
    assert fill("{names:repeat|repeats} {names:and}", names=[2, 4]) == "repeats 2 and 4"
    assert fill("{names:блок|блока|блоков}", "ru", names=[*"abc"]) == "блока"
    between = Phrase("report.range", low=2, high=5)
    assert fill("{count} {count:trial|trials}", count=between) == "2 to 5 trials"
    assert fill("{count} {count:обучение|обучения|обучений}", "ru", count=between).endswith("ий")
    # Programs count in decimals too.
    assert fill("{count:core|cores}", count=1.0) == "core"
    assert fill("{count:core|cores}", count=0.5) == "cores"


def test_nothing_is_joined_to_how_many_more_names_there_are():
    told = fill("{names:or}", names=[str(number) for number in range(20)])
    assert told.endswith("10, 11, … (20 in all)") and " or " not in told
    assert fill("{names!r:or}", names=["max", "avg"]) == "'max' or 'avg'"
    assert fill("{names!r:or}", "ru", names=["max", "avg"]) == "«max» или «avg»"


def test_text_that_looks_like_a_number_stays_as_it_is():
    assert fill("{version}", "ru", version="2.13.0") == "2.13.0"
    assert fill("{path}", "ru", path=Path("runs/v1.5")) == "runs/v1.5"


@pytest.mark.parametrize(
    ("template", "option", "argument"),
    [
        ("{--data-file}", "--data-file", "data_file"),
        ("{--repeats:6}", "--repeats 6", "repeats=6"),
        ("{--repeats:N}", "--repeats N", "repeats=N"),
        ("{--data:npz:FILE}", "--data npz:FILE", "data='npz:FILE'"),
        ("{--download:True}", "--download", "download=True"),
        ("{--folds:{most}}", "--folds 12", "folds=12"),
    ],
)
def test_settings_are_named_as_whoever_reads_it_gives_them(template, option, argument):
    assert fill(template, spelling="options", most=12) == option
    assert fill(template, spelling="arguments", most=12) == argument


def test_names_are_quoted_as_the_language_does():
    assert fill("{name!r}", "en", name="max") == "'max'"
    assert fill("{name!r}", "ru", name="max") == "«max»"
    assert fill("{names!r}", "ru", names=["max", "avg"]) == "«max», «avg»"
    assert fill("{name!r}", "ru", name="a\x1b[2J") == "«a\\x1b[2J»"


def test_long_lists_say_how_many_there_are():
    assert fill("{names}", names=["a", "b"]) == "a, b"
    assert fill("{names}", names=[str(n) for n in range(20)]).endswith("11, … (20 in all)")
    assert fill("{names}", "ru", names=[0.5, 2.5]) == "0,5; 2,5"


def test_what_is_inside_is_told_in_the_same_language():
    inner = DataError("unknown.class", name="aple")
    assert fill("{reason}", "ru", reason=inner) == "Неизвестный класс: «aple»."
    assert fill("{what}", "en", what=Phrase("error.unknown.class", name="aple")) == (
        "There is no class 'aple'."
    )


def test_reasons_of_the_system_are_words_of_the_language():
    error = OSError(errno.ENOSPC, "No space left on device")
    assert tell_system_error(error, "ru") == "на диске не осталось места"
    assert fill("{reason}", "en", reason=error) == "there is no space left on the disk"
    # What has no words of ours keeps those of the system.
    assert tell_system_error(OSError(errno.EXFULL, "Exchange full"), "ru") == "Exchange full"
    assert tell_system_error(OSError(), "en") == "OSError"
