"""The figures: legible for any study, the same bytes each time, and of the numbers of the run."""

import dataclasses
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from poolbench.report import figures
from poolbench.report.read import Suspect, read_run
from poolbench.report.style import get_look, shorten, use_style
from poolbench.verdict.sentence import flip


@pytest.fixture(scope="module")
def view(run_path):
    """Of a run in which all variants were compared with the one of the lowest mean, besides."""
    found = read_run(run_path)
    name, differences = found.variants[-1].id, found.verdict.differences
    turned = [flip(pair) if pair.first == name else pair for pair in differences]
    against = tuple(pair for pair in turned if pair.second == name)
    changed = {"baseline": name, "against_baseline": against}
    image = np.zeros((8, 8, 3), dtype=np.uint8)
    suspects = [Suspect(f"train/{k}", "a long class name", "another", 0.5, image) for k in range(9)]
    return dataclasses.replace(
        found, verdict=found.verdict.model_copy(update=changed), suspects=tuple(suspects)
    )


def list_text_boxes(figure):
    """Where every written word stands, in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = []
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


@pytest.mark.parametrize("name", figures.FIGURES)
def test_figures_have_no_overlapping_words_and_none_outside(view, name):
    with use_style():
        # The Russian words are the longer ones.
        boxes, (width, height) = list_text_boxes(figures.FIGURES[name](view, "ru"))
    for number, box in enumerate(boxes):
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= width + 1
        assert box.y1 <= height + 1
        # Half a pixel of touching is not an overlap.
        inner = box.padded(-0.5)
        assert not any(inner.overlaps(other) for other in boxes[:number])


def test_figures_hold_twelve_variants_and_twenty_classes(make_run):
    classes = tuple(f"a rather long class {number}" for number in range(20))
    view = read_run(make_run(variants=12, classes=classes, repeats=1, epochs=2))
    with use_style():
        for name in ("confusion", "over-fitting", "differences"):
            boxes, (width, _) = list_text_boxes(figures.FIGURES[name](view, "ru"))
            assert all(box.x0 >= -1 and box.x1 <= width + 1 for box in boxes), name
            for number, box in enumerate(boxes):
                inner = box.padded(-0.5)
                assert not any(inner.overlaps(other) for other in boxes[:number]), name
        assert len(figures.draw_learning_curves(view).axes) == 2 * 12


def test_figures_of_one_variant_leave_out_the_differences(make_run, tmp_path):
    path = make_run(variants=1, classes=("a$b$", "<b>"), repeats=1, epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saved = figures.save_figures(read_run(path), "en", tmp_path)
    assert set(saved) == set(figures.FIGURES) - {"differences", "baseline", "suspects"}


def test_save_figures_writes_svg_and_png_and_the_same_bytes_again(view, tmp_path):
    before = dict(matplotlib.rcParams)
    first = figures.save_figures(view, "ru", tmp_path / "first")
    # A user's settings neither disturb nor are changed.
    assert dict(matplotlib.rcParams) == before
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False}):
        second = figures.save_figures(view, "ru", tmp_path / "second")
    assert set(first) == set(figures.FIGURES)
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes()
        pictures = [place.with_suffix(".png").read_bytes() for place in (path, second[name])]
        assert pictures[0] == pictures[1]
        assert pictures[0].startswith(b"\x89PNG")


def test_learning_curves_draw_the_history(view):
    axes = figures.draw_learning_curves(view).axes[0]
    drawn = [line.get_ydata() for line in axes.get_lines()]
    for side in ("train", "held_out"):
        expected = view.variants[0].history[f"{side}_loss"]
        assert any(np.array_equal(line, expected) for line in drawn)


def test_shares_are_percent_of_the_true_class():
    shares = figures.compute_shares(np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(shares, [[75, 25], [0, 0]])


def test_differences_are_the_best_less_each_other(view):
    axes = figures.draw_differences(view).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    best, *others = [variant.label for variant in view.variants]
    assert labels == [f"{best} − {other}" for other in others]


def test_a_burst_of_the_loss_does_not_flatten_the_curves(view):
    history = view.variants[0].history
    usual = figures.draw_learning_curves(view).axes[0].get_ylim()[1]
    kept = history["held_out_loss"].copy()
    history["held_out_loss"][3] = 1e9
    try:
        top = figures.draw_learning_curves(view).axes[0].get_ylim()[1]
    finally:
        history["held_out_loss"][:] = kept
    assert top < 4 * usual


def test_twelve_variants_look_different():
    assert len({get_look(number) for number in range(12)}) == 12


def test_shorten_keeps_names_that_fit():
    assert shorten("x" * 16) == "x" * 16
    assert len(shorten("x" * 17)) == 16


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
    figure = figures.draw_accuracy_time(dataclasses.replace(view, variants=variants))
    figure.draw_without_rendering()
    [axes] = figure.axes
    assert axes.get_xscale() == "log"
    names = [label.get_text() for label in axes.get_xticklabels(which="both")]
    assert {"2", "50"} <= set(names)
    assert not any("$" in name for name in names)
