"""The verdict in one sentence: each of its kinds, with the numbers that it rests on."""

import re

import pytest

from poolbench.records import Difference, Forecast, LookRecord, SideDifference, VerdictRecord
from poolbench.verdict.decide import find_closest
from poolbench.verdict.sentence import describe_verdict, flip, judge_difference


def make_difference(first, second, points, reach=1.0, **values):
    given = {
        "first": first,
        "second": second,
        "points": points,
        "low": points - reach,
        "high": points + reach,
        "tie_low": points - 0.8 * reach,
        "tie_high": points + 0.8 * reach,
        "p_value": 0.04,
        "p_adjusted": 0.08,
        "probability_better": 0.6,
        "probability_equal": 0.3,
        "probability_worse": 0.1,
        "repeats": 2,
        **values,
    }
    return Difference(**given)


def make_verdict(kind, differences, **values):
    given = {
        "protocol": "cv",
        "kind": kind,
        "winner": None,
        "tied": (),
        "recommended": "a",
        "margin_points": 1.5,
        "pictures": 1200,
        "repeats": 2,
        "folds": 5,
        "differences": differences,
        **values,
    }
    return VerdictRecord(**given)


def make_undecided(**values):
    pairs = (make_difference("a", "b", 0.5, 3.0),)
    return make_verdict("undecided", pairs, **{"detectable_points": 1.234, **values})


WINNER = make_verdict(
    "winner",
    (
        make_difference("a", "c", 7.0),
        make_difference("b", "a", -2.25, single_low=-3.0, single_high=-1.5),
        make_difference("b", "c", 4.0),
    ),
    winner="a",
)
TIED = make_verdict(
    "tied", (make_difference("b", "a", 0.1, 0.5),), tied=("b", "a"), recommended="a"
)


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ("Winner: a", "beats b", "2.25 points", "95% confidence interval", "1.50 to 3.00")),
        ("ru", ("Победитель — a", "соперника (b)", "2,25\xa0п.", "95%-й", "1,50 до 3,00")),
    ],
)
def test_describe_verdict_names_the_closest_rival_of_the_winner(lang, parts):
    sentence = describe_verdict(WINNER, lang)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(("lang", "part"), [("en", "99.2%"), ("ru", "99,2%-й")])
def test_describe_verdict_says_how_sure_a_look_is(lang, part):
    assert part in describe_verdict(WINNER.model_copy(update={"alpha": 0.05 / 6}), lang)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_describe_verdict_uses_the_labels(lang):
    sentence = describe_verdict(WINNER, lang, {"a": "blur", "b": "max"})
    assert re.search(r"(: |— )blur\b", sentence)
    assert "max" in sentence
    assert not re.search(r"(: |— )a\b", sentence)


@pytest.mark.parametrize(
    ("lang", "start", "end"),
    [
        (
            "en",
            "Tie: max and stride. max has the highest mean",
            "stride is the cheapest, so use it.",
        ),
        ("ru", "Ничья: max и stride. Точность практически одинакова", "Рекомендуется stride: "),
    ],
)
def test_describe_verdict_names_the_tied_and_the_cheapest(lang, start, end):
    sentence = describe_verdict(TIED, lang, {"a": "stride", "b": "max"})
    assert sentence.startswith(start)
    assert end in sentence


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "b is reliably better than a, but by less than the margin."),
        ("ru", "b лучше, чем a: разница статистически значима, но меньше допуска."),
    ],
)
def test_describe_verdict_says_that_the_tied_differ(lang, part):
    assert part not in describe_verdict(TIED, lang)
    # Variant c is sure to be worse too, but it is not one of the tied.
    pairs = (make_difference("b", "a", 0.7, 0.5), make_difference("b", "c", 9.0))
    sentence = describe_verdict(TIED.model_copy(update={"differences": pairs}), lang)
    assert sentence.endswith(part)


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        (
            "en",
            (
                "(1,200 images; 10 trials per variant)",
                "to tell it apart from b, or",
                "1.5-point",
            ),
        ),
        ("ru", ("1200 изображений", "каждая сеть обучена 10 раз", "от b или", "1,5\xa0п.")),
    ],
)
def test_describe_verdict_says_what_an_undecided_one_rests_on(lang, parts):
    sentence = describe_verdict(make_undecided(), lang)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_describe_verdict_names_the_rivals_that_are_open(lang):
    pairs = (
        make_difference("a", "b-open", 0.5, 3.0),
        make_difference("a", "c-tied", 0.1, 0.5),
        make_difference("a", "d-worse", 9.0),
        make_difference("b-open", "e-other", 0.5, 3.0),
    )
    sentence = describe_verdict(make_verdict("undecided", pairs), lang)
    named = [name for name in ("b-open", "c-tied", "d-worse", "e-other") if name in sentence]
    assert named == ["b-open"]


NEEDS = {
    "repeats": (
        {"more_repeats": Forecast(repeats=9, pictures=1200, chance=0.61)},
        "With 7 more repeats, the chance of a decision is about 60%.",
        "Если добавить 7 повторов, исход определится с вероятностью около 60\xa0%.",
    ),
    "pictures": (
        {
            "more_repeats": Forecast(repeats=24, pictures=1200, chance=0.01),
            "more_pictures": Forecast(repeats=2, pictures=4800, chance=0.99),
        },
        "With 22 more repeats, the chance of a decision is below 5%. "
        "With 4,800 images instead of 1,200 and the same number of repeats, it is above 95%.",
        "Если добавить 22 повтора, исход определится с вероятностью меньше 5\xa0%. Если при том же "
        "числе повторов взять 4800 изображений вместо 1200 — с вероятностью больше 95\xa0%.",
    ),
    "futile": (
        {
            "more_repeats": Forecast(repeats=24, pictures=1200, chance=0.08),
            "is_futile": True,
        },
        "even with the remaining 22 repeats, the chance of a decision was about 10%.",
        "даже со всеми оставшимися повторами (22) исход определился бы с вероятностью "
        "около 10\xa0%.",
    ),
}


@pytest.mark.parametrize(("values", "english", "russian"), NEEDS.values(), ids=NEEDS)
def test_verdict_says_how_likely_more_of_the_same_decides(values, english, russian):
    verdict = make_undecided(**values)
    assert describe_verdict(verdict, "en").endswith(english)
    assert describe_verdict(verdict, "ru").endswith(russian)


@pytest.mark.parametrize(
    ("lang", "guess"), [("en", "a rough estimate: one repeat"), ("ru", "Оценка грубая: по одному")]
)
def test_forecast_from_one_repeat_is_rough(lang, guess):
    ahead = {"more_repeats": Forecast(repeats=4, pictures=1200, chance=0.5)}
    assert guess in describe_verdict(make_undecided(repeats=1, **ahead), lang)
    assert guess not in describe_verdict(make_undecided(**ahead), lang)


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "a is at most 1.23 points worse than whichever variant is truly best"),
        ("ru", "Даже если a — не лучший выбор, потеря точности не больше 1,23\xa0п."),
    ],
)
def test_verdict_says_what_can_be_regretted(lang, part):
    assert part in describe_verdict(make_undecided(regret_points=1.234), lang)
    assert part not in describe_verdict(make_undecided(), lang)


@pytest.mark.parametrize(
    ("lang", "part"),
    [("en", "is about 1.4 points"), ("ru", "с поправкой на это она составляет около 1,4\xa0п.")],
)
def test_verdict_of_an_early_stop_says_what_is_left_of_the_difference(lang, part):
    early = WINNER.model_copy(update={"unbiased_points": 1.38})
    assert part in describe_verdict(early, lang)
    assert part not in describe_verdict(WINNER, lang)
    # A correction that cannot be seen in the digits is not told.
    named = find_closest(WINNER.winner, WINNER.differences).points
    barely = WINNER.model_copy(update={"unbiased_points": abs(named) - 0.001})
    assert describe_verdict(barely, lang) == describe_verdict(WINNER, lang)


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "exploratory: the study was evaluated more than once (after 2 and 6"),
        ("ru", "Вердикт предварительный"),
    ],
)
def test_verdict_after_looks_that_were_not_planned_is_exploratory(lang, part):
    looks = tuple(
        LookRecord(repeats=n, kind="undecided", alpha=0.05, tie_alpha=0.05, active=("a", "b"))
        for n in (2, 6)
    )
    verdict = WINNER.model_copy(update={"looks": looks, "is_exploratory": True})
    assert part in describe_verdict(verdict, lang)
    assert part not in describe_verdict(WINNER.model_copy(update={"looks": looks}), lang)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "There is only one variant, so there is nothing to compare it with."),
        ("ru", "Сравнивать не с чем: вариантов меньше двух."),
    ],
)
def test_describe_verdict_does_not_praise_the_only_variant(lang, expected):
    assert describe_verdict(make_verdict("winner", (), winner="a"), lang) == expected


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ("one trial per variant can't tell", "Best so far: a.", "With 5 more")),
        ("ru", ("по одному обучению разницу", "Пока лучший — a.", "добавить 5 повторов")),
    ],
)
def test_describe_verdict_says_that_one_trial_tells_nothing(lang, parts):
    pairs = (make_difference("a", "b", 5.0, repeats=1),)
    ahead = Forecast(repeats=6, pictures=1200, chance=0.7)
    verdict = make_verdict(
        "undecided", pairs, repeats=1, folds=1, notes=("one-trial",), more_repeats=ahead
    )
    sentence = describe_verdict(verdict, lang)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "a standard deviation of 0.8 points. The comparison is unpaired."),
        ("ru", "повторных обучениях — 0,8\xa0п.\xa0п.; сравнение не парное."),
    ],
)
@pytest.mark.parametrize("verdict", [WINNER, TIED, make_undecided()], ids=lambda v: v.kind)
def test_describe_verdict_says_what_was_assumed(verdict, lang, part):
    assumed = verdict.model_copy(update={"assumed_trial_sd_points": 0.8})
    assert describe_verdict(assumed, lang).endswith(part)
    assert part not in describe_verdict(verdict, lang)


def test_flip_twice_is_the_same_pair():
    measures = {
        "nll": SideDifference(value=0.2, low=0.1, high=0.4, p_value=0.01, p_adjusted=0.03),
        "gap": SideDifference(value=-1.0, low=-3.0, high=0.5, p_value=0.2, p_adjusted=0.2),
    }
    pair = make_difference("a", "b", 2.0, **measures)
    turned = flip(pair)
    assert (turned.first, turned.second) == ("b", "a")
    assert (turned.points, turned.low, turned.high) == (-2.0, -3.0, -1.0)
    assert (turned.tie_low, turned.tie_high) == pytest.approx((-2.8, -1.2))
    assert (turned.probability_better, turned.probability_worse) == (0.1, 0.6)
    assert (turned.nll.low, turned.nll.high, turned.gap.low) == (-0.4, -0.1, -0.5)
    assert flip(turned) == pair


@pytest.mark.parametrize(
    ("points", "reach", "judgement"),
    [
        (3.0, 1.0, "first"),
        (-3.0, 1.0, "second"),
        (0.5, 3.0, "undecided"),
        (0.1, 0.5, "tied"),
        # Different for sure, but by so little that it does not matter.
        (0.5, 0.4, "tied"),
    ],
)
def test_judge_difference_reads_a_pair_as_the_verdict_does(points, reach, judgement):
    pair = make_difference("a", "b", points, reach)
    assert (
        judge_difference(pair, make_verdict("undecided", (pair,), margin_points=1.0)) == judgement
    )


def test_pair_without_the_best_is_told_apart_by_its_adjusted_p_value():
    best = make_difference("a", "b", 3.0)
    verdict = make_verdict("winner", (best,), winner="a", margin_points=1.0)
    for p_adjusted, judgement in ((0.049, "first"), (0.05, "undecided")):
        pair = make_difference("b", "c", 3.0, p_adjusted=p_adjusted)
        assert judge_difference(pair, verdict) == judgement
        # With the baseline, which was named beforehand, all intervals hold together.
        assert judge_difference(pair, verdict, is_planned=True) == "first"
    old = make_difference("b", "c", 3.0, p_adjusted=None)
    assert judge_difference(old, verdict) == "undecided"


def test_winner_reads_as_better_than_each_rival_that_it_outdoes():
    pair = make_difference("b", "a", -1.2, 1.5, single_low=-2.2, single_high=-0.2)
    verdict = make_verdict("winner", (flip(pair),), winner="a", margin_points=1.0)
    assert judge_difference(pair, verdict) == "second"
    undecided = make_verdict("undecided", (flip(pair),), margin_points=1.0)
    assert judge_difference(pair, undecided) == "undecided"
