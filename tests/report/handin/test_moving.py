"""The shift test: numbers of the largest shift, and the fully connected network beside them."""

import dataclasses

import numpy as np
import pytest

from poolbench.report.figures.shift import average_shift
from poolbench.report.handin.blocks import Draft, Paragraph
from poolbench.report.handin.moving import compare_with_mlp, measure_moved, write_shift
from poolbench.report.read import read_run
from poolbench.texts.filling import format_number


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


def connect(view, place):
    """The view, with one variant of a fully connected network."""
    variants = list(view.variants)
    spec = variants[place].spec.model_copy(update={"backbone": "mlp"})
    variants[place] = dataclasses.replace(variants[place], spec=spec, label="сеть mlp")
    return dataclasses.replace(view, variants=tuple(variants), explained=None)


def test_moved_is_what_was_computed_for_the_report(view):
    arrays = view.explained.arrays
    for variant in view.variants:
        place = view.explained.facts["variants"].index(variant.id)
        moved = measure_moved(view, variant)
        assert moved.pixels == 8
        assert moved.consistency == arrays["shift_consistency"][place, 0, 8]
        assert moved.before == arrays["shift_accuracy"][place, 0, 0]


def test_moved_is_the_mean_over_trials_where_nothing_was_computed(view):
    variant = view.variants[1]
    moved = measure_moved(dataclasses.replace(view, explained=None), variant)
    expected = np.mean([trial.shift.accuracy for trial in variant.trials], axis=0)
    assert (moved.pixels, moved.before) == (4, pytest.approx(expected[0]))
    assert moved.accuracy == pytest.approx(expected[4])


def test_the_mlp_is_compared_with_the_best_convolutional_network(view):
    steady, shaky = sorted(
        range(3), key=lambda place: -average_shift(view.variants[place], "consistency")[-1]
    )[::2]
    assert "выше" in compare_with_mlp(connect(view, shaky))
    if steady == 0:
        assert "ниже" in compare_with_mlp(connect(view, steady))
    share = average_shift(view.variants[shaky], "consistency")[-1]
    told = format_number(share, ".1%", "ru")
    assert f"(сеть mlp) сохраняет ответ для {told}" in compare_with_mlp(connect(view, shaky))


def test_without_an_mlp_it_is_said_how_to_add_one(view):
    assert "--backbones lab,mlp" in compare_with_mlp(view)


def test_the_section_says_which_pictures_were_moved_and_how_each_border_is_filled(view):
    for found, is_part in ((view, True), (dataclasses.replace(view, explained=None), False)):
        draft = Draft()
        write_shift(draft, found)
        told = [block.text for block in draft.blocks if isinstance(block, Paragraph)]
        count = view.explained.arrays["shift_counts"].max()
        assert (f"({count})" in "".join(told)) == is_part
        assert ("повтор 1, блок 1" in told[0]) == is_part
        [far] = [line for line in told if line.startswith("При наибольшем сдвиге")]
        assert ("по кругу" in far) == is_part and ("отражением" in far) != is_part
