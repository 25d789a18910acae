"""Figures of the report on axes and in figures of one's own."""

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from poolbench.errors import UnknownNameError, UsageError
from poolbench.report.figures import FIGURES, list_figures
from poolbench.report.plot import plot_figure
from poolbench.report.read import read_run

PANELED = {"confusion", "loss-curves", "accuracy-curves"}


@pytest.fixture(autouse=True)
def _plain():
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("agg")
        yield
        pyplot.close("all")


@pytest.fixture(scope="module")
def path(finished):
    return finished[0]


@pytest.fixture(scope="module")
def names(path):
    return list(list_figures(read_run(path)))


def test_every_figure_of_the_run_is_drawn_on_axes_or_says_that_it_needs_more(path, names):
    assert set(names) > PANELED
    for name in names:
        figure = Figure()
        own, other = figure.subplots(1, 2)
        if name in PANELED:
            with pytest.raises(UsageError, match="panel for each variant"):
                plot_figure(path, name, "en", own, None)
            continue
        assert plot_figure(path, name, "en", own, None) is own
        assert own.get_xlabel()
        assert own.has_data()
        assert not other.has_data()
        figure.draw_without_rendering()


@pytest.mark.full(seconds=6)
def test_every_figure_of_the_run_is_drawn_in_a_part_of_a_figure(path, names):
    for name in names:
        figure = Figure(figsize=(24, 12), layout="constrained")
        left, right = figure.subfigures(1, 2)
        before = right.subplots()
        found = plot_figure(path, name, "en", None, left)
        panels = found if name in PANELED else [found]
        assert len(panels) == (3 if name in PANELED else 1)
        assert all(panel.has_data() for panel in panels)
        assert before not in panels
        assert not before.has_data()
        figure.draw_without_rendering()


def test_figure_of_its_own_is_that_of_the_report(path):
    axes = plot_figure(path, "differences", "ru", None, None)
    assert pyplot.get_fignums() == [axes.figure.number]
    assert axes.figure.get_supxlabel().startswith("разность")
    assert axes.figure.legends
    panels = plot_figure(path, "loss-curves", "en", None, None)
    assert len(panels) == 3


def test_own_settings_are_neither_used_up_nor_changed(path):
    matplotlib.rcParams["lines.linewidth"] = 7.0
    before = dict(matplotlib.rcParams)
    plot_figure(path, "gaps", "en", pyplot.subplots()[1], None)
    plot_figure(path, "gaps", "en", None, None)
    assert dict(matplotlib.rcParams) == before


def test_points_are_those_of_the_verdict(path):
    axes = plot_figure(path, "differences", "en", Figure().subplots(), None)
    drawn = [line.get_xdata()[0] for line in axes.get_lines() if line.get_marker() == "o"]
    best = read_run(path).variants[0].id
    wanted = [
        d.points if d.first == best else -d.points
        for d in read_run(path).verdict.differences
        if best in (d.first, d.second)
    ]
    np.testing.assert_allclose(sorted(drawn), sorted(wanted))


def test_names_with_signs_of_a_formula_are_drawn_as_they_are(make_run):
    path = make_run(classes=("a$b$", "$x_{", "c"))
    figure = Figure()
    plot_figure(path, "class-scores", "en", figure.subplots(), None)
    figure.draw_without_rendering()
    words = {label.get_text(): label for label in figure.axes[0].get_yticklabels()}
    assert not words["a$b$"].get_parse_math()


def test_wrong_wishes_are_answered(path):
    with pytest.raises(UnknownNameError, match="Did you mean 'differences'"):
        plot_figure(path, "diferences", "en", None, None)
    absent = next(name for name in FIGURES if name not in list_figures(read_run(path)))
    with pytest.raises(UsageError, match=r"has nothing to draw.*It has: "):
        plot_figure(path, absent, "en", None, None)
    for place in ((7, None), ([], None), (None, "figure")):
        with pytest.raises(UsageError, match="expected matplotlib axes"):
            plot_figure(path, "gaps", "en", *place)
    figure = Figure()
    with pytest.raises(UsageError, match="only one of them"):
        plot_figure(path, "gaps", "en", figure.subplots(), figure)
