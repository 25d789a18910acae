"""Pictures that trials share: prepared once, to the same values as batch by batch."""

import numpy as np
import pytest
import torch

from poolbench.errors import UsageError
from poolbench.files import hash_file
from poolbench.models.rewrite import keep_plain
from poolbench.rundir.formats import pack_weights
from poolbench.training import pictures as pictures_module
from poolbench.training.pictures import Pictures
from poolbench.trials.build import build_network, make_form
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session
from poolbench.trials.speed import measure_speed


@pytest.fixture
def form(plan_of):
    spec = plan_of(backbones=("lab",)).specs[0]
    return make_form(build_network(spec), spec)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_prepared_pictures_are_what_the_first_layer_would_get(small_set, form, precision):
    session = Session(small_set)
    raw = session.get_pictures("pool")
    index = torch.tensor([3, 1, 150])
    once = session.prepare("pool", form, precision).take(index)
    each_time = Pictures(raw.images, raw.labels, form.prepare).take(index)
    assert torch.equal(once, each_time.to(once.dtype))
    assert once.dtype == (torch.float32 if precision == "float32" else torch.bfloat16)
    assert once.is_contiguous(memory_format=torch.channels_last)


def test_pictures_are_prepared_once_for_all_trials(small_set, form, plan_of):
    session = Session(small_set)
    first = session.prepare("pool", form, "float32")
    spec = plan_of(backbones=("lab",)).specs[1]
    other = make_form(build_network(spec), spec)
    assert session.prepare("pool", other, "float32") is first
    assert session.prepare("test", form, "float32") is not first
    assert session.prepare("pool", form, "bfloat16").images.dtype == torch.bfloat16


def test_other_normalisation_is_not_mistaken_for_this_one(small_set, form):
    session = Session(small_set)
    first = session.prepare("pool", form, "float32").images.clone()
    form.prepare.mean.add_(1.0)
    assert not torch.equal(session.prepare("pool", form, "float32").images, first)


def test_network_without_normalisation_takes_pictures_as_they_are(small_set, form):
    session = Session(small_set)
    plain = keep_plain(form.whole)
    assert session.prepare("pool", plain, "float32") is session.get_pictures("pool")
    batch = session.get_pictures("pool").take(torch.tensor([0, 5]))
    assert np.array_equal(batch.permute(0, 2, 3, 1).numpy(), small_set.pool.images[[0, 5]])


def test_pictures_too_many_to_keep_train_to_the_same_bits(small_set, plan_of, monkeypatch):
    spec = plan_of().specs[1]
    kept = run_trial(spec, Session(small_set))
    monkeypatch.setattr(pictures_module, "MOST_PREPARED_BYTES", 1000)
    batch_by_batch = run_trial(spec, Session(small_set))
    assert kept.record == batch_by_batch.record
    assert all(
        np.array_equal(kept.weights[name], batch_by_batch.weights[name]) for name in kept.weights
    )


def test_stack_is_measured_as_a_whole(small_set, plan_of):
    spec = plan_of(stack=3).specs[1]
    speed = measure_speed(spec, Session(small_set))
    assert 0 < speed.watch < speed.train
    assert speed.judge > 0


def test_weights_come_from_a_file_or_from_what_is_in_it(small_set, tmp_path):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(pack_weights({"a": np.arange(3.0, dtype=np.float32)}))
    content, sha256 = file.read_bytes(), hash_file(file)
    for weights in (file, content):
        loaded = Session(small_set, weights=weights).load_weights(sha256)
        torch.testing.assert_close(loaded["a"], torch.arange(3.0))
        with pytest.raises(UsageError, match="not the one"):
            Session(small_set, weights=weights).load_weights("0" * 64)
    with pytest.raises(UsageError, match="not the one"):
        Session(small_set).load_weights(sha256)


def test_session_shares_work_among_as_many_lanes_as_it_is_told(small_set):
    session = Session(small_set)
    session.set_lanes(2)
    two = session.lanes
    session.set_lanes(2)
    assert (two.count, session.lanes) == (2, two)
    session.set_lanes(1)
    assert session.lanes.count == 1
