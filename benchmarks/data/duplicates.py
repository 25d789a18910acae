"""What the search for duplicates finds in CIFAR-100, what it misses, and what it costs.

    python -m benchmarks.data.duplicates --data-file cifar-100-python.tar.gz
        [--list duplicates_cifar100.csv] [--sheets FOLDER]

On one thread. The list is that of the ciFAIR authors (Barz & Denzler 2020, arXiv:1902.00423; file
meta/duplicates_cifar100.csv of the repository cvjena/cifair): test pictures with the closest
training picture and what people saw in the pair (0 exact, 1 near, 2 very similar). The sheets show
a random sample of what was found; benchmarks/results/duplicates/judged.csv holds what was seen on
them. Results: benchmarks/results/duplicates/cifar100.json.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import csv
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image
from scipy.stats import binomtest

from benchmarks.machine import MEASURED, add_short, save
from poolbench.config import DataConfig
from poolbench.data.duplicates import NEAR, Duplicates, find_duplicates, handle_duplicates
from poolbench.data.image_set import ImageSet
from poolbench.data.load import load_image_set
from poolbench.data.sample import load_sample
from poolbench.data.similarity import LENGTH, describe, find_closest
from poolbench.data.tasks import list_tasks

Result = TypeVar("Result")

THRESHOLDS = (0.8, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975)
JUDGMENTS = ("exact", "near", "very similar")
ROOM = "duplicates"
SAMPLED = 150
ROWS, COLUMNS, SCALE = 10, 5, 3


def main() -> None:
    """Measure, and draw sheets for people to look at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", type=Path)
    parser.add_argument("--list", type=Path)
    parser.add_argument("--sheets", type=Path)
    add_short(parser)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"threshold": NEAR, "costs": {}}
    if arguments.short:
        figures["tasks"] = {task.name: count(task.make()) for task in list_tasks()[:1]}
        print(save("cifar100", figures, room=ROOM))
        return
    if not arguments.data_file:
        parser.error("--data-file is missing")
    lab = DataConfig(source="cifar100", data_file=arguments.data_file, classes=("0", "33", "43"))
    whole = load_image_set(DataConfig(source="cifar100", data_file=arguments.data_file))
    for name, image_set in (
        ("lab", load_image_set(lab)),
        ("sample", load_sample()),
        ("whole", whole),
    ):
        counts, cost = measure(lambda found=image_set: count(found))
        figures["costs"][name] = {"pictures": len(image_set.pool) + len(image_set.test), **cost}
        figures[name] = counts
        print(name, figures["costs"][name], counts, flush=True)
    figures["tasks"] = {task.name: count(task.make()) for task in list_tasks()}
    if arguments.list:
        figures["list"] = compare_with_list(whole, arguments.list)
    if arguments.sheets:
        draw_sheets(whole, find_duplicates(whole.pool, whole.test), arguments.sheets)
    judged = MEASURED / ROOM / "judged.csv"
    if judged.is_file():
        figures["judged"] = read_judged(judged)
    print(save("cifar100", figures, room=ROOM))


def measure(work: Callable[[], Result]) -> tuple[Result, dict[str, float]]:
    """What it gives, and its costs; others who use the machine lengthen ``seconds`` alone."""
    started, used = time.perf_counter(), time.process_time()
    result = work()
    cost = {
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - used,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    return result, cost


def count(image_set: ImageSet) -> dict[str, int]:
    """What a run would say."""
    settled, _ = handle_duplicates(image_set, "report", is_split=True)
    counts: dict[str, int] = settled.facts["duplicates"]
    return counts


def compare_with_list(image_set: ImageSet, path: Path) -> list[dict[str, Any]]:
    """For each threshold: the part of the listed pairs that is found, and what is found besides.

    The threshold was chosen by the even numbers of test pictures; the odd ones have had no say.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (int(row["TestID"]), int(row["TrainID"]), int(row["Judgment"]))
            for row in csv.DictReader(file)
        ]
    test, train, judgment = np.array(rows).T
    of_test, of_pool = describe(image_set.test.images), describe(image_set.pool.images)
    products = (of_test[test].astype(np.int64) * of_pool[train]).sum(axis=1)
    similarity = products / LENGTH**2
    closest, _ = find_closest(of_test, of_pool, min(THRESHOLDS))
    is_listed = np.isin(np.arange(len(image_set.test)), test)
    found = []
    for least in THRESHOLDS:
        is_reported = closest.similarity >= least
        for name, parity in (("even", 0), ("odd", 1)):
            mine, here = test % 2 == parity, np.arange(len(is_reported)) % 2 == parity
            recalls = {
                word: float(np.mean(similarity[mine & (judgment == number)] >= least))
                for number, word in enumerate(JUDGMENTS)
            }
            counts = Counter(judgment[mine].tolist())
            found.append(
                {
                    "threshold": least,
                    "test_pictures": name,
                    "listed": {word: counts[number] for number, word in enumerate(JUDGMENTS)},
                    "found": recalls,
                    "reported": int((is_reported & here).sum()),
                    "reported_not_listed": int((is_reported & here & ~is_listed).sum()),
                }
            )
            print(found[-1], flush=True)
    return found


def draw_sheets(image_set: ImageSet, found: Duplicates, folder: Path) -> None:
    """Pairs side by side, so many on a sheet, in a random order that is the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, pairs, half in (
        ("test", found.test, image_set.test),
        ("pool", found.pool, image_set.pool),
    ):
        near = np.flatnonzero(~pairs.is_exact)
        chosen = np.random.default_rng(0).permutation(near)[:SAMPLED]
        lines = [("sheet", "place", "picture", "copy_of", "similarity")]
        for start in range(0, len(chosen), ROWS * COLUMNS):
            some, sheet = (
                chosen[start : start + ROWS * COLUMNS],
                f"{name}-{start // (ROWS * COLUMNS)}",
            )
            draw_sheet(
                image_set.pool.images[pairs.picture[some]], half.images[pairs.other[some]]
            ).save(folder / f"{sheet}.png")
            for place, k in enumerate(some):
                names = image_set.pool.names[pairs.picture[k]], half.names[pairs.other[k]]
                lines.append((sheet, place, *names, f"{pairs.similarity[k]:.4f}"))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)


def draw_sheet(first: np.ndarray, second: np.ndarray) -> Image.Image:
    """Pairs in rows, from left to right."""
    side = first.shape[1]
    width, height = 2 * side + 8, side + 6
    canvas = np.full((ROWS * height, COLUMNS * width, 3), 255, dtype=np.uint8)
    for place, pair in enumerate(zip(first, second, strict=True)):
        top, left = place // COLUMNS * height, place % COLUMNS * width
        for number, picture in enumerate(pair):
            canvas[top : top + side, left + number * side : left + (number + 1) * side] = picture
    large = Image.fromarray(canvas)
    return large.resize((large.width * SCALE, large.height * SCALE), Image.Resampling.NEAREST)


def read_judged(path: Path) -> dict[str, Any]:
    """The part of the sampled pairs that show the same, with a 95 % interval."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = {}
    for half in ("test", "pool"):
        words = Counter(row["seen"] for row in rows if row["half"] == half)
        right, all_ = words["same"], sum(words.values())
        interval = binomtest(right, all_).proportion_ci(method="wilson")
        judged[half] = {**words, "n": all_, "same_share": right / all_, "interval": list(interval)}
    return judged


if __name__ == "__main__":
    main()
