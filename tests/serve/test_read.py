"""What the page reads of a run directory."""

import shutil

import pytest

from poolbench.errors import RunError
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


def test_check_is_run_refuses_another_folder(tmp_path, served):
    check_is_run(served)
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunError, match="no run directory"):
            check_is_run(path)
    (tmp_path / ".lock").touch()
    check_is_run(tmp_path)
