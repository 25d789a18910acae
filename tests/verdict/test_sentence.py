"""The verdict in one sentence: each of its kinds, with the numbers that it rests on."""

import pytest

from poolbench.records import Difference, SideDifference, VerdictRecord
from poolbench.verdict.sentence import describe_need, describe_verdict, flip, judge_difference


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
        make_difference("b", "a", -2.25),
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
        ("en", ("Winner: a", "beats b", "2.25 points", "95 % interval", "1.25 to 3.25")),
        ("ru", ("Победитель: a", "соперником, b", "2.25 п. п.", "интервал 95 %", "1.25 до 3.25")),
    ],
)
def test_describe_verdict_names_the_closest_rival_of_the_winner(lang, parts):
    sentence = describe_verdict(WINNER, lang)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_describe_verdict_says_how_sure_a_look_is(lang):
    assert "99.2 %" in describe_verdict(WINNER.model_copy(update={"alpha": 0.05 / 6}), lang)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_describe_verdict_uses_the_labels(lang):
    sentence = describe_verdict(WINNER, lang, {"a": "blur", "b": "max"})
    assert ": blur." in sentence
    assert "max" in sentence
    assert ": a." not in sentence


@pytest.mark.parametrize(
    ("lang", "start", "end"),
    [
        ("en", "Tie: max, stride. max has the highest mean", "stride is recommended"),
        ("ru", "Ничья: max, stride. Наибольшее среднее у max", "дешёвый из них, stride."),
    ],
)
def test_describe_verdict_names_the_tied_and_the_cheapest(lang, start, end):
    sentence = describe_verdict(TIED, lang, {"a": "stride", "b": "max"})
    assert sentence.startswith(start)
    assert end in sentence


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "That b is a little better than a is sure, but it is less than the margin."),
        ("ru", "Вариант b достоверно чуть лучше, чем a, но разница меньше допуска."),
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
        ("en", ("1200 pictures", "trials of each variant: 10", "told from b nor", "1.5-point")),
        ("ru", ("изображений: 1200", "обучений каждого варианта: 10", "от b или", "1.5 п. п.")),
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
        {"further_repeats": 7, "total_repeats": 2},
        "about 7 more repeats would decide it.",
        "нужно ещё повторов: около 7.",
    ),
    "pictures": (
        {"further_pictures": 12_345, "total_repeats": 4},
        "on 1200 pictures they cannot show a difference below 1.23 points. "
        "About 12000 more pictures would (repeats in all: 4).",
        "при 1200 изображениях они не покажут разницу меньше 1.23 п. п. "
        "Нужно ещё изображений: около 12000 (повторов всего: 4).",
    ),
    "both": (
        {"further_repeats": 7, "further_pictures": 451, "total_repeats": 3},
        "about 7 more repeats would decide it, or about 450 more pictures (repeats in all: 3).",
        "нужно ещё повторов: около 7, либо ещё изображений: около 450 (повторов всего: 3).",
    ),
    "nothing": (
        {"total_repeats": 2},
        "Neither more repeats nor 20 times as many pictures would decide it.",
        "Этого не решат ни дополнительные повторы, ни изображения, будь их в 20 раз больше.",
    ),
    "far too many": (
        {"further_pictures": 3_200_000, "total_repeats": 2},
        "Neither more repeats nor 20 times as many pictures would decide it.",
        "Этого не решат ни дополнительные повторы, ни изображения, будь их в 20 раз больше.",
    ),
}


@pytest.mark.parametrize(("values", "english", "russian"), NEEDS.values(), ids=NEEDS)
def test_describe_need_says_what_would_decide(values, english, russian):
    verdict = make_undecided(**values)
    assert describe_need(verdict, "en").endswith(english)
    assert describe_need(verdict, "ru").endswith(russian)
    for lang in ("en", "ru"):
        assert describe_verdict(verdict, lang).endswith(describe_need(verdict, lang))


@pytest.mark.parametrize(
    ("lang", "guess"), [("en", "That is a guess: one repeat"), ("ru", "Это догадка: один повтор")]
)
def test_describe_need_of_one_repeat_is_a_guess(lang, guess):
    assert guess in describe_need(make_undecided(repeats=1, further_repeats=3), lang)
    assert guess not in describe_need(make_undecided(further_repeats=3), lang)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "There is only one variant, so there is nothing to compare."),
        ("ru", "Вариант только один: сравнивать не с чем."),
    ],
)
def test_describe_verdict_does_not_praise_the_only_variant(lang, expected):
    assert describe_verdict(make_verdict("winner", (), winner="a"), lang) == expected


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ("one trial of each variant cannot tell", "Best so far: a.", "about 5 more")),
        ("ru", ("по одному обучению каждого варианта", "Пока лучший: a.", "повторов: около 5")),
    ],
)
def test_describe_verdict_says_that_one_trial_tells_nothing(lang, parts):
    pairs = (make_difference("a", "b", 5.0, repeats=1),)
    verdict = make_verdict(
        "undecided", pairs, repeats=1, folds=1, notes=("one-trial",), further_repeats=5
    )
    sentence = describe_verdict(verdict, lang)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("lang", "part"),
    [
        ("en", "a standard deviation of 0.8 points; nothing is paired."),
        ("ru", "стандартным отклонением 0.8 п. п.; сравнение не парное."),
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
    assert judge_difference(make_difference("a", "b", points, reach), 1.0) == judgement
