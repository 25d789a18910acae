"""How wall time and memory grow with what a study is asked to do.

    python -m benchmarks.speed.scaling --data-file cifar-100-python.tar.gz [--repeats 3]

One axis at a time from a common middle: trials, workers, pictures, their size, classes. Seconds are
those of the trials in workers that have started; memory is the proportional share (Linux, ``Pss``)
of all processes together, at its highest. The exponent is the slope of log seconds over log amount.
"""

import argparse
import json
import math
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.machine import save

MIDDLE = {"trials": 4, "workers": 2, "pictures": 1500, "size": 32, "classes": 3}
AXES = {
    "trials": (2, 4, 8, 16),
    "workers": (1, 2),
    "pictures": (1500, 5000, 15000, 50000),
    "size": (32, 64, 128, 224),
    "classes": (2, 10, 30, 100),
}
# Pictures of the larger sizes are few, so that the study ends; their number is in the results.
LARGE_PICTURES = 300
SAMPLE_SECONDS = 0.05


def main() -> None:
    """Walk along every axis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--operator", default="max")
    arguments = parser.parse_args()
    rows = []
    for repeat in range(arguments.repeats):
        for axis, amounts in AXES.items():
            for amount in amounts:
                settings = {**MIDDLE, axis: amount}
                if axis == "size":
                    settings["pictures"] = LARGE_PICTURES
                rows.append({"axis": axis, "repeat": repeat, **settings,
                             **measure(arguments, **settings)})  # fmt: skip
                print(json.dumps(rows[-1]), flush=True)
    summary = {axis: summarize(rows, axis) for axis in AXES}
    print(json.dumps(summary, indent=1))
    print(save("scaling", {"operator": arguments.operator, "summary": summary, "rows": rows}))


def summarize(rows: list[dict], axis: str) -> dict:
    """Medians along an axis, and how seconds and memory grow."""
    own = [row for row in rows if row["axis"] == axis]
    medians = {
        amount: {
            name: statistics.median(row[name] for row in own if row[axis] == amount)
            for name in ("seconds", "memory_bytes")
        }
        for amount in AXES[axis]
    }
    logs = np.log(np.array(AXES[axis], dtype=float))
    return {
        "medians": medians,
        **{
            f"exponent_{name}": float(
                np.polyfit(logs, [math.log(medians[amount][name]) for amount in AXES[axis]], 1)[0]
            )
            for name in ("seconds", "memory_bytes")
        },
    }


def measure(
    arguments: argparse.Namespace, trials: int, workers: int, pictures: int, size: int, classes: int
) -> dict:
    """One epoch of each trial."""
    from poolbench.config import DataConfig, StudyConfig
    from poolbench.data.image_set import ImageSet
    from poolbench.data.load import load_image_set
    from poolbench.data.store import save_arrays
    from poolbench.executors.local import LocalExecutor
    from poolbench.machine.description import describe_machine
    from poolbench.machine.environment import count_cores
    from poolbench.planning.plan import make_plan

    names = [str(k) for k in range(max(classes, -(-pictures // 500)))]
    data = DataConfig(
        source="cifar100", data_file=arguments.data_file, classes=tuple(names), image_size=size
    )
    whole = load_image_set(data)
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(len(whole.pool))[:pictures])
    pool = whole.pool.take(chosen)
    # As many classes as asked for; which picture is in which does not matter for time.
    pool = type(pool)(pool.images, pool.labels % classes, pool.names)
    image_set = ImageSet("cifar100", tuple(names[:classes]), pool, pool.take(np.arange(60)), False)
    config = StudyConfig(
        operators=(arguments.operator,), epochs=1, folds=2, repeats=trials // 2, workers=workers,
        device="cpu",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        save_arrays(image_set, Path(folder, "images"))
        specs = make_plan(config, image_set).specs
        machine = replace(describe_machine(config), cores=min(workers, count_cores()))
        with LocalExecutor(Path(folder, "images"), Path(folder, "run"), machine) as executor:
            executor.measure(specs[:workers])
            with watch_memory() as peak:
                started = time.perf_counter()
                executor.run([[spec] for spec in specs], lambda progress: None, {})
                seconds = time.perf_counter() - started
    return {"seconds": seconds, "memory_bytes": peak[0]}


@contextmanager
def watch_memory() -> Iterator[list[int]]:
    """The highest memory of this process and its children together, in a list of one."""
    peak, is_over = [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], read_memory_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()


def read_memory_bytes() -> int:
    """Proportional share of this process and all that it started."""
    total = 0
    for process in (Path("/proc/self"), *find_children()):
        try:
            lines = (process / "smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def find_children() -> list[Path]:
    """Of every thread of this process."""
    numbers = [
        number
        for task in Path("/proc/self/task").iterdir()
        for number in (task / "children").read_text(encoding="ascii").split()
    ]
    return [Path("/proc", number) for number in numbers]


if __name__ == "__main__":
    main()
