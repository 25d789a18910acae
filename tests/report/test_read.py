"""Reading a run: moved, of part of its trials, and broken in every way that a disk allows."""

import json
import os
import shutil

import numpy as np
import pytest

from poolbench.errors import RunError
from poolbench.records import VariantSpec
from poolbench.report.read import label_variants, read_leaderboard, read_run
from poolbench.training.recipes import LAB, QUICK


@pytest.fixture
def own_run(run_path, tmp_path):
    """A copy that a test may break."""
    return shutil.copytree(run_path, tmp_path / "moved here")


def test_read_run_opens_a_moved_run(run_path, own_run):
    before, after = read_run(run_path), read_run(own_run)
    assert [v.row for v in after.variants] == [v.row for v in before.variants]
    assert after.final == before.final


def test_read_run_keeps_the_order_of_the_leaderboard(run_path):
    accuracies = [variant.row.accuracy for variant in read_run(run_path).variants]
    assert accuracies == sorted(accuracies, reverse=True)
    assert len(accuracies) == 3


def test_read_run_ignores_trials_of_another_study(own_run):
    study = json.loads((own_run / "study.json").read_text())
    left_out = study["trials"][0]
    study["trials"] = study["trials"][1:]
    (own_run / "study.json").write_text(json.dumps(study))
    ids = [trial.id for variant in read_run(own_run).variants for trial in variant.trials]
    assert (own_run / "trials" / left_out).is_dir()
    assert sorted(ids) == sorted(study["trials"])


def test_confusion_sums_the_held_out_pictures_of_all_trials(run_path):
    variant = read_run(run_path).variants[0]
    by_hand = sum(np.array(trial.held_out.confusion) for trial in variant.trials)
    np.testing.assert_array_equal(variant.held_out_confusion, by_hand)
    # Two repeats, in each of which every one of the 180 pictures is held out once.
    assert variant.held_out_confusion.sum() == 2 * 180


def test_history_is_the_mean_over_trials_that_are_as_long_as_the_epoch(make_run):
    path = make_run(variants=1, epochs=4, diverged=True)
    variant = read_run(path).variants[0]
    losses = []
    for trial in variant.trials:
        lines = (path / "trials" / trial.id / "history.csv").read_text().splitlines()
        column = lines[0].split(",").index("held_out_loss")
        losses.append([float(line.split(",")[column]) for line in lines[1:]])
    assert sorted(len(values) for values in losses) == [2, 4, 4, 4]
    assert np.isnan(min(losses, key=len)[-1])
    whole = [values for values in losses if len(values) == 4]
    found = variant.history["held_out_loss"]
    np.testing.assert_allclose(found[0], np.mean([values[0] for values in losses]))
    np.testing.assert_allclose(found[1:], np.mean(whole, axis=0)[1:])
    np.testing.assert_array_equal(variant.history["epoch"], [1, 2, 3, 4])


def test_read_run_has_no_final_where_nothing_was_handed_over(own_run):
    shutil.rmtree(own_run / "best")
    view = read_run(own_run)
    assert view.final is None
    assert view.verification is None
    assert view.files == ()


def test_read_run_refuses_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunError, match="not a poolbench run"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("verdict.json", "{"),
        ("leaderboard.csv", "variant,accuracy\nmax.lab.quick,high\n"),
        ("leaderboard.csv", ""),
        ("study.json", '{"trials": [], "final": "none"}'),
        ("study.json", '{"trials": ["gone"], "final": "gone"}'),
        ("environment.json", "[]"),
    ],
)
def test_read_run_names_the_broken_file(own_run, name, content):
    (own_run / name).write_text(content)
    with pytest.raises(RunError, match=r"moved here.*(json|csv)"):
        read_run(own_run)


def test_read_run_refuses_a_verdict_that_the_leaderboard_does_not_know(own_run):
    verdict = json.loads((own_run / "verdict.json").read_text())
    (own_run / "verdict.json").write_text(json.dumps({**verdict, "recommended": "other.lab.quick"}))
    with pytest.raises(RunError, match=r"other\.lab\.quick"):
        read_run(own_run)


def test_read_run_names_a_broken_history(own_run):
    trial = next(path for path in (own_run / "trials").iterdir())
    (trial / "history.csv").write_text("epoch,loss\n1,0.5\n")
    with pytest.raises(RunError, match=r"history\.csv"):
        read_run(own_run)


def test_read_leaderboard_gives_numbers(run_path):
    row = read_leaderboard(run_path)[0]
    assert isinstance(row.trials, int)
    assert row.accuracy_low < row.accuracy < row.accuracy_high


def make_spec(operator, backbone="lab", recipe=QUICK, replica=0):
    return VariantSpec(operator=operator, backbone=backbone, recipe=recipe, replica=replica)


@pytest.mark.parametrize(
    ("specs", "labels"),
    [
        ([make_spec("max"), make_spec("avg")], ["max", "avg"]),
        ([make_spec("max"), make_spec("none", "mlp")], ["max", "mlp"]),
        (
            [make_spec("max"), make_spec("max", "plain"), make_spec("none", "mlp", LAB)],
            ["max.lab.quick", "max.plain.quick", "mlp.lab"],
        ),
        ([make_spec("max"), make_spec("max", recipe=LAB)], ["max.quick", "max.lab"]),
        ([make_spec("max"), make_spec("max", replica=1)], ["max.0", "max.1"]),
    ],
)
def test_label_variants_leaves_out_what_all_share(specs, labels):
    assert list(label_variants(specs).values()) == labels


def test_a_diverged_training_says_nothing_of_classes_and_counts_as_wrong(make_run):
    view = read_run(make_run(variants=2, repeats=1, epochs=4, diverged=True))
    [variant] = [v for v in view.variants if any(t.diverged_at is not None for t in v.trials)]
    whole = [trial for trial in variant.trials if trial.diverged_at is None]
    assert variant.held_out_confusion.sum() == sum(trial.held_out.count for trial in whole)
    assert len(variant.confidence) == len(variant.is_right) == variant.held_out_confusion.sum()
    right = np.trace(variant.held_out_confusion)
    count = sum(trial.held_out.count for trial in variant.trials)
    train = np.mean([trial.train.accuracy for trial in variant.trials])
    assert variant.gap.mean == pytest.approx(train - right / count)


FILES = (
    *("config.toml", "data.json", "environment.json", "study.json", "verdict.json"),
    *("leaderboard.csv", "suspects.csv", "timing.json", "best/final.json", "best/explain.npz"),
    *("best/verification.json", "record.json", "timing.json", "history.csv", "predictions.npz"),
)


@pytest.fixture(scope="module")
def traps(run_path, tmp_path_factory):
    """A run to which each file is put in turn as something else, and put back."""
    return shutil.copytree(run_path, tmp_path_factory.mktemp("traps") / "study")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["link", "pipe", "zero"])
def test_read_run_takes_no_file_from_elsewhere_and_waits_for_none(traps, name, kind):
    folder = traps
    if name.partition(".")[0] in ("record", "history", "predictions"):
        folder = next(path for path in (traps / "trials").iterdir())
    place, kept = folder / name, traps.parent / "kept"
    was_there = place.exists()
    if was_there:
        place.rename(kept)
    try:
        if kind == "pipe":
            os.mkfifo(place)
        else:
            place.symlink_to(kept if kind == "link" else "/dev/zero")
        with pytest.raises(RunError, match=r"only files inside a run are read"):
            read_run(traps)
    finally:
        place.unlink()
        if was_there:
            kept.rename(place)


def test_read_run_lists_only_its_own_files(own_run, tmp_path):
    (own_run / "best" / "passwd").symlink_to("/etc/passwd")
    names = {name for name, _ in read_run(own_run).files}
    assert "best/model.onnx" in names
    assert "best/passwd" not in names


def test_intervals_end_where_what_they_are_of_ends(make_run):
    # Two trainings of each: an interval by Student's t of one degree of freedom.
    for variant in read_run(make_run(variants=3, repeats=1, epochs=2)).variants:
        assert -1 <= variant.gap.low <= variant.gap.mean <= variant.gap.high <= 1
        assert 0 <= variant.loss_rise.low <= variant.loss_rise.mean
