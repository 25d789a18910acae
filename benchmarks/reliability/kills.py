"""Kill -9, again and again: nothing is lost, nothing is there twice, no bit is another.

    python -m benchmarks.reliability.kills random --kills 250   all that runs, at any time
    python -m benchmarks.reliability.kills steps --kills 250    who does a named step of a write

A study is started, killed and started again until it comes to its end; then it is compared with one
that was left alone. Steps are named by call and file (``faults``, beside this file); each is the
first such step of all processes. Results: benchmarks/results/reliability.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.same_run import find_differences
from poolbench.errors import VerificationError

FAULTS = Path(__file__).parent / "faults"
STUDY = ("--backbones", "lab-example", "--folds", "2", "--repeats", "2", "--precision", "float32")
# When a process is killed, in times of what a study takes that is left alone: from its imports
# to its end. Not in seconds, in which a study on a busy machine comes to nothing.
MOMENTS = (0.03, 1.0)
# The flush of a folder that has another name every time.
TEMPORARY = re.compile(r"flush/\.part-\w{8}")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("random", "steps"))
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    name = f"kills-{arguments.what}-{arguments.epochs}-epochs-seed-{arguments.seed}"
    measure = kill_at_times if arguments.what == "random" else kill_at_steps
    with tempfile.TemporaryDirectory() as folder:
        # After each study, since it takes hours.
        for figures in measure(arguments, Path(folder)):
            print(figures, flush=True)
            save(name, figures, ("safetensors",), room="reliability")


def start(out: Path, epochs: int, **environment: str) -> subprocess.Popen[bytes]:
    """The study in a group of processes of its own, which dies as one."""
    command = [sys.executable, "-m", "poolbench", "run", *STUDY, "--epochs", str(epochs)]
    return subprocess.Popen(
        [*command, "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        process_group=0,
        env={**os.environ, **environment},
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for an end that has to be good."""
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()


def draw_moment(rng: random.Random) -> float:
    """Early ones more often, since a study that goes on has less to do; see :data:`MOMENTS`."""
    first, last = MOMENTS
    return first + (last - first) * rng.random() ** 2


def judge(calm: Path, out: Path, kills: int, before: dict[str, Any]) -> dict[str, Any]:
    """What one study adds to the figures."""
    found = find_differences(calm, out)
    return {
        "kills": before.get("kills", 0) + kills,
        "studies": before.get("studies", 0) + 1,
        "trials_each": len(list((calm / "trials").iterdir())),
        "differences": before.get("differences", []) + found,
    }


def kill_at_times(arguments: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """All processes of the study at once, at moments that are drawn; figures so far."""
    rng = random.Random(arguments.seed)
    calm, figures = folder / "calm", {"kills": 0}
    started = time.monotonic()
    finish(start(calm, arguments.epochs))
    alone = time.monotonic() - started
    stages: Counter[str] = Counter()
    while figures["kills"] < arguments.kills:
        out, kills = folder / f"killed-{figures.get('studies', 0)}", 0
        while True:
            process = start(out, arguments.epochs)
            is_last = figures["kills"] + kills >= arguments.kills
            moment = None if is_last else alone * draw_moment(rng)
            try:
                _, said = process.communicate(timeout=moment)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                kills += 1
                stages[name_stage(calm, out)] += 1
                continue
            assert process.returncode == 0, said.decode()
            break
        figures = {**judge(calm, out, kills, figures), "stages": dict(stages)}
        yield figures


def name_stage(calm: Path, out: Path) -> str:
    """How far a killed study is."""
    whole = len(list((calm / "trials").iterdir()))
    done = len(list((out / "trials").glob("[!.]*"))) if out.exists() else 0
    if done < whole:
        return "trials are missing" if done else "before the first trial"
    return "after the last trial"


def kill_at_steps(arguments: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """The process that does a step, whichever it is: the study itself or one that trains."""
    calm, listed = folder / "calm", folder / "steps"
    finish(start(calm, arguments.epochs, **make_fault("list", "0", calm, listed)))
    lines = dict.fromkeys(listed.read_text().splitlines())
    steps = [step for step in lines if not TEMPORARY.fullmatch(step)]
    drawn = random.Random(arguments.seed).sample(steps, min(arguments.kills, len(steps)))
    # As they come, so that a run that goes on has not yet done the next one.
    chosen = sorted(drawn, key=steps.index)
    figures: dict[str, Any] = {}
    # A run that goes on has some steps behind it; what it does not meet, a new one does.
    for is_new in (False, True):
        missed: list[str] = []
        out, kills = folder / "none", 0
        for number, step in enumerate(chosen):
            if is_new or not out.exists():
                out, kills = folder / f"killed-{is_new}-{number}", 0
            mark = folder / f"mark-{is_new}-{number}"
            process = start(out, arguments.epochs, **make_fault("kill", step, out, mark))
            _, said = process.communicate()
            # A process that trains is replaced, so the study may have come to its end; that one
            # that verifies is not.
            expected = (0, VerificationError.exit_code, -signal.SIGKILL)
            assert process.returncode in expected, said.decode()
            kills += mark.exists()
            missed += [] if mark.exists() else [step]
            if process.returncode and (is_new or step == chosen[-1]):
                finish(start(out, arguments.epochs))
                process.returncode = 0
            if process.returncode == 0:
                figures, out = judge(calm, out, kills, figures), folder / "none"
                yield {**figures, "steps": len(steps), "missed": len(missed)}
        chosen = missed


def make_fault(kind: str, step: str, folder: Path, mark: Path) -> dict[str, str]:
    """Of a process that is to go wrong."""
    paths = [str(FAULTS), os.environ.get("PYTHONPATH", "")]
    return {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "POOLBENCH_FAULT": f"{kind}:{step}:{folder}",
        "POOLBENCH_FAULT_MARK": str(mark),
    }


if __name__ == "__main__":
    main()
