"""What is told of the pictures before a study begins."""

import numpy as np
import pytest

from poolbench.config import build_config
from poolbench.data.sample import load_sample
from poolbench.display import Display
from poolbench.errors import DataError
from poolbench.preparation import load_pictures
from poolbench.study import preview_study


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
    assert said.count("exact 1, near 0") == 2
    assert "labels differ: 1" in said
    assert "Dropped" not in said
    assert (len(image_set.pool), len(rows)) == (22, 2)


def test_load_pictures_looks_into_the_pool_only_if_it_is_split(doubled, capsys):
    image_set, rows = load(doubled, "drop", is_split=False)
    assert len(rows) == 1
    assert len(image_set.pool) == 21
    said = capsys.readouterr().err
    assert "Dropped from the training pool, as duplicates: 1." in said
    assert "repeat an earlier one" not in said


def test_load_pictures_says_nothing_where_there_is_nothing(capsys):
    assert load("sample", "refuse")[1] == []
    assert capsys.readouterr().err == ""


def test_refused_duplicates_end_a_study_before_it_is_planned(doubled, tmp_path, capsys):
    data = {"source": doubled, "on_duplicates": "refuse"}
    with pytest.raises(DataError, match=r"images/21 = test_images/0 \(exact\)") as caught:
        preview_study(build_config({"data": data}), tmp_path / "run", Display("en"))
    assert caught.value.exit_code == 3
    assert not (tmp_path / "run").exists()
    assert "Plan:" not in capsys.readouterr().err
