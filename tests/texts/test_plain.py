"""What others named stays text, whatever reads it first."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolbench.texts.plain import (
    escape_formula,
    escape_markdown,
    make_plain,
    make_plain_json,
    make_plain_page,
    read_escaped_formula,
)

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TROUBLE = st.text(st.sampled_from("=+-@;,\t\r\n\"' a1＝\x1b\x9b\u2028\ud800" + BIDI))
# What a spreadsheet may part cells by.
DELIMITERS = ";,\t"


@given(st.text() | TROUBLE)
def test_nothing_is_left_that_a_terminal_obeys(text):
    shown = make_plain_page(text)
    kinds = {unicodedata.category(letter) for letter in shown if letter not in "\n\t"}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set(BIDI)
    assert shown.encode() is not None
    assert not set(make_plain(text)) & set("\n\t")


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_letters_stay(text):
    assert make_plain(text) == text


def test_names_of_all_scripts_and_joined_emoji_stay():
    name = "Кошка №1 猫 کتاب‌خانه 👩‍🔬 é"
    assert make_plain_page(name) == name


@given(st.text() | TROUBLE)
def test_json_says_the_same(text):
    content = json.dumps([text], ensure_ascii=False)
    assert json.loads(make_plain_json(content)) == [text]
    assert make_plain_json(content) == make_plain_page(make_plain_json(content))


@given(TROUBLE)
def test_a_formula_can_be_read_back(cell):
    assert read_escaped_formula(escape_formula(cell)) == cell


@given(st.lists(TROUBLE, min_size=1), st.sampled_from(DELIMITERS))
def test_no_cell_begins_a_formula_however_a_spreadsheet_parts_them(cells, delimiter):
    content = io.StringIO()
    csv.writer(content).writerow([escape_formula(cell) for cell in cells])
    text = content.getvalue().replace("\r", "\n").replace("\n\n", "\n")
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        for cell in row:
            found = cell.lstrip(" \t\r\n\"'")[:1]
            is_escaped = not found or "'" in cell[: cell.index(found)]
            assert found not in "=+@＝" or is_escaped, cells


@pytest.mark.parametrize("cell", ["-1.50", "+0.25", "1e-7", "-1e5", "a-b", "a = b", "x@y", ""])
def test_numbers_and_words_stay(cell):
    assert escape_formula(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "-1+2", "＝1", '=cmd|"/c calc"!A1', "+x", "\t=1"]
)
def test_formulas_do_not(cell):
    assert "'" in escape_formula(cell)


def test_markdown_escapes_what_it_would_read():
    assert escape_markdown("[a](b) <c> `d`") == "\\[a\\](b) \\<c\\> \\`d\\`"


# XML 1.0, 2.2: what no document may hold, however it is written.
FORBIDDEN = [*map(chr, range(0x20)), *map(chr, range(0xD800, 0xE000)), "\ufffe", "\uffff"]


def test_no_character_that_xml_forbids_is_left():
    for letter in FORBIDDEN:
        assert make_plain(f"a{letter}b") == f"a{ascii(letter)[1:-1]}b"
    page = make_plain_page("".join(FORBIDDEN))
    assert [letter for letter in page if letter in FORBIDDEN] == ["\t", "\n"]
