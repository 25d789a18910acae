"""Both documents as others read them: Markdown by markdown-it, DOCX by python-docx."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from docx import Document
from markdown_it import MarkdownIt

from poolbench.report.handin.build import build_handin


@dataclass
class Read:
    """What a document says; ``pictures`` are paths as the Markdown names them, or bytes."""

    headings: list[str]
    paragraphs: list[str]
    captions: list[str]
    tables: list[list[list[str]]]
    pictures: list

    @property
    def text(self) -> str:
        cells = [cell for table in self.tables for row in table for cell in row]
        return "\n".join([*self.headings, *self.paragraphs, *self.captions, *cells])


def is_caption(line: str) -> bool:
    return re.match(r"(Рисунок|Таблица) \d+ — ", line) is not None


def read_markdown(path: Path) -> Read:
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    found = Read([], [], [], [], [])
    kinds: list[str] = []
    for token in tokens:
        if token.nesting:
            kinds.append(token.type) if token.nesting > 0 else kinds.pop()
        if token.type == "table_open":
            found.tables.append([])
        elif token.type == "tr_open":
            found.tables[-1].append([])
        elif token.type == "inline":
            assert not [child for child in token.children if "html" in child.type], token.content
            pictures = [child for child in token.children if child.type == "image"]
            found.pictures += [picture.attrs["src"] for picture in pictures]
            text = "".join(
                "\n" if child.type == "hardbreak" else child.content
                for child in token.children
                if child.type != "image"
            )
            if "heading_open" in kinds:
                found.headings.append(text)
            elif "table_open" in kinds:
                found.tables[-1][-1].append(text)
            elif is_caption(text):
                found.captions.append(text)
            elif text:
                found.paragraphs.append(text)
    for table in found.tables:
        if not any(table[0]):
            del table[0]
    return found


def read_docx(path: Path) -> Read:
    document = Document(str(path))
    paragraphs = document.paragraphs
    lines = [line.text for line in paragraphs if not line.style.name.startswith("Heading")]
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]
    pictures = [shape._inline.graphic.graphicData.pic for shape in document.inline_shapes]
    places = [picture.blipFill.blip.embed for picture in pictures]
    return Read(
        [line.text for line in paragraphs if line.style.name.startswith("Heading")],
        [line for line in lines if line and not is_caption(line)],
        [line for line in lines if is_caption(line)],
        tables,
        [document.part.related_parts[place].blob for place in places],
    )


@pytest.fixture(scope="session")
def read_both():
    """A function that reads both documents of a folder."""
    return lambda folder: (
        read_markdown(folder / "lab-report.md"),
        read_docx(folder / "lab-report.docx"),
    )


@pytest.fixture(scope="session")
def build_both(read_both):
    """A function that writes the hand-in of a run and reads both documents."""

    def build(path: Path, author: str | None = None, group: str | None = None):
        return read_both(build_handin(path, author, group).files[0].parent)

    return build
