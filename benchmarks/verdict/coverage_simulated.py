"""How often the intervals of the verdict hold the truth, in simulated studies.

    python -m benchmarks.verdict.coverage_simulated [--studies 5000] [--processes 2] \
        [--stress | --groups]

Each cell is a kind of study: K = 5 folds, R repeats, n pictures, V variants whose trainings differ
by chance (``noise`` points, of some ``shape``), pictures of equal or unequal difficulty. In each
study all variants are trained and judged anew on new pictures. ``pairwise`` is the share of the
95 % intervals of the first variant against each other one that hold the true difference,
``together`` the share of studies in which all of them do, drawn at the level of the verdict.
``--stress``: the first variant's trainings vary half as much as those of the others, so that
skewness does not cancel in a difference; reported, without a target. ``--groups``: pictures in
groups of 15 that share half of the variance, as in photographs of one plant.

Writes benchmarks/results/verdict/coverage_simulated.csv (or coverage_stress.csv,
coverage_groups.csv).
"""

import argparse
import csv
import itertools
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from benchmarks import machine
from poolbench.verdict.components import Components, compute_components
from poolbench.verdict.intervals import compute_half_width
from poolbench.verdict.paired import share_confidence

RESULTS = machine.RESULTS / "verdict"
FOLDS = 5
ACCURACY = 0.85
# Unequal difficulty: most pictures nearly sure, some nearly hopeless.
DIFFICULTY = stats.beta(8 * ACCURACY / 4, 8 * (1 - ACCURACY) / 4)
# Of the pictures, how many are as difficult for one variant as for another.
SHARED = 0.7
# Points by which variants differ in truth: 0, 1, 2, 3, 0, 1, …
STEP, STEPS = 0.01, 4
CHUNK = 3_000_000
# With --groups: pictures of each, standard deviations in points, studies of one set of folds.
GROUP_PICTURES, GROUP_SD, GROUP_BATCH = 15, 20.0, 50
GRID = np.linspace(0, 1, 401)


class Cell(NamedTuple):
    """A kind of study."""

    repeats: int
    pictures: int
    variants: int
    noise: float
    shape: str
    difficulty: str


CELLS = [
    Cell(*values)
    for values in itertools.product(
        (1, 2, 3, 5, 10, 20),
        (150, 300, 1500),
        (2, 3, 12),
        (0.3, 2.0, 5.0),
        ("normal", "skewed", "heavy-tailed"),
        ("equal", "unequal"),
    )
]
STRESS = [
    cell for cell in CELLS if cell.shape != "normal" and cell.noise > 1 and cell.pictures >= 300
]


def main() -> None:
    """Simulate all cells and write one row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=5000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--groups", action="store_true")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    if arguments.groups:
        simulate_groups(arguments.studies)
        return
    steadiness = 0.5 if arguments.stress else 1.0
    cells = STRESS if arguments.stress else CELLS
    # The largest first, so that no process is left with one at the end.
    order = sorted(cells, key=lambda c: -c.repeats * c.pictures * c.variants)
    started = time.monotonic()
    rows = []
    with ProcessPoolExecutor(arguments.processes) as pool:
        tasks = [pool.submit(simulate_cell, cell, arguments.studies, steadiness) for cell in order]
        for number, task in enumerate(tasks, 1):
            rows.append(task.result())
            if number % 50 == 0:
                print(
                    f"{number}/{len(tasks)} cells, {time.monotonic() - started:.0f} s", flush=True
                )
    rows.sort(key=lambda row: cells.index(Cell(*row[:6])))
    name = "coverage_stress.csv" if arguments.stress else "coverage_simulated.csv"
    with (RESULTS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Cell._fields, "studies", "pairwise", "together", "sd", "reach"])
        writer.writerows(rows)
    summarize(rows)


def simulate_groups(studies: int) -> None:
    """Differences of two variants in points, normal: groups, pictures and trainings all vary."""
    rows = []
    for groups, repeats in itertools.product((6, 10, 20, 50, 100), (2, 6, 20)):
        rng = np.random.default_rng([groups, repeats])
        number = np.repeat(np.arange(groups), GROUP_PICTURES)
        hits = []
        for _ in range(studies // GROUP_BATCH):
            # Studies of one batch share their folds; groups come anew in each.
            fold = np.stack(
                [rng.permutation(np.arange(groups) % FOLDS)[number] for _ in range(repeats)]
            )
            shape = (GROUP_BATCH, repeats)
            common = rng.normal(0, GROUP_SD, (GROUP_BATCH, 1, groups))[:, :, number]
            trials = rng.normal(0, 2, (*shape, FOLDS))[:, np.arange(repeats)[:, None], fold]
            rest = rng.normal(0, GROUP_SD, (*shape, len(number)))
            parts = compute_components(common + trials + rest, fold, number)
            hits.append(np.abs(parts.mean) <= compute_half_width(parts, 0.95))
        rows.append((groups, repeats, studies, round(float(np.mean(hits)), 4)))
        print(rows[-1], flush=True)
    with (RESULTS / "coverage_groups.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("groups", "repeats", "studies", "coverage"))
        writer.writerows(rows)


def summarize(rows: list[tuple]) -> None:
    """Print how many cells lie where."""
    wanted = [row for row in rows if row[0] >= 2 and row[1] >= 300]
    for place, name in ((7, "pairwise"), (8, "together")):
        values = [row[place] for row in wanted]
        inside = sum(0.93 <= value <= 0.97 for value in values)
        print(f"R >= 2, n >= 300, {name}: {inside} of {len(values)} cells within 0.93-0.97, "
              f"from {min(values):.4f} to {max(values):.4f}")  # fmt: skip
        rest = [row[place] for row in rows if row not in wanted]
        if rest:
            print(f"other cells, {name}: from {min(rest):.4f} to {max(rest):.4f}")
    print(Counter(row[0] for row in wanted if not 0.93 <= row[7] <= 0.97))


def simulate_cell(cell: Cell, studies: int, steadiness: float) -> tuple:
    """Coverage over many studies of one cell."""
    seed = zlib.crc32(repr((*cell, steadiness)).encode())
    rng = np.random.Generator(np.random.SFC64(seed))
    truth = compute_truth(cell, steadiness)
    size = max(1, CHUNK // (cell.variants * cell.repeats * cell.pictures))
    hits, points, widths = [], [], []
    for start in range(0, studies, size):
        count = min(size, studies - start)
        fold = draw_folds(rng, cell)
        correct = draw_correct(rng, cell, count, fold, steadiness)
        differences = (correct[:, :1] - correct[:, 1:]).astype(np.float64)
        parts = compute_components(differences, fold)
        error = np.abs(parts.mean - truth)
        single = look_up_reach(parts, 0.95)
        shared = look_up_reach(parts, share_confidence(0.05, cell.variants - 1))
        hits.append(np.stack([error <= single, error <= shared]))
        points.append(parts.mean)
        widths.append(single)
    hit = np.concatenate(hits, axis=1)
    return (
        *cell,
        studies,
        round(float(hit[0].mean()), 4),
        round(float(hit[1].all(axis=1).mean()), 4),
        round(100 * float(np.concatenate(points).std(axis=0, ddof=1).mean()), 4),
        round(100 * float(np.concatenate(widths).mean()), 4),
    )


def draw_folds(rng: np.random.Generator, cell: Cell) -> np.ndarray:
    """int64 ``[R, n]``; pictures come anew in each study, so that studies may share the folds."""
    base = np.arange(cell.pictures) % FOLDS
    return np.stack([rng.permutation(base) for _ in range(cell.repeats)])


def draw_correct(
    rng: np.random.Generator, cell: Cell, studies: int, fold: np.ndarray, steadiness: float
) -> np.ndarray:
    """int8 ``[S, V, R, n]``: 1 where a held-out picture was predicted right."""
    shape = (studies, cell.variants, cell.pictures)
    easy = np.full(shape, ACCURACY, dtype=np.float32)
    if cell.difficulty == "unequal":
        # From quantiles, since the beta generator is slow.
        table = get_difficulties()
        own = table[rng.integers(0, len(table), shape)]
        common = table[rng.integers(0, len(table), (studies, 1, cell.pictures))]
        easy = np.where(rng.random(shape, dtype=np.float32) < SHARED, common, own)
    easy = easy - get_offsets(cell)[:, None].astype(np.float32)
    noise = draw_noise(rng, cell, (studies, cell.variants, cell.repeats, FOLDS))
    noise[:, 0] *= steadiness
    correct = np.empty((studies, cell.variants, cell.repeats, cell.pictures), dtype=np.int8)
    for repeat, row in enumerate(fold):
        chance = np.clip(easy + noise[:, :, repeat][:, :, row], 0, 1)
        # 16 bits are enough: a step is 0.0015 points.
        draws = rng.integers(0, 65536, shape, dtype=np.uint16)
        correct[:, :, repeat] = draws < (chance * 65536).astype(np.int32)
    return correct


def draw_noise(rng: np.random.Generator, cell: Cell, shape: tuple[int, ...]) -> np.ndarray:
    """What chance in a training adds to the accuracy of a trial, float32, 0-1."""
    if cell.shape == "normal":
        values = rng.standard_normal(shape)
    elif cell.shape == "skewed":
        # Now and then a training goes badly.
        values = 1 - rng.standard_exponential(shape)
    else:
        values = rng.standard_t(3, shape) / np.sqrt(3)
    return (cell.noise / 100 * values).astype(np.float32)


def get_offsets(cell: Cell) -> np.ndarray:
    """By how much each variant is worse, ``[V]``."""
    return STEP * (np.arange(cell.variants) % STEPS)


@cache
def get_difficulties() -> np.ndarray:
    """Quantiles of the chance that a picture is predicted right."""
    return DIFFICULTY.ppf((np.arange(8192) + 0.5) / 8192).astype(np.float32)


def compute_truth(cell: Cell, steadiness: float) -> np.ndarray:
    """The expected differences of the first variant to the others, ``[V - 1]``.

    Chances are cut at 0 and 1, so the expectation is taken over difficulty and noise.
    """
    levels = (np.arange(4000) + 0.5) / 4000
    quantiles = {
        "normal": stats.norm.ppf(levels),
        "skewed": 1 + np.log(levels),
        "heavy-tailed": stats.t(3).ppf(levels) / np.sqrt(3),
    }[cell.shape]
    easy = get_difficulties()[::4] if cell.difficulty == "unequal" else np.array([ACCURACY])
    means = []
    for variant, offset in enumerate(get_offsets(cell)):
        noise = cell.noise / 100 * quantiles * (1.0 if variant else steadiness)
        means.append(np.clip(easy[:, None] - offset + noise, 0, 1).mean())
    return means[0] - np.array(means[1:])


def look_up_reach(parts: Components, confidence: float) -> np.ndarray:
    """As ``compute_half_width``, from a table over the pictures' share of the variance."""
    total = parts.trials + parts.pictures
    share = np.divide(parts.pictures, total, out=np.zeros_like(total), where=total > 0)
    table = make_table(parts.freedom, parts.picture_freedom, confidence)
    return np.sqrt(total) * np.interp(share, GRID, table)


@cache
def make_table(freedom: int, picture_freedom: int, confidence: float) -> np.ndarray:
    """Reach of intervals of unit variance, for each share of the grid."""
    none = np.zeros_like(GRID)
    unit = Components(none, 1 - GRID, freedom, GRID, picture_freedom, none, none)
    return compute_half_width(unit, confidence)


if __name__ == "__main__":
    main()
