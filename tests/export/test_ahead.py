"""What another process prepares of the hand-over is what this one would have made."""

import shutil

import pytest

from poolbench.data.sample import load_sample
from poolbench.data.store import save_arrays
from poolbench.export import ahead
from poolbench.export.ahead import EXPLANATION, NOTHING_AHEAD, open_ahead
from poolbench.records import StudyRecord
from poolbench.rundir.store import RunStore


@pytest.fixture
def prepared(finished_copy, tmp_path):
    """A finished run without what is handed over; its pictures, trials and final trial."""
    store = RunStore(finished_copy)
    study = store.load_model("study.json", StudyRecord)
    shutil.rmtree(finished_copy / "variants")
    (finished_copy / EXPLANATION).unlink()
    images = tmp_path / "images"
    images.mkdir()
    save_arrays(load_sample(), images)
    trials = [store.load_trial(name).spec for name in study.trials]
    return store, images, trials, store.load_trial(study.final).spec


@pytest.mark.full(seconds=15, always=True)
def test_another_process_writes_the_same_files(prepared, finished):
    store, *given = prepared
    with open_ahead(store, *given, cores=2) as begun:
        assert begun.take_models()
        assert not (store.path / EXPLANATION).exists()
        begun.begin_explanation()
        assert begun.take_explanation()
    expected = [*finished[0].glob("variants/*/model.onnx"), finished[0] / EXPLANATION]
    assert len(expected) == 4
    for path in expected:
        assert (store.path / path.relative_to(finished[0])).read_bytes() == path.read_bytes()


def test_what_it_does_not_do_is_left_to_this_process(prepared):
    store, images, trials, final = prepared
    shutil.rmtree(store.trials / trials[0].id)
    with open_ahead(store, images, trials, final, cores=2) as begun:
        begun.begin_explanation()
        assert not begun.take_models()
        assert not begun.take_explanation()
    assert not (store.path / EXPLANATION).exists()


def test_process_ends_with_the_hand_over(prepared, monkeypatch):
    begun = []
    start = ahead.subprocess.Popen
    monkeypatch.setattr(
        ahead.subprocess, "Popen", lambda *a, **k: begun.append(start(*a, **k)) or begun[0]
    )
    with pytest.raises(KeyboardInterrupt), open_ahead(*prepared, cores=2):
        raise KeyboardInterrupt
    assert begun[0].returncode is not None


def test_one_core_has_no_room_for_it(prepared):
    with open_ahead(*prepared, cores=1) as begun:
        assert begun is NOTHING_AHEAD
        assert not begun.take_models()
