"""What the command line says in Russian has no English in it but names."""

import json
import os
import re
import subprocess
import sys

import pytest
import typer

from cli.russian_words import ALLOWED
from poolbench.cli.app import app
from poolbench.operators import list_operators

# Options, addresses and file names are named as they are typed.
TYPED = re.compile(r"(?<![\w-])--?[a-z][a-z-]*|\w+://\S*|\S*/\S*")
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
REFUSED = (
    ("ran",),
    ("runs", "list"),
    ("--nonsense",),
    ("report",),
    ("predict",),
    ("runs", "diff"),
    ("push", "x"),
    ("report", "a", "b"),
    ("doctor", "x"),
    ("run", "--operater", "max"),
    ("run", "--qqq"),
    ("runs", "rm", "-q"),
    ("run", "--folds"),
    ("run", "--folds", "x"),
    ("run", "--margin", "x"),
    ("run", "--download=1"),
    ("run", "--operators", "--folds", "3"),
    ("run", "1"),
    ("run", "cifar10"),
    ("run", "."),
    ("calibrate", "--workers", "0"),
    ("serve", "--port", "70000"),
)
SHOWN = (("doctor",), ("operators",), ("recipes",), ("classes", "--data", "sample"))
# Says everything in one process, whose language is Russian from its beginning.
CODE = """
import contextlib, io, json, sys
calls = json.loads(sys.argv[1])
sys.argv = ["poolbench", "--lang", "ru"]
from poolbench.cli.app import main
answers = []
for words in calls:
    sys.argv = ["poolbench", "--lang", "ru", *words]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as ended:
            answers.append((ended.code, said.getvalue()))
print(json.dumps(answers))
"""


def list_help(command, name=()):
    """The words that show the help of a command and of those below it."""
    yield (*name, "--help")
    if any(param.name == "help_all" for param in command.params):
        yield (*name, "--help-all")
    for each, below in getattr(command, "commands", {}).items():
        yield from list_help(below, (*name, each))


def answer(*calls):
    """The exit code of each command and all that it says, in Russian."""
    environment = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-c", CODE, json.dumps(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(zip(calls, json.loads(done.stdout), strict=True))


def find_english(said):
    """The words in Latin letters that are neither typed nor known."""
    known = ALLOWED | {entry.id for entry in list_operators()}
    return {word for word in WORD.findall(TYPED.sub(" ", said)) if word not in known}


def test_help_of_every_command_is_russian():
    pages = answer((), *list_help(typer.main.get_command(app)))
    assert len(pages) > 20
    for words, (code, page) in pages.items():
        # Without any word, the help is shown too.
        assert (words, code, find_english(page)) == (words, 0 if words else 2, set())
        assert "Использование: poolbench" in page


def test_refusals_are_russian_and_have_the_code_of_a_usage_error():
    refusals = answer(*REFUSED)
    for words, (code, said) in refusals.items():
        given = {part for word in words for part in WORD.findall(word)}
        assert (words, code, find_english(said) - given) == (words, 2, set())
        assert len(said.strip().splitlines()) <= 2
    assert "Возможно, вы имели в виду --operators" in refusals["run", "--operater", "max"][1]
    assert "вы имели в виду «run»" in refusals[("ran",)][1]


@pytest.mark.full(seconds=7)
def test_what_there_is_is_told_in_russian():
    for words, (code, said) in answer(*SHOWN).items():
        assert (words, code, find_english(leave_out_versions(said))) == (words, 0, set())


def leave_out_versions(said):
    """What the machine and its packages call themselves is no word of ours."""
    without_machine = re.sub(r"^(система|процессор) .*$", "", said, flags=re.M)
    return re.sub(r"\b\d[\w.+]*", "", without_machine)


def test_card_has_a_russian_line_before_the_english_ones(poolbench_here):
    heading, _, told, *_ = poolbench_here("operators", "gated", "--lang", "ru").stdout.splitlines()
    assert heading == "# gated"
    assert find_english(told) == set()
    assert "на английском" in told


def test_language_before_the_command_is_its_default(poolbench_here):
    assert "семейство" in poolbench_here("--lang", "ru", "operators").stdout
    assert "family" in poolbench_here("--lang", "ru", "operators", "--lang", "en").stdout
    assert "запусков нет" in poolbench_here("--lang", "ru", "runs").stderr


def test_every_command_takes_a_language():
    def list_lacking(command, name):
        if not any(param.name == "lang" for param in command.params):
            yield name
        for each, below in getattr(command, "commands", {}).items():
            yield from list_lacking(below, f"{name} {each}")

    assert list(list_lacking(typer.main.get_command(app), "poolbench")) == []
