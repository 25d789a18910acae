"""What weights were trained on is known again in any form of the same pictures."""

from dataclasses import replace

import numpy as np
import pytest

from poolbench.data.image_set import Half
from poolbench.models.seen import Seen, read_seen, see
from poolbench.models.transfer import add_facts
from poolbench.rundir.formats import pack_weights, unpack_weights

WEIGHTS = {"linear.bias": np.ones(3, dtype=np.float32)}


def make_half(seed, count=20):
    images = np.random.default_rng(seed).integers(0, 256, (count, 6, 6, 3), dtype=np.uint8)
    return Half(images, np.arange(count) % 2, tuple(map(str, range(count))))


def save(path, metadata):
    path.write_bytes(add_facts(pack_weights(WEIGHTS), metadata or {}))
    return path


def test_what_was_seen_comes_back_with_the_weights(tmp_path):
    half = make_half(0)
    path = save(tmp_path / "w.safetensors", see(half).make_metadata())
    seen = read_seen(path)
    assert seen.is_all
    assert seen.count_in(half) == 20
    assert seen.count_in(half.take(np.arange(5))) == 5
    assert seen.count_in(make_half(1)) == 0
    assert unpack_weights(path.read_bytes()).keys() == WEIGHTS.keys()
    assert save(tmp_path / "v", see(half).make_metadata()).read_bytes() == path.read_bytes()


def test_pictures_are_known_again_at_another_size_and_under_other_names():
    half = make_half(0)
    small = replace(
        half,
        images=half.images[:, ::2, ::2],
        names=tuple("abcdefghijklmnopqrst"),
        given=half.compute_digests(),
    )
    assert see(half).count_in(small) == see(small).count_in(half) == 20
    # What it looks like now is another picture.
    assert see(half).count_in(replace(small, given=None)) == 0


def test_hashes_with_zeros_at_their_ends_come_back():
    names = np.array([b"abcdefgh", b"abc", b"abcd\0efg", b""], dtype="S8")
    half = replace(make_half(0, 4), given=names.astype("S32"))
    assert len(see(half).pictures) == 4
    assert see(half).count_in(half) == 4


def test_what_was_seen_before_is_added(tmp_path):
    first, second = make_half(0), make_half(1)
    both = see(first).add(see(second))
    assert both.count_in(first) == both.count_in(second) == 20
    assert both.is_all
    unknown = see(first).add(None)
    assert not unknown.is_all
    again = read_seen(save(tmp_path / "w", see(second).add(unknown).make_metadata()))
    assert not again.is_all
    assert again.count_in(first) == 20


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"format": "pt"},
        {"poolbench.seen": "nonsense"},
        {"poolbench.seen": "[" * 100_000},
        {"poolbench.seen": "[]"},
        {"poolbench.seen": '{"pictures": 1, "is_all": true}'},
        {"poolbench.seen": '{"pictures": "AAAA", "is_all": true}'},
        {"poolbench.seen": '{"pictures": "****", "is_all": true}'},
    ],
)
def test_weights_of_others_do_not_say(tmp_path, metadata):
    assert read_seen(save(tmp_path / "w.safetensors", metadata)) is None


def test_what_is_no_file_of_weights_does_not_say(tmp_path):
    (tmp_path / "w").write_bytes(b"x")
    assert read_seen(tmp_path / "w") is None
    assert read_seen(tmp_path / "gone") is None
    assert Seen(np.array([], dtype="S8")).count_in(make_half(0)) == 0
