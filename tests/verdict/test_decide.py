"""Three answers: winner, tied, undecided."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolbench.errors import UnknownNameError, UsageError
from poolbench.records import Cost
from poolbench.verdict.decide import (
    choose_answer,
    decide,
    find_cheapest,
    is_equivalent,
    rank,
)
from poolbench.verdict.looks import make_levels
from poolbench.verdict.paired import Evidence, compute_differences, share_confidence
from poolbench.verdict.sentence import flip


def list_against_best(verdict):
    best = verdict.differences[0].first
    return [d for d in verdict.differences if d.first == best]


def judge_again(verdict):
    """The rule, once more, from the intervals alone."""
    against = list_against_best(verdict)
    best = verdict.differences[0].first
    rivals = {d.second for d in against}
    equal = {d.second for d in against if d.tie_low > -1 and d.tie_high < 1}
    beaten = {d.second for d in against if d.low > 0}
    outdone = {d.second for d in against if d.single_low > 0}
    if verdict.repeats * verdict.folds == 1:
        return "undecided", None, set()
    if equal and rivals == equal | beaten:
        return "tied", None, {best, *equal}
    return ("winner", best, set()) if rivals == outdone else ("undecided", None, set())


def find_winner(evidence, question, factor=1.0):
    """As ``decide``, with intervals of another width."""
    order = rank(evidence, question)
    pairs = [(order[0], rival) for rival in order[1:]]
    differences = [
        d.model_copy(update={"single_low": d.points - factor * (d.points - d.single_low)})
        for d in compute_differences(evidence, question.ids, pairs, question.levels)
    ]
    return choose_answer(question.ids[order[0]], differences, question.margin_points).winner


def test_clearly_better_variant_wins(make_study, ask):
    verdict = decide(Evidence(*make_study([0.80, 0.95, 0.70])), ask(3))
    assert (verdict.kind, verdict.winner, verdict.recommended) == ("winner", "b", "b")
    assert verdict.tied == ()
    assert (verdict.more_repeats, verdict.more_pictures) == (None, None)


def test_verdict_says_what_it_rests_on(make_study, ask):
    question = ask(3, notes=("positions-differ",), metric="balanced-accuracy")
    verdict = decide(Evidence(*make_study([0.80, 0.95, 0.70])), question)
    assert (verdict.pictures, verdict.repeats, verdict.folds) == (400, 4, 5)
    assert (verdict.protocol, verdict.metric) == ("cv", "balanced-accuracy")
    assert verdict.notes == ("positions-differ",)
    assert verdict.alpha == 0.05
    assert verdict.confidence == pytest.approx(0.95**0.5)
    assert verdict.tie_confidence == pytest.approx(0.90)
    assert [(d.first, d.second) for d in verdict.differences] == [
        ("b", "a"),
        ("b", "c"),
        ("a", "c"),
    ]
    assert all(d.repeats == 4 for d in verdict.differences)


def test_identical_variants_are_tied_and_the_cheapest_is_recommended(make_study, ask):
    correct, fold = make_study([0.9])
    verdict = decide(Evidence(np.repeat(correct, 3, axis=0), fold), ask(3, cheap=2))
    assert verdict.kind == "tied"
    assert set(verdict.tied) == {"a", "b", "c"}
    assert verdict.recommended == "c"
    # Of 400 pictures none differs: so much is compatible, and no more.
    assert all(d.points == 0 and -2 < d.low < 0 < d.high < 2 for d in verdict.differences)


def test_group_can_be_tied_above_the_rest(make_study, ask):
    correct, fold = make_study([0.9, 0.6])
    verdict = decide(Evidence(correct[[0, 0, 1]], fold), ask(3, cheap=2))
    assert (verdict.kind, set(verdict.tied), verdict.recommended) == ("tied", {"a", "b"}, "a")


def test_small_study_is_undecided_and_says_what_it_would_take(make_study, ask):
    correct, fold = make_study([0.90, 0.91], repeats=1, pictures=60)
    verdict = decide(Evidence(correct, fold), ask(2))
    assert (verdict.kind, verdict.winner, verdict.tied) == ("undecided", None, ())
    assert 0 < verdict.more_repeats.chance < 0.8
    assert (verdict.more_repeats.repeats, verdict.more_repeats.pictures) == (24, 60)
    assert verdict.detectable_points > 0
    assert verdict.regret_points > 0


def test_undecided_study_recommends_the_best_mean(make_study, ask):
    correct, fold = make_study([0.90, 0.93], repeats=1, pictures=60)
    assert correct[1].mean() > correct[0].mean()
    assert decide(Evidence(correct, fold), ask(2, cheap=0)).recommended == "b"


def test_published_lab_is_undecided(ask):
    # 275, 278 and 278 of 300, one training each.
    correct = np.zeros((3, 1, 300), dtype=bool)
    for variant, count in enumerate((275, 278, 278)):
        correct[variant, 0, :count] = True
    evidence = Evidence(correct, np.zeros((1, 300), dtype=np.int64))
    verdict = decide(evidence, ask(3, protocol="lab"))
    assert verdict.kind == "undecided"
    assert "one-trial" in verdict.notes


def test_one_training_of_each_is_undecided_however_far_apart(ask):
    correct = np.stack([np.ones((1, 50), dtype=bool), np.zeros((1, 50), dtype=bool)])
    verdict = decide(Evidence(correct, np.zeros((1, 50), dtype=np.int64)), ask(2))
    assert (verdict.kind, verdict.recommended) == ("undecided", "a")
    assert verdict.more_repeats.repeats >= 2
    # Of re-training nothing is known, so no bound on the regret either.
    assert verdict.regret_points is None


def test_difference_within_the_margin_is_a_tie_even_if_it_is_sure(make_study, ask):
    correct, fold = make_study([0.9], repeats=6, pictures=3000)
    other = correct.copy()
    other[0, :, np.flatnonzero(correct[0].all(axis=0))[:6]] = False
    verdict = decide(Evidence(np.concatenate([correct, other]), fold), ask(2))
    assert verdict.differences[0].low > 0
    assert verdict.kind == "tied"


def test_margin_decides_what_is_equal(make_study, ask):
    correct, fold = make_study([0.95, 0.93], repeats=6)
    assert decide(Evidence(correct, fold), ask(2, margin=10.0)).kind == "tied"
    assert decide(Evidence(correct, fold), ask(2, margin=0.1)).kind == "winner"


def test_weights_can_turn_the_verdict(ask):
    # Variant a is better on the many, b much better on the few.
    fold = np.tile(np.arange(200) % 5, (3, 1))
    few = np.arange(200) >= 180
    weights = np.where(few, 100 / 20, 100 / 180)
    correct = np.ones((2, 3, 200), dtype=bool)
    correct[0, :, few] = False
    correct[1, :, :40] = False
    assert decide(Evidence(correct, fold), ask(2)).recommended == "a"
    weighted = decide(Evidence(correct, fold, weights=weights), ask(2))
    assert weighted.recommended == "b"
    assert weighted.differences[0].points == pytest.approx(50 - 100 * 40 / 360)


def test_groups_make_a_winner_less_sure(make_study, ask):
    correct, fold = make_study([0.90, 0.87], repeats=3, pictures=60)
    correct, fold = np.repeat(correct, 8, axis=2), np.repeat(fold, 8, axis=1)
    apart = decide(Evidence(correct, fold), ask(2))
    grouped = decide(Evidence(correct, fold, groups=np.repeat(np.arange(60), 8)), ask(2))
    assert grouped.differences[0].low < apart.differences[0].low
    assert grouped.pictures == 480


def test_copies_in_groups_promise_no_more_than_the_pictures_alone(make_study, ask):
    correct, fold = make_study([0.90, 0.89], repeats=3, pictures=60)
    alone = decide(Evidence(correct, fold), ask(2))
    copies = Evidence(
        np.repeat(correct, 8, axis=2),
        np.repeat(fold, 8, axis=1),
        groups=np.repeat(np.arange(60), 8),
    )
    found = decide(copies, ask(2))
    assert found.more_repeats.chance == pytest.approx(alone.more_repeats.chance, abs=0.05)
    assert found.detectable_points == pytest.approx(alone.detectable_points)
    assert found.pictures == 8 * alone.pictures


def test_diverged_trials_are_wrong_and_no_accident(make_study, ask):
    correct, fold = make_study([0.9, 0.9, 0.7], repeats=3)
    correct[0, 1, fold[1] == 2] = False
    assert decide(Evidence(correct, fold), ask(3)).differences[0].first == "b"
    correct[0] = False
    verdict = decide(Evidence(correct, fold), ask(3))
    assert (verdict.kind, verdict.winner) == ("winner", "b")
    assert verdict.differences[-1].second == "a"


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    ("pictures", "kind"), [(20, "undecided"), (260, "undecided"), (280, "tied")]
)
def test_all_right_or_all_wrong_is_a_tie_on_enough_pictures_alone(ask, value, pictures, kind):
    fold = np.tile(np.arange(pictures) % 5, (2, 1))
    verdict = decide(Evidence(np.full((3, 2, pictures), value), fold), ask(3, cheap=1))
    assert (verdict.kind, verdict.recommended) == (kind, "b")


def test_single_picture_is_refused(ask):
    with pytest.raises(UsageError, match="at least 2 images"):
        decide(Evidence(np.ones((2, 2, 1), dtype=bool), np.zeros((2, 1), dtype=int)), ask(2))


def test_single_variant_has_no_differences(make_study, ask):
    verdict = decide(Evidence(*make_study([0.9])), ask(1))
    assert (verdict.kind, verdict.differences, verdict.recommended) == ("undecided", (), "a")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_verdict_does_not_depend_on_the_order_of_variants(make_study, ask, order):
    correct, fold = make_study([0.95, 0.8])
    question = ask(2)
    turned = replace(question, ids=tuple(question.ids[i] for i in order))
    assert decide(Evidence(correct[list(order)], fold), turned).winner == "a"


def test_equal_means_are_ranked_by_cost(ask):
    # Right in turn: equal means, not equal pictures.
    row = np.arange(20) % 2 == 0
    evidence = Evidence(np.array([[row], [~row], [row]]), np.arange(20)[None] % 5)
    assert rank(evidence, ask(3, cheap=1)) == [1, 0, 2]
    turned = replace(ask(3, cheap=1), ids=("c", "b", "a"))
    assert rank(evidence, turned) == [1, 2, 0]


@st.composite
def small_studies(draw):
    """Studies of every kind: identical, all right, all wrong, tiny, one training, grouped."""
    accuracies = draw(st.lists(st.sampled_from([0.0, 0.5, 0.9, 0.97, 1.0]), min_size=1, max_size=4))
    repeats, folds, pictures = (draw(st.integers(*ends)) for ends in ((1, 3), (1, 3), (3, 60)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    correct = rng.random((len(accuracies), repeats, pictures))
    if draw(st.booleans()):
        correct[:] = correct[0]
    fold = np.stack([rng.permutation(np.arange(pictures) % folds) for _ in range(repeats)])
    groups = np.arange(pictures) // 2 if draw(st.booleans()) else None
    weights = rng.random(pictures) + 0.5
    weights = weights / weights.mean() if draw(st.booleans()) else None
    correct = correct < np.array(accuracies)[:, None, None]
    return Evidence(correct, fold, groups=groups, weights=weights)


@settings(max_examples=30, deadline=None)
@given(small_studies(), st.randoms(use_true_random=False))
def test_answers_are_exclusive_and_follow_from_the_intervals(ask, evidence, random):
    count = len(evidence.correct)
    verdict = decide(evidence, ask(count, cheap=count - 1))
    found = (verdict.kind, verdict.winner, set(verdict.tied))
    if count == 1:
        assert found == ("undecided", None, set())
        return
    assert found == judge_again(verdict)
    assert (verdict.kind == "winner") == (verdict.winner is not None)
    assert (verdict.kind == "tied") == (len(verdict.tied) > 1)
    assert verdict.recommended in (verdict.winner, *verdict.tied, verdict.differences[0].first)
    assert all(d.points >= 0 for d in list_against_best(verdict))
    assert (verdict.more_repeats is None) == (verdict.kind != "undecided")
    # The order in which the variants are given changes nothing.
    order = list(range(count))
    random.shuffle(order)
    question = ask(count, cheap=count - 1)
    turned = replace(question, ids=tuple(question.ids[place] for place in order))
    again = decide(replace(evidence, correct=evidence.correct[order]), turned)
    assert (again.kind, again.winner, set(again.tied)) == found
    assert again.recommended == verdict.recommended


def test_choose_answer_is_undecided_if_one_rival_of_several_is(make_study, ask):
    correct, fold = make_study([0.9, 0.6])
    near = correct[0].copy()
    near[:, np.flatnonzero(near.any(axis=0))[:5]] = False
    verdict = decide(Evidence(np.stack([correct[0], near, correct[1]]), fold), ask(3))
    against = list_against_best(verdict)
    assert [d.second for d in choose_answer("a", against, 0.5).open] == (
        [] if against[0].single_low > 0 else ["b"]
    )
    wide = {"low": -0.1, "single_low": -0.1, "tie_high": 1.2}
    blurred = [against[0].model_copy(update=wide), against[1]]
    answer = choose_answer("a", blurred, 1.0)
    assert (answer.winner, answer.tied, [d.second for d in answer.open]) == (None, (), ["b"])


def test_equivalence_excludes_the_margin_itself(make_study, ask):
    d = decide(Evidence(*make_study([0.9, 0.9])), ask(2)).differences[0]
    for low, high, equal in ((-0.9, 0.9, True), (-1.0, 0.5, False), (-0.5, 1.0, False)):
        assert is_equivalent(d.model_copy(update={"tie_low": low, "tie_high": high}), 1.0) is equal


def test_find_cheapest_looks_at_multiply_adds_then_parameters_then_the_id():
    costs = {
        name: Cost(parameters=parameters, multiply_adds=adds, conv_multiply_adds=0)
        for name, parameters, adds in (("d", 1, 9), ("c", 5, 8), ("b", 4, 8), ("a", 4, 8))
    }
    assert find_cheapest("dc", costs) == "c"
    assert find_cheapest("dcb", costs) == "b"
    assert find_cheapest("dcba", costs) == "a"


def test_baseline_is_compared_with_all_others(make_study, ask):
    evidence = Evidence(*make_study([0.80, 0.95, 0.70]))
    verdict = decide(evidence, ask(3, baseline="a"))
    assert verdict.baseline == "a"
    against = {d.first: d for d in verdict.against_baseline}
    assert set(against) == {"b", "c"}
    assert {d.second for d in against.values()} == {"a"}
    assert against["b"].low > 0 > against["c"].high
    assert decide(evidence, ask(3)).against_baseline == ()


def test_baseline_that_nobody_knows_is_refused(make_study, ask):
    with pytest.raises(UnknownNameError, match="'z'"):
        decide(Evidence(*make_study([0.8, 0.9])), ask(2, baseline="z"))


def test_levels_share_the_error_over_rivals_and_are_those_of_the_look(ask):
    looks = make_levels((2, 4, 8))
    levels = ask(4, looks=looks, rivals=9).levels
    for repeats, look in ((2, 2), (4, 4), (8, 8), (3, 4)):
        assert levels.take(repeats) == looks[look]
        assert levels.share(repeats) == share_confidence(looks[look].alpha, 9)
    assert ask(4).levels.share(2) == share_confidence(0.05, 3)
    assert ask(1).levels.share(2) == pytest.approx(0.95)


def test_winner_needs_no_interval_that_holds_for_all_rivals(make_study, ask):
    correct, fold = make_study([0.92, 0.90, 0.90, 0.90], repeats=2, pictures=400, seed=7)
    verdict = decide(Evidence(correct, fold), ask(4))
    against = list_against_best(verdict)
    assert not all(d.is_beaten for d in against)
    assert all(d.is_outdone and d.p_value < 0.05 for d in against)
    assert (verdict.kind, verdict.winner) == ("winner", "a")


def test_tie_above_rivals_that_are_only_outdone_is_none(make_study, ask):
    correct, fold = make_study([0.93, 0.895], repeats=2, pictures=600)
    pair = decide(Evidence(correct, fold), ask(2)).differences[0]
    only_outdone = pair.model_copy(update={"first": "a", "second": "c", "low": -0.1})
    equal = pair.model_copy(
        update={"second": "b", "points": 0.1, "low": -0.2, "single_low": -0.2, "high": 0.4}
        | {"tie_low": -0.2, "tie_high": 0.4}
    )
    assert only_outdone.is_outdone
    answer = choose_answer("a", (equal, only_outdone), 1.0)
    assert (answer.winner, answer.tied, [d.second for d in answer.open]) == (None, (), ["c"])


def test_regret_bounds_what_the_recommended_variant_may_lose(make_study, ask):
    evidence = Evidence(*make_study([0.90, 0.895, 0.70], repeats=1, pictures=100))
    verdict = decide(evidence, ask(3))
    worst = max(-d.low for d in verdict.differences if d.first == verdict.recommended)
    assert 0 < verdict.regret_points < worst
    # Surely the best: nothing to regret.
    assert decide(Evidence(*make_study([0.95, 0.70])), ask(2)).regret_points == 0


def test_variant_with_fewer_repeats_is_compared_over_those_and_is_not_the_best(make_study, ask):
    correct, fold = make_study([0.80, 0.95, 0.70], repeats=4)
    short = decide(Evidence(correct, fold, reached=(4, 2, 4)), ask(3))
    assert next((d.first, d.second) for d in short.differences) == ("a", "c")
    by_pair = {(d.first, d.second): d for d in short.differences}
    assert {pair: d.repeats for pair, d in by_pair.items()} == {
        ("a", "c"): 4, ("a", "b"): 2, ("c", "b"): 2,
    }  # fmt: skip
    half = decide(Evidence(correct[:, :2], fold[:2]), ask(3))
    [expected] = [flip(d) for d in half.differences if (d.first, d.second) == ("b", "a")]
    assert by_pair["a", "b"].points == pytest.approx(expected.points)
    assert by_pair["a", "b"].low == pytest.approx(expected.low)


def test_study_that_was_cut_off_before_its_first_look_decides_nothing(make_study, ask):
    evidence = Evidence(*make_study([0.95, 0.70]))
    verdict = decide(evidence, ask(2, looks=make_levels((6, 10))), is_look=False)
    assert (verdict.kind, verdict.recommended) == ("undecided", "a")


@pytest.mark.full(seconds=3)
def test_false_winners_among_equals_are_rare(draw_fold, draw_correct, ask):
    rng = np.random.default_rng(0)
    fold = draw_fold(rng, 2, 150)
    studies = draw_correct(rng, [0.85] * 3, fold, studies=400)
    found, careless = (
        sum(find_winner(Evidence(study, fold), ask(3), factor) is not None for study in studies)
        for factor in (1.0, 0.5)
    )
    assert found <= 0.05 * 400
    # The test notices intervals that are half as wide.
    assert careless > 0.08 * 400


def test_find_winner_of_this_test_is_that_of_decide(make_study, ask):
    for seed in range(20):
        evidence = Evidence(*make_study([0.90, 0.85, 0.88], repeats=2, seed=seed))
        assert find_winner(evidence, ask(3)) == decide(evidence, ask(3)).winner
