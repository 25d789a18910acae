"""Folders with a list of pictures, as competitions pack them, and what is wrong with such lists."""

import numpy as np
import pytest
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data.folder_forms import read_folder
from poolbench.data.listing_csv import scan_csv
from poolbench.data.load import load_image_set
from poolbench.errors import DataError
from poolbench.texts.facts import describe_facts

RNG = np.random.default_rng(0)


def put(folder, *names):
    """Different pictures under these names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)).save(path)


def write(folder, name, text, encoding="utf-8"):
    (folder / name).write_text(text, encoding=encoding)


def describe(listing):
    """Side and class of each picture, by its name."""
    return {e.name: (e.side, listing.classes[e.label]) for e in listing.entries}


ALL = {
    "train/a.jpg": ("pool", "cat"),
    "train/b.jpg": ("pool", "dog"),
    "train/c.jpg": ("pool", "dog"),
}
# Header, separator, what stands behind an id.
LISTS = {
    "dog-breed": ("id,breed", ",", ""),
    "with-ending": ("id,label", ",", ".jpg"),
    "aptos": ("id_code,diagnosis", ",", ""),
    "semicolons": ("image;level", ";", ""),
    "tabs": ("Image_Name\tTarget", "\t", ".jpg"),
    "names-vary": ("file name,Class Name", ",", ".jpg"),
    "whale": ("Image,Id", ",", ".jpg"),
    "unknown-names": ("Datei,Art", ",", ".jpg"),
    "numbered": (",Filenames,Category", ",", ".jpg"),
}


@pytest.mark.parametrize("list_name", ["labels.csv", "train.csv", "trainLabels.csv", "x.csv"])
@pytest.mark.parametrize("form", LISTS)
def test_a_list_in_a_folder_is_found(tmp_path, form, list_name):
    header, sign, end = LISTS[form]
    put(tmp_path, *ALL, "test/d.jpg", "test/e.jpg")
    rows = [(name[6], label) for name, (_, label) in ALL.items()]
    number = f"0{sign}" if header.startswith(sign) else ""
    lines = [f"{number}{stem}{end}{sign}{label}" for stem, label in rows]
    write(tmp_path, list_name, "\n".join([header, *lines]), "utf-8-sig")
    write(tmp_path, "sample_submission.csv", f"id,breed\nd{end},cat\ne{end},cat\n")
    listing = read_folder(tmp_path)
    assert describe(listing) == ALL
    assert describe(scan_csv(tmp_path / list_name)) == ALL
    # A header that is the usual one is told of a list that was found, and not of one that was
    # named.
    (line,) = describe_facts({"recognised": listing.recognised}, "en")
    assert line.startswith(f"Recognised: list {list_name}, images in column ")
    assert line.endswith(", 1 part (train 3).")
    told = scan_csv(tmp_path / list_name).recognised
    assert (told is None) == (form == "with-ending")


def test_one_hot_columns_are_classes(tmp_path):
    put(tmp_path, *(f"images/Train_{number}.jpg" for number in range(4)))
    text = (
        "image_id,healthy,multiple diseases,rust\n"
        "Train_0,1,0,0\nTrain_1,0,1,0\nTrain_2,0.0,0.0,1.0\nTrain_3,False,False,True\n"
    )
    write(tmp_path, "train.csv", text)
    listing = read_folder(tmp_path)
    assert [label for _, label in describe(listing).values()] == [
        "healthy",
        "multiple diseases",
        "rust",
        "rust",
    ]
    (line,) = describe_facts({"recognised": listing.recognised}, "ru")
    assert "столбцы из 0 и 1, всего 3 (healthy, multiple diseases, rust)" in line


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,1,0\nb,0,0,1\n", r"row 2: there is a 1 in cat and dog; expected in one column only"),
        ("a,1,0,0\nb,0,0,0\n", r"row 3: none of cat, dog or emu contains a 1"),
        ("a,1,0,0\nb,0\n", "any of cat, dog or emu could hold the classes"),
        ("a,0.7,0.2,0.1\nb,1,0,0\n", "any of cat, dog or emu could hold the classes"),
    ],
)
def test_rows_that_are_not_one_hot_are_refused(tmp_path, rows, message):
    put(tmp_path, "images/a.png", "images/b.png")
    write(tmp_path, "labels.csv", f"id,cat,dog,emu\n{rows}")
    with pytest.raises(DataError, match=message):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["split", "Data set", "Usage", "subset"])
def test_halves_stand_in_a_column(tmp_path, name):
    put(tmp_path, "train/1.png", "train/2.png", "valid/1.png", "test/1.png")
    text = f"filename,label,{name}\ntrain/1.png,cat,train\ntrain/2.png,dog,Training\n"
    write(tmp_path, "list.csv", f"{text}valid/1.png,cat,valid\ntest/1.png,dog,TEST\n")
    listing = read_folder(tmp_path)
    assert [e.name for e in listing.entries if e.side == "test"] == ["test/1.png"]
    assert [e.name for e in listing.entries if e.is_validation] == ["valid/1.png"]
    (line,) = describe_facts({"recognised": listing.recognised}, "en")
    assert f", 3 parts (train 2, val 1, test 1), parts in column {name}." in line


def test_a_column_that_is_called_like_a_split_and_is_none_is_left_alone(tmp_path):
    put(tmp_path, "p/1.png", "p/2.png")
    write(tmp_path, "labels.csv", "path,label,set\np/1.png,cat,3\np/2.png,dog,train\n")
    assert {side for side, _ in describe(read_folder(tmp_path)).values()} == {"pool"}


def test_each_half_may_have_its_list(tmp_path):
    put(tmp_path, "pics/1.png", "pics/2.png", "pics/3.png", "pics/4.png")
    for name, rows in {
        "train.csv": "1,cat\n2,dog\n",
        "valid.csv": "3,dog\n",
        "test.csv": "4,cat\n",
    }.items():
        write(tmp_path, name, f"id,label\n{rows}")
    listing = read_folder(tmp_path)
    assert describe(listing) == {
        "pics/1.png": ("pool", "cat"),
        "pics/2.png": ("pool", "dog"),
        "pics/3.png": ("pool", "dog"),
        "pics/4.png": ("test", "cat"),
    }
    assert [e.name for e in listing.entries if e.is_validation] == ["pics/3.png"]
    assert listing.recognised["file"] == "train.csv, valid.csv, test.csv"
    # As competitions have it: pictures to tell, without classes.
    write(tmp_path, "test.csv", "id\n4\n")
    (tmp_path / "valid.csv").unlink()
    assert len(read_folder(tmp_path).entries) == 2


def test_pictures_with_the_same_number_in_both_halves_are_told_apart(tmp_path):
    put(tmp_path, "train/1.png", "train/2.png", "test/1.png", "test/2.png")
    write(tmp_path, "trainLabels.csv", "id,label\n1,cat\n2,dog\n")
    assert list(describe(read_folder(tmp_path))) == ["train/1.png", "train/2.png"]
    (tmp_path / "trainLabels.csv").rename(tmp_path / "list.csv")
    with pytest.raises(DataError, match=r"row 2: '1' could mean test/1\.png or train/1\.png"):
        read_folder(tmp_path)


def test_pictures_may_lie_beside_the_list_or_in_a_folder_of_a_folder(tmp_path):
    put(tmp_path, "1.png", "train/train/2.png")
    write(tmp_path, "labels.csv", "id,label\n1,cat\n2,dog\n")
    assert list(describe(read_folder(tmp_path))) == ["1.png", "train/train/2.png"]


def test_a_list_comes_before_folders_that_are_no_classes(tmp_path):
    parts = [f"HAM10000_images_part_{1 + number // 2}/ISIC_{number}.jpg" for number in range(4)]
    put(tmp_path, *parts)
    assert read_folder(tmp_path).classes == ("HAM10000_images_part_1", "HAM10000_images_part_2")
    rows = "".join(f"HAM_{n},ISIC_{n},{'nv' if n % 2 else 'mel'},histo,50,back\n" for n in range(4))
    header = "lesion_id,image_id,dx,dx_type,age,localization\n"
    write(tmp_path, "HAM10000_metadata.csv", header + rows)
    assert [label for _, label in describe(read_folder(tmp_path)).values()] == ["mel"] * 2 + [
        "nv"
    ] * 2


def test_class_folders_come_before_a_list(tmp_path):
    put(tmp_path, "cat/1.png", "dog/2.png")
    write(tmp_path, "labels.csv", "path,label\ncat/1.png,x\ndog/2.png,y\n")
    listing = read_folder(tmp_path)
    assert listing.classes == ("cat", "dog")
    assert listing.recognised is None


@pytest.mark.parametrize(
    ("folders", "labels"), [(("c1", "c2"), ("x", "y")), (("part1", "part2"), ("part1", "part2"))]
)
def test_numbered_folders_are_classes_unless_they_are_parts(tmp_path, folders, labels):
    put(tmp_path, f"{folders[0]}/1.png", f"{folders[1]}/2.png")
    write(tmp_path, "labels.csv", f"id,label\n1,{labels[0]}\n2,{labels[1]}\n")
    listing = read_folder(tmp_path)
    assert listing.classes == folders
    assert listing.recognised is None


def test_a_list_of_other_pictures_does_not_take_the_place_of_a_folder(tmp_path):
    put(tmp_path, "cat/1.png", "cat/2.png")
    write(tmp_path, "prices.csv", "id,label\n77,x\n78,y\n")
    assert read_folder(tmp_path).classes == ("cat",)


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"labels.csv": "id,a,b\n1,x,y\n"}, "any of a or b could hold the classes"),
        ({"labels.csv": "id,class_name,species\n1,x,y\n"}, "any of class_name or species could"),
        ({"labels.csv": "foo,bar\nx,y\n"}, "has the columns foo, bar; path and label are required"),
        ({"labels.csv": "id,cat,cat\n1,1,0\n"}, "names a column twice, 'cat', 'cat'"),
        ({"labels.csv": ""}, "has no row that names its columns"),
        (
            {"a.csv": "id,label\n1,x\n2,y\n", "b.csv": "id,label\n1,x\n2,y\n"},
            r"several lists of images: a\.csv, b\.csv\. Name one of them, such as data='csv:",
        ),
        ({}, "these are parts of an image set, not classes"),
        ({"notes.csv": "x,y\n", "more.csv": "z\n"}, "these are parts of an image set, not classes"),
    ],
)
def test_what_is_wrong_with_lists_is_said(tmp_path, lists, message):
    put(tmp_path, "images/1.png", "images/2.png")
    for name, text in lists.items():
        write(tmp_path, name, text)
    with pytest.raises(DataError, match=message):
        read_folder(tmp_path)


def test_missing_pictures_are_all_named_and_may_be_skipped(tmp_path):
    names = [f"train/{label}{number}.png" for label in "ab" for number in range(6)]
    put(tmp_path, *names)
    rows = "".join(f"{name[6:-4]},{name[6]}\n" for name in names)
    write(tmp_path, "labels.csv", f"id,breed\n{rows}gone1,a\ngone2,b\n")
    config = DataConfig(source=f"folder:{tmp_path}")
    with pytest.raises(DataError, match=r"2 of 14 images cannot be read(.|\n)*gone1(.|\n)*gone2"):
        load_image_set(config)
    skipping = config.model_copy(update={"on_bad": "skip"})
    image_set = load_image_set(skipping)
    assert image_set.facts["skipped"] == ["gone1", "gone2"]
    assert image_set.facts["recognised"]["halves"] == {"train": 14}


def test_groups_of_subfolders_need_class_folders(tmp_path):
    put(tmp_path, "images/1.png", "images/2.png")
    write(tmp_path, "labels.csv", "id,label\n1,x\n2,y\n")
    with pytest.raises(DataError, match="parts of an image set"):
        read_folder(tmp_path, "subfolder")
    assert len(read_folder(tmp_path, "name:^(.)").entries) == 2
