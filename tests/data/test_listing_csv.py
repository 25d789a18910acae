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
        ("place,label\na.png,x\n", "has the columns place, label; path and label are required"),
        ("a.png,x\n", r"has the columns a\.png, x; .* The first row names the columns"),
        ("", "has no row that names its columns"),
        ('{"a": [' + '"x" ' * 60_000, "row 1, cannot be read as CSV"),
        (
            "label," + ",".join(f"pixel{n}" for n in range(784)),
            r"pixel10, … \(785 in all\); path and",
        ),
        ("path,label\n", "lists no images"),
        ("path,label\na.png,x\nb.png,\n", "row 3: label is empty"),
        ("path,label\na.png\n", "row 2: label is empty"),
        ("path,label,split\na.png,x,out\n", "row 2: split is 'out'; expected train, val or test"),
        ("path,label,split\na.png,x,\n", "row 2: split is ''"),
        ("path,label\na.png,x\n./a.png,y\n", "lists ./a.png twice"),
        ("path,label\na.png,x\n.\\a.png,y\n", "lists ./a.png twice"),
        ("path,label\n\n\n\na.png,x\nb.png,\n", "row 6: label is empty"),
        ("\n\nsep=,\npath,label\n\n,x\n", "row 6: path is empty"),
        ('path,label,note\na.png,x,"1\n2\r\n3"\nb.png,,\n', "row 5: label is empty"),
        ("path,label\ra.png,x\rb.png,\r", "row 3: label is empty"),
        ("path,label,label\na.png,x,y\n", r"names a column twice, 'label', 'label' \(columns 2"),
        ("path,Label , label\na.png,x,y\n", "names a column twice, 'Label', 'label'"),
        ("path,label,split,SPLIT\na.png,x,y,z\n", "names a column twice, 'split', 'SPLIT'"),
        ("path,label\na.png,Pepper, bell\n", "row 2, has 3 cells, but the first row names 2"),
        ("path,label\na.png," + "1" * 5000 + "\n", "row 2: label has 5,000 characters"),
        ('path,label\na.png,"x\nb.png,x\nc.png,y\n', "row 2, cannot be read as CSV.*quotation"),
        ("path,label\na.png," + "x" * 200_000 + "\n", "row 2, cannot be read as CSV"),
        ("path,label\na.png,x\0\n", "row 2, has zero bytes"),
    ],
)
def test_scan_csv_says_what_is_wrong(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        scan_csv(_write_csv(tmp_path, text))
    with pytest.raises(DataError, match="There is no file"):
        scan_csv(tmp_path / "missing.csv")


PICTURES = {"a.png": "cat", "b.png": "dog, old"}
NOTES = 'path,label,note\na.png,cat,"{}"\nb.png,"dog, old",\n'


@pytest.mark.parametrize(
    "text",
    [
        "path\tlabel\na.png\tcat\nb.png\tdog, old\n",
        "sep=;\r\npath;label\r\na.png;cat\r\nb.png;dog, old\r\n",
        '"sep=|"\npath|label\na.png|cat\nb.png|dog, old\n',
        "path|label\na.png|cat\nb.png|dog, old\n",
        "label;file;place, time\ncat;a.png;x\ndog, old;b.png;\n",
        'path,label,,\na.png,cat,,,,\nb.png,"dog, old",,\n,,,\n',
        '  path , label \n a.png , cat \n b.png , "dog, old" \n',
        ',Image_ID,CLASS\n0,a.png,cat\n1,b.png,"dog, old"',
        'id,File Name,label\n7,a.png,cat\n9,b.png,"dog, old"\n',
        NOTES.format("one\u2028two\x0b\x0c\x1c\x85three"),
        NOTES.format('one\n""two""\r\n\nthree, four'),
    ],
)
def test_scan_csv_takes_what_people_write(tmp_path, text):
    listing = scan_csv(_write_csv(tmp_path, text))
    assert {e.name: listing.classes[e.label] for e in listing.entries} == PICTURES


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_scan_csv_reads_every_encoding_that_says_what_it_is(tmp_path, encoding):
    path = tmp_path / "list.txt"
    path.write_bytes("path\tlabel\na.png\tкот\nb.png\tпёс\n".encode(encoding))
    assert scan_csv(path).classes == ("кот", "пёс")


@pytest.mark.parametrize(
    ("encoding", "message"), [("cp1251", "no.*UTF-8.*iconv"), ("utf-16-le", "zero bytes.*UTF-8")]
)
def test_scan_csv_says_how_to_save_what_does_not(tmp_path, encoding, message):
    path = tmp_path / "list.csv"
    path.write_bytes("path,label\na.png,кот\nb.png,пёс\n".encode(encoding))
    with pytest.raises(DataError, match=message) as caught:
        scan_csv(path)
    assert "\n" not in str(caught.value)


def test_scan_csv_knows_the_halves_by_many_names(tmp_path):
    halves = {"pool": "train Training val VALID validation dev", "test": "test TESTING"}
    lines = [
        f"{half}{name}.png,x,{name}" for half, names in halves.items() for name in names.split()
    ]
    listing = scan_csv(_write_csv(tmp_path, "\n".join(["path,label,split", *lines])))
    assert [entry.name.startswith(entry.side) for entry in listing.entries] == [True] * 8


def test_scan_csv_of_a_folder_names_what_to_give(tmp_path):
    with pytest.raises(DataError, match=f"data='folder:{tmp_path}'"):
        scan_csv(tmp_path)


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
    assert scan_csv(_write_csv(tmp_path, PATIENTS), "column:patient NO").entries[0].group
    with pytest.raises(DataError, match=r"no column 'patient'.* path, label, group, Patient no\."):
        scan_csv(_write_csv(tmp_path, PATIENTS), "column:patient")
    # Without the option a column is not demanded.
    assert scan_csv(_write_csv(tmp_path, "path,label\n1.png,x\n")).entries[0].group is None
