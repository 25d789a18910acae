"""Prepare what is handed over in a process of its own, while the final network is trained.

That training takes one core. The process exports the models of the variants meanwhile, then waits
until the final network is there, and explains its answers while this process writes the bundle.
What it does not come to, for whatever reason, is done afterwards as if it had not been there.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from poolbench.executors.local import list_paths, make_environment
from poolbench.executors.process import pack_sources
from poolbench.machine.memory import bound_starts
from poolbench.planning.plan import take_first
from poolbench.records import TrialSpec
from poolbench.rundir.store import RunStore

# Where the explanation of the final network lies in a run.
EXPLANATION = "best/explain.npz"


class Ahead:
    """The process, if there is one, and what it has done."""

    def __init__(self, process: "subprocess.Popen[str] | None" = None) -> None:
        self._process = process

    def take_models(self) -> bool:
        """Wait for the models of the variants; return whether the process wrote them."""
        return self._hears("models")

    def begin_explanation(self) -> None:
        """Let it explain the final network, which is on disk by now."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write("explain\n")
                self._process.stdin.flush()

    def take_explanation(self) -> bool:
        """Wait for the explanation; return whether the process wrote it."""
        return self._hears("explanation")

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
    store: RunStore, images: Path, trials: Sequence[TrialSpec], final: TrialSpec, cores: int
) -> Iterator[Ahead]:
    """Begin the process, and end it when the hand-over is done or interrupted.

    Args:
        images: Folder written by :func:`poolbench.data.store.save_arrays`.
        trials: What was compared.
        cores: With fewer than two the process would only be in the way.
    """
    if cores < 2 or not bound_starts(1, least=0):
        yield NOTHING_AHEAD
        return
    request = {
        "run": str(store.path),
        "images": str(images),
        "paths": list_paths(),
        "trials": [spec.model_dump(mode="json") for spec in trials],
        "final": final.model_dump(mode="json"),
        "sources": pack_sources(trials),
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "poolbench.export.ahead"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=make_environment(),
    )
    try:
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        yield Ahead(process)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Do in this process what :class:`Ahead` waits for; end when standard input closes."""
    from poolbench.system import ignore_interrupt

    # The parent decides what Ctrl-C means.
    ignore_interrupt()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What libraries print is no answer.
    os.dup2(2, 1)
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read_lines, args=(lines,), daemon=True).start()
    _serve(json.loads(lines.get()), lines, answers)


def _serve(request: dict[str, Any], lines: "SimpleQueue[str]", answers: Any) -> None:
    from poolbench.data.store import open_arrays
    from poolbench.executors.process import add_paths, register_sources
    from poolbench.export.bundle import export_variant
    from poolbench.export.explanation import make_explanation
    from poolbench.records import DataRecord
    from poolbench.trials.restore import restore_network

    add_paths(request["paths"])
    store = RunStore(Path(request["run"])).pin()
    trials = [TrialSpec.model_validate(spec) for spec in request["trials"]]
    final = TrialSpec.model_validate(request["final"])
    register_sources(request["sources"], trials)
    data = store.load_model("data.json", DataRecord)
    for spec in take_first(trials).values():
        export_variant(store, restore_network(store, spec.id), spec, data)
    print("models", file=answers, flush=True)
    lines.get()
    image_set = open_arrays(Path(request["images"]))
    store.save_bytes(EXPLANATION, make_explanation(store, trials, final, image_set))
    print("explanation", file=answers, flush=True)


def _read_lines(lines: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
