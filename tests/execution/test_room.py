"""How much room a study needs is known before, and never less than what it takes."""

import pytest

from poolbench.config import StudyConfig
from poolbench.data.sample import load_sample
from poolbench.errors import RunError
from poolbench.execution import room
from poolbench.execution.plan import make_plan
from poolbench.execution.room import check_room, estimate_room_bytes
from poolbench.records import Speed

SPEED = Speed(
    train=1.0, watch=1.0, judge=1.0, start=0.0, tables=0.0, peak_memory_bytes=None,
    weights_bytes=1_000_000,
)  # fmt: skip


def test_a_study_takes_no_more_than_was_estimated(finished):
    path = finished[0]
    config = StudyConfig(backbones=("lab-example",), epochs=2, folds=2, repeats=1)
    image_set = load_sample()
    plan = make_plan(config, image_set)
    weights = max(file.stat().st_size for file in path.glob("trials/*/weights.safetensors"))
    speeds = {
        variant.id: SPEED.model_copy(update={"weights_bytes": weights}) for variant in plan.variants
    }
    taken = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    # Predictions are packed, and the part for report and figures is for many variants.
    assert taken < estimate_room_bytes(plan.specs, speeds, image_set, 2) < 20 * taken


def test_nothing_is_needed_where_nothing_is_missing():
    assert estimate_room_bytes([], {}, load_sample(), 2) == 0


def test_what_does_not_fit_is_refused_with_both_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "read_free_bytes", lambda folder: 2**30)
    check_room(tmp_path, 2**30)
    with pytest.raises(RunError, match=r"about 3\.00 GiB of room in .*, and 1\.00 GiB are free"):
        check_room(tmp_path, 3 * 2**30)
