"""The kinds of image set: found, refused, documented, and brought by installed packages."""

import re
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data import sources
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.load import list_classes, load_image_set
from poolbench.data.sources import (
    ImageSetRequest,
    ImageSetSource,
    find_image_set,
    find_namesake,
    list_forms,
    read_image_set,
    resolve_source,
)
from poolbench.errors import DataError, UnknownNameError, UsageError
from poolbench.testing import check_image_set

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "image-sets.md"
MODULE = """
import numpy as np
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.sources import ImageSetRequest, ImageSetSource

class Stripes(ImageSetSource):
    "Lines that lie or stand, so many of each."

    argument = "COUNT"

    def read(self, request):
        count = 2 * int(request.argument)
        labels = np.arange(count) % 2
        images = np.zeros((count, 8, 8, 3), np.uint8)
        images[labels == 0, ::2] = images[labels == 1, :, ::2] = 255
        images[:, 0, 0, 0] = np.arange(count)
        pool = Half(images, labels, tuple(f"line/{number}" for number in range(count)))
        return ImageSet("stripes", ("lying", "standing"), pool, pool.take(np.arange(0)), False)

class Wrong:
    pass
"""


def make_half(count=6, prefix="train"):
    images = np.random.default_rng(0).integers(0, 256, (count, 5, 4, 3), dtype=np.uint8)
    names = tuple(f"{prefix}/{number}" for number in range(count))
    return Half(images, np.arange(count, dtype=np.int64) % 2, names)


def make_set():
    return ImageSet("made", ("a", "b"), make_half(), make_half(4, "test"), has_official_test=True)


class Made(ImageSetSource):
    """Whatever a test gives it."""

    def __init__(self, *found):
        self.found = list(found)

    def read(self, request):
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]


@pytest.fixture
def somebody(tmp_path):
    """An installed package with image sets, and what runs Python where it is installed."""
    (tmp_path / "somebody_sets.py").write_text(MODULE)
    info = tmp_path / "somebody-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    points = {"stripes": "Stripes", "wrong": "Wrong", "gone": "Gone"}
    lines = [f"{name} = somebody_sets:{cls}" for name, cls in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[poolbench.image_sets]", *lines]))

    def run(*arguments):
        command = [sys.executable, "-m", "poolbench", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    return run


def test_every_kind_of_image_set_is_documented():
    page = REFERENCE.read_text(encoding="utf-8")
    for form in list_forms():
        assert f"`{form}`" in page, f"docs/reference/image-sets.md says nothing of --data {form}"


def test_forms_are_those_of_the_files_of_the_folder_and_plain_names_come_first():
    folder = Path(sources.__file__).parent
    files = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")]
    offered = [import_module(f"{sources.__name__}.{name}").IMAGE_SETS for name in files]
    forms = list_forms()
    assert {form.partition(":")[0] for form in forms} == {
        kind for kinds in offered for kind in kinds
    }
    assert {"cifar10", "cifar100", "sample", "csv:FILE", "folder:PATH", "npz:PATH"} <= set(forms)
    assert forms == sorted(forms, key=lambda form: (":" in form, form))


@pytest.mark.parametrize("name", ["sampel", "sample:", "sample:x", "npz", "npz:", "", ":", "cifar"])
def test_unknown_names_and_missing_arguments_list_what_there_is(name):
    with pytest.raises(UnknownNameError, match="There is no image set, file or folder named"):
        find_image_set(name)


def test_request_carries_what_was_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    source, request = find_image_set("folder:~/photographs:of:mine")
    assert (source.argument, request.argument) == ("PATH", "~/photographs:of:mine")
    assert request.path == tmp_path / "photographs:of:mine"


@pytest.mark.parametrize("source", ["sample", "folder:a", "csv:a.csv", "npz:a.npz", "task:needle"])
def test_data_file_is_refused_by_all_but_cifar(source):
    said = f"data_file works only with data cifar10 or cifar100, but data is {source}"
    with pytest.raises(UsageError, match=said):
        load_image_set(DataConfig(source=source, data_file=Path("x")))


@pytest.mark.parametrize("source", ["sample", "cifar100", "npz:a.npz", "task:x"])
@pytest.mark.parametrize("groups", ["subfolder", "name:x", "column:x"])
def test_groups_of_a_set_that_has_none_are_refused_by_both_names(source, groups):
    said = f"groups='{groups}' works only with data .*, but data is {source}"
    for ask in (load_image_set, list_classes):
        with pytest.raises(UsageError, match=said):
            ask(DataConfig(source=source, groups=groups))


@pytest.mark.parametrize(
    ("source", "groups", "owner"),
    [("csv:a.csv", "subfolder", "folder:PATH"), ("folder:a", "column:x", "csv:FILE")],
)
def test_groups_of_the_other_kind_of_set_are_refused(source, groups, owner):
    with pytest.raises(UsageError, match=f"groups='{groups}' works only with data {owner}, but "):
        load_image_set(DataConfig(source=source, groups=groups))


@pytest.mark.full(seconds=8)
def test_installed_package_brings_an_image_set(somebody):
    done = somebody("classes", "--data", "stripes:30")
    assert done.returncode == 0, done.stderr
    assert "lying: " in done.stdout and "30" in done.stdout
    done = somebody("run", "--data", "stripes:30", "--dry-run", "--out", "run")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ("stripe:3", 2, "Did you mean 'stripes'"),
        ("stripes", 2, "There is no image set, file or folder named 'stripes'"),
        ("stripes:many", 3, "Stripes.read failed: ValueError ("),
        ("wrong", 2, "is a Wrong; expected a class that extends"),
        ("gone", 2, "The installed image set 'gone' (somebody_sets:Gone) cannot be loaded"),
    ],
)
def test_what_is_wrong_with_an_installed_image_set_is_named(somebody, data, code, said):
    done = somebody("classes", "--data", data)
    assert done.returncode == code
    assert said in " ".join(done.stderr.split())


def test_image_sets_of_poolbench_keep_the_contract(tmp_path):
    for number in range(4):
        place = tmp_path / "photos" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(make_half().images[number]).save(place / f"{number}.png")
    lines = [f"photos/{'ab'[n % 2]}/{n}.png,{'ab'[n % 2]}" for n in range(4)]
    (tmp_path / "list.csv").write_text("\n".join(["path,label", *lines]))
    half = make_half()
    np.savez(tmp_path / "a.npz", images=half.images, labels=half.labels)
    places = {"folder": "photos", "csv": "list.csv", "npz": "a.npz"}
    names = [f"{kind}:{tmp_path / place}" for kind, place in places.items()]
    # Those of CIFAR need an archive, with which tests/data/test_cifar.py reads them.
    drawn = [name for name in list_forms() if ":" not in name and not name.startswith("cifar")]
    assert "sample" in drawn
    for name in [*drawn, "task:needle", *names]:
        source, request = find_image_set(name)
        check_image_set(source, request.argument)


class NeedsName(Made):
    argument: ClassVar[str] = "NAME"


class Misnamed(Made):
    def count_known(self):
        return {"a": (3, 2), "c": (3, 2)}


class Miscounted(Made):
    def count_known(self):
        return {"a": (3, 2), "b": (4, 2)}


class Misled(Made):
    def make_aliases(self, classes):
        return {"кот": "cat"}


def change_half(**changes):
    return replace(make_set(), pool=replace(make_half(), **changes))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (NeedsName(make_set()), "takes NAME, and was given ''"),
        (Made(3), "gives a int, no ImageSet"),
        (Made(change_half(images=make_half().images / 255)), "pool.images are float64"),
        (Made(change_half(labels=np.arange(6) % 3)), "pool.labels are not all from 0 to 1"),
        (Made(change_half(labels=np.zeros(6, np.int64))), "a class has no image in the pool"),
        (Made(change_half(labels=np.zeros(6))), "pool.labels are float64"),
        (Made(change_half(names=("x",) * 6)), "pool.names are not all different"),
        (Made(change_half(names=("x",))), "pool has 6 images, 6 labels and 1 names"),
        (Made(change_half(groups=np.arange(2))), "pool.groups and labels differ in number"),
        (
            Made(replace(make_set(), classes=("a", "a"))),
            "the names of the classes are not all different",
        ),
        (Made(replace(make_set(), has_official_test=False)), "test holds images though"),
        (Made(replace(make_set(), facts={"when": object()})), "facts cannot be written"),
        (Made(make_set(), replace(make_set(), classes=("b", "a"))), "from a fixed seed"),
        (Misnamed(make_set()), "count_known names other classes"),
        (Miscounted(make_set()), "count_known counts other images"),
        (Misled(make_set()), "make_aliases names classes that are not there: ['cat']"),
    ],
)
def test_what_an_image_set_breaks_of_the_contract_is_named(source, said):
    with pytest.raises(AssertionError) as caught:
        check_image_set(source)
    assert said in str(caught.value)


def test_a_broken_image_set_of_another_package_is_never_trained_on():
    check_image_set(Made(make_set()))
    assert read_image_set(Made(make_set()), ImageSetRequest()).classes == ("a", "b")
    with pytest.raises(DataError, match=r"pool\.labels are not all from 0 to 1"):
        read_image_set(Made(change_half(labels=np.arange(6) % 3)), ImageSetRequest())
    with pytest.raises(DataError, match="returned a int"):
        read_image_set(Made(3), ImageSetRequest())


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A working folder with what people name without its kind."""
    monkeypatch.chdir(tmp_path)
    for folder in ("photos/cat", "sample", "folder", "x:y", "data/cifar-100-python"):
        (tmp_path / folder).mkdir(parents=True)
    names = ("list.csv", "list.TSV", "a.npz", "photos.zip", "cifar-10-python.tar.gz")
    for name in names:
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("given", "source", "data_file"),
    [
        ("photos/", "folder:photos", None),
        ("photos", "folder:photos", None),
        ("./photos", "folder:photos", None),
        ("folder", "folder:folder", None),
        ("x:y", "folder:x:y", None),
        (".", "folder:.", None),
        ("list.csv", "csv:list.csv", None),
        ("list.TSV", "csv:list.TSV", None),
        ("a.npz", "npz:a.npz", None),
        ("cifar-10-python.tar.gz", "cifar10", "cifar-10-python.tar.gz"),
        ("data", "cifar100", "data"),
        ("data/cifar-100-python", "cifar100", "data/cifar-100-python"),
        # A known name wins; its folder is a path.
        ("sample", "sample", None),
        ("./sample", "folder:sample", None),
        ("sample/", "folder:sample", None),
        ("folder:photos/", "folder:photos/", None),
        ("task:needle", "task:needle", None),
        # What is not there is explained where it is read.
        ("photoz", "photoz", None),
        ("photos.zip", "photos.zip", None),
        ("", "", None),
        ("x" * 5000, "x" * 5000, None),
        ("a\0b", "a\0b", None),
    ],
)
def test_path_without_a_kind_is_recognised(places, given, source, data_file):
    found, file = resolve_source(given)
    assert (found, None if file is None else file.as_posix()) == (source, data_file)


def test_home_folder_is_understood(places, monkeypatch):
    monkeypatch.setenv("HOME", str(places))
    assert resolve_source("~/photos") == (f"folder:{places / 'photos'}", None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("photoz/", "no file or folder of this name. Did you mean photos"),
        ("./lst.csv", "Did you mean list.csv"),
        ("data/cifar-100-pyton", "Did you mean data/cifar-100-python"),
        ("photos.zip", "If it is an archive, unpack it first"),
        ("photo", "Did you mean photos"),
        ("cifar1000", "Did you mean 'cifar100'"),
    ],
)
def test_unknown_set_gets_the_nearest_names(places, given, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        find_image_set(given)


def test_folder_with_the_name_of_a_set_is_found(places):
    assert find_namesake("sample") == Path("sample")
    assert find_namesake("./sample") is None
    assert find_namesake("cifar10") is None
    assert find_namesake("folder") is None
