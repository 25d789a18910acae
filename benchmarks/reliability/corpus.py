"""Every broken or odd input of tests/corpus through the command line, each in its own process.

    python -m benchmarks.reliability.corpus FOLDER [GROUP …]

FOLDER keeps the run that cases damage and what came of each group, so that groups can be run at
different times. Figures are saved when all are there. Looked at are the exit code, the message, the
seconds, and that nothing on disk changed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine

sys.path.insert(0, str(machine.ROOT / "tests"))

from benchmarks import machine
from corpus import GROUPS, Box, Case, list_cases
from corpus.judging import Outcome, hash_folder, judge
from corpus.running import make_box

MOST_SECONDS = 10
# By the clock, of a machine that is busy with other work; what hangs is ended then.
PATIENCE_SECONDS = 60
# Who may read nothing but what everybody may.
NOBODY = 65534
SMALL = ("--backbones", "lab-example", "--epochs", "2", "--folds", "2", "--repeats", "1")


def main() -> None:
    """Put every case of some groups to the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}")
    arguments = parser.parse_args()
    folder, groups = arguments.folder.resolve(), arguments.groups or list(GROUPS)
    finished = make_finished(folder)
    for group in groups:
        cases = [case for case in list_cases() if case.group == group]
        found = [check(case, finished) for case in cases]
        (folder / f"{group}.json").write_text(json.dumps(found, indent=1))
        for entry in found:
            if entry["faults"]:
                print(entry["case"], *entry["faults"], sep="\n  ")
        print(group, summarize(found), flush=True)
    places = [folder / f"{group}.json" for group in GROUPS]
    if all(place.is_file() for place in places):
        save([json.loads(place.read_text()) for place in places])


def make_finished(folder: Path) -> Path:
    """A finished run that everybody may read."""
    place = folder / "finished"
    if not (place / "study.json").is_file():
        command = [sys.executable, "-m", "poolbench", "run", *SMALL, "--out", str(place)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return place


def check(case: Case, finished: Path) -> dict[str, Any]:
    """What came of one case."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        box = make_box(place, finished)
        case.make(box)
        before = hash_folder(box.folder), hash_folder(box.work)
        outcome, wall, processor = run(case, box, place)
        faults = judge(case, box, outcome)
        if (hash_folder(box.folder), hash_folder(box.work)) != before:
            faults.append("something changed on disk")
        if any((place / "tmp").iterdir()):
            faults.append("temporary files are left")
        if processor > MOST_SECONDS or wall > PATIENCE_SECONDS:
            faults.append(f"{processor:.0f} processor seconds, {wall:.0f} s by the clock")
        return {
            "case": case.id,
            "code": outcome.code,
            "faults": [*faults, outcome.stderr[-500:]] if faults else [],
            "seconds": round(wall, 2),
            "processor_seconds": round(processor, 2),
        }


def run(case: Case, box: Box, place: Path) -> tuple[Outcome, float, float]:
    """What the command did, seconds by the clock, seconds of the processor."""
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(place / "tmp"),
        "POOLBENCH_CACHE": str(place / "cache"),
        "PYTHONPATH": str(machine.ROOT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options: dict[str, Any] = {}
    if case.needs == "user" and os.geteuid() == 0:
        open_to_all(place)
        environment["HOME"] = str(place / "home")
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
    command = [sys.executable, "-m", "poolbench", *case.fill(box)]
    with (place / "out").open("w+b") as out, (place / "err").open("w+b") as err:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, cwd=box.work, env=environment, **options
        )
        usage = wait(process)
        wall = time.monotonic() - started
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "backslashreplace"))
    return Outcome(process.returncode, *texts), wall, usage.ru_utime + usage.ru_stime


def open_to_all(place: Path) -> None:
    """Let somebody without rights come to the input and write elsewhere."""
    place.chmod(0o755)
    for name in ("home", "work", "tmp", "cache"):
        (place / name).mkdir(exist_ok=True)
        (place / name).chmod(0o777)


def wait(process: subprocess.Popen[bytes]) -> Any:
    """Until it ends, or is ended; what it used."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > deadline:
            process.kill()
            deadline = float("inf")
        time.sleep(0.01)


def summarize(found: list[dict[str, Any]]) -> dict[str, Any]:
    """How many there are, how they end, and how long they take."""
    codes = sorted({entry["code"] for entry in found})
    walls = sorted(entry["seconds"] for entry in found)
    return {
        "cases": len(found),
        "as_documented": sum(not entry["faults"] for entry in found),
        "codes": {str(code): sum(e["code"] == code for e in found) for code in codes},
        "slowest_processor_seconds": max(entry["processor_seconds"] for entry in found),
        "median_seconds": walls[len(walls) // 2],
        "slowest_seconds": walls[-1],
        "longer_than_10_seconds": sum(wall > MOST_SECONDS for wall in walls),
    }


def save(results: list[list[dict[str, Any]]]) -> None:
    every = [entry for found in results for entry in found]
    figures = {
        "groups": {g: summarize(found) for g, found in zip(GROUPS, results, strict=True)},
        "all": summarize(every),
        "faults": {entry["case"]: entry["faults"] for entry in every if entry["faults"]},
    }
    machine.save("corpus", figures, ("pillow", "onnx", "onnxruntime"), room="reliability")


if __name__ == "__main__":
    main()
