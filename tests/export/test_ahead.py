"""What another process prepares of the hand-over is what this one would have made."""

import shutil

import pytest

from poolbench.export import ahead
from poolbench.export.ahead import NOTHING_AHEAD, open_ahead
from poolbench.export.bundle import compute_sha256
from poolbench.records import StudyRecord
from poolbench.rundir.store import RunStore

MODEL = "best/model.onnx"


@pytest.fixture
def prepared(finished_copy):
    """A finished run without its models; its trials and final trial."""
    store = RunStore(finished_copy)
    study = store.load_model("study.json", StudyRecord)
    shutil.rmtree(finished_copy / "variants")
    (finished_copy / MODEL).unlink()
    trials = [store.load_trial(name).spec for name in study.trials]
    return store, trials, store.load_trial(study.final).spec


@pytest.mark.full(seconds=15, always=True)
def test_another_process_writes_the_same_files(prepared, finished):
    store, *given = prepared
    weights = (store.path / "best" / "weights.safetensors").read_bytes()
    with open_ahead(store, *given, cores=2) as begun:
        assert begun.take_models()
        assert not (store.path / MODEL).exists()
        begun.begin_final(compute_sha256(weights))
        assert begun.take_final()
    expected = [*finished[0].glob("variants/*/model.onnx"), finished[0] / MODEL]
    assert len(expected) == 4
    for path in expected:
        assert (store.path / path.relative_to(finished[0])).read_bytes() == path.read_bytes()


@pytest.mark.full(seconds=5)
def test_what_it_does_not_do_is_left_to_this_process(prepared):
    store, trials, final = prepared
    shutil.rmtree(store.trials / trials[0].id)
    with open_ahead(store, trials, final, cores=2) as begun:
        begun.begin_final("0" * 64)
        assert not begun.take_models()
        assert not begun.take_final()
    assert not (store.path / MODEL).exists()


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
