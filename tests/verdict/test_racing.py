"""Stopping early: when a race is over, and who is dropped from it."""

from dataclasses import replace

import numpy as np
import pytest

from poolbench.verdict.decide import decide
from poolbench.verdict.paired import Evidence, adjust_holm, share_confidence
from poolbench.verdict.racing import LOOKS, Race, leave_out, list_beaten, take_look
from poolbench.verdict.sentence import describe_verdict


def run_race(correct, fold, question, looks):
    """The race and the repeats at which it ended; variants by their position in the question."""
    race = Race(tuple(question.ids))
    for repeats in looks:
        places = [question.ids.index(name) for name in race.active]
        now = Evidence(correct[places, :repeats], fold[:repeats])
        race = take_look(race, now, question, len(looks))
        if race.is_over:
            break
    return race, repeats


@pytest.fixture
def two_groups(make_study):
    """Variants a and b that are hard to tell apart, far above c and d."""
    return make_study([0.90, 0.89, 0.70, 0.65], repeats=4, pictures=300)


def test_race_before_the_first_look_is_not_over():
    assert not Race(("a", "b")).is_over


def test_looks_grow():
    assert list(LOOKS) == sorted(set(LOOKS))
    assert LOOKS[0] >= 2


def test_race_of_clearly_different_variants_ends_at_the_first_look(make_study, ask):
    correct, fold = make_study([0.70, 0.95, 0.80], repeats=6)
    race, repeats = run_race(correct, fold, ask(3), (2, 4, 6))
    assert (race.verdict.kind, race.verdict.winner, repeats) == ("winner", "b", 2)
    assert race.active == ("b",)


def test_race_of_identical_variants_ends_in_a_tie(make_study, ask):
    correct, fold = make_study([0.9], repeats=4)
    race, repeats = run_race(np.repeat(correct, 3, axis=0), fold, ask(3), (2, 4))
    assert (race.verdict.kind, repeats) == ("tied", 2)
    assert race.active == ("a", "b", "c")


def test_race_of_equal_variants_goes_to_the_last_look(draw_fold, draw_correct, ask, no_planning):
    rng = np.random.default_rng(4)
    fold = draw_fold(rng, 6, 150)
    [correct] = draw_correct(rng, [0.85, 0.85], fold)
    race, repeats = run_race(correct, fold, ask(2), (2, 4, 6))
    assert (race.verdict.kind, repeats, race.active) == ("undecided", 6, ("a", "b"))
    assert not race.is_over


def test_race_spends_its_error_over_the_looks(two_groups, ask):
    correct, fold = two_groups
    race = take_look(Race(tuple("abcd")), Evidence(correct[:, :2], fold[:2]), ask(4), 5)
    assert race.verdict.alpha == pytest.approx(0.05 / 5)
    assert race.verdict.confidence == pytest.approx(share_confidence(0.01, 3))
    assert race.verdict.tie_confidence == pytest.approx(1 - 0.1 / 5)


def test_race_counts_dropped_variants_in_its_correction(two_groups, ask, no_planning):
    correct, fold = two_groups
    first, _ = run_race(correct, fold, ask(4), (2,))
    levels = []
    race = Race(tuple("abcd"))
    for repeats in (2, 4):
        places = ["abcd".index(name) for name in race.active]
        race = take_look(race, Evidence(correct[places, :repeats], fold[:repeats]), ask(4), 2)
        levels.append(race.verdict.confidence)
    assert first.active == race.active == ("a", "b")
    assert levels == [share_confidence(0.025, 3)] * 2


def test_dropped_variants_keep_their_last_look(two_groups, ask, no_planning):
    correct, fold = two_groups
    race, _ = run_race(correct, fold, ask(4), (2, 4))
    found = {(d.first, d.second): d for d in race.verdict.differences}
    assert len(found) == len(race.verdict.differences) == 6
    assert {pair for pair, d in found.items() if d.repeats == 4} == {("a", "b")}
    early = decide(
        Evidence(correct[:, :2], fold[:2]), replace(ask(4), share=0.5, rivals=3)
    ).differences
    kept = [d for d in early if {d.first, d.second} != {"a", "b"}]
    assert [found[d.first, d.second] for d in kept] == kept


def test_baseline_is_never_dropped(two_groups, ask, no_planning):
    correct, fold = two_groups
    race, _ = run_race(correct, fold, ask(4, baseline="d"), (2, 4))
    assert race.active == ("a", "b", "d")
    against = {d.first: d.repeats for d in race.verdict.against_baseline}
    assert against == {"a": 4, "b": 4, "c": 2}


def test_beaten_by_less_than_the_margin_is_not_dropped(make_study, ask):
    correct, fold = make_study([0.9], repeats=6, pictures=3000)
    other = correct.copy()
    other[0, :, np.flatnonzero(correct[0].all(axis=0))[:15]] = False
    evidence = Evidence(np.concatenate([correct, other]), fold)
    verdict = decide(evidence, ask(2))
    assert verdict.differences[0].low > 0
    assert verdict.differences[0].points == pytest.approx(0.5)
    assert list_beaten(verdict) == ()
    assert list_beaten(decide(evidence, ask(2, margin=0.4))) == ("b",)


def test_one_training_of_each_drops_nobody(ask, no_planning):
    correct = np.stack([np.ones((1, 50), dtype=bool), np.zeros((1, 50), dtype=bool)])
    evidence = Evidence(correct, np.zeros((1, 50), dtype=np.int64))
    race = take_look(Race(("a", "b")), evidence, ask(2, protocol="lab"), 2)
    assert (race.active, race.is_over) == (("a", "b"), False)


def test_only_variant_has_nobody_to_beat(make_study, ask):
    race = take_look(Race(("a",)), Evidence(*make_study([0.9])), ask(1), 3)
    assert (race.active, race.is_over, list_beaten(race.verdict)) == (("a",), True, ())


def test_sentence_of_a_race_speaks_of_its_last_look(make_study, ask):
    # At the first look c was beaten by a alone; b, the winner, was nearer to c then.
    correct, fold = make_study([0.70, 0.95, 0.80], repeats=4)
    verdict = decide(Evidence(correct, fold), ask(3))
    old = verdict.differences[0].model_copy(
        update={"second": "c", "points": 2.0, "low": -1.0, "high": 5.0, "repeats": 2}
    )
    now = [d for d in verdict.differences if "c" not in (d.first, d.second)]
    record = verdict.model_copy(update={"differences": (*now, old)})
    assert "It beats a" in describe_verdict(record)
    open_now = now[0].model_copy(update={"low": -1.0})
    undecided = record.model_copy(
        update={"kind": "undecided", "winner": None, "differences": (open_now, old)}
    )
    assert "neither be told from a nor" in describe_verdict(undecided)


def test_false_winners_over_all_looks_are_rare(draw_fold, draw_correct, ask, no_planning):
    rng = np.random.default_rng(0)
    looks = (2, 4, 8)
    fold = draw_fold(rng, 8, 150)
    studies = draw_correct(rng, [0.85] * 3, fold, studies=200)
    races = [run_race(study, fold, ask(3), looks)[0] for study in studies]
    assert sum(race.verdict.winner is not None for race in races) <= 0.05 * 200
    # And yet some go on to the end, so that there were looks to err at.
    assert sum(race.verdict.repeats == 8 for race in races) > 150


def test_best_variant_is_hardly_ever_dropped(draw_fold, draw_correct, ask, no_planning):
    rng = np.random.default_rng(1)
    fold = draw_fold(rng, 4, 300)
    studies = draw_correct(rng, [0.90, 0.84, 0.90, 0.70], fold, studies=60)
    races = [run_race(study, fold, ask(4), (2, 4))[0] for study in studies]
    assert sum("d" in race.active for race in races) <= 3
    assert all("a" in race.active or "c" in race.active for race in races)
    assert sum({"a", "c"} <= set(race.active) for race in races) >= 57


def test_p_values_are_adjusted_over_all_pairs_also_of_dropped_variants(make_study, ask):
    correct, fold = make_study([0.90, 0.89, 0.60, 0.50], repeats=4, pictures=300)
    question = ask(4)
    race = take_look(Race(tuple(question.ids)), Evidence(correct[:, :2], fold[:2]), question, 2)
    assert race.active == ("a", "b")
    race = take_look(race, Evidence(correct[:2], fold), question, 2)
    p_values = np.array([pair.p_value for pair in race.verdict.differences])
    assert len(p_values) == 6
    adjusted = [pair.p_adjusted for pair in race.verdict.differences]
    assert adjusted == pytest.approx(adjust_holm(p_values).tolist())


def test_variant_that_is_left_out_is_in_no_difference_and_still_counted(two_groups, ask):
    correct, fold = two_groups
    question = replace(ask(4), baseline="d")
    race = take_look(Race(tuple("abcd")), Evidence(correct[:, :2], fold[:2]), question, 2)
    left = leave_out(race, {"b"})
    pairs = (*left.verdict.differences, *left.verdict.against_baseline)
    assert pairs
    assert all("b" not in (pair.first, pair.second) for pair in pairs)
    assert left.active == tuple(name for name in race.active if name != "b")
    places = ["abcd".index(name) for name in left.active]
    now = take_look(left, Evidence(correct[places], fold), question, 2)
    assert now.verdict.confidence == race.verdict.confidence
    assert all("b" not in (pair.first, pair.second) for pair in now.verdict.differences)
