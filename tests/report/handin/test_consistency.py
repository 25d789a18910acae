"""No sentence contradicts another, whatever the data: ties, one of everything, what diverged."""

import dataclasses

import pytest

from poolbench.records import Overfit, StudyTiming, TimeRatio
from poolbench.report.handin import outcome, questions, training
from poolbench.report.handin.blocks import Draft, Grid, Paragraph
from poolbench.report.handin.training import (
    describe_curve,
    describe_fastest,
    describe_quality,
    describe_rise,
    describe_time,
)
from poolbench.report.pairs import judge_pair, make_differences
from poolbench.report.read import read_run


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


@pytest.fixture(scope="module")
def one_each(make_run):
    """Three variants, each trained once."""
    return read_run(make_run(repeats=1, epochs=3, protocol="lab"))


def change_rows(view, *updates):
    """The view with other numbers in the rows of its variants."""
    variants = [
        dataclasses.replace(variant, row=variant.row.model_copy(update=update))
        for variant, update in zip(view.variants, updates, strict=True)
    ]
    return dataclasses.replace(view, variants=tuple(variants))


def change_verdict(view, **update):
    return dataclasses.replace(view, verdict=view.verdict.model_copy(update=update))


def read_text(draft):
    return "\n".join(block.text for block in draft.blocks if isinstance(block, Paragraph))


def test_one_epoch_neither_rises_nor_has_a_last():
    found = [Overfit(gap=0.0, loss_rise=0.0, loss_minimum_epoch=1)]
    assert describe_rise(found, 1) == "на единственной эпохе"


def test_equal_accuracies_have_no_highest(view):
    same = change_rows(view, *[{"accuracy": 0.9}] * 3)
    assert describe_quality(same) == ["У всех конфигураций точность одинакова: 0,9000."]
    two = change_rows(view, {"accuracy": 0.9}, {"accuracy": 0.900004}, {"accuracy": 0.8})
    best, spread = describe_quality(two)
    assert best.startswith("Наибольшая точность — сразу у нескольких конфигураций")
    assert "(0,8000" not in best and "0,8000" in spread and "10,00\xa0п.\xa0п." in spread


@pytest.mark.parametrize(("accuracy", "told"), [(0.845, "примерно 47 из"), (0.9999, "")])
def test_a_difference_is_told_in_whole_pictures(view, accuracy, told):
    rows = {"accuracy": 1.0}, {"accuracy": 0.99995}, {"accuracy": accuracy}
    sentences = describe_quality(change_verdict(change_rows(view, *rows), pictures=300))
    assert told in sentences[-1] and ("примерно" in sentences[-1]) == bool(told)


def test_a_mean_over_fewer_trainings_is_not_called_the_highest(view):
    dropped = change_rows(
        view,
        {"accuracy": 0.8},
        {"accuracy": 0.7},
        {"accuracy": 0.95, "trials": 2},
    )
    best, _, note = describe_quality(dropped)
    assert f"у {view.variants[0].label}: 0,8000" in best
    assert f"({view.variants[2].label})" in note


def test_equal_times_have_no_fastest(view):
    same = change_rows(view, *[{"train_seconds": 4.01}] * 3)
    told = describe_fastest(same, same.variants[0])
    assert all(variant.label in told for variant in view.variants)
    assert "4,0\xa0с" in told


def test_of_one_training_no_mean_is_told(one_each):
    assert "среднее по" not in describe_time(one_each.variants[0])
    assert "среднее по" not in describe_fastest(one_each, one_each.variants[0])


def test_a_ratio_of_which_one_is_possible_is_told_as_no_difference(view):
    names = [variant.id for variant in view.variants]
    ratios = (
        TimeRatio(first=names[1], second=names[0], ratio=1.1, low=0.9, high=1.3, p_adjusted=0.4),
        TimeRatio(first=names[2], second=names[0], ratio=2.1, low=1.9, high=2.3, p_adjusted=0.01),
    )
    timed = dataclasses.replace(
        change_rows(view, *({"train_seconds": value} for value in (4.0, 4.4, 8.4))),
        timing=StudyTiming(train_ratios=ratios),
    )
    draft = Draft()
    training.write_time(draft, timed)
    said = [line for block in draft.blocks for line in getattr(block, "lines", ())]
    assert [line.count("статистически незначима") for line in said] == [1, 0]


def test_times_without_ratios_announce_no_list(view):
    draft = Draft()
    training.write_time(draft, dataclasses.replace(view, timing=None))
    assert "Отношение времени" not in read_text(draft)


def test_a_pair_with_one_training_is_never_better(one_each):
    """Whatever its interval, and whatever the third variant has."""
    sure = [
        pair.model_copy(update={"low": 5.0, "points": 9.0, "high": 12.0, "p_adjusted": 1e-9})
        for pair in one_each.verdict.differences
    ]
    told = change_verdict(one_each, differences=tuple(sure))
    first, *others = told.variants
    more = dataclasses.replace(first, trials=first.trials * 2)
    mixed = dataclasses.replace(told, variants=(more, *others))
    for found in (told, mixed):
        assert {judge_pair(found, pair) for pair in sure} == {"one-trial"}
        readings = {row.cells[-1].speak("ru") for row in make_differences(found).rows}
        assert readings == {"по одному обучению не судят"}


def test_a_pair_of_two_trainings_each_is_never_better_but_for_the_winner(view):
    update = {"low": 5.0, "points": 9.0, "high": 12.0, "p_adjusted": 1e-9}
    sure = tuple(pair.model_copy(update=update) for pair in view.verdict.differences)
    two = tuple(dataclasses.replace(one, trials=one.trials[:2]) for one in view.variants)
    told = change_verdict(view, differences=sure, kind="undecided", winner=None)
    assert {judge_pair(told, pair) for pair in sure} <= {"first", "second"}
    few = dataclasses.replace(told, variants=two)
    assert {judge_pair(few, pair) for pair in sure} == {"few-trials"}
    readings = {row.cells[-1].speak("ru") for row in make_differences(few).rows}
    assert readings == {"по двум обучениям не судят"}
    won = change_verdict(few, kind="winner", winner=sure[0].first)
    assert judge_pair(won, sure[0]) == "first" and judge_pair(won, sure[-1]) == "few-trials"


def test_an_open_verdict_recommends_nothing(one_each, view):
    draft = Draft()
    outcome.say_recommended(draft, one_each)
    assert "Рекомендуется" not in read_text(draft) and "не доказано" in read_text(draft)
    won = change_verdict(view, kind="winner", winner=view.verdict.leading)
    draft = Draft()
    outcome.say_recommended(draft, won)
    assert f"Рекомендуется конфигурация {won.leading.label}." in read_text(draft)


@pytest.mark.parametrize(
    "gaps", [(0.05, 0.05, 0.05), (float("nan"), 0.05, 0.02), (float("nan"),) * 3]
)
def test_gaps_are_told_as_far_as_they_are_known(view, gaps):
    variants = [
        dataclasses.replace(variant, gap=variant.gap.__class__(gap, gap - 0.01, gap + 0.01))
        for variant, gap in zip(view.variants, gaps, strict=True)
    ]
    draft = Draft()
    training.write_over_fitting(draft, dataclasses.replace(view, variants=tuple(variants)))
    told = read_text(draft)
    assert "nan" not in told
    assert ("неизвестен" in told) == any(gap != gap for gap in gaps)
    assert ("Наибольший разрыв" in told) == (len({gap for gap in gaps if gap == gap}) > 1)
    assert ("одинаков" in told) == (gaps == (0.05,) * 3)


def test_what_diverged_is_no_measurement(make_run):
    broken = read_run(make_run(variants=2, repeats=1, epochs=4, diverged=True))
    [variant] = [v for v in broken.variants if any(t.diverged_at is not None for t in v.trials)]
    told = describe_curve(variant)
    assert "разошлось обучений: 1 из 2" in told and "наименьшей" not in told
    rows = [row for row in outcome.list_trials(broken) if "разошлось" in row]
    assert len(rows) == 1 and rows[0].count("—") == 3
    whole = dataclasses.replace(
        variant,
        trials=tuple(trial.model_copy(update={"diverged_at": 1}) for trial in variant.trials),
    )
    lost = dataclasses.replace(
        change_verdict(broken, recommended=variant.id),
        variants=tuple(whole if one is variant else one for one in broken.variants),
    )
    draft = Draft()
    training.write_quality(draft, lost)
    assert "не ошибается ни разу" not in read_text(draft)
    assert f"Все обучения {variant.label} разошлись" in read_text(draft)


def test_a_study_of_one_variant_ranks_nothing(make_run):
    alone = read_run(make_run(variants=1, repeats=1, epochs=2))
    draft = Draft()
    training.write_quality(draft, alone)
    training.write_time(draft, alone)
    training.write_over_fitting(draft, alone)
    told = read_text(draft)
    for word in ("аибольш", "аименьш", "Быстрее всего", "рекомендует", "по убыванию", "Достоверн"):
        assert word not in told, word
    captions = [block.caption for block in draft.blocks if isinstance(block, Grid)]
    assert not [caption for caption in captions if "убыванию" in caption]


def test_only_the_verdict_says_what_more_repeats_would_show(view):
    told = change_verdict(view, detectable_points=50.0)
    assert "повторов" not in " ".join(questions.list_chances(told))


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=1)
@pytest.mark.parametrize("flip", ["random", "none"])
def test_the_curves_are_told_from_the_numbers_beside_them(view, flip):
    plain = {"flip": flip, "translate_pixels": 0}
    variants = [
        dataclasses.replace(
            variant,
            spec=variant.spec.model_copy(
                update={"recipe": variant.spec.recipe.model_copy(update=plain)}
            ),
        )
        for variant in view.variants
    ]
    draft = Draft()
    training.write_curves(draft, dataclasses.replace(view, variants=tuple(variants)))
    told = read_text(draft)
    assert "по ходу обучения" in told
    assert ("предусматривает аугментацию" in told) == (flip != "none")


@pytest.mark.parametrize("repeats", [1, 2])
def test_the_saved_model_of_the_lab_is_told_from_the_mean(make_run, repeats):
    found = read_run(make_run(variants=2, repeats=repeats, epochs=2, protocol="lab"))
    draft = Draft()
    outcome.write_model(draft, found)
    outcome.say_saved(draft, found)
    told = read_text(draft)
    assert told.count("служила отложенной") == 2
    assert told.count("первое из обучений") == (2 if repeats > 1 else 0)
