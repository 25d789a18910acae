"""Duplicates: which pairs may stand on both sides of a split, and what is done with them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from poolbench.data.duplicates import COLUMNS, find_duplicates, handle_duplicates
from poolbench.data.image_set import Half, ImageSet
from poolbench.errors import DataError

CLASSES = ("cat", "dog")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def draw(motif, version=0):
    """A picture of a motif; other versions of it have other pixels, and look alike."""
    rng = np.random.default_rng(motif)
    grid = rng.integers(40, 216, (8, 8, 3))
    picture = np.repeat(np.repeat(grid, 2, axis=0), 2, axis=1)
    noise = np.random.default_rng([motif, version]).integers(-9, 10, picture.shape)
    return (picture + (version > 0) * noise).astype(np.uint8)


def make_half(name, pictures, labels=None, groups=None):
    """Pictures as (motif, version), or motifs alone."""
    pairs = [p if isinstance(p, tuple) else (p, 0) for p in pictures]
    images = np.array([draw(*pair) for pair in pairs], dtype=np.uint8).reshape(-1, 16, 16, 3)
    labels = np.arange(len(pairs)) % 2 if labels is None else np.array(labels)
    names = tuple(f"{name}/{k}" for k in range(len(pairs)))
    return Half(images, labels, names, None if groups is None else np.array(groups))


def make_set(pool, test):
    return ImageSet("made", CLASSES, pool, test, has_official_test=True, facts={"skipped": []})


def settle(pool, test, on_duplicates="report", is_split=True):
    return handle_duplicates(make_set(pool, test), on_duplicates, is_split=is_split)


def list_pairs(pairs):
    return {
        (int(p), int(o), bool(e))
        for p, o, e in zip(pairs.picture, pairs.other, pairs.is_exact, strict=True)
    }


def test_find_duplicates_names_exact_and_near_ones_on_both_sides():
    pool = make_half("train", [1, 2, 3, (2, 1), 4, 3])
    test = make_half("test", [7, 3, (1, 1), 8])
    found = find_duplicates(pool, test)
    assert list_pairs(found.test) == {(2, 1, True), (5, 1, True), (0, 2, False)}
    assert list_pairs(found.pool) == {(3, 1, False), (5, 2, True)}
    assert found.test.is_exact.tolist() == [True, True, False]
    assert (found.test.similarity[:2] == 1).all()
    assert 0.9 < found.test.similarity[2] < 1


def test_find_duplicates_leaves_the_pool_alone_if_nobody_splits_it():
    pool = make_half("train", [1, 1])
    assert find_duplicates(pool, make_half("test", [2]), is_split=False).pool is None


def test_plain_pictures_are_duplicates_only_if_they_are_equal():
    pool, test = make_half("train", [1, 2, 3]), make_half("test", [4])
    pool.images[:2], test.images[:] = 255, 255
    pool.images[1, 0, 0] = 254
    found = find_duplicates(pool, test)
    assert list_pairs(found.test) == {(0, 0, True)}
    assert list_pairs(found.pool) == set()


def test_pictures_of_one_group_are_no_leak_but_across_the_halves_they_are():
    pool = make_half("train", [1, 1, (1, 1), 1, 2, (2, 1)], groups=[0, 0, 0, 5, 3, 3])
    test = make_half("test", [2, 9], groups=[3, 6])
    found = find_duplicates(pool, test)
    # The fourth equals the first of another group; the rest stays together anyway.
    assert list_pairs(found.pool) == {(3, 0, True)}
    assert list_pairs(found.test) == {(4, 0, True), (5, 0, False)}


def test_equal_picture_of_another_group_is_found_behind_one_of_its_own():
    pool = make_half("train", [1, 1, 1, 1], groups=[0, 1, 0, 2])
    found = find_duplicates(pool, make_half("test", [2]))
    assert list_pairs(found.pool) == {(1, 0, True), (2, 1, True), (3, 0, True)}


def draw_hands(count, classes, seed):
    """Hand signs before one background: which fingers are up is the class."""
    rng = np.random.default_rng(seed)
    ground = np.kron(rng.integers(60, 200, (4, 4, 3)), np.ones((8, 8, 1)))
    pictures = []
    for sign in np.arange(count) % classes:
        picture = ground.copy()
        top, left = rng.integers(-2, 3, 2)
        picture[16 + top : 28, 8 + left : 24 + left] = rng.integers(150, 230, 3)
        for finger in range(5):
            if sign >> finger & 1:
                tip, place = rng.integers(2, 7), 8 + left + 3 * finger + rng.integers(0, 2)
                picture[tip : 16 + top, place : place + 2] = (220, 170, 140)
        pictures.append(picture)
    return np.array(pictures), np.arange(count) % classes


def take_halves(pictures, labels, test):
    """The pictures at these places as the test half, the others as the pool."""
    images = np.clip(np.rint(pictures), 0, 255).astype(np.uint8)
    halves = []
    for name, places in (("train", np.setdiff1d(np.arange(len(labels)), test)), ("test", test)):
        names = tuple(f"{name}/{place}" for place in places)
        halves.append(Half(images[places], labels[places], names))
    return halves


def test_signs_before_one_background_are_no_copies_but_copies_of_them_are():
    pictures, labels = draw_hands(320, 16, 1)
    rng = np.random.default_rng(2)
    copied = rng.choice(320, 12, replace=False)
    copies = pictures[copied] * rng.uniform(0.85, 1.1, (12, 1, 1, 1))
    copies = copies + rng.normal(0, 3, copies.shape)
    halves = take_halves(
        np.concatenate([pictures, copies]), np.append(labels, labels[copied]), np.arange(320, 332)
    )
    found = find_duplicates(*halves)
    planted = {(f"train/{k}", f"test/{n}") for n, k in enumerate(copied, start=320)}
    names = [
        (halves[0].names[p], halves[1].names[o])
        for p, o in zip(found.test.picture, found.test.other, strict=True)
    ]
    assert len(planted & set(names)) >= 10
    assert found.threshold > 0.9
    # One pair with two labels is left, which may be a wrong label.
    assert found.false_share <= 0.1
    image_set = ImageSet("made", tuple("abcdefghijklmnop"), *halves, has_official_test=True)
    settled, _ = handle_duplicates(image_set, "report", is_split=True)
    counts = settled.facts["duplicates"]
    pairs = len(found.test) + len(found.pool)
    assert counts["other_label"] <= 0.02 * pairs + 1
    # Whatever is found, nothing goes unless it was asked for.
    assert (counts["dropped"], counts["false_share"]) == (0, round(found.false_share, 4))


def test_where_labels_say_nothing_near_ones_cannot_be_told_and_exact_ones_are():
    rng = np.random.default_rng(0)
    motifs = [(int(motif), k + 1) for k, motif in enumerate(rng.integers(0, 6, 60))]
    pool = make_half("train", [*motifs, (7, 0)], rng.integers(0, 2, 61))
    found = find_duplicates(pool, make_half("test", [(7, 0), (1, 99)]))
    assert found.threshold == 1
    assert found.false_share == 0
    assert list_pairs(found.test) == {(60, 0, True)}
    assert len(found.pool) == 0


def test_one_pair_with_two_labels_may_be_a_wrong_label():
    pool = make_half("train", [1, (1, 1), 2, (2, 1), 3, 4], labels=[0, 1, 1, 1, 0, 1])
    found = find_duplicates(pool, make_half("test", [5]))
    assert list_pairs(found.pool) == {(1, 0, False), (3, 2, False)}
    assert found.threshold == 0.9
    # One of two, and as many again among those of one label as there were comparisons.
    assert found.false_share == 1.0


def test_settle_duplicates_reports_and_changes_nothing():
    image_set = make_set(make_half("train", [1, 2, (1, 1), 3]), make_half("test", [3, 4]))
    before = image_set.manifest_hash
    settled, rows = handle_duplicates(image_set, "report", is_split=True)
    assert settled.manifest_hash == before
    assert settled.facts == {
        "skipped": [],
        "duplicates": {
            "test_exact": 1,
            "test_near": 0,
            "pool_exact": 0,
            "pool_near": 1,
            "other_label": 1,
            "dropped": 0,
            "threshold": 0.9,
            "false_share": 0.0,
        },
    }
    first, second = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    assert (first["picture"], first["copy_of"], first["half"]) == ("train/3", "test/0", "test")
    assert (first["label"], first["copy_label"], first["kind"]) == ("dog", "cat", "exact")
    assert (second["picture"], second["copy_of"], second["half"]) == ("train/2", "train/0", "pool")
    assert (second["kind"], second["label"], second["copy_label"]) == ("near", "cat", "cat")


def test_counts_are_of_pictures_of_the_test_half_not_of_pairs():
    pool, test = make_half("train", [1, 1, (1, 1), 2]), make_half("test", [1, (2, 3)])
    counts = settle(pool, test)[0].facts["duplicates"]
    assert (counts["test_exact"], counts["test_near"]) == (1, 1)
    assert (counts["pool_exact"], counts["pool_near"]) == (1, 1)
    counts = settle(pool, test, is_split=False)[0].facts["duplicates"]
    assert "pool_exact" not in counts


def test_drop_takes_the_training_picture_and_the_later_copy():
    pool = make_half("train", [1, 2, (2, 1), 3, 4, 2, 5], groups=[0, 1, 2, 3, 4, 5, 6])
    test = make_half("test", [1, (3, 1)])
    settled, rows = settle(pool, test, "drop")
    assert settled.pool.names == ("train/1", "train/4", "train/6")
    assert settled.pool.groups.tolist() == [1, 4, 6]
    assert settled.test is test
    assert settled.facts["duplicates"]["dropped"] == 4
    assert {row[0] for row in rows} == {"train/0", "train/2", "train/3", "train/5"}
    assert settled.manifest_hash != make_set(pool, test).manifest_hash


def test_drop_of_nothing_is_the_same_set():
    pool, test = make_half("train", [1, 2, 3, 4]), make_half("test", [5, 6])
    settled, rows = settle(pool, test, "drop")
    assert (rows, settled.pool) == ([], pool)
    assert settled.manifest_hash == make_set(pool, test).manifest_hash


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(4, 7), st.integers(0, 2)), max_size=4),
    st.booleans(),
)
def test_after_drop_no_duplicates_are_left_and_each_motif_is(pool, test, grouped):
    groups = np.arange(len(pool)) % 3 if grouped else None
    # Two motifs of their own, so that no class is left empty.
    labels = [motif % 2 for motif, _ in pool]
    half = make_half("train", [*pool, 20, 21], labels=[*labels, 0, 1])
    if grouped:
        half = Half(half.images, half.labels, half.names, np.append(groups, [7, 8]))
    other = make_half("test", test, labels=np.array([m % 2 for m, _ in test], dtype=int))
    settled, _ = settle(half, other, "drop")
    left = settled.facts["duplicates"]["dropped"]
    assert len(settled.pool) == len(half) - left
    again, rows = settle(settled.pool, other)
    assert rows == []
    assert again.facts["duplicates"]["test_exact"] == 0
    tested = {motif for motif, _ in test}
    kept = [[*pool, (20, 0), (21, 0)][int(name.split("/")[1])] for name in settled.pool.names]
    assert {motif for motif, _ in kept} == ({m for m, _ in pool} | {20, 21}) - tested


def test_drop_that_empties_a_class_is_refused():
    pool = make_half("train", [1, 2, 3], labels=[0, 1, 0])
    with pytest.raises(DataError, match="no images left to train on: dog"):
        settle(pool, make_half("test", [2]), "drop")


def test_refuse_names_the_first_pairs_and_their_labels():
    pool = make_half("train", [1, 2, (1, 1), 2, *range(10, 16)])
    with pytest.raises(DataError) as caught:
        settle(pool, make_half("test", [(2, 1), *range(10, 16)]), "refuse")
    message = str(caught.value)
    assert caught.value.exit_code == 3
    assert "train/4 is a copy of test/1 (exact, labels cat and dog)" in message
    assert message.count(" is a copy of ") == 5
    assert "on_duplicates='drop'" in message


def test_refuse_lets_a_set_without_duplicates_pass():
    pool, test = make_half("train", [1, 2]), make_half("test", [3])
    assert settle(pool, test, "refuse")[0].pool is pool
    # Copies inside a pool that is not split are on one side.
    assert settle(make_half("train", [1, 1]), test, "refuse", is_split=False)[1] == []


def test_set_without_a_test_half_can_be_looked_at():
    found = find_duplicates(make_half("train", [1, 1]), make_half("test", []))
    assert len(found.test) == 0
    assert list_pairs(found.pool) == {(1, 0, True)}
