"""A worker process: reads trials as JSON lines, trains them, writes them into the run directory.

Started as ``python -m poolbench.execution.worker`` by :mod:`poolbench.execution.local`. It ends
when its standard input closes, so it never outlives the process that started it.
"""

import base64
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import cloudpickle
import torch

from poolbench.data.image_set import ImageSet
from poolbench.data.store import open_arrays
from poolbench.execution.store import RunStore
from poolbench.execution.trial import TrialOutcome, run_trial
from poolbench.operators import register
from poolbench.records import TrialSpec
from poolbench.training.loop import EpochRow


def main() -> None:
    """Serve trials until standard input closes."""
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _take_standard_output()
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    image_set, store = _prepare(requests.get())
    _send(answers, {"event": "ready"})
    while True:
        _serve(TrialSpec.model_validate(requests.get()), image_set, store, answers)


def save_outcome(store: RunStore, outcome: TrialOutcome) -> None:
    """Hand everything that is kept of a trial to the store."""
    predictions, shifted = outcome.predictions, outcome.shifted
    store.save_trial(
        outcome.record,
        outcome.timing,
        [_flatten(row) for row in outcome.history],
        {
            "predictions": {
                "index": predictions.index,
                "labels": predictions.labels,
                "logits": predictions.logits,
            },
            "shift": {"pixels": shifted.pixels, "labels": shifted.labels},
        },
        outcome.weights,
    )


def _prepare(request: dict[str, Any]) -> tuple[ImageSet, RunStore]:
    torch.set_num_threads(request["threads"])
    # Numbers near zero that the processor handles a hundred times slower become zero.
    torch.set_flush_denormal(True)
    for operator_id, pickled in request["operators"].items():
        # Sent by the parent over its own pipe; nothing from disk is unpickled.
        register(operator_id)(cloudpickle.loads(base64.b64decode(pickled)))
    return open_arrays(Path(request["images"])), RunStore(Path(request["run"]))


def _serve(spec: TrialSpec, image_set: ImageSet, store: RunStore, answers: TextIO) -> None:
    def report(row: EpochRow) -> None:
        _send(answers, {"event": "epoch", "trial": spec.id, "epoch": row.epoch})

    try:
        save_outcome(store, run_trial(spec, image_set, report))
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        details = traceback.format_exc()
        _send(answers, {"event": "failed", "trial": spec.id, "error": message, "details": details})
    else:
        _send(answers, {"event": "done", "trial": spec.id})


def _flatten(row: EpochRow) -> tuple[float, ...]:
    curves = (row.train_loss, row.train_accuracy, row.held_out_loss, row.held_out_accuracy)
    return (row.epoch, *(x for curve in curves for x in (curve.mean, curve.low, curve.high)))


def _take_standard_output() -> TextIO:
    """Keep standard output for answers alone; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _read_requests(requests: "SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(0)


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message), file=answers, flush=True)


if __name__ == "__main__":
    main()
