"""A part that cannot be made costs that part and a line; the rest of the report is there."""

import shutil

import numpy as np
import pytest

from poolbench.data.npz import read_arrays
from poolbench.report.build import build_report
from poolbench.report.faults import Faults, describe_error
from poolbench.report.handin.build import build_handin
from poolbench.rundir.formats import pack_arrays


@pytest.fixture(scope="module")
def half_broken(make_run, tmp_path_factory):
    """A run of which the landscape, the attention and one table cannot be made."""
    made = make_run(variants=2, repeats=1, epochs=2)
    path = shutil.copytree(made, tmp_path_factory.mktemp("broken") / "study")
    place = path / "best" / "explain.npz"
    arrays = read_arrays(place)
    arrays["landscape_coefficients"] = np.zeros(3)
    del arrays["cam_heat"]
    place.write_bytes(pack_arrays(arrays))
    return path


@pytest.mark.full(seconds=5, always=True)
def test_what_fails_costs_that_part_and_a_line_on_page_and_screen(half_broken):
    told = []
    page = build_report(half_broken, "en", told.append).read_text(encoding="utf-8")
    assert [line.partition(" (")[0] for line in told] == [
        "Figure landscape could not be drawn",
        "The images of section attention could not be shown",
    ]
    assert "Не удалось построить рисунок landscape" in page
    notes = page[page.index('<div class="notes">') : page.index("<nav")]
    assert "Figure landscape could not be drawn" in notes
    for name in ("confusion", "differences", "loss-curves", "consistency-border"):
        assert f'id="figure-{name}"' in page
    assert 'id="figure-landscape"' not in page
    assert not (half_broken / "figures" / "landscape.svg").exists()


@pytest.mark.full(seconds=2)
def test_the_hand_in_keeps_the_number_of_a_figure_that_fails(half_broken):
    made = build_handin(half_broken)
    assert [line.speak("ru").partition(" (")[0] for line in made.failed] == [
        "Не удалось построить рисунок landscape"
    ]
    assert made.failed[0].speak("en") in made.describe("en")[0]
    text = made.files[0].read_text(encoding="utf-8")
    assert "не удалось построить этот рисунок" in text
    assert made.files[1].is_file()


def test_an_attempt_gives_what_was_made_or_a_line():
    faults = Faults()
    assert faults.attempt("table", "costs", lambda: 3) == 3
    assert faults.attempt("table", "costs", lambda: {}["gap"]) is None
    assert faults.attempt("figure", "gaps", lambda: int("x\n\x1b")) is None
    assert [line.speak("en") for line in faults.lines] == [
        "Table costs could not be made (KeyError: 'gap').",
        "Figure gaps could not be drawn (ValueError: invalid literal for int() with base 10: "
        "'x\\n\\x1b').",
    ]


def test_an_error_without_words_is_named_by_its_kind():
    assert describe_error(MemoryError()) == "MemoryError"
    assert describe_error(ValueError("first\nsecond")) == "ValueError: first"
