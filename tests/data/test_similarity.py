"""How alike pictures look: what does not matter, what does, and how the closest is found."""

import numpy as np
import pytest
import torch
from PIL import Image

from poolbench.data import rows, similarity
from poolbench.data.sample import load_sample
from poolbench.data.similarity import (
    LENGTH,
    describe,
    find_closest,
    find_closest_earlier,
    take_off_build,
)

LEAST = 0.9


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def pictures():
    return load_sample().pool.images[:60]


def compare(first, second):
    """The similarity of each of some pictures and the one at its place among others."""
    one, other = (describe(images).astype(np.int64) for images in (first, second))
    return (one * other).sum(axis=1) / LENGTH**2


def resize(pictures, side):
    small = [np.asarray(Image.fromarray(p).resize((side, side))) for p in pictures]
    return np.stack(small)


def test_equal_pictures_are_as_similar_as_can_be(pictures):
    np.testing.assert_allclose(compare(pictures, pictures), 1, atol=2e-3)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: np.rint(0.6 * p + 60).astype(np.uint8),
        lambda p: p // 16 * 16,
        lambda p: resize(resize(p, 96), 32),
        lambda p: resize(p, 20),
    ],
    ids=["darker and paler", "few levels", "enlarged and shrunk", "smaller"],
)
def test_another_size_or_light_leaves_pictures_similar(pictures, change):
    assert compare(pictures, change(pictures)).min() > LEAST


def test_other_pictures_are_not_similar(pictures):
    assert compare(pictures, np.roll(pictures, 1, axis=0)).max() < LEAST


@pytest.mark.parametrize("side", [1, 4, 7, 8, 40])
def test_pictures_of_any_size_are_described(side):
    pictures = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    assert describe(pictures).shape == (3, 336)
    assert describe(pictures[:0]).shape == (0, 336)


def test_plain_pictures_are_like_nothing():
    plain = np.full((2, 32, 32, 3), 200, dtype=np.uint8)
    plain[:, 5, 5] = 204
    assert not describe(plain).any()
    closest, _ = find_closest(describe(plain[:1]), describe(plain[1:]), LEAST)
    assert closest.index.tolist() == [-1]
    assert closest.similarity.tolist() == [0]


def test_what_all_pictures_share_is_taken_off_where_it_is_much():
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 256, (16, 16, 3))
    built = np.clip(ground + rng.integers(-40, 41, (50, 16, 16, 3)), 0, 255).astype(np.uint8)
    raw = describe(built)
    first, second = take_off_build(raw[:40], raw[40:])
    likeness = first.astype(np.int64) @ second.T.astype(np.int64) / LENGTH**2
    assert (raw[:40].astype(np.int64) @ raw[40:].T.astype(np.int64) / LENGTH**2).min() > LEAST
    assert np.abs(likeness).max() < 0.6
    assert abs((first.astype(np.int64) ** 2).sum(axis=1) / LENGTH**2 - 1).max() < 0.01


def test_pictures_without_a_build_stay_as_they_are(pictures):
    described = describe(pictures)
    first, second = take_off_build(described[:40], described[40:])
    np.testing.assert_array_equal(first, described[:40])
    np.testing.assert_array_equal(second, described[40:])
    assert [len(part) for part in take_off_build(described[:0], described[:0])] == [0, 0]


def test_plain_pictures_and_the_build_itself_are_like_nothing():
    ground = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    images = np.stack([ground] * 39 + [np.full_like(ground, 7)])
    (left,) = take_off_build(describe(images))
    assert not left[39].any()
    same = np.stack([ground] * 40)
    assert not take_off_build(describe(same))[0].any()


def test_every_sum_of_products_is_exact_in_float32():
    """So that no order of adding, and so no machine, changes what is found."""
    pictures = np.random.default_rng(1).integers(0, 2, (500, 8, 8, 3), dtype=np.uint8) * 255
    descriptions = describe(pictures).astype(np.int64)
    # By Cauchy and Schwarz no sum of any products of two of them is larger.
    assert (descriptions**2).sum(axis=1).max() < 2**24


def make_descriptions(count, seed):
    """Some of them close to each other."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 256, (count // 2, 8, 8, 3))
    noise = rng.integers(-40, 41, (count, 8, 8, 3))
    pictures = np.clip(centres[rng.integers(0, len(centres), count)] + noise, 0, 255)
    return describe(pictures.astype(np.uint8))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(similarity, "_COMPARED", 7)


def take_best(products, is_allowed):
    products = np.where(is_allowed, products, -1)
    best = products.argmax(axis=1)
    is_close = products.max(axis=1) >= LEAST * LENGTH**2
    return np.where(is_close, best, -1), is_close.sum()


@pytest.mark.usefixtures("small_blocks")
def test_find_closest_is_what_all_products_say():
    descriptions = make_descriptions(130, 0)
    first, second = descriptions[:50], descriptions[50:]
    products = first.astype(np.int64) @ second.T.astype(np.int64)
    ours, theirs = find_closest(first, second, LEAST)
    for found, table in ((ours, products), (theirs, products.T)):
        expected, count = take_best(table, True)
        assert 0 < count < len(table)
        np.testing.assert_array_equal(found.index, expected)
        best = np.where(expected < 0, 0, table.max(axis=1) / LENGTH**2)
        np.testing.assert_allclose(found.similarity, np.minimum(best, 1), rtol=1e-6)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("grouped", [False, True])
def test_find_closest_earlier_looks_back_and_not_into_its_group(grouped):
    descriptions = make_descriptions(60, 0)
    groups = np.random.default_rng(2).integers(0, 3, 60)
    products = descriptions.astype(np.int64) @ descriptions.T.astype(np.int64)
    is_allowed = np.tri(60, k=-1, dtype=bool)
    if grouped:
        is_allowed &= groups[:, None] != groups
    expected, count = take_best(products, is_allowed)
    assert 0 < count < 60
    found = find_closest_earlier(descriptions, LEAST, groups if grouped else None)
    np.testing.assert_array_equal(found.index, expected)


def test_many_descriptions_are_mapped_where_there_is_room(pictures, monkeypatch, tmp_path):
    expected = describe(pictures)
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    for module in (rows, similarity):
        monkeypatch.setattr(module, "MOST_HELD_BYTES", 1000)
    monkeypatch.setattr(similarity, "_PART_BYTES", 10_000)
    mapped = describe(pictures)
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, expected)
    (tmp_path / "file").touch()
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "file"))
    held = describe(pictures)
    assert not isinstance(held, np.memmap)
    np.testing.assert_array_equal(held, expected)
