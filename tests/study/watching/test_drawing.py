"""The table of a running study: whole words at any width, and the same facts everywhere."""

import io

import pytest
from rich.console import Console

from poolbench.records import LiveRecord, LiveVariant
from poolbench.study.watching.notebook import draw_html
from poolbench.study.watching.table import choose_columns, make_table
from poolbench.study.watching.terminal import choose_rows, draw_live
from poolbench.study.watching.words import draw_blocks

CURVE = tuple(0.4 + 0.01 * k for k in range(40))


def make_live(variants=3, name="variant-{}", **facts):
    rows = tuple(
        LiveVariant(
            variant=name.format(k),
            label=name.format(k),
            done=k,
            total=60,
            accuracy=0.5 + k / 100,
            low=0.4,
            high=0.6,
            curve=CURVE,
            seconds_left=4000.0,
        )
        for k in range(variants)
    )
    default = {"done": 12, "total": 60, "share": 0.2, "seconds_left": 4000.0, "repeats": 4}
    return LiveRecord(step="train", variants=rows, **{**default, **facts})


def draw(live, width, height=24, lang="en", encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, width=width, height=height, force_terminal=True, color_system=None)
    console.print(draw_live(live, lang, console))
    file.flush()
    return file.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_table_fits_and_nothing_is_cut(width, lang):
    lines = draw(make_live(), width, lang=lang).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    for k in range(3):
        assert any(f"variant-{k} " in line for line in lines)


def test_wide_terminal_shows_every_column_and_a_narrow_one_the_first():
    wide, narrow = draw(make_live(), 120), draw(make_live(), 40)
    for fact in ("variant-1", "1/60", "0.5100", "0.4000–0.6000", "█", "1 h 06 min"):
        assert fact in wide
    assert "0.4000–0.6000" not in narrow
    assert "0.5100" in narrow


def test_more_variants_than_lines_are_named_and_the_best_are_shown():
    told = draw(make_live(46), 80, height=24)
    assert len(told.splitlines()) < 24
    assert "variant-45" in told
    assert "variant-0 " not in told
    assert "29 more variants" in told
    rows = make_live(46).variants
    assert choose_rows(rows, 46) == rows


def test_terminal_that_has_no_blocks_gets_signs_it_has():
    # A Russian console of Windows: writing what it lacks would raise an error.
    told = draw(make_live(), 120, lang="ru", encoding="cp1251")
    assert "0,4000–0,6000" in told
    assert "==***#" in told


def test_step_without_variants_is_one_line():
    told = draw(LiveRecord(step="measure", done=12, total=46), 80)
    assert "12/46" in told
    assert len(told.splitlines()) == 1


def test_name_that_is_wider_than_the_terminal_is_shown_whole():
    told = draw(make_live(1, name="m" * 50), 40)
    assert sum(line.count("m") for line in told.splitlines() if "%" not in line) >= 50


def test_columns_are_left_out_in_the_order_that_is_given():
    widths = [4, 7, 1]
    assert choose_columns(widths, 21) == [0, 1, 2]
    assert choose_columns(widths, 20) == [0, 1]
    assert choose_columns(widths, 20, dropped_first=[1]) == [0, 2]
    # The first column stays, however narrow it is.
    assert choose_columns(widths, 1) == [0]
    rows = [["name", "a word", "3"]]
    assert len(make_table(["a", "long heading", "c"], rows, 20, [1]).columns) == 2


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_headings_that_are_wrapped_cut_no_cell(width):
    headings = ["variant", "training − held-out", "training time (s)", "multiply-adds (millions)"]
    row = ["max.lab-example.quick", "−0.0321", "1,234.5", "21.34"]
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(make_table(headings, [row, row], width))
    told = console.file.getvalue()
    shown = [cell for cell in row if cell in told]
    assert all(told.count(cell) == 2 for cell in shown)
    assert len(shown) >= {40: 2, 60: 3, 80: 4, 120: 4}[width]
    assert max(len(line.rstrip()) for line in told.splitlines()) <= width


def test_curve_keeps_its_last_value_and_a_level_one_is_flat():
    assert draw_blocks([0.1, 0.9]) == "▁█"
    assert draw_blocks([0.5] * 30) == "▁" * 12
    assert draw_blocks([]) == ""
    assert draw_blocks([*([0.0] * 100), 1.0])[-1] == "█"


def test_notebook_shows_the_same_facts_and_names_as_text():
    page = draw_html(make_live(name="<b>{}"), "en")
    assert "&lt;b&gt;1" in page
    assert "<b>" not in page
    for fact in ("1/60", "0.5100", "0.4000–0.6000", "1 h 06 min", "<polyline", 'value="0.200"'):
        assert fact in page
