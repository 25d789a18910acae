"""One thing at a time, learning rates and presets: by the command line, to the end."""

import json

import numpy as np
import pytest

import poolbench
from poolbench.records import TrialRecord

SMALL = (
    "--data",
    "sample",
    "--classes",
    "0,1",
    "--image-size",
    "8",
    "--operators",
    "max",
    "--epochs",
    "1",
)
SHORT = (*SMALL, "--folds", "2", "--repeats", "1", "--precision", "float32")


@pytest.mark.full(seconds=40)
def test_variations_are_compared_with_what_they_were_changed_from(poolbench_cli, tmp_path):
    done = poolbench_cli("run", *SHORT, "--vary", "batch", "--out", tmp_path / "run", "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)["verdict"]
    assert verdict["baseline"] == "max.lab.quick"
    assert {pair["first"] for pair in verdict["against_baseline"]} == {
        "max.lab.quick-batch-down", "max.lab.quick-batch-up",
    }  # fmt: skip
    assert (tmp_path / "run" / "figures" / "baseline.svg").is_file()
    assert "--tune lr" in done.stderr


@pytest.mark.full(seconds=20)
def test_every_trial_of_a_tuned_study_has_its_rate(poolbench_here, tmp_path, train_here):
    run = tmp_path / "run"
    done = poolbench_here("run", *SHORT, "--tune", "lr", "--out", run)
    assert done.returncode == 0, done.stderr
    records = [
        TrialRecord.model_validate_json(path.read_text())
        for path in (run / "trials").glob("*/record.json")
    ]
    assert len(records) == 3
    assert all(record.rate_factor is not None for record in records)
    assert "not-tuned" not in poolbench.load(run).verdict.notes
    # Continued, nothing is trained again.
    again = poolbench_here("run", *SHORT, "--tune", "lr", "--out", run)
    assert "2 already finished" in again.stderr
    assert len(list((run / "trials").iterdir())) == 3


def test_every_method_can_be_measured_on_a_network_that_has_few_places_for_them(poolbench_here):
    run = ("run", *SHORT, "--backbones", "mlp", "--methods", "--dry-run")
    done = poolbench_here(*run)
    assert done.returncode == 0, done.stderr
    assert "15 variants, " in done.stderr


def test_preset_on_the_command_line_wins_over_a_file(poolbench_here, tmp_path):
    (tmp_path / "study.toml").write_text('recipes = ["lab"]\nrepeats = 1\nfolds = 3\n')
    run = ("run", "--config", "study.toml", "--preset", "standard", *SMALL, "--dry-run")
    done = poolbench_here(*run)
    assert done.returncode == 0, done.stderr
    # The looks of the preset, to 24 repeats, and three folds of the file.
    assert "72 trials, " in done.stderr


def test_protocol_lab_on_the_command_line_is_judged_once_also_with_a_file(poolbench_here, tmp_path):
    (tmp_path / "study.toml").write_text("folds = 3\n")
    run = ("run", "--config", "study.toml", "--protocol", "lab", *SMALL, "--dry-run")
    done = poolbench_here(*run)
    assert done.returncode == 0, done.stderr
    assert "evaluated after repeat 2." in done.stderr


def test_expected_difference_is_told_before_training_and_refused_with_it(poolbench_here, tmp_path):
    run = ("run", *SMALL, "--operators", "max,avg", "--folds", "3", "--expect")
    done = poolbench_here(*run, "2.5", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "the best variant leads every other by 2.5 accuracy points" in done.stderr
    assert "(600) limits this chance more than the number of repeats" in done.stderr
    assert (
        "With 3 folds, a network trains on 67% of the training images (with 5, on 80%)"
        in done.stderr
    )
    for more in (("2",), ("0", "--dry-run"), ("nan", "--dry-run")):
        refused = poolbench_here(*run, *more)
        assert refused.returncode == 2, refused.stderr
        assert "--expect" in refused.stderr


def test_class_too_small_to_choose_a_rate_is_told_before_anything_is_written(
    poolbench_here, tmp_path
):
    make_few(tmp_path)
    done = poolbench_here("run", "--data", "npz:few.npz", "--tune", "lr")
    assert done.returncode == 3
    assert "Class '1' has 4 images left to train on," in done.stderr
    assert not (tmp_path / "runs").exists()


def make_few(folder):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [40, 6])
    images = rng.integers(0, 256, (46, 8, 8, 3), dtype=np.uint8)
    np.savez(folder / "few.npz", images=images, labels=labels, test_images=images,
             test_labels=labels)  # fmt: skip
