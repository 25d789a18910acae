"""The canaries: a right instrument passes them, and each known fault fails one."""

import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from poolbench.operators import list_operators
from poolbench.results.collect import make_evidence
from poolbench.study.canaries import (
    KNOWN,
    PERMUTED,
    TWIN_IDS,
    Tally,
    judge_known,
    judge_permuted,
    judge_twins,
    summarize_known,
    summarize_permuted,
    summarize_twins,
)
from poolbench.trials import build, run
from poolbench.verdict import components

torch.set_num_threads(1)


def find_permuted():
    return summarize_permuted([judge_permuted(number) for number in range(PERMUTED)])


def find_known():
    return summarize_known([judge_known(number) for number in range(KNOWN)])


@pytest.mark.full(seconds=10, always=True)
def test_permuted_labels_are_told_by_chance():
    finding = find_permuted()
    assert finding.is_right
    assert (finding.trainings, finding.pictures) == (PERMUTED, 100 * PERMUTED)


@pytest.mark.full(seconds=15, always=True)
def test_training_on_held_out_pictures_is_noticed(monkeypatch):
    split = run.split_pictures

    def leak(spec, image_set):
        return replace(split(spec, image_set), train=np.arange(len(image_set.pool)))

    monkeypatch.setattr(run, "split_pictures", leak)
    finding = find_permuted()
    assert not finding.is_right
    # Learned by heart: far above what chance explains, not just above it.
    assert finding.right > 0.9 * finding.pictures


@pytest.mark.full(seconds=15, always=True)
def test_training_on_some_held_out_pictures_is_noticed(monkeypatch):
    split = run.split_pictures

    def leak(spec, image_set):
        found = split(spec, image_set)
        return replace(found, train=np.concatenate([found.train, found.held_out[::4]]))

    monkeypatch.setattr(run, "split_pictures", leak)
    assert not find_permuted().is_right


@pytest.mark.full(seconds=10, always=True)
def test_interval_holds_the_known_difference_as_often_as_it_says():
    finding = find_known()
    assert finding.is_right
    assert finding.draws == 500
    assert 0 < finding.least < finding.most < finding.draws


def choose_correctness(monkeypatch, order):
    def chosen(*given):
        evidence = make_evidence(*given)
        return replace(evidence, correct=evidence.correct[order])

    monkeypatch.setattr("poolbench.study.canaries.make_evidence", chosen)


def exchange(monkeypatch):
    """The correctness of each variant is given to the other."""
    choose_correctness(monkeypatch, [1, 0])


def copy(monkeypatch):
    """Both variants get the correctness of the first."""
    choose_correctness(monkeypatch, [0, 0])


def change_pictures(monkeypatch, factor):
    join = components._join_components

    def changed(*parts):
        found = join(*parts)
        return replace(found, pictures=factor * found.pictures)

    monkeypatch.setattr(components, "_join_components", changed)


def forget_pictures(monkeypatch):
    """The variance over new pictures is left out."""
    change_pictures(monkeypatch, 0)


def inflate_pictures(monkeypatch):
    """Intervals are far too wide: they hold everything and say nothing."""
    change_pictures(monkeypatch, 10)


@pytest.mark.full(seconds=12, always=True)
@pytest.mark.parametrize("sabotage", [exchange, copy, forget_pictures, inflate_pictures])
def test_wrong_verdict_on_a_known_difference_is_noticed(sabotage, monkeypatch):
    sabotage(monkeypatch)
    finding = find_known()
    assert not finding.is_right
    assert (finding.held > finding.most) == (sabotage is inflate_pictures)


@pytest.fixture
def twins():
    return summarize_twins([judge_twins(0)])


def test_twins_give_the_same_bits_and_leave_no_id_behind(twins):
    assert twins.is_right and twins.trials == 2
    assert TWIN_IDS[1] not in {entry.id for entry in list_operators()}


def hash_id(spec):
    return zlib.crc32(spec.variant.id.encode())


def unpair_draws(monkeypatch):
    """Order, augmentation and dropout depend on the variant."""
    make = build.make_schedule

    def made(spec, *rest):
        found = make(spec, *rest)
        return replace(found, key=(*found.key, hash_id(spec)))

    monkeypatch.setattr(build, "make_schedule", made)


def unpair_start(monkeypatch):
    """Initial values depend on the variant."""
    make = build.build_network

    def made(spec, attempt=0):
        return make(spec.model_copy(update={"seed": hash_id(spec)}), attempt)

    monkeypatch.setattr(build, "build_network", made)


def unpair_splits(monkeypatch):
    """Folds depend on the variant."""
    assign = build.assign_repeat

    def assigned(spec, pool):
        return assign(spec.model_copy(update={"seed": hash_id(spec)}), pool)

    monkeypatch.setattr(build, "assign_repeat", assigned)


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=1)
@pytest.mark.parametrize("sabotage", [unpair_draws, unpair_start, unpair_splits])
def test_unpaired_variants_are_noticed(sabotage, monkeypatch):
    sabotage(monkeypatch)
    finding = summarize_twins([judge_twins(0)])
    assert not finding.is_right and finding.alike == 0


def test_bounds_are_those_of_chance():
    # 0.1 % of 600 draws at one in four lie above 183, and fewer above 184.
    assert summarize_permuted([Tally(150, 600)]).most == pytest.approx(183, abs=2)
    known = summarize_known([Tally(480, 500)])
    assert known.least < 0.94 * 500 and known.most > 0.975 * 500
