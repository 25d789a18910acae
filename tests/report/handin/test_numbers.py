"""Numbers of the sentences, against values that can be checked by eye."""

import dataclasses
import re

import pytest

from poolbench.records import Check, Overfit
from poolbench.report.handin.counting import spell_some
from poolbench.report.handin.numbers import (
    describe_reach,
    find_difference,
    find_extremes,
    find_ratio,
    group_checks,
    list_confused,
)
from poolbench.report.handin.task import describe_recipe
from poolbench.report.handin.training import describe_rise
from poolbench.report.pairs import make_differences
from poolbench.report.read import read_run
from poolbench.report.words import speak
from poolbench.training.recipes import get_recipe

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


def test_confused_classes_come_with_their_counts(view):
    best = view.leading
    side = best.trials[0].held_out.model_copy(
        update={"confusion": ((8, 2, 0), (0, 9, 1), (5, 0, 5))}
    )
    trial = best.trials[0].model_copy(update={"held_out": side})
    changed = tuple(
        dataclasses.replace(variant, trials=(trial,)) if variant is best else variant
        for variant in view.variants
    )
    found = list_confused(dataclasses.replace(view, variants=changed), 9)
    assert found == [
        ("lion", "apple", 5, 10),
        ("apple", "forest", 2, 10),
        ("forest", "lion", 1, 10),
    ]


def test_a_difference_is_found_from_both_sides(view):
    pair = view.verdict.differences[0]
    assert find_difference(view, pair.first, pair.second) == pair
    turned = find_difference(view, pair.second, pair.first)
    assert (turned.points, turned.low) == (-pair.points, -pair.high)
    assert find_difference(view, pair.first, "nobody") is None


def test_a_ratio_is_found_from_both_sides(finished):
    view = read_run(finished[0])
    pair = view.timing.train_ratios[0]
    assert find_ratio(view, pair.second, pair.first).ratio == pytest.approx(1 / pair.ratio)
    assert find_ratio(dataclasses.replace(view, timing=None), pair.first, pair.second) is None


def test_extremes_are_the_largest_and_the_smallest(view):
    most, least = find_extremes(view, lambda variant: variant.row.train_seconds)
    seconds = [variant.row.train_seconds for variant in view.variants]
    assert (most.row.train_seconds, least.row.train_seconds) == (max(seconds), min(seconds))


def test_checks_of_one_kind_stand_together(finished):
    checks = read_run(finished[0]).verification.checks
    groups = group_checks([*checks, Check(name="something new", passed=True)])
    assert sum(len(group) for group in groups.values()) == len(checks) + 1
    assert [check.name for check in groups.pop("something new")] == ["something new"]
    # Every check that there is today has a name in Russian.
    assert not [name for name in groups if name in {check.name for check in checks}]
    assert {check.tolerance for check in groups["логиты"]} == {1e-3}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lab", "SGD, скорость обучения 0,005 (постоянная), импульс 0,9; размер пакета — 128"),
        ("lab", "аугментация: нет."),
        ("quick", "аугментация: отражения, сдвиги до 4 пикселей."),
    ],
)
def test_recipe_is_described_by_its_settings(name, expected):
    assert expected in describe_recipe(get_recipe(name))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(3, 0.0)], "на последней эпохе (3-й)"),
        ([(2, 0.25)], f"на 2-й эпохе из 3, к последней она выросла на 0,2500{SPACE}ната"),
        (
            [(2, 0.00001)],
            f"на 2-й эпохе из 3, к последней она выросла меньше чем на 0,0001{SPACE}ната",
        ),
        ([(1, 0.25)], f"на 1-й эпохе из 3, к последней она выросла на 0,2500{SPACE}ната"),
        ([(3, 0.0), (3, 0.0)], "на последней эпохе (3-й)"),
        (
            [(1, 0.5), (2, 0.0)],
            f"на эпохе 1,5 (медиана) из 3, к последней она выросла на 0,2500{SPACE}ната",
        ),
        # The median lies before the end, and one of the trainings rose no more.
        (
            [(2, 0.5), (3, 0.0)],
            "на последней эпохе (3-й) в одном обучении из двух, в другом — раньше; в среднем по "
            "всем обучениям к последней эпохе она выросла относительно минимума "
            f"на 0,2500{SPACE}ната",
        ),
        (
            [(2, 0.00001), (3, 0.0)],
            "на последней эпохе (3-й) в одном обучении из двух, в другом — раньше; в среднем по "
            "всем обучениям к последней эпохе она выросла относительно минимума "
            f"меньше чем на 0,0001{SPACE}ната",
        ),
        (
            [(3, 0.0), (3, 0.0), (1, 0.6)],
            "на последней эпохе (3-й) в двух обучениях из трёх, в оставшемся — раньше; в среднем "
            "по всем обучениям к последней эпохе она выросла относительно минимума "
            f"на 0,2000{SPACE}ната",
        ),
    ],
)
def test_a_loss_that_is_least_at_the_end_does_not_rise_after_it(found, expected):
    trials = [Overfit(gap=0.1, loss_rise=rise, loss_minimum_epoch=epoch) for epoch, rise in found]
    assert describe_rise(trials, 3) == expected


def test_an_interval_in_the_text_is_that_of_the_column_of_its_name(view):
    table = make_differences(view)
    pair, cells = view.verdict.differences[0], table.rows[0].cells
    told = describe_reach(view, pair)
    columns = {str(speak(name, "ru")): place for place, name in enumerate(table.head)}
    [place] = [place for name, place in columns.items() if told.startswith(f"{name}: от")]
    assert told.endswith(speak(cells[place], "ru"))


def test_an_interval_that_ends_where_accuracy_does_is_no_number(view):
    wide = {"low": -100.0, "high": 100.0, "single_low": -100.0, "single_high": 100.0}
    pair = view.verdict.differences[0].model_copy(update=wide)
    two = dataclasses.replace(
        view,
        variants=tuple(dataclasses.replace(one, trials=one.trials[:2]) for one in view.variants),
    )
    assert describe_reach(two, pair) == "двух обучений мало, чтобы оценить разницу"
    assert not re.search("[0-9]", describe_reach(view, pair))
    verdict = view.verdict.model_copy(update={"differences": (pair,) * 2})
    rows = make_differences(dataclasses.replace(view, verdict=verdict)).rows
    assert all("100" not in str(cell) for row in rows for cell in row.cells)


@pytest.mark.parametrize(
    ("some", "total", "expected"),
    [
        (1, 3, ("одном обучении из трёх", "остальных")),
        (11, 12, ("11 обучениях из 12", "оставшемся")),
        (21, 30, ("21 обучении из 30", "остальных")),
        (4, 10, ("четырёх обучениях из десяти", "остальных")),
    ],
)
def test_a_count_and_its_word_agree(some, total, expected):
    assert spell_some(some, total) == expected
