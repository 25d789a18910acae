"""What is told of pictures, from facts that may be anything."""

import pytest

from poolbench.texts.facts import describe_facts, describe_size, describe_warnings

UNREAD = {"deep": {".png": 9, "": 1}, "system": {".db": 2}}
PIXELS = {
    "low": 0,
    "high": 16,
    "narrow": 12,
    "constant": 2,
    "constant_names": ["a/1.png", "b/1.png"],
    "sixteen_bits": True,
}
FACTS = {"skipped": [], "unread": UNREAD, "resized_from": [1200, 1600], "pixels": PIXELS}


def test_describe_facts_says_each_in_one_line():
    lines = describe_facts(FACTS, "en")
    assert lines[0] == (
        "Not read: images in deeper folders, 9 .png, 1 without an extension (add --groups "
        "subfolder to read them); hidden files and what operating systems leave behind, 2 .db."
    )
    assert "12 images have almost uniform brightness and" in lines[1]
    assert "ranges from 0 to 16" in lines[1]
    assert "white is 65,535" in lines[2]
    assert "2 images are of a single colour (such as a/1.png, b/1.png)" in lines[3]
    assert len(describe_facts(FACTS, "ru")) == len(lines) == 4


def test_what_was_recognised_is_one_line_in_each_language():
    recognised = {
        "layout": "list",
        "file": "train.csv",
        "pictures": "id",
        "classes": ["cat", "dog"],
        "split": "set",
        "halves": {"train": 9, "test": 3},
    }
    assert describe_facts({"recognised": recognised}, "en") == [
        "Recognised: list train.csv, images in column id, classes in 2 columns of 0 and 1 "
        "(cat, dog), 2 parts (train 9, test 3), parts in column set."
    ]
    (line,) = describe_facts({"recognised": recognised}, "ru")
    assert line.endswith("2 выборки (обучающая 9, тестовая 3), выборки указаны в столбце set.")


def test_why_operators_differ_is_told_where_it_is_known():
    (line,) = describe_warnings({"reason": "marks"}, "en")
    assert "miss more of the small marks" in line
    assert describe_facts({"reason": "marks"}, "en") == []
    assert describe_warnings({"reason": "weather"}, "en") == []


def test_describe_size_names_the_option():
    (line,) = describe_size(FACTS, (64, 64), "en")
    assert "64 × 64 px (the first one is 1200 × 1600). --image-size" in line


def test_describe_warnings_leaves_out_what_nobody_misses():
    lines = describe_warnings(FACTS, "en")
    assert len(lines) == 4
    assert "systems" not in lines[0]
    assert describe_warnings({"unread": {"other": {".txt": 1}}, "resized_from": [9, 9]}, "en") == []


def test_describe_facts_lists_few_endings():
    unread = {"other": {f".{number}": 1 for number in range(9)}}
    (line,) = describe_facts({"unread": unread}, "en")
    assert line.endswith("1 .4, 4 ….")


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        "x",
        [1],
        {"deep": 4},
        {"narrow": "x"},
        {"deep": {"": "x"}},
        {"layout": "list"},
        {"layout": ["idx"], "halves": 3},
        {"layout": "keras", "halves": {"train": "x", "other": 2}, "classes": 7, "grey": "{x}"},
    ],
)
def test_describe_facts_takes_anything(odd):
    assert describe_facts({}, "en") == describe_size({}, (64, 64), "en") == []
    for name in ("unread", "resized_from", "pixels", "recognised", "reason"):
        describe_facts({name: odd}, "ru")
        describe_size({name: odd}, (64, 64), "ru")
