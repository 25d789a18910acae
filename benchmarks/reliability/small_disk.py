"""A file system that is full again and again: what was finished stays, and nothing is half there.

    python -m benchmarks.reliability.small_disk tmpfs       as root: both mount a small file system
    python -m benchmarks.reliability.small_disk ext4

A study runs there; after a drawn time a file takes all the room that is left, or files take all
the places that are left for files (``tmpfs`` has a limit of these). The study has to end with exit
code 1 and a message about room, or to need none. Every trial that is there has to be whole; then
room is made, the study goes on, and so on. In the end it is compared with one that was left alone.
Before that: a file system that is too small is refused before anything is written.
Results: benchmarks/results/reliability.
"""

import argparse
import errno
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.reliability.kills import draw_moment, finish, start
from benchmarks.same_run import find_differences
from poolbench.errors import PoolbenchError
from poolbench.rundir.store import RunStore
from poolbench.study.finished import load

MIB = 2**20
# What the study of kills.py says to need is less; what a report and a page take is more.
LARGE, SMALL = 128 * MIB, 16 * MIB
MOST_FILES = 2000
FILLED = {"tmpfs": ("bytes", "files"), "ext4": ("bytes",)}
# What a study says that has no room: before it begins, and later.
MESSAGES = ("The study needs about", "There is no room for")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("tmpfs", "ext4"))
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder, "calm")
        started = time.monotonic()
        finish(start(calm, arguments.epochs))
        alone = time.monotonic() - started
        with mount(arguments.kind, SMALL, Path(folder, "small")) as disk:
            refused = refuse(disk / "run", arguments.epochs)
        with mount(arguments.kind, LARGE, Path(folder, "disk")) as disk:
            figures = fill_again_and_again(calm, alone, disk, arguments, rng)
    figures = {"too_small": refused, **figures}
    print(figures)
    print(save(f"small-disk-{arguments.kind}", figures, ("safetensors",), room="reliability"))


@contextmanager
def mount(kind: str, size: int, place: Path) -> Iterator[Path]:
    """A file system of its own."""
    place.mkdir()
    image = place.with_suffix(".image")
    if kind == "tmpfs":
        options = ["-t", "tmpfs", "-o", f"size={size},nr_inodes={MOST_FILES}", "tmpfs"]
    else:
        with image.open("wb") as file:
            file.truncate(size)
        subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
        options = ["-o", "loop", str(image)]
    subprocess.run(["mount", *options, str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
        image.unlink(missing_ok=True)


def refuse(out: Path, epochs: int) -> dict[str, Any]:
    """What a study says that cannot fit, and what it left."""
    process = start(out, epochs)
    _, said = process.communicate()
    left = [path.name for path in out.rglob("*") if path.is_file()] if out.exists() else []
    # Where it lies is nobody's business.
    message = read_message(said).replace(str(out.parent), "DISK")
    return {"code": process.returncode, "message": message, "left": left}


def fill_again_and_again(
    calm: Path, alone: float, disk: Path, arguments: argparse.Namespace, rng: random.Random
) -> dict[str, Any]:
    """Studies on a disk that is full now and then, until it was so often enough."""
    ends: Counter[str] = Counter()
    faults: list[str] = []
    studies = 0
    while sum(ends.values()) < arguments.times:
        out = disk / f"run-{studies}"
        code = 1
        while code:
            process = start(out, arguments.epochs)
            time.sleep(alone * draw_moment(rng))
            fillers = fill(disk, rng.choice(FILLED[arguments.kind]))
            _, said = process.communicate()
            code = process.returncode
            message = read_message(said)
            known = [start for start in MESSAGES if start in message]
            if code == 0:
                ends["came to its end"] += 1
            elif code == 1 and known:
                ends[known[0]] += 1
            else:
                ends["other"] += 1
                faults.append(said.decode()[-500:])
            print(ends, faults, flush=True)
            faults += find_halves(out)
            for filler in fillers:
                filler.unlink()
        faults += find_differences(calm, out)
        studies += 1
        subprocess.run(["rm", "-rf", str(out)], check=True)
    return {
        "times": sum(ends.values()),
        "studies": studies,
        "ends": dict(ends),
        "faults": faults,
    }


def fill(disk: Path, what: str) -> list[Path]:
    """Take all the room for bytes, or all the places of files."""
    made: list[Path] = []
    try:
        if what == "bytes":
            made.append(disk / "filler")
            with made[0].open("wb", buffering=0) as file:
                size = MIB
                while size:
                    try:
                        file.write(bytes(size))
                    except OSError as error:
                        if error.errno != errno.ENOSPC:
                            raise
                        size //= 2
        else:
            while len(made) < MOST_FILES:
                path = disk / f"filler-{len(made)}"
                path.touch()
                made.append(path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    return [path for path in made if path.exists()]


def find_halves(out: Path) -> list[str]:
    """Trials that cannot be read, and, where the study says that it is done, what it lacks."""
    store, faults = RunStore(out), []
    for place in sorted(store.trials.glob("[!.]*")):
        try:
            store.load_trial(place.name)
            store.load_timing(place.name)
            store.load_arrays(place.name, "predictions")
            store.load_weights(place.name)
        except PoolbenchError as error:
            faults.append(str(error))
    if (out / "study.json").exists():
        try:
            load(out)
        except PoolbenchError as error:
            faults.append(str(error))
    return faults


def read_message(said: bytes) -> str:
    """The last line that says what is wrong."""
    lines = [line for line in said.decode().splitlines() if line.strip()]
    return lines[-1] if lines else ""


if __name__ == "__main__":
    main()
