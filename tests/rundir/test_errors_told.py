"""Errors of runs, models, trainings and pages have words in both languages, with their values."""

from importlib import import_module
from string import Formatter

import pytest

from error_codes import list_untold, list_unused
from poolbench.texts import TEXTS, fill

ROOMS = (
    *("export", "rundir", "records", "report", "serve", "verdict", "training", "models"),
    *("operators", "trials", "executors", "machine", "testing", "system.py", "cgroup.py"),
)
FILES = ("errors_run", "errors_model", "errors_training")
KEYS = [key for name in FILES for key in import_module(f"poolbench.texts.en.{name}").TEXTS]
# How the last two names of a list are joined.
LISTS = ("and", "or")
# Told by what the system says, not by a code.
BY_SYSTEM = ["os.ENOLCK"]


def test_every_code_has_its_words_and_every_word_is_said():
    # Besides, these rooms hold titles of operators, a model's card, and what checks of code say.
    assert [fault for fault in list_untold(*ROOMS) if ": an English text" not in fault] == []
    assert list_unused(FILES, "") == BY_SYSTEM


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("spelling", ["options", "arguments"])
def test_every_text_takes_numbers_where_it_writes_numbers(lang, spelling):
    for key in KEYS:
        values = {
            name: 1234.5 if spec and spec[-1] in ",fg" else ["a", "b"] if spec in LISTS else "name"
            for _, name, spec, _ in Formatter().parse(TEXTS[lang][key])
            # The form of a word goes with a value that stands beside it.
            if name and not name.startswith("--") and "|" not in spec
        }
        told = fill(key, lang, spelling, values)
        assert told and "{" not in told, key
        assert (
            "--" not in told
            or spelling == "options"
            or "ray start --head" in told
            or ("ray get-auth-token --generate" in told)
        ), key
