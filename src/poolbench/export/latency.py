"""Measure how long an exported model takes for one picture."""

import statistics
from contextlib import suppress
from pathlib import Path

from poolbench.errors import DataError
from poolbench.export.predict import load_model
from poolbench.records import DataRecord, StudyTiming
from poolbench.rundir.store import RunStore

# First calls that are not counted: they also set up what the later ones use.
WARM_UP = 5
CALLS = 31


def save_latencies(store: RunStore) -> None:
    """Measure every exported variant and write it to ``timing.json``."""
    height, width = store.load_model("data.json", DataRecord).image_size
    models = sorted((store.path / "variants").glob("*/model.onnx"))
    found = {}
    for model in models:
        # One that gives no answer costs its own number, and not the study.
        with suppress(DataError):
            found[model.parent.name] = measure_latency(model, height, width)
    timing = store.load_model("timing.json", StudyTiming)
    store.save_model("timing.json", timing.model_copy(update={"latency_ms": found}))


def measure_latency(model: Path, height: int, width: int) -> float:
    """Measure the milliseconds for one picture: the median of 31 calls on one thread."""
    seconds = load_model(model, num_threads=1).measure(height, width, WARM_UP, CALLS)
    return 1000 * statistics.median(seconds)
