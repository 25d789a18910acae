"""Export all models in a process of its own, beside the final training.

That training takes one core. The process exports the models of the variants meanwhile, then waits
until the final network is there, and exports it too while this process explains its answers: the
exporter takes seconds for its first model, and little for those that follow.
What it does not come to, for whatever reason, is done afterwards as if it had not been there.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from poolbench.executors.local import list_paths, start_process
from poolbench.executors.process import add_paths, open_pipes, pack_sources, register_sources
from poolbench.export.bundle import export_final, export_variant, restore_final
from poolbench.machine.memory import bound_starts
from poolbench.planning.plan import take_first
from poolbench.records import DataRecord, TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.trials.restore import restore_network


class Ahead:
    """The process, if there is one, and what it has done."""

    def __init__(self, process: "subprocess.Popen[str] | None" = None) -> None:
        self._process = process

    def take_models(self) -> bool:
        """Wait for the models of the variants; return whether the process wrote them."""
        return self._hears("models")

    def begin_final(self, weights_sha256: str) -> None:
        """Let it export the final network, which is on disk by now."""
        self.send({"weights_sha256": weights_sha256})

    def take_final(self) -> bool:
        """Wait for the model of the final network; return whether the process wrote it."""
        return self._hears("final")

    def send(self, request: dict[str, Any]) -> None:
        """Send one JSON line; a process that is gone is noticed when its answer is waited for."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()

    def _hears(self, word: str) -> bool:
        if self._process is None or self._process.stdout is None:
            return False
        if self._process.stdout.readline().strip() == word:
            return True
        self._process = None
        return False


NOTHING_AHEAD = Ahead()


@contextmanager
def open_ahead(
    store: RunStore, trials: Sequence[TrialSpec], final: TrialSpec, cores: int
) -> Iterator[Ahead]:
    """Begin the process, and end it when the hand-over is done or interrupted.

    Args:
        trials: What was compared.
        cores: With fewer than two the process would only be in the way.
    """
    if cores < 2 or not bound_starts(1, least=0):
        yield NOTHING_AHEAD
        return
    request = {
        "run": str(store.path),
        "paths": list_paths(),
        "trials": [spec.model_dump(mode="json") for spec in trials],
        "final": final.model_dump(mode="json"),
        "sources": pack_sources(trials),
    }
    process = start_process("poolbench.export.ahead", subprocess.DEVNULL)
    try:
        ahead = Ahead(process)
        ahead.send(request)
        yield ahead
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Do in this process what :class:`Ahead` waits for."""
    requests, answers = open_pipes()
    request = requests.get()
    add_paths(request["paths"])
    store = RunStore(Path(request["run"])).pin()
    trials = [TrialSpec.model_validate(spec) for spec in request["trials"]]
    final = TrialSpec.model_validate(request["final"])
    register_sources(request["sources"], trials)
    data = store.load_model("data.json", DataRecord)
    for spec in take_first(trials).values():
        export_variant(store, restore_network(store, spec.id), spec, data)
    print("models", file=answers, flush=True)
    weights_sha256 = requests.get()["weights_sha256"]
    export_final(store, restore_final(store, final), final, data, weights_sha256)
    print("final", file=answers, flush=True)


if __name__ == "__main__":
    main()
