"""How much room a study needs is known before, and never less than what it takes."""

import json

import numpy as np
import pytest

from poolbench.config import StudyConfig
from poolbench.data.sample import load_sample
from poolbench.errors import RunError, UsageError
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.planning import disk_space as room
from poolbench.planning.disk_space import (
    check_classes,
    check_disk_space,
    estimate_disk_bytes,
    estimate_record_bytes,
)
from poolbench.planning.plan import make_plan
from poolbench.records import Speed
from poolbench.rundir.formats import pack_model

SPEED = Speed(
    train=1.0, watch=1.0, judge=1.0, start=0.0, tables=0.0, peak_memory_bytes=None,
    weights_bytes=1_000_000,
)  # fmt: skip


@pytest.mark.full(seconds=40)
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
    assert taken < estimate_disk_bytes(plan.specs, speeds, image_set, 2) < 20 * taken


@pytest.mark.parametrize(("count", "pictures"), [(50, 200), (200, 300), (50, 20_000)])
def test_record_takes_no_more_than_was_estimated(count, pictures):
    names = tuple(f"class of pictures {number}" for number in range(count))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, count, pictures)
    logits = rng.normal(size=(pictures, count)).astype(np.float32)
    # At the depth of a record, with both sides alike.
    side = json.loads(pack_model(compute_side_metrics(logits, labels, names)))
    taken = len(json.dumps({"train": side, "held_out": side}, indent=1, ensure_ascii=False))
    assert taken < estimate_record_bytes(names) < 3 * taken


def test_classes_whose_records_could_not_be_read_are_refused_before_training():
    check_classes([str(number) for number in range(2_450)])
    with pytest.raises(UsageError, match=r"3,000 classes\. .* about 2,500 classes\. Choose"):
        check_classes([str(number) for number in range(3_000)])
    # Names count too.
    with pytest.raises(UsageError, match="2,000 classes"):
        check_classes(["x" * 20_000] * 2_000)


def test_nothing_is_needed_where_nothing_is_missing():
    assert estimate_disk_bytes([], {}, load_sample(), 2) == 0


def test_what_does_not_fit_is_refused_with_both_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "read_free_bytes", lambda folder: 2**30)
    check_disk_space(tmp_path, 2**30)
    with pytest.raises(RunError, match=r"about 3\.00 GiB in .*, but only 1\.00 GiB is free"):
        check_disk_space(tmp_path, 3 * 2**30)
