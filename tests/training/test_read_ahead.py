"""Batches are read in their order, a few ahead, and change nothing."""

import threading
import time

import numpy as np
import pytest
import torch

from patience import HANG_SECONDS
from poolbench.data.sample import load_sample
from poolbench.data.store import open_arrays, save_arrays
from poolbench.models import get_backbone
from poolbench.models.rewrite import rewrite
from poolbench.training.loop import run_training
from poolbench.training.pictures import Pictures
from poolbench.training.read_ahead import BATCHES_AHEAD, ReadAhead
from poolbench.training.recipes import QUICK
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import initialize
from poolbench.trials.session import Session


class Recorder:
    """Stands for the pictures, and notes what is read."""

    def __init__(self):
        self.read = []

    def __getitem__(self, batch):
        self.read.append(batch.tolist())


def wait_for(condition):
    """True as soon as the condition is, False after a while."""
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.001)
    return False


def make(count, *, is_mapped=True):
    batches = [torch.tensor([k, k + 100]) for k in range(count)]
    recorder = Recorder()
    return recorder, batches, Pictures(recorder, torch.zeros(1), is_mapped=is_mapped)


def test_batches_are_read_in_order_and_not_further_ahead_than_said():
    recorder, batches, pictures = make(40)
    with ReadAhead(pictures, batches) as ahead:
        assert wait_for(lambda: len(recorder.read) == BATCHES_AHEAD)
        for step in range(1, 20):
            ahead.advance()
            expected = BATCHES_AHEAD + step
            assert wait_for(lambda expected=expected: len(recorder.read) == expected)
    assert recorder.read == [batch.tolist() for batch in batches[: len(recorder.read)]]
    # What nobody took was not read either.
    assert len(recorder.read) <= BATCHES_AHEAD + 20
    assert not [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def test_pictures_in_memory_are_not_read_twice():
    recorder, batches, pictures = make(3, is_mapped=False)
    with ReadAhead(pictures, batches) as ahead:
        for _ in batches:
            ahead.advance()
    assert recorder.read == []


@pytest.mark.parametrize("is_prepared", [True, False])
def test_training_from_a_file_gives_the_bits_of_one_from_memory(tmp_path, monkeypatch, is_prepared):
    if not is_prepared:
        monkeypatch.setattr("poolbench.trials.session.MOST_PREPARED_BYTES", 0)
    sample = load_sample()
    save_arrays(sample, tmp_path)
    states = []
    for image_set in (sample, open_arrays(tmp_path)):
        session = Session(image_set)
        network = get_backbone("lab-example").build("avg", 4, (32, 32))
        initialize(network, 0)
        form = rewrite(network)
        pictures = session.prepare("pool", form, "float32")
        assert pictures.is_mapped == (image_set is not sample and not is_prepared)
        recipe = QUICK.model_copy(update={"epochs": 1})
        schedule = Schedule(recipe, 0, (0, 0, 0), "float32")
        run_training(form, session.make_part(pictures, np.arange(0, 1200, 3)), None, schedule)
        states.append(network.state_dict())
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name])
