"""One measurement of compare.py, in the process that it has for itself."""

import contextlib
import dataclasses
import importlib
import json
import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

from benchmarks.peers.problem import (
    Measurement,
    Trainings,
    load_problem,
    make_measurement,
)

TWO_PROCESSES = "two-processes-"


class Task(NamedTuple):
    """What to measure."""

    peer: str
    setting: str
    network: str
    data_file: str
    epochs: int
    seeds: tuple[int, ...]


def run_one(task: Task) -> None:
    """Measure and print one line; what libraries print goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        found = measure_pair(task) if task.setting.startswith(TWO_PROCESSES) else measure(task)
    print(json.dumps(dataclasses.asdict(found)))


def measure(task: Task) -> Measurement:
    """Load the peer's libraries, then the pictures, then train."""
    started = time.perf_counter()
    module = importlib.import_module(f"benchmarks.peers.with_{task.peer}")
    import_seconds = time.perf_counter() - started
    problem = load_problem(task.data_file, task.network, task.epochs, task.seeds)
    trainings = module.run(problem, task.setting)
    return make_measurement(task.peer, task.setting, problem, import_seconds, trainings)


def measure_pair(task: Task) -> Measurement:
    """Every other seed in each of two processes of one thread; the slower process counts."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    setting = task.setting.removeprefix(TWO_PROCESSES)
    halves = [task._replace(setting=setting, seeds=task.seeds[part::2]) for part in (0, 1)]
    processes = [
        subprocess.Popen(make_command(half), env=environment, stdout=subprocess.PIPE, text=True)
        for half in halves
    ]
    answers = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit("One of the two processes failed; what it said stands above.")
    found = [read_measurement(answer) for answer in answers]
    accuracies = {
        seed: value for one in found for seed, value in zip(one.seeds, one.accuracies, strict=True)
    }
    import_seconds = max(one.import_seconds for one in found)
    trainings = Trainings(
        tuple(row for one in found for row in one.epoch_seconds),
        max(one.study_seconds for one in found) - import_seconds,
        tuple(accuracies[seed] for seed in task.seeds),
        at_once=2,
        threads=1,
    )
    problem = load_problem(task.data_file, task.network, task.epochs, task.seeds)
    return make_measurement(task.peer, task.setting, problem, import_seconds, trainings)


def make_command(task: Task) -> list[str]:
    """What starts a process that measures ``task``."""
    return [
        sys.executable,
        *("-m", "benchmarks.peers.compare"),
        *("--one", task.peer, task.setting, task.network),
        *("--data-file", task.data_file),
        *("--epochs", str(task.epochs)),
        *("--seed-list", ",".join(map(str, task.seeds))),
    ]


def read_measurement(output: str) -> Measurement:
    """The last line that ``run_one`` printed."""
    return make_frozen(json.loads(output.splitlines()[-1]))


def make_frozen(fields: dict[str, Any]) -> Measurement:
    """From JSON, which has lists where there were tuples."""
    return Measurement(**{name: _freeze(value) for name, value in fields.items()})


def _freeze(value: Any) -> Any:
    return tuple(map(_freeze, value)) if isinstance(value, list) else value
