"""What is told of the pictures before a study begins."""

import numpy as np
import pytest
from PIL import Image

from poolbench.config import build_config
from poolbench.data.sample import load_sample
from poolbench.errors import DataError, UsageError
from poolbench.machine.description import describe_machine
from poolbench.models.seen import see
from poolbench.models.transfer import add_facts
from poolbench.rundir.formats import pack_weights
from poolbench.study.display import Display
from poolbench.study.prepare import check_seen, check_study, load_pictures
from poolbench.study.preview import preview_study

WEIGHTS = pack_weights({"a": np.ones(1)})


@pytest.fixture
def doubled(tmp_path):
    """A set of which the training half holds a picture twice, and one of the test half."""
    sample = load_sample()
    pool, test = sample.pool.images[:20], sample.test.images[:4]
    images = np.concatenate([pool, pool[:1], test[:1]])
    labels = np.concatenate([sample.pool.labels[:20], [3, 0]])
    halves = {"test_images": test, "test_labels": sample.test.labels[:4]}
    np.savez(tmp_path / "set.npz", images=images, labels=labels, **halves)
    return f"npz:{tmp_path / 'set.npz'}"


def load(source, on_duplicates, **options):
    config = build_config({"data": {"source": source, "on_duplicates": on_duplicates}})
    return load_pictures(config.data, Display("en"), **{"is_split": True, **options})


def test_load_pictures_says_once_what_is_there_twice(doubled, capsys):
    image_set, rows = load(doubled, "report")
    said = capsys.readouterr().err
    assert "1 test image has an exact copy among the training images, and 0 a near" in said
    assert "1 is an exact copy and 0 are near duplicates of an earlier one" in said
    assert "1 pair has different labels" in said
    assert "dropped" not in said
    assert (len(image_set.pool), len(rows)) == (22, 2)


def test_load_pictures_says_how_sure_near_ones_are(tmp_path, capsys):
    sample = load_sample()
    images = np.concatenate([sample.pool.images[:20], sample.pool.images[:6] // 16 * 16])
    labels = np.append(sample.pool.labels[:20], sample.pool.labels[:6])
    halves = {"test_images": sample.test.images[:4], "test_labels": sample.test.labels[:4]}
    np.savez(tmp_path / "set.npz", images=images, labels=labels, **halves)
    image_set, rows = load(f"npz:{tmp_path / 'set.npz'}", "report")
    assert len(rows) == 6
    said = " ".join(capsys.readouterr().err.split())
    assert "similarity of at least 0.900. Judging by the pairs" in said
    assert "at least 0% of them" in said
    # A set whose labels say nothing of its pictures.
    odd = np.append(sample.pool.labels[:20], (sample.pool.labels[:6] + 1) % 4)
    np.savez(tmp_path / "set.npz", images=images, labels=odd, **halves)
    image_set, rows = load(f"npz:{tmp_path / 'set.npz'}", "report")
    assert (rows, image_set.facts["duplicates"]["threshold"]) == ([], 1)
    assert "can't be told apart from other images" in " ".join(capsys.readouterr().err.split())


def test_load_pictures_looks_into_the_pool_only_if_it_is_split(doubled, capsys):
    image_set, rows = load(doubled, "drop", is_split=False)
    assert len(rows) == 1
    assert len(image_set.pool) == 21
    said = capsys.readouterr().err
    assert "1 duplicate was dropped from the training images." in said
    assert "of an earlier one" not in said


def test_load_pictures_says_nothing_where_there_is_nothing(capsys):
    assert load("sample", "refuse")[1] == []
    assert capsys.readouterr().err == ""


def load_grouped(folder, groups=None, **options):
    """Pictures of 12 people, four of each."""
    rng = np.random.default_rng(0)
    for number in range(48):
        place = folder / "people" / ("well", "ill")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{number // 4}_{number}.png")
    data = {"source": f"folder:{folder / 'people'}", "groups": groups, **options}
    return load_pictures(build_config({"data": data}).data, Display("en"), is_split=False)[0]


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))


def test_weights_that_have_seen_what_is_tested_are_refused_at_every_size(tmp_path, own_cache):
    """Trained without groups, tested with them: the halves are others."""
    seen = see(load_grouped(tmp_path, image_size=8).pool)
    (tmp_path / "w").write_bytes(add_facts(WEIGHTS, seen.make_metadata()))
    study = load_grouped(tmp_path, groups="name:^([0-9]+)_", fit="crop")
    count = len(set(study.test.names) - set(load_grouped(tmp_path).test.names))
    assert count > 0
    with pytest.raises(
        UsageError, match=f"trained on {count} of the {len(study.test)} test images"
    ):
        check_seen(tmp_path / "w", study, Display("en"), is_split=True)


def test_weights_that_saw_the_pool_alone_are_told_of(tmp_path, own_cache, capsys):
    groups = "name:^([0-9]+)_"
    seen = see(load_grouped(tmp_path, groups, image_size=8).pool)
    (tmp_path / "w").write_bytes(add_facts(WEIGHTS, seen.make_metadata()))
    study = load_grouped(tmp_path, groups, image_size=16)
    capsys.readouterr()
    check_seen(tmp_path / "w", study, Display("en"), is_split=False)
    assert capsys.readouterr().err == ""
    check_seen(tmp_path / "w", study, Display("en"), is_split=True)
    count = len(study.pool)
    assert f"trained on {count} of the {count} training images" in capsys.readouterr().err


def test_weights_of_which_nobody_knows_what_they_saw_are_told_of(tmp_path, capsys):
    (tmp_path / "w").write_bytes(WEIGHTS)
    check_seen(tmp_path / "w", load_sample(), Display("en"), is_split=True)
    assert "Some of the images" in capsys.readouterr().err


def test_load_pictures_says_what_was_left_out_shrunk_or_shows_nothing(tmp_path, capsys):
    for number in range(6):
        for name in "ab":
            path = tmp_path / "set" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (400, 300), 20 * number + (name == "a")).save(path)
    (tmp_path / "set" / "a" / "notes.txt").write_text("x")
    image_set, _ = load(f"folder:{tmp_path / 'set'}", "report")
    config = build_config({"data": {"source": image_set.source}, "folds": 2})
    check_study(config, describe_machine(config), image_set, Display("en"))
    said = capsys.readouterr().err
    assert "Not read: files that are not images, 1 .txt." in said
    assert "64 × 64 px (the first one is 300 × 400). --image-size sets another" in said
    assert "12 images are of a single colour" in said


def test_refused_duplicates_end_a_study_before_it_is_planned(doubled, tmp_path, capsys):
    data = {"source": doubled, "on_duplicates": "refuse"}
    with pytest.raises(DataError, match="images/21 is a copy of test_images/0 ") as caught:
        preview_study(build_config({"data": data}), tmp_path / "run", Display("en"))
    assert caught.value.exit_code == 3
    assert not (tmp_path / "run").exists()
    assert "Plan:" not in capsys.readouterr().err
