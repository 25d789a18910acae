"""Three answers: winner, tied, undecided."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolbench.records import Cost
from poolbench.verdict.decide import Question, decide, is_equivalent
from poolbench.verdict.paired import compute_differences


def make_study(accuracies, *, repeats=4, pictures=400, seed=0, folds=5):
    """Correctness of independent variants; all see the same hard pictures."""
    rng = np.random.default_rng(seed)
    hard = rng.random(pictures)
    fold = np.array([rng.permutation(np.arange(pictures) % folds) for _ in range(repeats)])
    noise = rng.normal(0, 0.02, (len(accuracies), repeats, pictures))
    correct = hard + noise < np.array(accuracies)[:, None, None]
    return correct, fold


def ask(count, margin=1.0, cheap=0, protocol="cv"):
    ids = tuple("abcdefgh"[:count])
    costs = {
        name: Cost(parameters=10, multiply_adds=10 if place == cheap else 20, conv_multiply_adds=0)
        for place, name in enumerate(ids)
    }
    return Question(ids, costs, margin, protocol)


def test_clearly_better_variant_wins():
    verdict = decide(*make_study([0.80, 0.95, 0.70]), ask(3))
    assert (verdict.kind, verdict.winner, verdict.recommended) == ("winner", "b", "b")
    assert verdict.tied == ()


def test_identical_variants_are_tied_and_the_cheapest_is_recommended():
    correct, fold = make_study([0.9])
    verdict = decide(np.repeat(correct, 3, axis=0), fold, ask(3, cheap=2))
    assert verdict.kind == "tied"
    assert set(verdict.tied) == {"a", "b", "c"}
    assert verdict.recommended == "c"


def test_group_can_be_tied_above_the_rest():
    correct, fold = make_study([0.9, 0.6])
    verdict = decide(correct[[0, 0, 1]], fold, ask(3, cheap=2))
    assert (verdict.kind, set(verdict.tied), verdict.recommended) == ("tied", {"a", "b"}, "a")


def test_small_study_is_undecided():
    correct, fold = make_study([0.90, 0.91], repeats=1, pictures=60)
    verdict = decide(correct, fold, ask(2))
    assert (verdict.kind, verdict.winner, verdict.tied) == ("undecided", None, ())


def test_published_lab_is_undecided():
    # 275, 278 and 278 of 300, one training each.
    correct = np.zeros((3, 1, 300), dtype=bool)
    for variant, count in enumerate((275, 278, 278)):
        correct[variant, 0, :count] = True
    verdict = decide(correct, np.zeros((1, 300), dtype=np.int64), ask(3, protocol="lab"))
    assert verdict.kind == "undecided"
    assert "one-trial" in verdict.notes


def test_difference_within_the_margin_is_a_tie_even_if_it_is_sure():
    correct, fold = make_study([0.9], repeats=6, pictures=3000)
    other = correct.copy()
    other[0, :, np.flatnonzero(correct[0].all(axis=0))[:6]] = False
    verdict = decide(np.concatenate([correct, other]), fold, ask(2))
    assert verdict.differences[0].low > 0
    assert verdict.kind == "tied"


def test_differences_are_paired():
    correct, fold = make_study([0.9, 0.9])
    [difference] = compute_differences(correct, fold, ("a", "b"))
    # Unpaired, the pictures alone would give about 2 * 1.96 * 2.1 points.
    assert difference.high - difference.low < 2.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.3, 1.0), min_size=2, max_size=5), st.integers(0, 1000))
def test_answers_are_exclusive_and_follow_from_the_intervals(accuracies, seed):
    correct, fold = make_study(accuracies, repeats=2, pictures=60, seed=seed)
    verdict = decide(correct, fold, ask(len(accuracies)))
    assert (verdict.kind == "winner") == (verdict.winner is not None)
    assert (verdict.kind == "tied") == (len(verdict.tied) > 1)
    best = verdict.winner or (verdict.tied[0] if verdict.tied else None)
    for difference in verdict.differences:
        if difference.first == verdict.winner:
            assert difference.low > 0
        if difference.first == best and difference.second in verdict.tied:
            assert is_equivalent(difference, 1.0)


def test_single_variant_has_no_differences():
    verdict = decide(*make_study([0.9]), ask(1))
    assert verdict.differences == ()
    assert verdict.recommended == "a"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_verdict_does_not_depend_on_the_order_of_variants(order):
    correct, fold = make_study([0.95, 0.8])
    question = ask(2)
    turned = Question(tuple(question.ids[i] for i in order), question.costs, 1.0, "cv")
    assert decide(correct[list(order)], fold, turned).winner == "a"
