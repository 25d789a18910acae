"""Class names in two languages, natural order, and what a person may type."""

import re

import pytest

from poolbench.config import split_names
from poolbench.data.names import (
    CIFAR10_CLASSES,
    CIFAR100_CLASSES,
    RUSSIAN_NAMES,
    build_aliases,
    natural_key,
    resolve_classes,
)
from poolbench.errors import UnknownNameError, UsageError

FRUIT = ("apple", "pear", "sweet_pepper", "7")


@pytest.mark.parametrize(("names", "count"), [(CIFAR10_CLASSES, 10), (CIFAR100_CLASSES, 100)])
def test_published_names_have_one_russian_name_each(names, count):
    russian = [RUSSIAN_NAMES[name] for name in names]
    assert len(set(names)) == len(set(russian)) == count
    assert all(re.fullmatch("[а-яё ]+", name) for name in russian)
    assert list(names) == sorted(names)


def test_sample_classes_have_russian_names():
    from poolbench.data.sample import SAMPLE_CLASSES

    assert set(SAMPLE_CLASSES) <= set(RUSSIAN_NAMES)


def test_natural_key_counts_numbers():
    names = ["img10.png", "img2.png", "2", "10", "a10b3", "a10b20", "a9"]
    assert sorted(names, key=natural_key) == [
        "2",
        "10",
        "a9",
        "a10b3",
        "a10b20",
        "img2.png",
        "img10.png",
    ]


def test_natural_key_takes_numbers_of_any_length_and_script():
    names = ["1" * 5000 + "2", "9" * 5000, "1" * 5000 + "1", "007", "٨", "10"]
    assert sorted(names, key=natural_key) == [
        names[3],
        names[4],
        "10",
        names[1],
        names[2],
        names[0],
    ]


def test_resolve_classes_says_how_a_class_with_a_comma_is_named():
    classes = ["Pepper, bell", "tomato"]
    assert resolve_classes(split_names('tomato, "pepper,  BELL"'), classes, {}) == [1, 0]
    with pytest.raises(UnknownNameError, match="quotation marks"):
        resolve_classes(split_names("Pepper, bell,tomato"), classes, {})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (None, [0, 1, 2, 3]),
        (["pear", "apple"], [1, 0]),
        (["2", " 0 "], [2, 0]),
        (["Sweet Pepper", "PEAR"], [2, 1]),
        (["груша", "Яблоко"], [1, 0]),
        (["сладкий перец", "apple"], [2, 0]),
        # An exact name comes before a number, though there are only four classes.
        (["7", "1"], [3, 1]),
    ],
)
def test_resolve_classes_by_name_number_or_alias_in_the_order_asked_for(wanted, expected):
    assert resolve_classes(wanted, FRUIT, build_aliases(FRUIT)) == expected


def test_resolve_classes_takes_a_russian_name_with_or_without_dots():
    aliases = build_aliases(CIFAR100_CLASSES)
    wanted = ["клен", "небоскрёб"]
    found = [CIFAR100_CLASSES[i] for i in resolve_classes(wanted, CIFAR100_CLASSES, aliases)]
    assert found == ["maple_tree", "skyscraper"]


def test_resolve_classes_prefers_the_exact_one_of_names_that_differ_in_case():
    assert resolve_classes(["cat", "Cat"], ["Cat", "cat"], {}) == [1, 0]
    with pytest.raises(UnknownNameError):
        resolve_classes(["CAT", "Cat"], ["Cat", "cat"], {})


def test_resolve_classes_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'oter'. Did you mean 'otter'"):
        resolve_classes(["oter", "apple"], CIFAR100_CLASSES, build_aliases(CIFAR100_CLASSES))
    with pytest.raises(UnknownNameError, match="выдра"):
        resolve_classes(["выдры", "apple"], CIFAR100_CLASSES, build_aliases(CIFAR100_CLASSES))


@pytest.mark.parametrize("number", ["4", "-1", "100"])
def test_resolve_classes_says_which_numbers_there_are(number):
    with pytest.raises(UsageError, match="0 to 3"):
        resolve_classes([number, "apple"], FRUIT, {})


@pytest.mark.parametrize("wanted", [["apple", "0"], ["pear", "apple", "яблоко"]])
def test_resolve_classes_refuses_a_class_chosen_twice(wanted):
    with pytest.raises(UsageError, match=r"'apple'.*twice"):
        resolve_classes(wanted, FRUIT, build_aliases(FRUIT))


@pytest.mark.parametrize("wanted", [["apple"], []])
def test_resolve_classes_needs_two(wanted):
    with pytest.raises(UsageError, match="At least two classes"):
        resolve_classes(wanted, FRUIT, {})
    with pytest.raises(UsageError, match="At least two classes"):
        resolve_classes(None, ["apple"], {})
