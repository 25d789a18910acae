"""Stopping early: when a race is over, and who is dropped from it."""

from dataclasses import replace

import numpy as np
import pytest

from poolbench.verdict.decide import decide
from poolbench.verdict.looks import LOOKS, make_levels
from poolbench.verdict.paired import Evidence, adjust_holm, share_confidence
from poolbench.verdict.racing import FUTILE, leave_out, start_race, take_look
from poolbench.verdict.sentence import describe_verdict


def look_at(race, correct, fold, question, repeats):
    """The race after a look; variants that are taken up again have all repeats at once."""
    while True:
        reached = [race.dropped.get(name, repeats) for name in race.names]
        places = [question.ids.index(name) for name in race.names]
        evidence = Evidence(correct[places, :repeats], fold[:repeats], reached=tuple(reached))
        race = take_look(race, evidence, replace(question, ids=race.names))
        if race.verdict is not None:
            return race


def run_race(correct, fold, question, looks):
    """The race and the repeats at which it ended."""
    question = replace(question, looks=make_levels(looks))
    race = start_race(question.ids)
    for repeats in looks:
        race = look_at(race, correct, fold, question, repeats)
        if race.is_over:
            break
    return race, repeats


@pytest.fixture
def two_groups(make_study):
    """Variants a and b that are hard to tell apart, far above c and d."""
    return make_study([0.90, 0.89, 0.70, 0.65], repeats=4, pictures=300)


def test_race_before_the_first_look_is_not_over():
    assert not start_race(("a", "b")).is_over


def test_race_of_clearly_different_variants_ends_at_the_first_look(make_study, ask):
    correct, fold = make_study([0.70, 0.95, 0.80], repeats=6)
    race, repeats = run_race(correct, fold, ask(3), (2, 4, 6))
    assert (race.verdict.kind, race.verdict.winner, repeats) == ("winner", "b", 2)
    assert race.active == ("b",)
    assert [(look.repeats, look.kind, look.active) for look in race.verdict.looks] == [
        (2, "winner", ("a", "b", "c"))
    ]


def test_race_of_identical_variants_ends_in_a_tie(make_study, ask):
    correct, fold = make_study([0.9], repeats=4, pictures=800)
    race, repeats = run_race(np.repeat(correct, 3, axis=0), fold, ask(3), (2, 4))
    assert (race.verdict.kind, repeats) == ("tied", 2)
    assert race.active == ("a", "b", "c")


def test_race_has_the_level_of_its_look(two_groups, ask):
    correct, fold = two_groups
    levels = make_levels((2, 6))
    race = look_at(start_race("abcd"), correct, fold, ask(4, looks=levels), 2)
    verdict = race.verdict
    assert verdict.alpha == levels[2].alpha < 0.05
    assert verdict.confidence == share_confidence(levels[2].alpha, 3)
    assert verdict.tie_confidence == 1 - 2 * levels[2].tie_alpha
    [look] = verdict.looks
    assert (look.alpha, look.tie_alpha) == (levels[2].alpha, levels[2].tie_alpha)


def test_dropped_variants_keep_their_last_look(two_groups, ask):
    correct, fold = two_groups
    race, _ = run_race(correct, fold, ask(4), (2, 4))
    assert race.dropped == {"c": 2, "d": 2}
    found = {(d.first, d.second): d for d in race.verdict.differences}
    assert len(found) == 6
    assert {pair for pair, d in found.items() if d.repeats == 4} == {("a", "b")}
    levels = make_levels((2, 4))
    assert {d.alpha for d in found.values() if d.repeats == 2} == {levels[2].alpha}
    early = decide(Evidence(correct[:, :2], fold[:2]), ask(4, looks=levels))
    expected = {frozenset((d.first, d.second)): abs(d.points) for d in early.differences}
    for pair, d in found.items():
        if d.repeats == 2:
            assert abs(d.points) == expected[frozenset(pair)]


def test_baseline_is_never_dropped(two_groups, ask):
    correct, fold = two_groups
    race, _ = run_race(correct, fold, ask(4, baseline="d"), (2, 4))
    assert race.active == ("a", "b", "d")
    against = {d.first: d.repeats for d in race.verdict.against_baseline}
    assert against == {"a": 4, "b": 4, "c": 2}


def test_beaten_by_less_than_the_margin_is_not_dropped(make_study, ask):
    correct, fold = make_study([0.9], repeats=6, pictures=3000)
    other = correct.copy()
    other[0, :, np.flatnonzero(correct[0].all(axis=0))[:15]] = False
    both = np.concatenate([correct, other])
    for margin, dropped in ((1.0, {}), (0.4, {"b": 6})):
        question = ask(2, margin=margin, looks=make_levels((6, 10)))
        race = look_at(start_race("ab"), both, fold, question, 6)
        assert race.verdict.differences[0].is_beaten
        assert race.dropped == dropped


def test_variant_that_a_new_best_does_not_beat_is_taken_up_again(make_study, ask):
    rng = np.random.default_rng(0)
    fold = np.stack([rng.permutation(np.arange(600) % 5) for _ in range(4)])
    correct = np.ones((3, 4, 600), dtype=bool)
    # In the first two repeats a is far above b and c; in the others it is far below both.
    correct[1:, :2, :40] = False
    correct[0, 2:, :300] = False
    correct[1, 0, 100:103] = False
    levels = make_levels((2, 4, 6))
    question = ask(3, looks=levels)
    race = look_at(start_race("abc"), correct, fold, question, 2)
    assert race.verdict.kind == "winner"
    race = replace(race, dropped={"c": 2}, verdict=None)
    evidence = Evidence(correct, fold, reached=(4, 4, 2))
    again = take_look(race, evidence, question)
    assert (again.verdict, again.dropped, again.looks) == (None, {}, race.looks)
    # With all of its repeats the look is taken as if it had never been dropped.
    final = take_look(again, Evidence(correct, fold), question)
    expected = take_look(start_race("abc"), Evidence(correct, fold), question)
    assert final.verdict.differences == expected.verdict.differences


def test_study_without_hope_is_given_up_and_stays_undecided(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(4)
    fold = draw_fold(rng, 24, 150)
    [correct] = draw_correct(rng, [0.85, 0.85], fold)
    race, repeats = run_race(correct, fold, ask(2), LOOKS)
    verdict = race.verdict
    assert (verdict.kind, verdict.is_futile, race.is_over) == ("undecided", True, True)
    assert repeats < 24
    assert verdict.more_repeats.chance < FUTILE
    # The draws are those of the study: the same again.
    assert run_race(correct, fold, ask(2), LOOKS)[0] == race


def test_last_look_is_not_given_up(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(4)
    fold = draw_fold(rng, 2, 150)
    [correct] = draw_correct(rng, [0.85, 0.85], fold)
    race, _ = run_race(correct, fold, ask(2), (2,))
    assert not race.verdict.is_futile


def test_one_training_of_each_drops_nobody(ask):
    correct = np.stack([np.ones((1, 50), dtype=bool), np.zeros((1, 50), dtype=bool)])
    fold = np.zeros((1, 50), dtype=np.int64)
    race = look_at(start_race("ab"), correct, fold, ask(2, protocol="lab"), 1)
    assert (race.active, race.is_over) == (("a", "b"), False)


def test_only_variant_has_nobody_to_beat(make_study, ask):
    race = look_at(start_race("a"), *make_study([0.9]), ask(1), 4)
    assert (race.active, race.is_over) == (("a",), True)


def test_sentence_of_a_winner_speaks_of_its_closest_rival_also_if_it_was_dropped(make_study, ask):
    correct, fold = make_study([0.70, 0.95, 0.80], repeats=4)
    evidence = Evidence(correct, fold, reached=(4, 4, 2))
    verdict = decide(evidence, ask(3, looks=make_levels((2, 4))))
    assert "It beats c" in describe_verdict(verdict)


def test_false_winners_over_all_looks_are_rare(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(0)
    looks = (2, 4, 8)
    fold = draw_fold(rng, 8, 150)
    studies = draw_correct(rng, [0.85] * 3, fold, studies=200)
    races = [run_race(study, fold, ask(3), looks)[0] for study in studies]
    # The 99.9 % quantile of the binomial at 5 %.
    assert sum(race.verdict.winner is not None for race in races) <= 20
    assert sum(race.verdict.repeats > 2 for race in races) > 5


def test_best_variant_is_hardly_ever_dropped(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(1)
    fold = draw_fold(rng, 4, 300)
    studies = draw_correct(rng, [0.90, 0.84, 0.90, 0.70], fold, studies=60)
    races = [run_race(study, fold, ask(4), (2, 4))[0] for study in studies]
    assert sum("d" in race.active for race in races) <= 3
    assert all("a" in race.active or "c" in race.active for race in races)
    assert sum({"a", "c"} <= set(race.active) for race in races) >= 54


def test_p_values_are_adjusted_over_all_pairs_and_for_the_looks(two_groups, ask):
    correct, fold = two_groups
    race, _ = run_race(correct, fold, ask(4), (2, 4))
    pairs = race.verdict.differences
    scaled = np.array([pair.p_value * 0.05 / pair.alpha for pair in pairs])
    assert [pair.p_adjusted for pair in pairs] == pytest.approx(adjust_holm(scaled).tolist())
    assert {pair.repeats for pair in pairs} == {2, 4}


def test_variant_that_is_left_out_is_in_no_difference_and_still_counted(two_groups, ask):
    correct, fold = two_groups
    question = ask(4, baseline="d", looks=make_levels((2, 4)), rivals=3)
    race = look_at(start_race("abcd"), correct, fold, question, 2)
    left = leave_out(race, {"b"})
    assert "b" not in left.active
    now = look_at(left, correct, fold, question, 4)
    assert now.verdict.confidence == share_confidence(make_levels((2, 4))[4].alpha, 3)
    pairs = (*now.verdict.differences, *now.verdict.against_baseline)
    assert pairs
    assert all("b" not in (pair.first, pair.second) for pair in pairs)
