"""The verdict in one sentence: each of its kinds, with the numbers that it rests on."""

import pytest

from poolbench.records import Difference, VerdictRecord
from poolbench.verdict.sentence import describe_verdict, flip, judge_difference


def make_difference(first, second, points, reach=1.0):
    return Difference(
        first=first,
        second=second,
        points=points,
        low=points - reach,
        high=points + reach,
        tie_low=points - 0.8 * reach,
        tie_high=points + 0.8 * reach,
    )


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


def test_describe_verdict_names_the_closest_rival_of_the_winner():
    pairs = (
        make_difference("a", "c", 7.0),
        make_difference("b", "a", -2.25),
        make_difference("b", "c", 4.0),
    )
    sentence = describe_verdict(make_verdict("winner", pairs, winner="a"), "en")
    assert "Winner: a" in sentence
    assert "beats b" in sentence
    assert "2.25 points" in sentence
    assert "1.25 to 3.25" in sentence


def test_describe_verdict_names_the_tied_and_the_cheapest():
    verdict = make_verdict(
        "tied", (make_difference("b", "a", 0.1, 0.5),), tied=("b", "a"), recommended="a"
    )
    sentence = describe_verdict(verdict, "en", {"a": "stride", "b": "max"})
    assert sentence.startswith("Tie: max, stride are equal within the 1.5-point margin")
    assert sentence.endswith("stride.")


def test_describe_verdict_counts_the_trials_of_each_variant():
    verdict = make_verdict("undecided", (make_difference("a", "b", 0.5, 3.0),))
    assert "1200 pictures and 10 trials" in describe_verdict(verdict, "en")
    assert "обучений каждого варианта: 10" in describe_verdict(verdict, "ru")


def test_describe_verdict_does_not_praise_the_only_variant():
    verdict = make_verdict("winner", (), winner="a")
    assert describe_verdict(verdict, "en") == (
        "There is only one variant, so there is nothing to compare."
    )


def test_describe_verdict_says_that_one_trial_tells_nothing():
    pairs = (make_difference("a", "b", 5.0),)
    verdict = make_verdict("undecided", pairs, repeats=1, folds=1, notes=("one-trial",))
    assert "one trial of each variant" in describe_verdict(verdict, "en")


def test_flip_twice_is_the_same_pair():
    pair = make_difference("a", "b", 2.0)
    assert flip(pair).low == -3.0
    assert flip(flip(pair)) == pair


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
