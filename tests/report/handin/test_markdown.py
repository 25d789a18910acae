"""What Markdown would take for a sign stays text."""

import io
from datetime import UTC, datetime

import pytest
from docx import Document
from markdown_it import MarkdownIt

from poolbench.report.handin.blocks import Draft, clean
from poolbench.report.handin.markdown import write_markdown
from poolbench.report.handin.word import write_docx
from poolbench.texts.plain import escape_markdown

TEXTS = [
    "<b>жирно</b>", "*x* **y** _z_ __w__", "a_b_c", "[text](link) ![i](j)", "`code` \\ \\*",
    "1. first", "2) second", "# no heading", "- no list", "+ no list", "=== no rule", "> no quote",
    "~~gone~~", "&amp; &lt;", "$a$ | b", "имя ____ пусто", "https://x.y <https://z>", "***",
]  # fmt: skip


def render(source):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    return [
        "".join(child.content for child in token.children if child.type == "text")
        for token in tokens
        if token.type == "inline"
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_shown_letter_by_letter_wherever_it_stands(text):
    draft = Draft()
    draft.say(text)
    draft.say(text, is_bold=True)
    draft.list_items([text])
    draft.add_table(text, [text, "b"], [[text, "c"]], marked=[0])
    paragraph, bold, item, caption, head, _, cell, _ = render(write_markdown(draft.blocks))
    assert {paragraph, bold, head, cell} == {text}
    assert item == f"{text}."
    assert caption == f"Таблица 1 — {text}"


def test_names_stay_readable():
    assert escape_markdown("pickup_truck (точность 0.9)") == "pickup_truck (точность 0.9)"


def test_no_character_that_xml_forbids_reaches_a_document():
    forbidden = [*map(chr, range(0x20)), "\ud800", "\udfff", "\ufffe", "\uffff"]
    draft = Draft()
    name = f"a{''.join(forbidden)}b"
    draft.add_heading(name)
    draft.add_step(name)
    draft.say(name)
    draft.list_items([name, name])
    draft.add_screenshot(name, "hint")
    draft.add_table(name, [name], [[name]])
    written = write_markdown(draft.blocks)
    assert not set(written) & {*forbidden} - {"\n"}
    document = Document(
        io.BytesIO(write_docx(draft.blocks, "Отчёт", clean(name), datetime.now(UTC)))
    )
    assert "\N{REPLACEMENT CHARACTER}" in document.tables[0].rows[0].cells[0].text
