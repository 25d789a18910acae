"""Checkpoints on disk: two generations, and none that is not whole is taken."""

import errno
import os

import numpy as np
import pytest
import torch

from poolbench.training.checkpoint import Checkpoint
from poolbench.trials import checkpoints
from poolbench.trials.checkpoints import Checkpoints
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session


def make(epochs):
    values = torch.full((2, 3), float(epochs))
    return Checkpoint({"network.weight": values}, {"history": [{}] * epochs, "seconds": 1.5})


@pytest.fixture
def keeper(tmp_path):
    kept = Checkpoints(tmp_path, least_seconds=0).open("trial")
    for epochs in (1, 2, 3):
        # The pause that its own cost asks for is over.
        kept._pause = 0
        kept.offer(lambda epochs=epochs: make(epochs))
    return kept


def list_files(tmp_path):
    return sorted((tmp_path / "trial").iterdir())


def test_two_last_ones_are_kept_and_the_last_is_loaded(keeper, tmp_path):
    assert [path.name[:6] for path in list_files(tmp_path)] == ["000002", "000003"]
    loaded = keeper.load()
    assert loaded.facts == make(3).facts
    assert torch.equal(loaded.tensors["network.weight"], make(3).tensors["network.weight"])


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_one_that_is_not_whole_gives_way_to_the_one_before(keeper, tmp_path, damage):
    def spoil(path):
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes({"cut": content[:-4], "changed": content, "empty": b""}[damage])

    older, newer = list_files(tmp_path)
    spoil(newer)
    assert len(keeper.load().facts["history"]) == 2
    spoil(older)
    assert keeper.load() is None


def test_nothing_is_loaded_where_nothing_is(tmp_path):
    assert Checkpoints(tmp_path / "none").open("trial").load() is None


def test_those_of_a_second_attempt_go_with_those_of_the_trial(keeper, tmp_path):
    kept = Checkpoints(tmp_path, least_seconds=0)
    second = kept.open("trial", attempt=1)
    second._pause = 0
    second.offer(lambda: make(1))
    assert second.load() is not None
    kept.remove("trial")
    assert not (tmp_path / "trial").exists()


def test_none_is_written_before_it_is_time(tmp_path):
    kept = Checkpoints(tmp_path, least_seconds=3600).open("trial")
    kept.offer(lambda: pytest.fail("was made"))
    assert not (tmp_path / "trial").exists()


def test_full_disk_does_not_end_a_training(keeper, tmp_path, monkeypatch):
    def refuse(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoints, "replace_file", refuse)
    keeper._pause = 0
    keeper.offer(lambda: make(4))
    assert len(keeper.load().facts["history"]) == 3


def test_trial_that_searched_for_its_rate_goes_on_with_the_same_bits(
    plan_of, small_set, tmp_path, monkeypatch
):
    spec = plan_of(epochs=3, tune="lr").specs[0]
    whole = run_trial(spec, Session(small_set))

    def make_place():
        return Session(small_set, checkpoints=Checkpoints(tmp_path, least_seconds=0))

    def cut(row):
        if row.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_trial(spec, make_place(), cut)
    assert list((tmp_path / spec.id).iterdir())
    # It is not searched for again.
    monkeypatch.setattr(
        "poolbench.trials.run.find_rate_factor", lambda *_: pytest.fail("searched again")
    )
    rows = []
    continued = run_trial(spec, make_place(), rows.append)
    assert [row.epoch for row in rows] == list(range(rows[0].epoch, 4))
    assert rows[0].epoch > 1
    assert continued.record == whole.record
    assert continued.history == whole.history
    assert all(np.array_equal(continued.weights[k], whole.weights[k]) for k in whole.weights)
