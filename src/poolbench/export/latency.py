"""How long an exported model takes for one picture."""

import statistics
import time
from pathlib import Path

import numpy as np
import onnxruntime

from poolbench.execution.store import RunStore
from poolbench.export.check_model import read_model
from poolbench.records import DataRecord, StudyTiming

# The first calls also set up what the later ones use.
WARM_UP = 5
CALLS = 31


def save_latencies(store: RunStore) -> None:
    """Measure every exported variant and write it to ``timing.json``."""
    height, width = store.load_model("data.json", DataRecord).image_size
    models = sorted((store.path / "variants").glob("*/model.onnx"))
    found = {model.parent.name: measure_latency(model, height, width) for model in models}
    timing = store.load_model("timing.json", StudyTiming)
    store.save_model("timing.json", timing.model_copy(update={"latency_ms": found}))


def measure_latency(model: Path, height: int, width: int) -> float:
    """Milliseconds for one picture of this size: the median of 31 calls on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    content, _ = read_model(model)
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    picture = np.zeros((1, height, width, 3), dtype=np.float32)
    given = {session.get_inputs()[0].name: picture}
    seconds = []
    for _ in range(WARM_UP + CALLS):
        started = time.perf_counter()
        session.run(None, given)
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds[WARM_UP:])
