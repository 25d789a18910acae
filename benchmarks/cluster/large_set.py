"""A set of 200,000 pictures on disk: how much memory it takes, and how fast it is read.

    python -m benchmarks.cluster.large_set [--pictures 200000]

A folder of generated PNG files of 32 x 32 pixels is decoded into the cache, then one trial trains
on it for an epoch: once from the mapped file, read ahead, and once with the pictures in memory.
Memory is what belongs to the processes alone (RssAnon); pages of files are the system's to take
back. Results: benchmarks/results/cluster/large-set.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.machine import add_short, save

MEASURE = (sys.executable, "-m", "benchmarks.cluster.large_set", "--measure")
CLASSES = 10
SAMPLE_SECONDS = 0.05


def main() -> None:
    """Draw the pictures, then measure each way in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=200_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", choices=("decode", "memory", "mapped"))
    add_short(parser)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as place:
        counts = (200,) if arguments.short else (arguments.pictures // 10, arguments.pictures)
        figures: dict[str, Any] = {"rows": []}
        for count in counts:
            folder, cache = Path(place, f"set-{count}"), Path(place, f"cache-{count}")
            draw(folder, count)
            environment = {**os.environ, "POOLBENCH_CACHE": str(cache)}
            row: dict[str, Any] = {"pictures": count}
            for way in ("decode", "memory", "mapped"):
                command = [*MEASURE, way, "--folder", str(folder)]
                done = subprocess.run(
                    command, capture_output=True, text=True, check=True, env=environment
                )
                row[way] = json.loads(done.stdout)
                print(count, way, row[way], flush=True)
            for speed in ("read", "train"):
                held, mapped = (row[way][f"{speed}_seconds"] for way in ("memory", "mapped"))
                row[f"{speed}_speed_ratio"] = held / mapped
            figures["rows"].append(row)
    print(save("large-set", figures, room="cluster"))


def draw(folder: Path, count: int) -> None:
    """Pictures whose classes differ in colour, a folder for each class."""
    rng = np.random.default_rng(0)
    for label in range(CLASSES):
        (folder / f"class-{label}").mkdir(parents=True)
    for number in range(count):
        label = number % CLASSES
        pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        pixels[..., label % 3] //= 1 + label // 3
        # Fast to write; the size of the file is not what is measured.
        Image.fromarray(pixels).save(folder / f"class-{label}" / f"{number}.png", compress_level=0)


def measure(way: str, folder: Path) -> dict[str, float]:
    """Decode, or train for one epoch; seconds, and the highest memory of this process."""
    from poolbench.config import DataConfig, RecipeConfig, StudyConfig
    from poolbench.data.load import load_image_set

    peak = watch_memory()
    started = time.perf_counter()
    image_set = load_image_set(DataConfig(source=f"folder:{folder}"))
    loaded = time.perf_counter() - started
    if way == "decode":
        return {"load_seconds": loaded, "peak_bytes": peak[0]}

    import torch

    from poolbench.data.store import open_arrays, save_arrays
    from poolbench.planning.plan import make_plan
    from poolbench.trials import session as sessions
    from poolbench.trials.build import build_trial
    from poolbench.trials.run import run_trial
    from poolbench.trials.session import Session

    torch.set_num_threads(1)
    recipe = RecipeConfig(name="one", epochs=1, batch_size=64, learning_rate=0.01)
    config = StudyConfig(
        operators=("max",), recipes=("one",), own_recipes=(recipe,), folds=5, repeats=1,
        precision="float32", device="cpu",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        save_arrays(image_set, Path(place))
        image_set = open_arrays(Path(place))
        if way == "memory":
            image_set = replace(image_set, pool=hold(image_set.pool), test=hold(image_set.test))
        spec = make_plan(config, image_set).specs[0]
        session = Session(image_set)
        # Neither way prepares the pictures beforehand: that would measure the preparation.
        sessions.MOST_PREPARED_BYTES = 0
        part = build_trial(spec, session).train
        read_seconds = [read_all(part, number) for number in range(3)]
        timing = run_trial(spec, session).timing
    return {
        "load_seconds": loaded,
        "read_seconds": min(read_seconds),
        "train_seconds": timing.train_seconds,
        "trial_seconds": timing.wall_seconds,
        "is_mapped": part.pictures.is_mapped,
        "peak_bytes": peak[0],
    }


def hold(half: Any) -> Any:
    """The half with its pictures in memory."""
    return replace(half, images=np.array(half.images))


def read_all(part: Any, number: int) -> float:
    """Seconds to take all pictures once, in random batches, and do nothing with them."""
    import torch

    from poolbench.training.read_ahead import ReadAhead

    order = part.index[torch.from_numpy(np.random.default_rng(number).permutation(len(part)))]
    batches = torch.split(order, 64)
    started = time.perf_counter()
    with ReadAhead(part.pictures, batches) as ahead:
        for batch in batches:
            ahead.advance()
            part.pictures.take(batch)
    return time.perf_counter() - started


def watch_memory() -> list[int]:
    """The highest anonymous memory of this process from now on, in a list of one."""
    peak = [0]

    def watch() -> None:
        while True:
            lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
            now = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))
            peak[0] = max(peak[0], now)
            time.sleep(SAMPLE_SECONDS)

    threading.Thread(target=watch, daemon=True).start()
    return peak


if __name__ == "__main__":
    main()
