"""Decoded pictures on disk: what was interrupted goes on, what is damaged is made again."""

import os

import numpy as np
import pytest

from poolbench.data.decoded import DecodedFile, make_stamp
from poolbench.data.image_set import hash_pictures

SIZE = (4, 6)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path))


def draw(count, seed):
    return list(np.random.default_rng(seed).integers(0, 256, (count, *SIZE, 3), dtype=np.uint8))


def name(rows):
    """As if they had been given at another size."""
    return hash_pictures([row[1:] for row in rows]).tolist()


@pytest.fixture
def shards():
    """Three shards; the second had a picture that could not be read."""
    rows = [draw(3, 1), draw(2, 2), draw(1, 3)]
    with DecodedFile("x").lock():
        decoded = DecodedFile("x")
        decoded.begin(SIZE)
        decoded.append(rows[0], name(rows[0]), [])
        decoded.append(rows[1], name(rows[1]), [(1, "it is broken")])
        decoded.append(rows[2], name(rows[2]), [])
    return rows


def read():
    decoded = DecodedFile("x")
    decoded.read()
    return decoded


def test_everything_comes_back_mapped(shards):
    images, given, kept = read().map()
    assert isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, np.concatenate(shards))
    assert given.tolist() == [digest for rows in shards for digest in name(rows)]
    assert kept.tolist() == [0, 1, 2, 3, 5, 6]
    assert read().shards[1].missing == ((1, "it is broken"),)


def test_nothing_is_there_before_it_was_begun():
    assert read().size is None
    assert read().shards == []


@pytest.mark.parametrize("cut", ["line", "pixels", "lines"])
def test_interrupted_in_the_third_shard_goes_on_there(shards, cut):
    decoded = DecodedFile("x")
    if cut == "pixels":
        # The pixels were being written, so there was no line yet.
        content = decoded.pixels.read_bytes()
        decoded.pixels.write_bytes(content[:-7])
        decoded.lines.write_text("".join(decoded.lines.read_text().splitlines(True)[:-1]))
    elif cut == "line":
        decoded.lines.write_text(decoded.lines.read_text()[:-9])
    else:
        decoded.lines.write_text("".join(decoded.lines.read_text().splitlines(True)[:-1]))
    again = read()
    assert len(again.shards) == 2
    again.append(shards[2], name(shards[2]), [])
    images = read().map().images
    np.testing.assert_array_equal(images, np.concatenate(shards))


@pytest.mark.parametrize("shard", [0, 1, 2])
def test_damage_is_seen_and_what_stands_before_it_is_kept(shards, shard):
    decoded = DecodedFile("x")
    content = bytearray(decoded.pixels.read_bytes())
    rows_before = sum(len(rows) for rows in shards[:shard])
    content[rows_before * 72 + 5] ^= 1
    decoded.pixels.write_bytes(content)
    assert len(read().shards) == shard
    # And it stays so, whatever else is written.
    assert len(read().shards) == shard


def test_a_digest_that_was_damaged_is_seen(shards):
    decoded = DecodedFile("x")
    text = decoded.lines.read_text()
    digest = name(shards[2])[0].hex()
    decoded.lines.write_text(text.replace(digest, digest[::-1]))
    assert len(read().shards) == 2


@pytest.mark.parametrize(("nanoseconds", "is_same"), [(0, False), (5 * 10**9, False), (1, True)])
def test_where_times_come_from_no_clock_the_bytes_of_a_file_decide(tmp_path, nanoseconds, is_same):
    """Two media that were made with the same times."""
    stamps = []
    for content in (b"one", b"two"):
        path = tmp_path / "0.png"
        path.write_bytes(content)
        fields = {"st_mtime_ns": 0, "st_ctime_ns": nanoseconds}
        stamps.append(make_stamp(path, os.stat_result((0o100644, *[0] * 5, 3, 0, 0, 0), fields)))
    assert (stamps[0] == stamps[1]) == is_same


@pytest.mark.parametrize("text", ["", "nonsense\n", "[4]\n", "{}\n", "\xff\n"])
def test_lines_that_say_nothing_are_no_shards(shards, text):
    decoded = DecodedFile("x")
    decoded.lines.write_bytes(text.encode("latin-1"))
    assert read().shards == []
