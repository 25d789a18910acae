"""Splits are stratified, whole and repeatable."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from poolbench.data.image_set import Half
from poolbench.data.splits import assign_folds, check_enough, choose_part, take_test_share
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


def draw_patients(seed):
    """Pictures of 2 to 4 classes from 4 to 13 patients, and a number of folds."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(4, 14), rng.integers(2, 5)
    counts = rng.integers(0, 8, shape) * (rng.random(shape) < 0.6)
    patients, classes = np.indices(shape)
    labels, groups = (np.repeat(part.ravel(), counts.ravel()) for part in (classes, patients))
    return make_half(labels, groups), [str(k) for k in range(shape[1])], int(rng.integers(2, 5))


def list_lacking(half, fold, folds):
    """Folds that have fewer classes than there are."""
    count = len(np.unique(half.labels))
    return [k for k in range(folds) if len(np.unique(half.labels[fold == k])) < count]


def can_be_dealt(half, folds):
    """Tries everything."""
    names = np.unique(half.groups)
    has = np.array([np.bincount(half.labels[half.groups == n], minlength=9) > 0 for n in names])
    deals = (np.array(deal) for deal in itertools.product(range(folds), repeat=len(names)))
    needed = has.any(axis=0)
    return any(
        all((has[deal == k].any(axis=0) == needed).all() for k in range(folds)) for deal in deals
    )


def test_every_fold_of_any_groups_holds_every_class():
    lacking = refused = 0
    for seed in range(150):
        half, classes, folds = draw_patients(seed)
        try:
            check_enough(half, classes, folds)
        except DataError as error:
            if error.code == "folds.spread":
                refused += 1
                assert not can_be_dealt(half, folds)
            continue
        # Repeats, of which each has another draw.
        for repeat in range(2):
            rng = np.random.default_rng((seed, repeat))
            fold = assign_folds(half.labels, folds, rng, half.groups)
            assert list_lacking(half, fold, folds) == []
            assert all(
                len(np.unique(fold[half.groups == group])) == 1 for group in np.unique(half.groups)
            )
            first = draw_once(half, folds, np.random.default_rng((seed, repeat)))
            if list_lacking(half, first, folds):
                lacking += 1
            else:
                assert np.array_equal(fold, first)
    assert lacking > 10
    assert refused > 0


@pytest.mark.parametrize("folds", [2, 3, 7])
@pytest.mark.parametrize("classes", [1, 2, 6])
def test_folds_of_pictures_are_those_of_scikit_learn(classes, folds):
    for seed in range(10):
        labels = np.random.default_rng(seed).integers(0, classes, 60)
        fold = assign_folds(labels, folds, np.random.default_rng(seed))
        state = int(np.random.default_rng(seed).integers(2**32))
        splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=state)
        for number, (_, held_out) in enumerate(splitter.split(labels, labels)):
            assert (fold[held_out] == number).all()
            assert (fold == number).sum() == len(held_out)


def draw_once(half, folds, rng):
    state = int(rng.integers(2**32))
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=state)
    fold = np.zeros(len(half), dtype=int)
    for number, (_, held_out) in enumerate(splitter.split(half.labels, half.labels, half.groups)):
        fold[held_out] = number
    return fold


def test_patients_of_one_class_and_of_two_leave_none_out():
    """As the stratified draw does it, all who are well stand in one fold."""
    labels = [1] * 6 + [0] * 5 + [0, 1] * 5
    half = make_half(labels, [0] * 6 + [1] * 5 + [2] * 8 + [3] * 2)
    check_enough(half, ("well", "ill"), 2)
    for seed in range(5):
        fold = assign_folds(half.labels, 2, np.random.default_rng(seed), half.groups)
        assert list_lacking(half, fold, 2) == []
        assert abs((fold == 0).sum() - (fold == 1).sum()) <= 5


def test_groups_that_allow_no_split_are_refused_before_anything_is_drawn():
    """Each patient has two of three illnesses: two folds cannot both have all three."""
    half = make_half([0, 1, 1, 2, 0, 2] * 3, [0, 0, 1, 1, 2, 2] * 3)
    for call in (
        lambda: check_enough(half, ("a", "b", "c"), 2),
        lambda: assign_folds(half.labels, 2, np.random.default_rng(0), half.groups),
    ):
        with pytest.raises(
            DataError, match=r"3 groups cannot be distributed over 2 folds.*fewer folds"
        ):
            call()


def test_part_that_is_put_aside_leaves_every_class_to_train_on():
    whole = 0
    for seed in range(40):
        half, _, _ = draw_patients(seed)
        if len(np.bincount(half.labels)) < 2 or np.bincount(half.labels).min() == 0:
            continue
        is_chosen = choose_part(half.labels, 5, np.random.default_rng(seed), half.groups)
        assert is_chosen.any()
        assert set(half.labels[~is_chosen]) == set(half.labels)
        whole += not set(half.groups[is_chosen]) & set(half.groups[~is_chosen])
    assert whole > 20


def test_part_of_groups_that_hold_one_class_each_is_made_of_their_pictures():
    labels, groups = np.repeat([0, 1], 10), np.repeat([0, 1], 10)
    is_chosen = choose_part(labels, 5, np.random.default_rng(0), groups)
    assert np.bincount(labels[is_chosen]).tolist() == [2, 2]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("counts", [(2, 2), (4, 4), (1, 20), (3, 20), (1, 1, 9)])
def test_part_of_few_pictures_leaves_every_class_to_train_on(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    for seed in range(10):
        is_chosen = choose_part(labels, 5, np.random.default_rng(seed))
        assert is_chosen.any()
        assert len(set(labels[~is_chosen])) == len(counts)


def test_part_is_the_first_fold_where_that_holds_every_class():
    labels, groups = np.tile([0, 1], 60), np.arange(120) // 4
    for chosen in (groups, None):
        is_chosen = choose_part(labels, 5, np.random.default_rng(3), chosen)
        fold = assign_folds(labels, 5, np.random.default_rng(3), chosen)
        assert np.array_equal(is_chosen, fold == 0)


def test_too_few_pictures_are_refused_with_the_number_needed():
    half = make_half([0] * 10 + [1] * 3)
    with pytest.raises(DataError, match=r"folds is 5, .*images: class 'dog' has 3"):
        check_enough(half, ("cat", "dog"), 5)
    check_enough(half, ("cat", "dog"), 3)


def test_groups_count_as_one_picture():
    with pytest.raises(DataError, match=r"folds is 5, .*groups: class 'cat' has 2"):
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
    with pytest.raises(DataError, match="Class 'dog' has only 1 different image\\."):
        take_test_share(make_half([0] * 10 + [1]), ("cat", "dog"))
