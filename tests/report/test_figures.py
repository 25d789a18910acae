"""The figures: legible for any study, the same bytes each time, and of the numbers of the run."""

import dataclasses
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from poolbench.report.drawing import Drawing, key_variants
from poolbench.report.figures import FIGURES, list_figures
from poolbench.report.figures.classes import bin_confidences, compute_shares, draw_confusion
from poolbench.report.figures.comparison import (
    compute_matrix,
    draw_accuracy_time,
    draw_differences,
    find_front,
)
from poolbench.report.figures.curves import draw_accuracy_curves, draw_gaps, draw_loss_curves
from poolbench.report.figures.landscape import choose_levels
from poolbench.report.figures.shift import draw_moved
from poolbench.report.fonts import shorten
from poolbench.report.plates import place_all, render
from poolbench.report.read import read_run
from poolbench.report.style import get_look, use_style
from poolbench.report.words import say
from poolbench.verdict.sentence import flip


@pytest.fixture(scope="module")
def view(make_run):
    """Of a run in which all variants were compared with the one of the lowest mean, besides."""
    found = read_run(make_run(variants=4))
    name, differences = found.variants[-1].id, found.verdict.differences
    turned = [flip(pair) if pair.first == name else pair for pair in differences]
    against = tuple(pair for pair in turned if pair.second == name)
    changed = {"baseline": name, "against_baseline": against}
    return dataclasses.replace(found, verdict=found.verdict.model_copy(update=changed))


def draw_with_words(view, name):
    """As a file of its own; the Russian words are the longer ones."""
    view = dataclasses.replace(view, lang="ru")
    if not FIGURES[name].is_there(view):
        # What is drawn of runs that explain nothing.
        view = dataclasses.replace(view, explained=None)
    drawing = FIGURES[name].draw(view)
    drawing.add_words("ru")
    return drawing.figure


def list_text_boxes(figure):
    """Where every written word stands, in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [item.get_window_extent() for item in (figure._supxlabel, figure._supylabel) if item]
    boxes += [legend.get_window_extent() for legend in figure.legends]
    for axes in figure.axes:
        texts = [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, axes._left_title]
        for axis, place in ((axes.xaxis, 0), (axes.yaxis, 1)):
            low, high = sorted(axis.get_view_interval())
            # Matplotlib keeps ticks beyond the ends, which it does not draw.
            labels = axis.get_ticklabels()
            texts += [item for item in labels if low <= item.get_position()[place] <= high]
        boxes += [
            item.get_window_extent()
            for item in texts
            if item.get_visible() and item.get_text() and item.get_rotation() in (0, 90)
        ]
    return boxes, canvas.get_width_height()


@pytest.mark.parametrize("name", FIGURES)
def test_figures_have_no_overlapping_words_and_none_outside(view, name):
    with use_style():
        boxes, (width, height) = list_text_boxes(draw_with_words(view, name))
    for number, box in enumerate(boxes):
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= width + 1
        assert box.y1 <= height + 1
        # Half a pixel of touching is not an overlap.
        inner = box.padded(-0.5)
        assert not any(inner.overlaps(other) for other in boxes[:number])


@pytest.mark.full(seconds=4)
def test_figures_hold_twelve_variants_and_twenty_classes(make_run):
    classes = tuple(f"a rather long class {number}" for number in range(20))
    view = read_run(make_run(variants=12, classes=classes, repeats=1, epochs=2))
    with use_style():
        for name in ("confusion", "gaps", "differences", "matrix", "class-scores"):
            boxes, (width, _) = list_text_boxes(draw_with_words(view, name))
            assert all(box.x0 >= -1 and box.x1 <= width + 1 for box in boxes), name
            for number, box in enumerate(boxes):
                inner = box.padded(-0.5)
                assert not any(inner.overlaps(other) for other in boxes[:number]), name
        assert len(draw_loss_curves(view).figure.axes) == 12


def test_figures_of_one_variant_leave_out_the_differences(make_run):
    view = read_run(make_run(variants=1, classes=("a$b$", "<b>"), repeats=1, epochs=1))
    found = list_figures(view)
    moved = {"shift-consistency", "shift-accuracy"}
    assert set(found) == set(FIGURES) - {"differences", "baseline", "matrix"} - moved
    bare = set(list_figures(dataclasses.replace(view, explained=None)))
    assert moved <= bare
    assert not bare & {"landscape", "consistency-border"}
    with use_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in found:
            draw_with_words(view, name)
            panels = place_all(render(FIGURES[name].draw(view)), name)
            assert not any("<b>" in panel.svg for panel in panels)


def test_a_figure_is_saved_as_svg_and_png_and_the_same_bytes_again(view):
    before = dict(matplotlib.rcParams)
    found = []
    for size in (10, 30):
        # A user's settings neither disturb nor are changed.
        with matplotlib.rc_context({"font.size": size, "axes.grid": False}), use_style():
            drawing = draw_differences(view)
            drawing.add_words("ru")
            found.append(drawing.to_files("differences"))
    assert dict(matplotlib.rcParams) == before
    assert found[0] == found[1]
    assert found[0]["differences.svg"].startswith(b"<?xml")
    assert found[0]["differences.png"].startswith(b"\x89PNG")


@pytest.mark.full(seconds=5)
def test_a_figure_on_the_page_has_the_colours_of_the_page(view):
    with use_style():
        for name, kind in list_figures(view).items():
            for panel in place_all(render(kind.draw(view)), name):
                assert "var(--" in panel.svg, name
                for color in ("#22262b", "#6b727a", "#0072b2"):
                    assert color not in panel.svg, (name, color)


def test_learning_curves_draw_the_history(view):
    axes = draw_loss_curves(view).figure.axes[0]
    drawn = [line.get_ydata() for line in axes.get_lines()]
    for side in ("train", "held_out"):
        expected = view.variants[0].history[f"{side}_loss"]
        assert any(np.array_equal(line, expected) for line in drawn)


def test_shares_are_percent_of_the_true_class():
    shares = compute_shares(np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(shares, [[75, 25], [0, 0]])


def test_differences_are_the_best_less_each_other(view):
    axes = draw_differences(view).figure.axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    best, *others = [variant.label for variant in view.variants]
    assert labels == [f"{best} − {other}" for other in others]


def test_a_burst_of_the_loss_does_not_flatten_the_curves(view):
    history = view.variants[0].history
    usual = draw_loss_curves(view).figure.axes[0].get_ylim()[1]
    kept = history["held_out_loss"].copy()
    history["held_out_loss"][3] = 1e9
    try:
        top = draw_loss_curves(view).figure.axes[0].get_ylim()[1]
    finally:
        history["held_out_loss"][:] = kept
    assert top < 4 * usual


def test_twelve_variants_look_different():
    assert len({get_look(number) for number in range(12)}) == 12


def test_shorten_keeps_names_that_fit():
    assert shorten("x" * 17) == "x" * 17
    assert len(shorten("x" * 18)) == 17


def test_seconds_far_apart_are_readable_on_a_logarithmic_axis(make_run):
    view = read_run(make_run(variants=2, epochs=4))
    slow = [
        timing.model_copy(update={"train_seconds": 90.0}) for timing in view.variants[0].timings
    ]
    fast = [timing.model_copy(update={"train_seconds": 2.0}) for timing in view.variants[1].timings]
    variants = (
        dataclasses.replace(view.variants[0], timings=tuple(slow)),
        dataclasses.replace(view.variants[1], timings=tuple(fast)),
    )
    drawing = draw_accuracy_time(dataclasses.replace(view, variants=variants))
    drawing.figure.draw_without_rendering()
    [axes] = drawing.figure.axes
    assert axes.get_xscale() == "log"
    names = [label.get_text() for label in axes.get_xticklabels(which="both")]
    assert {"2", "50"} <= set(names)
    assert not any("$" in name for name in names)


def test_gaps_are_drawn_in_points_with_their_intervals(view):
    lines = draw_gaps(view).figure.axes[0].get_lines()[1:]
    for variant, (bar, dot) in zip(
        view.variants, zip(lines[::2], lines[1::2], strict=True), strict=True
    ):
        assert dot.get_xdata()[0] == pytest.approx(100 * variant.row.gap)
        assert bar.get_xdata()[0] < dot.get_xdata()[0] < bar.get_xdata()[1]


def test_front_leaves_out_what_something_else_beats_in_both():
    assert find_front([3.0, 1.0, 2.0, 2.0], [0.9, 0.5, 0.5, 0.7]) == [1, 3, 0]


def test_matrix_turns_its_sign_with_the_pair(view):
    points, judged = compute_matrix(view)
    np.testing.assert_array_equal(points, -points.T)
    np.testing.assert_array_equal(judged, judged.T)
    pair = view.verdict.differences[0]
    ids = [variant.id for variant in view.variants]
    assert points[ids.index(pair.first), ids.index(pair.second)] == pair.points


def test_bins_of_confidence_hold_what_was_said_and_what_was_right():
    confidence = np.array([0.95] * 20 + [0.55] * 10 + [0.75] * 3)
    is_right = np.array([True] * 18 + [False] * 2 + [True] * 5 + [False] * 5 + [True] * 3)
    said, right = bin_confidences(confidence, is_right)
    # Three predictions are too few to say anything.
    np.testing.assert_allclose(said, [0.55, 0.95])
    np.testing.assert_allclose(right, [0.5, 0.9])


def test_accuracy_curves_reach_from_the_lowest_tenth_to_one(view):
    low, high = draw_accuracy_curves(view).figure.axes[0].get_ylim()
    assert 0 <= low < 1 < high


def test_landscape_is_drawn_as_it_was_measured_and_steps_grow(view):
    losses = view.explained.arrays["landscape_losses"].astype(float)
    levels = choose_levels(losses)
    assert levels[0] == losses.min()
    assert levels[-1] < np.inf
    assert (np.diff(levels, 2) > 0).all()
    assert np.isfinite(choose_levels(np.full((3, 3), 0.5))).all()


def test_moved_curves_are_those_of_their_variant(view):
    explained = view.explained
    curves = np.arange(len(view.variants))[:, None, None] * np.ones((1, 2, 9))
    arrays = {**explained.arrays, "shift_consistency": curves}
    changed = dataclasses.replace(view, explained=dataclasses.replace(explained, arrays=arrays))
    lines = draw_moved(changed, measure="consistency", mode=1).figure.axes[0].get_lines()
    places = [explained.facts["variants"].index(variant.id) for variant in view.variants]
    assert [line.get_ydata()[0] for line in lines] == places


@pytest.mark.parametrize(
    ("variants", "classes"),
    [(3, 21), (4, 13), pytest.param(5, 100, marks=pytest.mark.full(seconds=2)), (46, 3)],
)
def test_confusion_has_a_place_for_every_number_of_variants_and_classes(
    fake_view, variants, classes
):
    with use_style():
        drawing = draw_confusion(fake_view(variants, [f"class {k}" for k in range(classes)]))
        drawing.figure.draw_without_rendering()
        panels = drawing.figure.axes[:variants]
        others = drawing.figure.axes[variants:]
    assert [axes.get_title(loc="left") for axes in panels] == [
        f"variant{k}" for k in range(variants)
    ]
    assert len(others) == (classes > 12)
    boxes = [axes.get_position() for axes in drawing.figure.axes]
    assert all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in boxes)
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_a_legend_of_many_variants_stays_within_the_figure():
    with use_style():
        figure = Figure(figsize=(8.2, 3.8), layout="constrained")
        figure.subplots()
        keys = key_variants([f"detail-preserving{k}" for k in range(46)])
        Drawing(figure, say("report.epoch"), say("report.loss"), keys).add_words("en")
        boxes, (width, height) = list_text_boxes(figure)
    for box in boxes:
        assert -1 <= box.x0 < box.x1 <= width + 1
        assert -1 <= box.y0 < box.y1 <= height + 1
