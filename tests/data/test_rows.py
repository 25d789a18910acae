"""Rows of arrays that lie on disk."""

import numpy as np
import pytest
import torch

from poolbench.data import rows
from poolbench.data.image_set import Half
from poolbench.evaluation.logits import PictureRows, split_batches


@pytest.fixture
def mapped(tmp_path, monkeypatch):
    """A mapped array whose rows are more than what is held in memory."""
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(rows, "MOST_HELD_BYTES", 1000)
    monkeypatch.setattr(rows, "_PART_BYTES", 200)
    values = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 3), dtype=np.uint8)
    values.tofile(tmp_path / "pixels")
    return np.memmap(tmp_path / "pixels", dtype=np.uint8, mode="r", shape=values.shape)


def test_many_rows_of_a_mapped_array_are_mapped_again(mapped, tmp_path):
    index = np.random.default_rng(1).permutation(40)[:30]
    taken = rows.take_rows(mapped, index)
    assert isinstance(taken, np.memmap)
    np.testing.assert_array_equal(taken, np.asarray(mapped)[index])
    # Without a name, so that nobody has to clear it away.
    assert not list((tmp_path / "cache").iterdir())


def test_rows_that_come_in_parts_are_mapped_and_cannot_be_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    values = np.random.default_rng(0).integers(-9, 9, (10, 3), dtype=np.int16)
    mapped = rows.map_rows((values[start : start + 4] for start in (0, 4, 8)), (10, 3), np.int16)
    np.testing.assert_array_equal(mapped, values)
    assert not list((tmp_path / "cache").iterdir())
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 1


def test_few_rows_and_those_of_memory_are_held(mapped):
    few = rows.take_rows(mapped, np.arange(3))
    assert type(few) is np.ndarray
    held = rows.take_rows(np.asarray(mapped), np.arange(30))
    assert type(held) is np.ndarray
    np.testing.assert_array_equal(held, mapped[:30])


def test_no_rows_are_none(mapped):
    assert rows.take_rows(mapped, np.arange(0)).shape == (0, 4, 4, 3)


def test_half_on_disk_is_taken_and_hashed_as_one_in_memory(mapped):
    labels = np.arange(40) % 3
    names = tuple(map(str, range(40)))
    on_disk = Half(mapped, labels, names).take(np.arange(39, 5, -1))
    in_memory = Half(np.asarray(mapped), labels, names).take(np.arange(39, 5, -1))
    np.testing.assert_array_equal(on_disk.images, in_memory.images)
    assert on_disk.names == in_memory.names


def test_picture_rows_are_what_the_tensor_gives():
    images = torch.arange(10 * 5 * 4 * 3).reshape(10, 5, 4, 3).to(torch.uint8)
    index = torch.tensor([7, 1, 1, 9, 0])
    whole = images[index].permute(0, 3, 1, 2)
    taken = PictureRows(images, index)
    assert (len(taken), taken.shape, taken.device) == (5, whole.shape, images.device)
    assert torch.equal(torch.cat(list(taken.split(2))), whole)
    chosen = torch.tensor([True, False, True, True, False])
    assert torch.equal(torch.cat(list(split_batches(taken[chosen]))), whole[chosen])
