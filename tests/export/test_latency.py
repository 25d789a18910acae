"""The time of one answer."""

from poolbench.export.latency import save_latencies
from poolbench.records import StudyTiming
from poolbench.rundir.store import RunStore


def test_latencies_are_measured_for_every_variant_and_leave_the_rest(finished_copy):
    store = RunStore(finished_copy)
    before = store.load_model("timing.json", StudyTiming)
    names = {path.name for path in (finished_copy / "variants").iterdir()}
    assert set(before.latency_ms) == names
    # What is no model has no time, and ends nothing.
    store.save_bytes("variants/other/model.onnx", b"none")
    save_latencies(store)
    after = store.load_model("timing.json", StudyTiming)
    assert after.train_ratios == before.train_ratios
    assert set(after.latency_ms) == names
    assert all(0 < milliseconds < 10_000 for milliseconds in after.latency_ms.values())
