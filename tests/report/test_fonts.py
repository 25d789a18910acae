"""Names in scripts that the first font lacks: another font, or a number with what it stands for."""

import os
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import pytest
from fontTools.fontBuilder import FontBuilder
from matplotlib import font_manager

from poolbench.report import fonts
from poolbench.report.figures.classes import draw_class_scores, draw_confusion
from poolbench.report.fonts import find_fonts, list_numbered, name_in_figures
from poolbench.report.style import use_style

# Letters that nobody has: for private use, and not assigned.
PRIVATE, NOBODY = "\U000f4e01", "\U000e0b01"


def write_font(path, family, letters):
    """A font in which each letter is a box."""
    names = [".notdef", *(f"g{ord(letter):x}" for letter in letters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): f"g{ord(letter):x}" for letter in letters})
    builder.setupGlyf({name: _draw_box() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return str(path)


def _draw_box():
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for point in ((550, 0), (550, 700), (50, 700)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Three fonts are installed: of the letter, of everything and nothing, and a damaged one."""
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    found = [
        write_font(tmp_path / "blank.ttf", "Last Resort Low", [PRIVATE, NOBODY]),
        write_font(tmp_path / "own.ttf", "Poolbench Test Script", [PRIVATE]),
        str(tmp_path / "broken.ttf"),
    ]
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: found)
    before = list(font_manager.fontManager.ttflist)
    fonts._find_fonts.cache_clear()
    yield
    font_manager.fontManager.ttflist[:] = before
    fonts._find_fonts.cache_clear()


def test_names_that_the_first_font_has_need_no_other(installed):
    assert find_fonts(["apple", "ёлка", "naïve", "Ωmega"]) == (("DejaVu Sans",), frozenset())


def test_an_installed_font_is_used_where_it_has_the_letters(installed, fake_view):
    names = ["apple", f"{PRIVATE}{PRIVATE}"]
    assert find_fonts(names) == (("DejaVu Sans", "Poolbench Test Script"), frozenset())
    assert name_in_figures(names) == names
    assert list_numbered(names) == []
    assert_drawn_without_a_word(fake_view(2, names), names)


def test_names_that_no_font_has_are_numbered(installed, fake_view):
    names = ["apple", f"x{NOBODY}", PRIVATE, "a\x07"]
    assert find_fonts(names).missing == {NOBODY}
    assert name_in_figures(names) == ["apple", "#2", PRIVATE, "a\\x07"]
    assert list_numbered(names) == [f"#2: x{NOBODY}"]
    assert_drawn_without_a_word(fake_view(2, names), names)


def assert_drawn_without_a_word(view, names):
    """Every letter in the figure has a sign, and nothing is said on the screen."""
    with use_style(names), warnings.catch_warnings():
        warnings.simplefilter("error")
        for drawing in (draw_confusion(view), draw_class_scores(view)):
            ElementTree.fromstring(drawing.to_files("x")["x.svg"])


def test_a_settings_file_of_the_working_directory_is_not_read(tmp_path):
    place = tmp_path / "matplotlibrc"
    if hasattr(os, "mkfifo"):
        # Whoever opens it waits.
        os.mkfifo(place)
    else:
        place.write_bytes(b"\xff\xfe no settings")
    code = (
        "import os; before = os.getcwd()\n"
        "import poolbench.report.style, matplotlib\n"
        "assert os.getcwd() == before\n"
        "print(matplotlib.matplotlib_fname() == 'matplotlibrc')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("True", "")
