"""Every command in the documentation is one that the program takes."""

import re
import tomllib

import pytest
from typer import _click
from typer.main import get_command

from pages import ROOT, list_commands, list_mentioned, list_pages, read_blocks
from poolbench.cli.app import app
from poolbench.cli.command import LongCommand, join_lists

# What others than poolbench are told to do, and where that is done.
OTHERS = {
    "python3 -m venv": "by .ci/run",
    "pip install": "by .ci/run; that extras and files are there, below",
    "pytest": "by .ci/run",
    ".ci/run": "by whoever commits",
    "python .ci/licences.py": "tests/test_supply.py reads what it writes",
    "python -m benchmarks.": "tests/test_benchmarks.py starts every script",
    "python3 -m http.server": "goes on until Ctrl-C, and is Python's own",
    "mkdocs serve": "goes on until Ctrl-C; .ci/run builds the site",
    "mkdocs build": "by .ci/run",
    "npm pack": "needs the net; tests/serve takes its place by a bundle",
    "tar xzf": "unpacks what npm fetches",
    "hf auth": "needs an account",
    "uv pip compile": "needs the net; tests/test_supply.py reads what it writes",
    "ray": "opens ports to other machines; tests/executors starts clusters",
    "RAY_AUTH_MODE=token ray": "opens ports to other machines",
}


def parse(words, *, is_sentence=False):
    """Parse a command as the program does, without looking at the values of its options.

    Returns:
        The path of the command.
    """
    command, path, rest = get_command(app), ["poolbench"], list(words[1:])
    while rest and rest[0] in getattr(command, "commands", {}):
        path.append(rest.pop(0))
        command = command.commands[path[-1]]
    assert not (hasattr(command, "commands") and rest and not rest[0].startswith("-")), words
    context = command.context_class(command, info_name=path[-1])
    if isinstance(command, LongCommand):
        rest, strays = join_lists(rest, {name: p for p in command.params for name in p.opts})
        assert not strays, words
    try:
        command.make_parser(context).parse_args(rest)
    except _click.exceptions.BadOptionUsage as error:
        # A sentence may name an option without its value.
        assert is_sentence and words[-1] == error.option_name, words
    return path


@pytest.mark.parametrize("page", list_pages())
def test_commands_are_known(page):
    for words in list_mentioned(page):
        parse(words, is_sentence=True)
    for words in list_commands(page):
        if words[0] == "poolbench":
            parse(words[: words.index(">")] if ">" in words else words)
        else:
            said = " ".join(words)
            assert any(said.startswith(known) for known in OTHERS), f"{page}: {said}"


def test_unknown_commands_are_noticed():
    for command in ("poolbench walk", "poolbench run photos/", "poolbench run --colour red"):
        with pytest.raises((AssertionError, Exception), match=r"walk|photos|--colour"):
            parse(command.split())


@pytest.mark.parametrize("page", list_pages())
def test_what_is_installed_is_there(page):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = extras["project"]["optional-dependencies"].keys()
    text = (ROOT / page).read_text(encoding="utf-8")
    for names in re.findall(r"(?:poolbench|'\.)\[([a-z,]+)\]", text):
        assert set(names.split(",")) <= known, page
    for file in re.findall(r"pip install[^\n`]* -[cr] (\S+)", text):
        assert (ROOT / file).is_file(), page


@pytest.mark.parametrize("page", list_pages())
def test_blocks_are_whole(page):
    """Settings can be read, and every block says what it is."""
    for block in read_blocks(page):
        assert block.language in ("bash", "python", "text", "toml", "console", ""), block
        if block.language == "toml":
            assert tomllib.loads(block.text)
