"""Classes of published and drawn sets are told in words; a person's own names stay as they are."""

import pytest

from poolbench.data.cells import CELLS_CLASSES
from poolbench.data.names import CIFAR10_CLASSES, CIFAR100_CLASSES
from poolbench.data.sample import SAMPLE_CLASSES
from poolbench.data.tasks import get_task
from poolbench.texts.class_names import list_told_names, name_class, name_classes

TASKS = ("needle", "density", "weak-mean", "two-tone", "phase", "blocky", "shift")
SETS = {
    "cifar10": CIFAR10_CLASSES,
    "cifar100": CIFAR100_CLASSES,
    "sample": SAMPLE_CLASSES,
    "cells": CELLS_CLASSES,
    **{f"task:{name}": get_task(name).classes for name in TASKS},
}


@pytest.mark.parametrize(("source", "names"), SETS.items(), ids=SETS)
def test_every_class_of_a_known_set_has_a_name_of_its_own_in_russian(source, names):
    told = name_classes(names, source, "ru")
    assert not set(told) & set(names)
    assert len(set(told)) == len(names)


def test_no_name_is_told_of_a_class_that_no_set_has():
    known = {name for names in SETS.values() for name in names}
    assert set(list_told_names("ru")) == known


@pytest.mark.parametrize(
    ("name", "russian"),
    [("ray", "скат"), ("crab", "краб"), ("plate", "тарелка"), ("streetcar", "трамвай")],
)
def test_a_word_of_several_meanings_is_told_in_that_of_the_pictures(name, russian):
    assert name_class(name, "cifar100", "ru") == russian


def test_english_names_are_words_too():
    assert name_class("pickup_truck", "cifar100", "en") == "pickup truck"


def test_a_name_that_a_person_gave_stays():
    assert name_class("apple", "folder:fruit", "ru") == "apple"
    assert name_class("mine", "cifar100", "ru") == "mine"
