"""What Markdown would take for a sign stays text."""

import pytest
from markdown_it import MarkdownIt

from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.markdown import write_markdown
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
