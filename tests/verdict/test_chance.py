"""Whether anything was learned: variants against the answer that looks at no picture."""

import numpy as np
import pytest

from poolbench.verdict.chance import is_nothing_learned
from poolbench.verdict.decide import decide
from poolbench.verdict.paired import Evidence, compute_weights
from poolbench.verdict.sentence import describe_verdict

LABELS = np.repeat([0, 1, 2], [300, 20, 20])


def make_evidence(predicted, labels=LABELS, *, balanced=True, folds=5, groups=None):
    """Of labels ``[V, R, n]``."""
    repeats = predicted.shape[1]
    fold = np.tile(np.arange(len(labels)) % folds, (repeats, 1))
    return Evidence(
        predicted == labels,
        fold,
        weights=compute_weights(labels) if balanced else None,
        groups=groups,
        constant=labels == 0,
    )


def guess(rng, variants, repeats, labels=LABELS):
    """Networks that learned the noise of their training pictures by heart."""
    return rng.permuted(np.broadcast_to(labels, (variants, repeats, len(labels))), axis=2)


@pytest.mark.parametrize("balanced", [True, False])
def test_networks_that_name_the_largest_class_learned_nothing(ask, balanced):
    predicted = np.zeros((3, 2, len(LABELS)), dtype=np.int64)
    verdict = decide(make_evidence(predicted, balanced=balanced), ask(3))
    assert (verdict.kind, verdict.winner, verdict.tied) == ("nothing-learned", None, ())
    assert verdict.recommended is None
    assert verdict.further_repeats is None
    assert verdict.constant.accuracy == pytest.approx(1 / 3 if balanced else 300 / 340)
    assert verdict.constant.points == pytest.approx(0)
    is_known = verdict.constant.accuracy_low == verdict.constant.accuracy_high
    assert is_known == balanced


def test_networks_that_guess_learned_nothing_nearly_always(ask):
    rng = np.random.default_rng(0)
    kinds = [decide(make_evidence(guess(rng, 3, 2)), ask(3)).kind for _ in range(100)]
    assert kinds.count("nothing-learned") >= 95


def test_networks_that_learned_a_little_are_judged_as_ever(ask):
    rng = np.random.default_rng(0)
    predicted = guess(rng, 2, 4)
    predicted[0] = np.where(rng.random(predicted[0].shape) < 0.4, LABELS, predicted[0])
    verdict = decide(make_evidence(predicted), ask(2))
    assert verdict.constant.is_beaten
    assert verdict.kind in ("winner", "undecided")


def test_few_pictures_are_no_proof_that_nothing_was_learned(ask):
    """Better than chance, and by far too few pictures: not sure, but not nothing."""
    labels = np.arange(16) % 2
    predicted = np.where(np.arange(16) < 4, 1 - labels, labels)[None, None]
    verdict = decide(make_evidence(predicted, labels, balanced=False, folds=2), ask(1))
    assert not verdict.constant.is_beaten
    assert verdict.kind == "undecided"
    assert "0.5000" in describe_verdict(verdict)


def test_fewer_than_chance_is_nothing_however_few_the_pictures(ask):
    labels = np.arange(16) % 2
    predicted = np.where(np.arange(16) < 10, 1 - labels, labels)[None, None]
    verdict = decide(make_evidence(predicted, labels, balanced=False, folds=2), ask(1))
    assert verdict.kind == "nothing-learned"


def test_one_picture_more_than_the_constant_answer_is_nothing(ask):
    predicted = np.zeros((2, 2, len(LABELS)), dtype=np.int64)
    predicted[0, :, 305] = 1
    verdict = decide(make_evidence(predicted), ask(2))
    assert verdict.kind == "nothing-learned"
    assert verdict.constant.points > 0


def test_what_is_not_known_is_not_judged():
    assert not is_nothing_learned(None)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Nothing was", "0.3333")), ("ru", ("не научились", "0,3333"))]
)
def test_the_sentence_names_the_constant_answer_and_what_to_change(ask, lang, words):
    predicted = np.zeros((2, 2, len(LABELS)), dtype=np.int64)
    sentence = describe_verdict(decide(make_evidence(predicted), ask(2)), lang)
    for part in (*words, "--epochs", "--tune lr", "--image-size"):
        assert part in sentence
