"""What the documentation tells a reader to type: blocks of code and commands, by page."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^( *)```(\w*)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`poolbench( [^`]*)?`")


class Block(NamedTuple):
    """A fenced block: its language, the file that it is to be saved as, if any, and its text."""

    language: str
    file: str | None
    text: str


def list_pages() -> list[str]:
    """Return the pages that a person reads, but for those that other tests read.

    The program writes the page of commands, and examples of the cards run where cards are tested.
    """
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    names = {path.relative_to(ROOT).as_posix() for path in found}
    cards = {name for name in names if name.startswith("docs/operators/")}
    others = {"docs/commands.md", *(cards - {"docs/operators/README.md"})}
    return sorted(names - others)


def read_page(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def read_blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    blocks = []
    for _, language, rest, text in FENCE.findall(read_page(page)):
        title = re.search(r'title="([^"]+)"', rest)
        blocks.append(Block(language, title[1] if title else None, textwrap.dedent(text)))
    return blocks


def split_commands(text: str) -> Iterator[list[str]]:
    """Give the commands of a block, word by word, without what only a shell knows.

    >>> list(split_commands("python3 -m venv .venv && .venv/bin/poolbench run # once"))
    [['python3', '-m', 'venv', '.venv'], ['poolbench', 'run']]
    """
    for line in text.replace("\\\n", " ").splitlines():
        words: list[str] = []
        for word in [*shlex.split(line, comments=True), "&&"]:
            if word != "&&":
                words.append(word.removeprefix(".venv/bin/"))
            elif words:
                yield words
                words = []


def list_commands(page: str) -> list[list[str]]:
    """Return the commands of all blocks of a page."""
    blocks = [block for block in read_blocks(page) if block.language == "bash"]
    return [words for block in blocks for words in split_commands(block.text)]


def list_mentioned(page: str) -> list[list[str]]:
    """Return the commands of poolbench that stand in sentences; … stands for some words."""
    prose = FENCE.sub("", read_page(page))
    commands = [shlex.split(found[0].strip("`")) for found in INLINE.finditer(prose)]
    return [[word for word in words if word != "…"] for words in commands]
