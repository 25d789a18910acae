"""CSV files as people and spreadsheets write them."""

import pytest

from poolbench.data.listing_csv import scan_csv
from poolbench.errors import DataError


def _list_names(listing, side):
    return [entry.name for entry in listing.entries if entry.side == side]


def _write_csv(folder, text):
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return folder / "list.csv"


def test_scan_csv_reads_groups_and_splits(tmp_path):
    text = (
        "\ufeffpath,label,group,split\n"
        "p/10.png,cat,anna,train\n"
        "p/2.png,cat,,val\n"
        "p/3.png,dog,anna,train\n"
        "p/4.png,dog,boris,test\n"
        "p/5.png,cat,,TEST\n"
    )
    listing = scan_csv(_write_csv(tmp_path, text))
    assert listing.classes == ("cat", "dog")
    assert _list_names(listing, "pool") == ["p/2.png", "p/10.png", "p/3.png"]
    assert _list_names(listing, "test") == ["p/5.png", "p/4.png"]
    group = {entry.name: entry.group for entry in listing.entries}
    assert group["p/10.png"] == group["p/3.png"]
    assert group["p/4.png"] == "boris"
    assert group["p/2.png"] is group["p/5.png"] is None
    assert listing.entries[0].path == tmp_path / "p" / "2.png"


@pytest.mark.parametrize(
    "text", ["label;path\nа;1.png\nб;2.png\n", "path, label\n1.png, а\n2.png, б\n"]
)
def test_scan_csv_takes_what_spreadsheets_write(tmp_path, text):
    listing = scan_csv(_write_csv(tmp_path, text))
    assert listing.classes == ("а", "б")
    assert _list_names(listing, "pool") == ["1.png", "2.png"]
    assert {entry.group for entry in listing.entries} == {None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.png,x\n", "has the columns file, label; needed are path and label"),
        ("", "has the columns none"),
        ("path,label\n", "lists no pictures"),
        ("path,label\na.png,x\nb.png,\n", "row 3: label is empty"),
        ("path,label\na.png\n", "row 2: label is empty"),
        ("path,label,split\na.png,x,dev\n", "row 2: split is 'dev'; expected train, val or test"),
        ("path,label\na.png,x\n./a.png,y\n", "twice"),
    ],
)
def test_scan_csv_says_what_is_wrong(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        scan_csv(_write_csv(tmp_path, text))
    with pytest.raises(DataError, match="cannot be read"):
        scan_csv(tmp_path / "missing.csv")


PATIENTS = (
    "path,label,group,Patient no\n"
    "1.png,x,g1,anna\n"
    "2.png,y,g1,boris\n"
    "3.png,y,g2, anna \n"
    "4.png,x,g2,\n"
    "5.png,x,g2\n"
)


def test_scan_csv_groups_by_another_column(tmp_path):
    listing = scan_csv(_write_csv(tmp_path, PATIENTS), "column:Patient no")
    assert {entry.name: entry.group for entry in listing.entries} == {
        "1.png": "anna",
        "2.png": "boris",
        "3.png": "anna",
        "4.png": None,
        "5.png": None,
    }


def test_scan_csv_groups_by_a_column_that_means_something_else_too(tmp_path):
    listing = scan_csv(_write_csv(tmp_path, PATIENTS), "column:label")
    assert {(entry.label, entry.group) for entry in listing.entries} == {(0, "x"), (1, "y")}


def test_scan_csv_names_the_columns_if_that_of_the_groups_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"no column 'patient'.* path, label, group, Patient no\."):
        scan_csv(_write_csv(tmp_path, PATIENTS), "column:patient")
    # Without the option a column is not demanded.
    assert scan_csv(_write_csv(tmp_path, "path,label\n1.png,x\n")).entries[0].group is None
