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
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import cloudpickle
import torch

from poolbench.data.store import WEIGHTS_FILE, open_arrays
from poolbench.execution.group import run_group
from poolbench.execution.measure import measure_speed
from poolbench.execution.store import RunStore
from poolbench.execution.trial import TrialOutcome
from poolbench.execution.workplace import Workplace
from poolbench.models import add_factory
from poolbench.operators import register
from poolbench.records import BACKBONE_SOURCE, TrialSpec
from poolbench.training.loop import EpochRow
from poolbench.training.slices import Lanes


def main() -> None:
    """Serve requests until standard input closes."""
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _take_standard_output()
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    torch.set_num_threads(1)
    # Numbers near zero that the processor handles a hundred times slower become zero.
    torch.set_flush_denormal(True)
    server = _Server(requests.get(), answers)
    server.say("ready", first=True)
    while True:
        server.serve(requests.get())
        server.say("ready", first=False)


class _Server:
    """What the process keeps between requests."""

    def __init__(self, request: dict[str, Any], answers: TextIO) -> None:
        self.folder = Path(request["images"])
        self.image_set = open_arrays(self.folder)
        self.store = RunStore(Path(request["run"]))
        self.answers = answers
        self.place: Workplace | None = None

    def serve(self, request: dict[str, Any]) -> None:
        """Train or measure; whatever goes wrong is told."""
        specs = [TrialSpec.model_validate(spec) for spec in request["specs"]]
        for name, pickled in request["sources"].items():
            # Sent by the parent over its own pipe; nothing from disk is unpickled.
            _register(name, cloudpickle.loads(base64.b64decode(pickled)))
        place = self._take_place(specs[0], request["lanes"])
        try:
            if request["task"] == "measure":
                speed = measure_speed(specs[0], place)
                self.say("measured", trial=specs[0].id, speed=speed.model_dump(mode="json"))
            else:
                self._train(specs, place)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            self.say("failed", trial=specs[0].id, error=message, details=traceback.format_exc())

    def say(self, event: str, **facts: object) -> None:
        """One line to the parent."""
        print(json.dumps({"event": event, **facts}), file=self.answers, flush=True)

    def _take_place(self, spec: TrialSpec, lanes: int) -> Workplace:
        if self.place is None:
            self.place = Workplace(
                self.image_set, spec.conditions.device, weights=self.folder / WEIGHTS_FILE
            )
        if self.place.lanes.count != lanes:
            self.place.lanes.close()
            self.place.lanes = Lanes(lanes)
        return self.place

    def _train(self, specs: Sequence[TrialSpec], place: Workplace) -> None:
        def report(spec: TrialSpec, row: EpochRow) -> None:
            self.say("epoch", trial=spec.id, epoch=row.epoch)

        for outcome in run_group(specs, place, report):
            save_outcome(self.store, outcome)
            self.say("trained", trial=outcome.record.id)


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


def _register(name: str, thing: Any) -> None:
    """Enter an operator or backbone that is not poolbench's own."""
    if name.startswith(BACKBONE_SOURCE):
        add_factory(name.removeprefix(BACKBONE_SOURCE), thing)
    else:
        register(name)(thing)


if __name__ == "__main__":
    main()
