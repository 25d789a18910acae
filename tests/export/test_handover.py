"""What a study hands over, made once and made anew where it is not whole."""

import io
import json

import numpy as np
import pytest

import poolbench
from poolbench.data.image_set import ImageSet
from poolbench.data.sample import load_sample
from poolbench.export.bundle import compute_sha256
from poolbench.export.handover import hand_over
from poolbench.rundir.store import RunStore

SETTINGS = {
    "source": "sample",
    "backbones": ("lab-example",),
    "epochs": 2,
    "folds": 2,
    "repeats": 1,
    "quiet": True,
}


def test_explanation_is_part_of_what_is_handed_over(finished):
    path, printed, _ = finished
    content = (path / "best" / "explain.npz").read_bytes()
    study = json.loads((path / "study.json").read_text())
    assert study["files"]["best/explain.npz"] == compute_sha256(content)
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        facts = json.loads(archive["facts"].tobytes())
        assert archive["shift_accuracy"].shape == (3, 2, 9)
    assert facts["recommended"] == printed["verdict"]["recommended"]
    assert facts["landscape"]["trial"] == study["final"]


def test_study_that_learned_nothing_withdraws_models_and_nothing_else(tmp_path):
    sample = load_sample()
    image_set = ImageSet(
        "sample", sample.classes, sample.pool, sample.test.take(np.arange(4)), True
    )
    mine = ("best/notes.txt", "variants/b/model.onnx")
    store = RunStore(tmp_path)
    for name in ("best/model.onnx", "best/explain.npz", *mine):
        store.save_bytes(name, b"")
    # Another study was here before, so that there is no list of what it handed over.
    hand_over(store, (), None, None, image_set)
    left = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert left == {*mine, "pictures.npz", "study.json"}
    (tmp_path / "best" / "notes.txt").unlink()
    hand_over(store, (), None, None, image_set)
    assert not (tmp_path / "best").exists()


@pytest.mark.full(seconds=7)
def test_finished_study_is_not_handed_over_again(finished_copy):
    files = [finished_copy / "best" / name for name in ("explain.npz", "model.onnx")]
    before = [file.stat().st_mtime_ns for file in files]
    poolbench.compare(out=finished_copy, **SETTINGS)
    assert [file.stat().st_mtime_ns for file in files] == before


@pytest.mark.full(seconds=25)
def test_explanation_that_is_missing_is_made_again_the_same(finished_copy):
    path = finished_copy / "best" / "explain.npz"
    before = path.read_bytes()
    path.unlink()
    # As a run of an earlier version, which knew nothing of it.
    study = json.loads((finished_copy / "study.json").read_text())
    del study["files"]["best/explain.npz"]
    (finished_copy / "study.json").write_text(json.dumps(study))
    poolbench.compare(out=finished_copy, **SETTINGS)
    assert path.read_bytes() == before
