"""Pictures by files, folders and patterns, and their answers as lines, JSON and a table."""

import csv
import json

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def pictures(tmp_path):
    """Four pictures in two folders, a broken one and a text."""
    folder = tmp_path / "pics"
    (folder / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.jpg", "more/=c.png", "more/[d].png"):
        pixels = rng.integers(0, 255, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "bad.png").write_text("This is no picture.")
    (folder / "note.txt").write_text("mine")
    return folder


def list_told(done):
    return [line.partition(":")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (["pics"], ["pics/a.png", "pics/b.jpg", "pics/more/=c.png", "pics/more/[d].png"]),
        (["pics/*.jpg"], ["pics/b.jpg"]),
        (["pics/**/*.png"], ["pics/a.png", "pics/more/=c.png", "pics/more/[d].png"]),
        (["pics/more/[d].png", "pics/more"], ["pics/more/[d].png", "pics/more/=c.png"]),
        (["pics/m*"], ["pics/more/=c.png", "pics/more/[d].png"]),
    ],
)
def test_predict_takes_folders_and_patterns_and_goes_on_over_bad_files(
    poolbench_here, two_runs, pictures, named, told
):
    done = poolbench_here("predict", "@last", *named)
    assert list_told(done) == told
    is_bad = "pics" in named or "pics/**/*.png" in named
    assert done.returncode == (3 if is_bad else 0)
    assert ("pics/bad.png cannot be read: " in done.stderr) is is_bad
    assert "note.txt" not in done.stderr


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("pics/*.tif", "No file matches pics/*.tif"),
        ("empty", "There are no images in empty"),
        ("gone.png", "gone.png"),
    ],
)
def test_predict_says_what_it_did_not_find(
    poolbench_here, two_runs, pictures, tmp_path, named, said
):
    (tmp_path / "empty").mkdir()
    done = poolbench_here("predict", "@last", named)
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr


def test_predict_writes_a_table_that_says_what_json_says(poolbench_here, two_runs, pictures):
    done = poolbench_here("predict", "@last", "pics", "--out", "answers.csv")
    assert (done.returncode, done.stdout) == (3, "")
    assert "4 of 5" in done.stderr
    with (pictures.parent / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "class", "probability", "dark", "light", "error"]
    found = json.loads(poolbench_here("predict", "@last", "pics", "--json").stdout)
    assert [row["path"] for row in rows] == [answer["path"] for answer in found]
    for row, answer in zip(rows, found, strict=True):
        if "error" in answer:
            assert row["error"] == answer["error"]
            assert row["class"] == row["dark"] == ""
            continue
        shares = answer["probabilities"]
        assert {name: float(row[name]) for name in shares} == pytest.approx(shares, abs=1e-6)
        assert float(row["probability"]) == pytest.approx(max(shares.values()), abs=1e-6)
        assert row["class"] == max(shares, key=shares.get)


def test_predict_replaces_its_own_table_and_nothing_else(poolbench_here, two_runs, pictures):
    for _ in range(2):
        done = poolbench_here("predict", "@last", "pics/a.png", "--out", "answers.csv")
        assert done.returncode == 0, done.stderr
    for other in ("pics/note.txt", "pics", "gone/answers.csv"):
        done = poolbench_here("predict", "@last", "pics/a.png", "--out", other)
        assert done.returncode == 2
    assert (pictures / "note.txt").read_text() == "mine"
    assert sorted(path.name for path in pictures.parent.iterdir()) == [
        "answers.csv",
        "pics",
        "runs",
    ]


def test_predict_says_what_a_folder_without_a_model_is(poolbench_here, two_runs, pictures):
    folder = pictures.parent
    (folder / "runs" / "begun" / "trials").mkdir(parents=True)
    facts = json.loads(next((folder / "runs").glob("*/data.json")).read_text())
    (folder / "runs" / "begun" / "data.json").write_text(json.dumps(facts))
    done = poolbench_here("predict", "runs/begun", "pics/a.png")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not finished" in done.stderr
    done = poolbench_here("predict", "runs", "pics/a.png")
    assert done.returncode == 3
    assert "use: poolbench runs" in done.stderr
    # One folder too deep is still the model.
    whole = next(path for path in (folder / "runs").iterdir() if (path / "best").is_dir())
    assert poolbench_here("predict", whole / "best", "pics/a.png").returncode == 0
