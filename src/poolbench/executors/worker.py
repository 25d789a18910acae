"""A worker process: reads trials as JSON lines, trains them, writes them into the run directory.

Started as ``python -m poolbench.executors.worker`` by :mod:`poolbench.executors.local`. It ends
when its standard input closes, so it never outlives the process that started it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from poolbench.data.store import WEIGHTS_FILE, open_arrays
from poolbench.errors import TrainingError
from poolbench.executors.base import describe_failure, take_measures
from poolbench.executors.identity import check_identity
from poolbench.executors.process import (
    add_paths,
    open_pipes,
    open_session,
    prepare_process,
    register_sources,
    save_outcome,
)
from poolbench.records import TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.texts.told import tell_in_every_way
from poolbench.training.loop import EpochRow
from poolbench.trials.speed import measure_speed
from poolbench.trials.stacks import run_group


def main() -> None:
    """Serve requests until standard input closes."""
    requests, answers = open_pipes()
    prepare_process()
    request = requests.get()
    server = _Server(request, answers)
    try:
        check_identity(request["identity"])
    except TrainingError as error:
        server.say("refused", message=tell_in_every_way(error))
        return
    server.say("ready", first=True)
    while True:
        server.serve(requests.get())
        server.say("ready", first=False)


class _Server:
    """Answers requests, and keeps what they share."""

    def __init__(self, request: dict[str, Any], answers: TextIO) -> None:
        add_paths(request["paths"])
        folder = Path(request["images"])
        self.store = RunStore(Path(request["run"])).pin()
        device = request["identity"]["device"]
        self.session = open_session(open_arrays(folder), folder / WEIGHTS_FILE, self.store, device)
        self.answers = answers

    def serve(self, request: dict[str, Any]) -> None:
        """Train or measure, and answer whatever goes wrong."""
        specs = [TrialSpec.model_validate(spec) for spec in request["specs"]]
        try:
            register_sources(request["sources"], specs)
            self.session.set_lanes(request["lanes"])
            if request["task"] == "measure":
                speed = measure_speed(specs[0], self.session)
                self.say("measured", trial=specs[0].id, speed=speed.model_dump(mode="json"))
            else:
                self._train(specs)
        except Exception as error:
            failure = describe_failure(error)
            self.say("failed", trial=specs[0].id, **asdict(failure))
            if failure.reason == "memory":
                # The next process begins with all of it.
                os._exit(0)

    def say(self, event: str, **facts: object) -> None:
        """Write one line to the parent."""
        print(json.dumps({"event": event, **facts}), file=self.answers, flush=True)

    def _train(self, specs: Sequence[TrialSpec]) -> None:
        def report(spec: TrialSpec, row: EpochRow) -> None:
            measures = asdict(take_measures(row))
            self.say("epoch", trial=spec.id, epoch=row.epoch, measures=measures)

        for outcome in run_group(specs, self.session, report):
            save_outcome(self.store, outcome)
            self.say("trained", trial=outcome.record.id)


if __name__ == "__main__":
    main()
