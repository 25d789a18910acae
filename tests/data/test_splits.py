"""Splits are stratified, whole and repeatable."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolbench.data.image_set import Half
from poolbench.data.splits import assign_folds, check_enough, take_test_share
from poolbench.errors import DataError


def make_half(labels, groups=None, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.array(labels)
    images = rng.integers(0, 256, (len(labels), 4, 4, 3), dtype=np.uint8)
    names = tuple(str(number) for number in range(len(labels)))
    return Half(images, labels, names, None if groups is None else np.array(groups))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(5, 40), min_size=2, max_size=5), st.integers(2, 5), st.integers(0, 99))
def test_folds_hold_each_class_in_equal_parts(counts, folds, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    fold = assign_folds(labels, folds, np.random.default_rng(seed))
    for label in range(len(counts)):
        parts = np.bincount(fold[labels == label], minlength=folds)
        assert parts.max() - parts.min() <= 1


def test_folds_follow_their_generator():
    labels = np.repeat([0, 1], 50)
    first, again, other = (
        assign_folds(labels, 5, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_groups_stay_in_one_fold():
    labels = np.tile([0, 1], 60)
    groups = np.arange(120) // 4
    fold = assign_folds(labels, 5, np.random.default_rng(0), groups)
    assert all(len(np.unique(fold[groups == group])) == 1 for group in range(30))
    assert len(np.unique(fold)) == 5


def test_too_few_pictures_are_refused_with_the_number_needed():
    half = make_half([0] * 10 + [1] * 3)
    with pytest.raises(DataError, match="dog has 3, and each class needs at least 5"):
        check_enough(half, ("cat", "dog"), 5)
    check_enough(half, ("cat", "dog"), 3)


def test_groups_count_as_one_picture():
    with pytest.raises(DataError, match="groups for 5 folds: cat has 2"):
        check_enough(
            make_half([0] * 10 + [1] * 10, [0, 1] * 5 + list(range(2, 12))), ("cat", "dog"), 5
        )


def test_test_share_is_a_fifth_of_each_class():
    pool, test = take_test_share(make_half([0] * 100 + [1] * 50), ("cat", "dog"))
    assert np.bincount(test.labels).tolist() == [20, 10]
    assert set(pool.names).isdisjoint(test.names)
    assert len(pool) + len(test) == 150


def test_test_share_depends_on_pictures_not_on_their_order_or_company():
    half = make_half([0] * 60 + [1] * 60)
    order = np.random.default_rng(3).permutation(120)
    _, test = take_test_share(half, ("cat", "dog"))
    _, shuffled = take_test_share(half.take(order), ("cat", "dog"))
    assert set(test.names) == set(shuffled.names)


def test_test_share_of_pictures_at_another_size_is_the_same():
    half = make_half([0] * 60 + [1] * 60)
    small = replace(half, images=half.images[:, ::2], given=half.compute_digests())
    _, test = take_test_share(half, ("cat", "dog"))
    _, again = take_test_share(small, ("cat", "dog"))
    assert again.names == test.names
    np.testing.assert_array_equal(again.compute_digests(), test.compute_digests())


def test_equal_pictures_and_groups_stay_on_one_side():
    half = make_half([0] * 40 + [1] * 40, groups=np.arange(80) // 2)
    half.images[10] = half.images[30]
    pool, test = take_test_share(half, ("cat", "dog"))
    assert set(pool.groups).isdisjoint(test.groups)
    plain = Half(half.images, half.labels, half.names)
    pool, test = take_test_share(plain, ("cat", "dog"))
    assert ("10" in test.names) == ("30" in test.names)


def test_test_share_of_a_class_of_one_is_refused():
    with pytest.raises(DataError, match="Class 'dog' has 1 different"):
        take_test_share(make_half([0] * 10 + [1]), ("cat", "dog"))
