"""Which pictures belong together: groups by file name, and their numbers."""

from pathlib import Path

import pytest

from poolbench.data.listing import Entry, Listing, group_listing, number_groups
from poolbench.errors import DataError


def _make_listing(*names, groups=()):
    pairs = zip(names, groups or [None] * len(names), strict=True)
    entries = tuple(Entry(Path("x", name), name, 0, "pool", group) for name, group in pairs)
    return Listing("folder:x", ("a",), entries)


def _list_groups(listing):
    return [entry.group for entry in listing.entries]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^p\d+", ["p1", "p1", "p22"]),
        (r"p(\d+)_(\d)", ["1", "1", "22"]),
        (r"(?:p)(\d+)", ["1", "1", "22"]),
        (r"\.(png|jpg)$", ["png", "jpg", "png"]),
        (r"(?P<view>\d)\.", ["1", "2", "1"]),
    ],
)
def test_group_listing_takes_the_first_capture_or_the_whole_match(pattern, expected):
    listing = _make_listing("a/p1_1.png", "b/p1_2.jpg", "b/p22_1.png")
    assert _list_groups(group_listing(listing, f"name:{pattern}")) == expected


def test_group_listing_searches_the_file_name_and_not_the_folders():
    listing = _make_listing("p7/p1.png", "p8/p2.png")
    assert _list_groups(group_listing(listing, r"name:p\d")) == ["p1", "p2"]
    with pytest.raises(DataError, match="2 of 2"):
        group_listing(listing, "name:p[78]")


def test_group_listing_by_name_replaces_the_groups_of_a_column():
    listing = _make_listing("p1.png", "p2.png", groups=("g", None))
    assert _list_groups(group_listing(listing, r"name:p\d")) == ["p1", "p2"]
    assert group_listing(listing, None) == listing


def test_group_listing_joins_the_ways_to_write_an_accent():
    listing = _make_listing("и\u0306_1.png", "\u0439_2.png")
    for pattern in ("name:^(\u0439)_", "name:^(и\u0306)_"):
        assert len(set(_list_groups(group_listing(listing, pattern)))) == 1


def test_group_listing_counts_the_names_that_do_not_match_and_shows_a_few():
    names = ["p1.png", *(f"x{number}.png" for number in range(15))]
    with pytest.raises(DataError, match="15 of 16 images") as caught:
        group_listing(_make_listing(*names), r"name:^p\d")
    message = caught.value.tell("en", "options")
    assert message.startswith(r"--groups name:^p\d finds no group")
    assert ": x0.png, x1.png, x2.png, " in message
    assert "x11.png, … (15 in all)." in message
    assert "x12.png" not in message
    with pytest.raises(DataError, match=r"2 of 3 images: x0\.png, x1\.png\."):
        group_listing(_make_listing(*names[:3]), r"name:^p\d")


@pytest.mark.parametrize("pattern", ["(p)?", r"p(\d)?", "p*"])
def test_group_listing_does_not_take_an_empty_find_for_a_group(pattern):
    """Else all pictures without a name of their own would be one patient."""
    with pytest.raises(DataError, match=r"1 of 2 images: q\.png"):
        group_listing(_make_listing("p1.png", "q.png"), f"name:{pattern}")


@pytest.mark.parametrize("groups", ["subfolder", "column:patient"])
def test_group_listing_refuses_to_group_nothing(groups):
    with pytest.raises(DataError, match=f"groups='{groups}' asks for groups, but no image"):
        group_listing(_make_listing("1.png", "2.png"), groups)
    listing = _make_listing("1.png", "2.png", groups=("p", None))
    assert group_listing(listing, groups) == listing


def test_number_groups_gives_each_picture_that_stands_alone_its_own():
    entries = _make_listing(*"12345", groups=("p", None, "q", None, "p")).entries
    assert number_groups(entries) == [0, 1, 2, 3, 0]
    assert number_groups(_make_listing(*"12").entries) is None


def test_number_groups_does_not_mix_names_with_positions():
    entries = _make_listing(*"123", groups=("1", None, "0")).entries
    assert len(set(number_groups(entries))) == 3
