"""What the page reads of a run directory."""

import os
import shutil

import pytest

from poolbench.errors import RunError
from poolbench.records import LiveRecord, LiveVariant
from poolbench.rundir.store import LIVE_FILE, RunStore
from poolbench.serve.read import check_is_run, measure_progress, read_finished


def test_read_finished_lists_the_saved_model_and_every_variant(served):
    run = read_finished(served)
    assert [(model.variant, model.file) for model in run.models[1:]] == [
        (name, f"variants/{name}/model.onnx")
        for name in ("max.lab-example.quick", "avg.lab-example.quick")
    ]
    assert run.models[0].file == "best/model.onnx"
    assert run.models[0].is_final and not run.models[1].is_final
    assert sum(model.is_recommended for model in run.models[1:]) == 1
    images, labels = run.pictures
    assert images.shape == (16, 32, 32, 3) and len(labels) == 16


def test_read_finished_says_what_is_missing(served_copy):
    shutil.rmtree(served_copy / "variants" / "max.lab-example.quick")
    with pytest.raises(RunError, match=r"max\.lab-example\.quick.*is missing"):
        read_finished(served_copy)
    (served_copy / "study.json").unlink()
    with pytest.raises(RunError, match="unfinished"):
        read_finished(served_copy)


def test_measure_progress_counts_what_is_on_disk(served_copy):
    assert measure_progress(served_copy)["state"] == "finished"
    (served_copy / "study.json").unlink()
    trial = next((served_copy / "trials").glob("max.*-r0f0-*"))
    shutil.rmtree(trial)
    found = measure_progress(served_copy)
    assert (found["state"], found["done"], found["total"]) == ("training", 3, 4)
    assert {row["variant"]: (row["done"], row["total"]) for row in found["variants"]} == {
        "max.lab-example.quick": (1, 2),
        "avg.lab-example.quick": (2, 2),
    }
    (served_copy / "plan.json").unlink()
    assert measure_progress(served_copy)["state"] == "preparing"


def test_measure_progress_takes_no_time_left_from_a_study_that_is_gone(served_copy):
    store = RunStore(served_copy)
    (served_copy / "study.json").unlink()
    assert measure_progress(served_copy)["live"] is None
    row = LiveVariant(variant="a", label="a", done=1, total=2, accuracy=0.5, seconds_left=9.0)
    store.save_model(LIVE_FILE, LiveRecord(step="train", seconds_left=9.0, variants=(row,)))
    live = measure_progress(served_copy)["live"]
    assert (live["seconds_left"], live["variants"][0]["seconds_left"]) == (9.0, 9.0)
    os.utime(served_copy / LIVE_FILE, (0, 0))
    live = measure_progress(served_copy)["live"]
    assert (live["seconds_left"], live["variants"][0]["seconds_left"]) == (None, None)
    assert live["variants"][0]["accuracy"] == 0.5
    # Half a file, or one of a newer poolbench, is none.
    (served_copy / LIVE_FILE).write_text("{")
    assert measure_progress(served_copy)["live"] is None


def test_check_is_run_refuses_another_folder(tmp_path, served):
    check_is_run(served)
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunError, match="is not a run"):
            check_is_run(path)
    (tmp_path / ".lock").touch()
    check_is_run(tmp_path)


def test_page_is_given_known_classes_in_each_language(finished):
    told = read_finished(finished[0]).describe()["class_names"]
    assert told["en"] == ["apple", "lemon", "pear", "plum"]
    assert told["ru"] == ["яблоко", "лимон", "груша", "слива"]
