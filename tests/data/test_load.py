"""Image sets by name: classes chosen, one size, a test half."""

import numpy as np
import pytest
import torch
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data.arrays import resize_arrays
from poolbench.data.image_set import hash_pictures
from poolbench.data.load import list_classes, load_image_set
from poolbench.data.sample import load_sample
from poolbench.data.splits import assign_folds, check_enough
from poolbench.errors import DataError, UnknownNameError, UsageError

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    torch.set_num_threads(1)


def _load(source, **settings):
    return load_image_set(DataConfig(source=source, **settings))


def test_load_image_set_gives_the_sample_as_it_is():
    loaded = _load("sample")
    assert loaded.manifest_hash == load_sample().manifest_hash
    assert loaded.facts["test_share"] == "official"
    assert loaded.facts["skipped"] == []


@pytest.mark.parametrize("wanted", [("plum", "apple"), ("3", "0"), ("слива", "Яблоко")])
def test_load_image_set_labels_in_the_chosen_order(wanted):
    whole = load_sample()
    loaded = _load("sample", classes=wanted)
    assert loaded.classes == ("plum", "apple")
    for half, original in ((loaded.pool, whole.pool), (loaded.test, whole.test)):
        for label, name in enumerate(loaded.classes):
            expected = original.images[original.labels == whole.classes.index(name)]
            np.testing.assert_array_equal(half.images[half.labels == label], expected)
        assert set(half.labels.tolist()) == {0, 1}
        kept = [original.names.index(name) for name in half.names]
        np.testing.assert_array_equal(half.images, original.images[kept])


@pytest.mark.parametrize("fit", ["squash", "crop"])
def test_load_image_set_resizes_both_halves(fit):
    loaded = _load("sample", image_size=20, fit=fit, classes=("0", "1"))
    whole = _load("sample", classes=("0", "1"))
    assert loaded.image_size == (20, 20)
    expected = resize_arrays(whole.test.images, (20, 20), fit)
    np.testing.assert_array_equal(loaded.test.images, expected)


def test_load_image_set_refuses_a_size_that_memory_will_not_hold(tmp_path):
    # Pictures of one pixel; at 1024x1024 they would take 880 GiB.
    images = np.zeros((300_000, 1, 1), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(300_000, dtype=np.uint32) % 2)
    with pytest.raises(DataError, match="smaller image_size"):
        _load(f"npz:{tmp_path / 'a.npz'}", image_size=1024)


@pytest.mark.parametrize("source", ["sampel", "cifar", "folder:", "npz", "task:", "folders:x", ""])
def test_load_image_set_refuses_an_unknown_set(source):
    with pytest.raises(UnknownNameError, match="There is no image set, file or folder named"):
        _load(source)


PUBLISHED = ("t10k-labels-idx1-ubyte.gz", "test_X.bin")


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("photos", "photos is the path of .* Did you mean data='folder:photos'"),
        ("list.csv", "list.csv is the path of .* Did you mean data='csv:list.csv'"),
        ("list.TSV", "Did you mean data='csv:list.TSV'"),
        ("a.npz", "Did you mean data='npz:a.npz'"),
        ("t10k-labels-idx1-ubyte.gz", "data='folder:t10k-labels-idx1-ubyte.gz'"),
        ("test_X.bin", "Did you mean data='folder:test_X.bin'"),
        ("photos.zip", "photos.zip is a file, but not of a kind"),
        ("gone.csv", "There is no image set, file or folder named"),
        ("x" * 5000, "There is no image set, file or folder named"),
    ],
)
def test_load_image_set_of_a_place_says_which_kind_it_may_be(source, hint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for name in ("list.csv", "list.TSV", "a.npz", "photos.zip", *PUBLISHED):
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match=hint):
        _load(source)


def test_load_image_set_names_the_nearest_set():
    with pytest.raises(UnknownNameError, match="Did you mean 'cifar100' or 'cifar10'"):
        _load("cifar-100")


def test_load_image_set_makes_a_task():
    loaded = _load("task:needle", image_size=16)
    assert loaded.source == "task:needle"
    assert loaded.classes == ("noise", "needle")
    assert loaded.image_size == (16, 16)
    assert loaded.facts["test_share"] == "official"
    assert loaded.facts["needle_sd"] == 7.0
    needle = list_classes(DataConfig(source="task:needle"))[1]
    assert (needle.number, needle.name, needle.russian) == (1, "needle", None)
    assert (needle.pool_count, needle.train_count, needle.val_count) == (600, 600, 0)
    assert needle.test_count == 200


def test_load_image_set_names_the_nearest_task():
    with pytest.raises(UnknownNameError, match="Did you mean 'needle'"):
        _load("task:needel")


def test_load_image_set_says_a_wrong_class_before_it_needs_the_pictures():
    with pytest.raises(UnknownNameError, match="otter"):
        _load("cifar100", classes=("oter", "lion"))
    with pytest.raises(UsageError, match="At least two"):
        _load("cifar100", classes=("otter",))
    with pytest.raises(DataError, match="download=True"):
        _load("cifar100", classes=("otter", "lion"))


def _write_folder(root, counts, size=(9, 7)):
    for name, count in counts.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = RNG.integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return f"folder:{root}"


def test_load_image_set_puts_the_same_pictures_aside_at_every_size(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a": 30, "b": 20}, size=(12, 18))
    halves = [
        {"image_size": size, "fit": fit} for size in (None, 8, 16) for fit in ("squash", "crop")
    ]
    tests = [_load(source, **half).test for half in halves]
    # Decoded once more, now from the cache folder.
    tests.append(_load(source, **halves[-1]).test)
    assert {test.names for test in tests} == {tests[0].names}
    # Pictures that keep their size are drawn by their pixels.
    by_pixels = sorted(hash_pictures(tests[0].images))
    assert sorted(tests[-1].compute_digests()) == by_pixels


def test_load_image_set_puts_the_same_arrays_aside_at_every_size(tmp_path):
    images = RNG.integers(0, 256, (60, 10, 10, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(60) % 2)
    tests = [_load(f"npz:{tmp_path / 'a.npz'}", image_size=size).test for size in (None, 10, 6, 20)]
    assert {test.names for test in tests} == {tests[0].names}


def test_load_image_set_takes_a_fifth_where_there_is_no_test_half(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a": 20, "b": 10})
    loaded = _load(source)
    assert loaded.source == source
    assert not loaded.has_official_test
    assert loaded.facts["test_share"] == "a fifth of the pool"
    assert np.bincount(loaded.test.labels).tolist() == [4, 2]
    assert np.bincount(loaded.pool.labels).tolist() == [16, 8]
    assert set(loaded.pool.names).isdisjoint(loaded.test.names)
    assert loaded.image_size == (9, 7)


def test_load_image_set_keeps_a_test_half(tmp_path):
    for half, count in (("train", 6), ("valid", 2), ("test", 3)):
        _write_folder(tmp_path / "photos" / half, {"a": count, "b": count})
    loaded = _load(f"folder:{tmp_path / 'photos'}", classes=("b", "a"))
    assert loaded.has_official_test
    assert loaded.facts["test_share"] == "official"
    assert np.bincount(loaded.pool.labels).tolist() == [8, 8]
    assert loaded.test.names[0].startswith("test/")
    assert [loaded.classes[label] for label in loaded.test.labels] == [
        name.split("/")[1] for name in loaded.test.names
    ]


@pytest.mark.parametrize("half", ["train", "test"])
def test_load_image_set_refuses_an_empty_class_unless_others_are_chosen(tmp_path, half):
    for name in ("train", "test"):
        _write_folder(tmp_path / "photos" / name, {"a": 3, "b": 3, "c": 0 if name == half else 3})
    source = f"folder:{tmp_path / 'photos'}"
    with pytest.raises(DataError, match=r"classes have no .*images.*: c\. .*in classes"):
        _load(source)
    assert _load(source, classes=("b", "a")).classes == ("b", "a")


def test_load_image_set_refuses_a_class_that_became_empty(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a": 5, "b": 1})
    (tmp_path / "photos" / "b" / "0.png").write_text("no picture")
    with pytest.raises(DataError, match="no images to train on: b"):
        _load(source, on_bad="skip")


def test_load_image_set_does_not_read_pictures_of_other_classes(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a": 5, "b": 5, "c": 1})
    (tmp_path / "photos" / "c" / "0.png").write_text("no picture")
    assert len(_load(source, classes=("a", "b")).pool) == 8


def test_load_image_set_reads_a_csv_and_counts_groups_across_the_halves(tmp_path):
    _write_folder(tmp_path, {"p": 8})
    rows = [
        f"p/{n}.png,{'ab'[n % 2]},g{n // 2 % 3},{'test' if n > 5 else 'train'}" for n in range(8)
    ]
    (tmp_path / "list.csv").write_text("path,label,group,split\n" + "\n".join(rows))
    loaded = _load(f"csv:{tmp_path / 'list.csv'}")
    assert loaded.facts["groups_across_halves"] == 1
    assert len(loaded.pool) == 6


def test_load_image_set_keeps_groups_together_when_it_takes_a_fifth(tmp_path):
    _write_folder(tmp_path, {"p": 40})
    rows = [f"p/{n}.png,{'ab'[n % 2]},g{n // 4}" for n in range(40)]
    (tmp_path / "list.csv").write_text("path,label,group\n" + "\n".join(rows))
    loaded = _load(f"csv:{tmp_path / 'list.csv'}")
    assert len(loaded.test) == 8
    assert loaded.facts["groups_across_halves"] == 0


def _find_patients(half):
    return np.array([name.split("/")[-2] for name in half.names])


def _check_whole(half, fold):
    patients = _find_patients(half)
    for patient in set(patients):
        assert len(set(fold[patients == patient])) == 1, patient


def test_load_image_set_keeps_a_subfolder_in_one_fold_and_in_one_half(tmp_path):
    """Eight of twelve patients have pictures of both classes."""
    for label, patients in (("a", range(10)), ("b", range(2, 12))):
        for patient in patients:
            _write_folder(tmp_path / "photos" / label, {f"p{patient}": 3 + patient % 3})
    loaded = _load(f"folder:{tmp_path / 'photos'}", groups="subfolder")
    assert set(_find_patients(loaded.pool)).isdisjoint(_find_patients(loaded.test))
    assert loaded.facts["groups_across_halves"] == 0
    assert len(loaded.pool) + len(loaded.test) == 80
    check_enough(loaded.pool, loaded.classes, 4)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        fold = assign_folds(loaded.pool.labels, 4, rng, loaded.pool.groups)
        _check_whole(loaded.pool, fold)
        assert len(set(fold)) == 4


def test_load_image_set_counts_subfolders_that_stand_in_both_halves(tmp_path):
    for half, patients in (("train", "pqr"), ("test", "qrs")):
        for label in "ab":
            _write_folder(tmp_path / "photos" / half / label, dict.fromkeys(patients, 2))
    loaded = _load(f"folder:{tmp_path / 'photos'}", groups="subfolder")
    assert loaded.facts["groups_across_halves"] == 2
    for patient in "qr":
        (number,) = set(loaded.pool.groups[_find_patients(loaded.pool) == patient])
        assert set(loaded.test.groups[_find_patients(loaded.test) == patient]) == {number}


def test_load_image_set_with_too_few_groups_is_refused(tmp_path):
    for label in "ab":
        _write_folder(tmp_path / "photos" / label, {"p": 9, "q": 9, "r": 9})
    loaded = _load(f"folder:{tmp_path / 'photos'}", groups="subfolder")
    with pytest.raises(DataError, match=r"folds is 5, .*groups: class 'a' has 2, class 'b' has 2"):
        check_enough(loaded.pool, loaded.classes, 5)


def test_load_image_set_groups_a_csv_by_name_or_by_column(tmp_path):
    _write_folder(tmp_path, {"p": 20})
    rows = [f"p/{n}.png,{'ab'[n % 2]},v{n // 4}" for n in range(20)]
    (tmp_path / "list.csv").write_text("path,label,video\n" + "\n".join(rows))
    source = f"csv:{tmp_path / 'list.csv'}"
    assert _load(source).pool.groups is None
    by_column = _load(source, groups="column:video")
    assert len(np.unique(np.append(by_column.pool.groups, by_column.test.groups))) == 5
    # The last digit of the number.
    by_name = _load(source, groups=r"name:(\d)\.png")
    assert len(np.unique(np.append(by_name.pool.groups, by_name.test.groups))) == 10


def test_load_image_set_does_not_look_at_the_names_of_other_classes(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a": 6, "b": 6, "c": 1})
    (tmp_path / "photos" / "c" / "0.png").rename(tmp_path / "photos" / "c" / "x.png")
    with pytest.raises(DataError, match=r"1 of 13 images: c/x\.png"):
        _load(source, groups=r"name:\d")
    assert _load(source, groups=r"name:\d", classes=("a", "b")).pool.groups is not None


def test_groups_of_a_set_do_not_depend_on_what_was_skipped(tmp_path):
    source = _write_folder(tmp_path / "photos", {"a/p": 3, "a/q": 3, "b/p": 3, "b/q": 3, "b/r": 3})
    (tmp_path / "photos" / "a" / "p" / "0.png").write_text("no picture")
    loaded = _load(source, groups="subfolder", on_bad="skip")
    assert loaded.facts["skipped"] == ["a/p/0.png"]
    halves = (loaded.pool, loaded.test)
    pairs = {
        pair
        for half in halves
        for pair in zip(_find_patients(half), half.groups.tolist(), strict=True)
    }
    assert len(pairs) == 3


def test_load_image_set_reads_an_npz(tmp_path):
    images = RNG.integers(0, 256, (30, 6, 6, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(30) % 3, classes=["x", "y", "7"])
    loaded = _load(f"npz:{tmp_path / 'a.npz'}", classes=("7", "0"), image_size=12)
    assert loaded.classes == ("7", "x")
    assert loaded.image_size == (12, 12)
    assert len(loaded.pool) == 16
    assert len(loaded.test) == 4
    with pytest.raises(DataError, match="no images to train on: z"):
        np.savez(
            tmp_path / "b.npz", images=images, labels=np.arange(30) % 2, classes=["x", "y", "z"]
        )
        _load(f"npz:{tmp_path / 'b.npz'}")


def test_list_classes_needs_no_pictures_of_published_sets():
    records = list_classes(DataConfig(source="cifar100"))
    assert len(records) == 100
    assert records[55] == (55, "otter", "выдра", 500, 500, 0, 100)
    first = list_classes(DataConfig(source="cifar10"))[0]
    assert first == (0, "airplane", "самолёт", 5000, 5000, 0, 1000)


def test_list_classes_counts_every_half(tmp_path):
    assert list_classes(DataConfig(source="sample"))[1] == (1, "lemon", "лимон", 300, 300, 0, 100)
    for half, count in (("train", 2), ("val", 1), ("test", 5)):
        _write_folder(tmp_path / "photos" / half, {"apple": count, "b2": count, "b10": count})
    records = list_classes(DataConfig(source=f"folder:{tmp_path / 'photos'}"))
    names = ("apple", "b2", "b10")
    assert records == [(number, name, None, 3, 2, 1, 5) for number, name in enumerate(names)]
    _write_folder(tmp_path / "grouped", {"a/p": 2, "a/q": 1, "b/p": 4})
    config = DataConfig(source=f"folder:{tmp_path / 'grouped'}", groups="subfolder")
    assert list_classes(config) == [(0, "a", None, 3, 3, 0, 0), (1, "b", None, 4, 4, 0, 0)]
    np.savez(tmp_path / "a.npz", images=np.zeros((3, 4, 4), np.uint8), labels=[0, 5, 5])
    records = list_classes(DataConfig(source=f"npz:{tmp_path / 'a.npz'}"))
    assert records == [(0, "0", None, 1, 1, 0, 0), (1, "5", None, 2, 2, 0, 0)]


def test_validation_half_that_joins_the_pool_is_counted(tmp_path):
    for half, count in (("train", 3), ("Val", 2), ("test", 1)):
        _write_folder(tmp_path / "photos" / half, {"a": count, "b": count})
    found = load_image_set(DataConfig(source=f"folder:{tmp_path / 'photos'}"))
    assert (len(found.pool), found.facts["validation_joined"]) == (10, 4)
    splits = {"train": "train", "Val": "dev", "test": "test"}
    lines = [
        f"photos/{half}/{name}/{number}.png,{name},{split}"
        for half, split in splits.items()
        for name in "ab"
        for number in range({"train": 3, "Val": 2, "test": 1}[half])
    ]
    (tmp_path / "list.csv").write_text("\n".join(["path,label,split", *lines]))
    found = load_image_set(DataConfig(source=f"csv:{tmp_path / 'list.csv'}"))
    assert (len(found.pool), found.facts["validation_joined"]) == (10, 4)
    # A class may be called like a half, and a set may lie in a folder that is.
    _write_folder(tmp_path / "val" / "x", {"val": 5, "bus": 5})
    found = load_image_set(DataConfig(source=f"folder:{tmp_path / 'val' / 'x'}"))
    assert "validation_joined" not in found.facts
