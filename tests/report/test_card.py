"""The card at the top: what came of it and what to do, with the numbers of the record."""

import dataclasses

import pytest

from poolbench.records import Forecast
from poolbench.report.card import MOST_NAMED, make_card, recommend
from poolbench.report.read import read_run
from poolbench.report.wording import say_advice


@pytest.fixture(scope="module")
def view(make_run):
    """Of six variants; which verdict they get is each test's own matter."""
    return read_run(make_run(variants=6, epochs=2))


def change(view, **values):
    return dataclasses.replace(view, verdict=view.verdict.model_copy(update=values))


def set_multiply_adds(view, counts):
    variants = tuple(
        dataclasses.replace(variant, row=variant.row.model_copy(update={"multiply_adds": count}))
        for variant, count in zip(view.variants, counts, strict=True)
    )
    return dataclasses.replace(view, variants=variants)


def make_tie(view, count, counts):
    """The first variants tie, and the last of them is the cheapest."""
    ids = tuple(variant.id for variant in view.variants[:count])
    tied = change(view, kind="tied", winner=None, tied=ids, recommended=ids[-1])
    return set_multiply_adds(tied, counts)


def make_winner(view, points, **values):
    """The first variant wins, by so many points over each rival."""
    best, *others = (variant.id for variant in view.variants)
    pair = view.verdict.differences[0]
    pairs = tuple(
        pair.model_copy(update={"first": best, "second": name, "points": points + place})
        for place, name in enumerate(others)
    )
    given = {"kind": "winner", "winner": best, "recommended": best, "differences": pairs}
    return change(view, **given, **values)


def speak(view, lang="en"):
    return recommend(view).speak(lang)


def test_card_of_a_tie_says_how_much_cheaper_the_recommended_one_is(view):
    label = view.variants[5].label
    line = speak(make_tie(view, 6, [16, 16, 16, 16, 16, 1]))
    assert line == (
        f"Use {label}: as accurate as the others within the 1\N{NON-BREAKING HYPHEN}point margin, "
        "at 1/16.0 of the multiply-adds."
    )
    assert "at 1/16.0 to 1/4.0 of" in speak(make_tie(view, 6, [16, 4, 16, 16, 16, 1]))
    assert "at as little as 1/16.0 of" in speak(make_tie(view, 6, [16, 1, 16, 16, 16, 1]))
    assert "at the same cost" in speak(make_tie(view, 6, [1] * 6))
    assert "в 16,0 раза меньше" in speak(make_tie(view, 6, [16, 16, 16, 16, 16, 1]), "ru")


def test_card_of_a_tie_names_a_few_others_and_counts_many(view):
    names = [variant.label for variant in view.variants]
    assert f"as {names[0]} within" in speak(make_tie(view, 2, [1] * 6))
    assert f"as {names[0]} and {names[1]} within" in speak(make_tie(view, 3, [1] * 6))
    assert f"as {MOST_NAMED + 1} others" in speak(make_tie(view, MOST_NAMED + 2, [1] * 6))


def test_card_of_a_winner_says_by_how_much_and_at_which_cost(view):
    label, rival = (variant.label for variant in view.variants[:2])
    won = set_multiply_adds(make_winner(view, 2.25), [10, 5, 5, 5, 5, 5])
    assert speak(won) == (
        f"Use {label}: 2.2 points more accurate than {rival}, its closest rival, at 2.0 times the "
        "multiply-adds."
    )
    # An early stop overstates the difference: the corrected one is told.
    assert "about 1.1 points more" in speak(make_winner(view, 2.25, unbiased_points=1.12))
    assert "0.0 points" not in speak(make_winner(view, 2.25, unbiased_points=0.01))


@pytest.mark.parametrize(
    ("chance", "pictures", "said"),
    [
        (0.84, None, "will probably settle the question (with 4 more, the chance is about 85%)"),
        (0.6, None, "may settle the question (with 4 more, the chance is about 60%)"),
        (0.1, None, "unlikely to settle the question (with 4 more, the chance is about 10%)"),
        (0.1, 0.9, "more images would help (with 720 in all, it is about 90%)"),
    ],
)
def test_card_says_whether_more_repeats_would_settle_it(view, chance, pictures, said):
    verdict = view.verdict
    ahead = Forecast(repeats=verdict.repeats + 4, pictures=verdict.pictures, chance=chance)
    more = pictures and Forecast(repeats=verdict.repeats, pictures=720, chance=pictures)
    values = {"kind": "undecided", "winner": None, "tied": (), "recommended": verdict.leading}
    open_ = change(view, **values, more_repeats=ahead, more_pictures=more)
    line = speak(open_)
    assert line.startswith(f"Best so far: {view.leading.label}. More repeats") and said in line
    # A study that gave up does not say that more of the same may help.
    if chance == 0.6:
        assert "unlikely" in speak(change(open_, is_futile=True))
    assert "Nothing is settled" in speak(change(open_, more_repeats=None))


def test_card_of_one_variant_or_of_one_trial_compares_nothing(make_run):
    alone = read_run(make_run(variants=1, repeats=1, epochs=1))
    assert make_card(alone).kind == "single"
    assert "nothing to compare" in speak(alone)
    once = read_run(make_run(variants=2, repeats=1, epochs=1, protocol="lab"))
    assert "One trial of each variant isn't enough" in speak(once)


def test_card_of_drawn_pictures_does_not_ask_to_check_their_labels(view):
    # The config of these runs says the built-in set.
    assert view.config.data.is_drawn
    nothing = change(view, kind="nothing-learned", recommended=None)
    assert "labels are right" in say_advice(nothing).speak("en")
    data = view.config.data.model_copy(update={"source": "folder:photos"})
    config = view.config.model_copy(update={"data": data})
    given = dataclasses.replace(nothing, config=config)
    assert "check that the labels match" in say_advice(given).speak("en")


def test_facts_of_a_card_tell_on_how_much_they_rest(view):
    card = make_card(view)
    row, verdict = view.leading.row, view.verdict
    first = card.facts[0][1].speak("en")
    assert f"{row.accuracy:.4f}" in first
    assert f"{verdict.pictures} images, {row.trials} trials" in first
    assert card.compared == tuple(variant.label for variant in view.variants)
