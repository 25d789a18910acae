"""A figure without words is rendered once; its numbers are then written as a language does."""

import re

import pytest
from matplotlib.figure import Figure

from poolbench.report.drawing import Drawing
from poolbench.report.plates import place_all, render, render_again


def draw(names, title=""):
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.plot([0.25, 0.75], [0.5, 1.5])
    axes.set_xticks([0.25, 0.75])
    axes.set_yticks([0.5, 1.5], labels=names)
    axes.set_title(title)
    return Drawing(figure, "accuracy")


def list_texts(panels):
    return re.findall(r"<text[^>]*>([^<]*)</text>", panels[0].svg)


def test_numbers_are_written_as_the_language_does_and_names_stay():
    before = render(draw(["max.lab", "3.5"], "0.88"))
    after = render_again(draw(["max.lab", "3.5"], "0,88"), before, "ru")
    english, russian = (list_texts(place_all(done, "f")) for done in (before, after))
    assert {"0.25", "0.75", "max.lab", "3.5", "0.88"} <= set(english)
    assert {"0,25", "0,75", "max.lab", "3.5", "0,88"} <= set(russian)
    assert not {"0.25", "0.75", "0.88"} & set(russian)


@pytest.mark.parametrize(
    ("names", "title"), [(["груша", "слива"], "0,88"), (["pear", "plum"], "среднее")]
)
def test_other_words_are_rendered_again(names, title):
    before = render(draw(["pear", "plum"], "0.88"))
    found = list_texts(place_all(render_again(draw(names, title), before, "ru"), "f"))
    assert {*names, title} <= set(found)


def test_ids_of_a_page_are_of_one_figure_in_one_language():
    before = render(draw(["a", "b"]))
    after = render_again(draw(["a", "b"]), before, "ru")
    pages = [place_all(before, "f-en")[0].svg, place_all(after, "f-ru")[0].svg]
    found = [set(re.findall(r'id="([^"]*)"', svg)) for svg in pages]
    assert found[0] and not found[0] & found[1]
    for svg, ids in zip(pages, found, strict=True):
        assert set(re.findall(r'(?:href="|url\()#([^")]*)', svg)) <= ids
