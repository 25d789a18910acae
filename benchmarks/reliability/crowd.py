"""Eight processes at one run directory, some stopped or killed: nothing lost, nothing twice.

    python -m benchmarks.reliability.crowd commands   eight commands want the same run
    python -m benchmarks.reliability.crowd writers    eight write the same trials, as nodes may

``commands``: for a minute eight processes of ``poolbench run`` are alive on one folder, a new one
for each that ends. Twice a second one of them, often the one that holds the run, is stopped for a
while, or killed alone, so that its workers are left behind. Then the study is brought to its end
and compared with one that was left alone. ``writers``: the store by itself, without its lock, as on
a cluster with a shared folder; rounds of trials, each compared with what was to be written.
Results: benchmarks/results/reliability.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.reliability.kills import finish, start
from benchmarks.same_run import find_differences
from poolbench.rundir.store import RunStore

PROCESSES = 8
SECONDS = 60
# Between two things that are done to a process; for how long one is stopped.
COMMAND_PAUSE, WRITER_PAUSE = 0.5, 0.02
STOPPED_SECONDS = (0.5, 5.0)
# Of a round of writers: few trials, so that they meet often.
TRIALS = 40
RUN_ENDS = {0: "finished", 1: "refused", -signal.SIGKILL: "killed"}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("commands", "writers"))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.what == "commands":
            figures = crowd_commands(Path(folder), arguments.epochs, rng)
        else:
            figures = crowd_writers(Path(folder), rng)
    print(figures)
    print(save(f"crowd-{arguments.what}", figures, ("safetensors",), room="reliability"))


def crowd_commands(folder: Path, epochs: int, rng: random.Random) -> dict[str, Any]:
    """Commands that want the same run."""
    calm, out = folder / "calm", folder / "run"
    finish(start(calm, epochs))
    ends: Counter[str] = Counter()
    done: Counter[str] = Counter()
    alive: list[subprocess.Popen[bytes]] = []
    stopped: dict[int, float] = {}
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for process in [process for process in alive if process.poll() is not None]:
            ends[name_end(process)] += 1
            alive.remove(process)
        alive += [start(out, epochs) for _ in range(PROCESSES - len(alive))]
        wake(stopped, time.monotonic())
        done[disturb(choose(alive, out, rng), stopped, rng)] += 1
        time.sleep(COMMAND_PAUSE)
    wake(stopped, float("inf"))
    for process in alive:
        ends[name_end(process)] += 1
    finish(start(out, epochs))
    return {
        "seconds": SECONDS,
        "processes": PROCESSES,
        "done": dict(done),
        "ends": dict(ends),
        "trials": len(list((calm / "trials").iterdir())),
        "differences": find_differences(calm, out),
    }


def choose(
    alive: list[subprocess.Popen[bytes]], out: Path, rng: random.Random
) -> subprocess.Popen[bytes]:
    """The one that holds the run, half of the time; any of them otherwise."""
    try:
        holder = json.loads((out / ".holder.json").read_bytes())["process"]
    except (OSError, ValueError):
        holder = None
    holders = [process for process in alive if process.pid == holder]
    return holders[0] if holders and rng.random() < 0.5 else rng.choice(alive)


def disturb(process: subprocess.Popen[bytes], stopped: dict[int, float], rng: random.Random) -> str:
    """Kill one process alone, or stop it, or leave it."""
    what = rng.choices(("killed", "stopped", "left"), (1, 4, 3))[0]
    if what == "killed":
        process.kill()
    elif what == "stopped":
        process.send_signal(signal.SIGSTOP)
        stopped[process.pid] = time.monotonic() + rng.uniform(*STOPPED_SECONDS)
    return what


def wake(stopped: dict[int, float], now: float) -> None:
    """Let those go on that were stopped for long enough."""
    for number in [number for number, until in stopped.items() if until <= now]:
        del stopped[number]
        try:
            os.kill(number, signal.SIGCONT)
        except ProcessLookupError:  # killed meanwhile, and gone
            continue


def name_end(process: subprocess.Popen[bytes]) -> str:
    """How it ended; one that was refused has to say that another process has the run."""
    _, said = process.communicate()
    message = said.decode()
    assert process.returncode in RUN_ENDS, message
    assert process.returncode != 1 or "being worked on by another process" in message, message
    return RUN_ENDS[process.returncode]


def crowd_writers(folder: Path, rng: random.Random) -> dict[str, Any]:
    """Processes that write the same trials, in rounds."""
    source = make_trials(folder / "source", rng)
    names = sorted(path.name for path in source.trials.iterdir())
    figures: Counter[str] = Counter()
    differences: list[str] = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        store = RunStore(folder / "run")
        children = [write_all(source, store, names, rng.random()) for _ in range(PROCESSES)]
        figures.update(disturb_writers(children, rng))
        lost = [name for name in read_said(folder / "run") if not store.has_trial(name)]
        differences += [f"said and not there: {name}" for name in lost]
        # What the killed ones left is removed by the next one, which writes what is missing.
        store.remove_leftovers()
        for name in names:
            store.adopt_trial(source, name)
        differences += compare(source, store)
        figures["rounds"] += 1
        shutil.rmtree(store.path)
    return {
        "seconds": SECONDS,
        "processes": PROCESSES,
        "trials_each_round": TRIALS,
        **figures,
        "differences": differences,
    }


def make_trials(path: Path, rng: random.Random) -> RunStore:
    """Trials of the files that a trial has, of random content."""
    for number in range(TRIALS):
        place = path / "trials" / f"trial-{number}"
        place.mkdir(parents=True)
        for name in ("record.json", "timing.json", "history.csv", "weights.safetensors"):
            (place / name).write_bytes(rng.randbytes(rng.randrange(1, 100_000)))
    return RunStore(path)


def write_all(source: RunStore, store: RunStore, names: list[str], seed: float) -> int:
    """A process that writes all trials in its own order, and notes each that it has written."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        order = random.Random(seed).sample(names, len(names))
        notes = store.path / f"said-{os.getpid()}"
        store.path.mkdir(exist_ok=True)
        for name in order:
            store.adopt_trial(source, name)
            with notes.open("a") as file:
                file.write(f"{name}\n")
        code = 0
    finally:
        os._exit(code)


def disturb_writers(children: list[int], rng: random.Random) -> Counter[str]:
    """Stop and kill some until all have ended; how they ended."""
    found: Counter[str] = Counter()
    running, stopped = set(children), dict[int, float]()
    while running:
        for child in list(running):
            gone, status = os.waitpid(child, os.WNOHANG)
            if gone:
                running.remove(child)
                stopped.pop(child, None)
                code = os.waitstatus_to_exitcode(status)
                assert code in (0, -signal.SIGKILL), code
                found["processes_finished" if code == 0 else "processes_killed"] += 1
        wake(stopped, time.monotonic())
        if running and rng.random() < 0.5:
            child = rng.choice(sorted(running))
            is_killed = rng.random() < 0.2
            os.kill(child, signal.SIGKILL if is_killed else signal.SIGSTOP)
            if not is_killed:
                stopped[child] = time.monotonic() + rng.uniform(0, 0.2)
                found["stops"] += 1
        time.sleep(WRITER_PAUSE)
    return found


def read_said(path: Path) -> set[str]:
    """Trials that a process saw written; of a killed one the last line may be cut."""
    lines = [line for notes in path.glob("said-*") for line in notes.read_text().splitlines(True)]
    return {line.strip() for line in lines if line.endswith("\n")}


def compare(source: RunStore, store: RunStore) -> list[str]:
    """Files that are missing, too many or another."""
    wanted, found = (
        {str(path.relative_to(run.trials)): path.read_bytes() for path in run.trials.rglob("*.*")}
        for run in (source, store)
    )
    return [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)]


if __name__ == "__main__":
    main()
