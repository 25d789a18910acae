"""How often the intervals of the verdict hold the truth where it is hard: at the edges.

    python -m benchmarks.verdict.coverage_edges [--studies 1000] [--processes 2]

Simulated studies as in simulated.py (latent difficulty, partly lasting), 5 folds, two variants
unless said:

- ``accuracy``: the better one at 0.87, 0.95, 0.98 or 0.995, the other half of a point or a fifth of
  its errors behind; trainings vary by 0.3 of the errors;
- ``lasting``: all trainings of a variant err on the same pictures; the variants on others;
- ``variants-46``: all comparisons with the best together, equal variants;
- ``groups-equal``, ``groups-unequal``: 60 groups of 5; 3 groups of 59 and 123 single pictures;
- ``collapse``: one training in ten of the first variant ends at a third (the truth is the mean).

Writes benchmarks/results/verdict/coverage_edges.csv: the share of single 95 % intervals that hold
the true difference, and of studies in which all with the first variant do.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

from benchmarks.verdict.simulated import FOLDS, RESULTS, write_rows
from poolbench.verdict import Evidence
from poolbench.verdict.paired import compute_limits, compute_pairs, share_confidence

REPEATS = (2, 6, 24)
COLLAPSED, COLLAPSE_RATE = 1 / 3, 0.1
BATCH = 20


class Kind(NamedTuple):
    """A kind of study; ``common`` and ``own``: lasting parts of the variance of difficulty."""

    name: str
    accuracy: float
    gap: float
    pictures: int
    variants: int = 2
    common: float = 0.55
    own: float = 0.15
    noise: float = 0.015
    sizes: tuple[int, ...] = ()
    collapse: float = 0.0


KINDS = (
    *(
        Kind(f"accuracy {accuracy}", accuracy, min(0.005, (1 - accuracy) / 5), pictures,
             noise=0.3 * (1 - accuracy))
        for accuracy in (0.87, 0.95, 0.98, 0.995)
        for pictures in (150, 300, 1500)
    ),
    *(Kind("lasting", 0.9, 0.01, pictures, common=0.6, own=0.399, noise=0.001)
      for pictures in (150, 300, 1500)),
    Kind("variants-46", 0.87, 0.0, 300, variants=46),
    Kind("groups-equal", 0.87, 0.0, 300, sizes=(5,) * 60),
    Kind("groups-unequal", 0.87, 0.0, 300, sizes=(59,) * 3 + (1,) * 123),
    Kind("collapse", 0.87, 0.0, 300, collapse=COLLAPSE_RATE),
)  # fmt: skip


def main() -> None:
    """Judge all studies and write one row for each kind and number of repeats."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    started = time.monotonic()
    rows = []
    with ProcessPoolExecutor(arguments.processes) as executor:
        for kind in KINDS:
            judge = partial(judge_study, kind)
            found = np.array(list(executor.map(judge, range(arguments.studies), chunksize=BATCH)))
            for place, repeats in enumerate(REPEATS):
                single, together = found[:, place].mean(axis=0)
                values = (round(float(single), 4), round(float(together), 4))
                rows.append((kind.name, kind.pictures, repeats, len(found), *values))
                print(*rows[-1], f"{time.monotonic() - started:.0f} s", flush=True)
    columns = ("kind", "pictures", "repeats", "studies", "single", "together")
    write_rows(RESULTS / "coverage_edges.csv", columns, rows)


def judge_study(kind: Kind, number: int) -> list[tuple[float, float]]:
    """Return the share of intervals that hold, and whether all do, for each number of repeats."""
    rng = np.random.default_rng([zlib.crc32(repr(kind).encode()), number])
    accuracy = np.full(kind.variants, kind.accuracy)
    accuracy[1:] -= kind.gap
    correct, fold, groups = draw_study(rng, kind, accuracy)
    truth = np.array([compute_truth(kind, value) for value in accuracy])
    truth[0] += kind.collapse * (COLLAPSED - truth[0])
    gaps = 100 * (truth[0] - truth[1:])
    pairs = [(0, other) for other in range(1, kind.variants)]
    found = []
    for repeats in REPEATS:
        evidence = Evidence(correct[:, :repeats], fold[:repeats], groups=groups)
        parts = compute_pairs(evidence, pairs, repeats)
        holds = []
        for confidence in (0.95, share_confidence(0.05, len(pairs))):
            low, high = compute_limits(parts, confidence, evidence.effective_pictures)
            holds.append((low <= gaps) & (gaps <= high))
        found.append((float(holds[0].mean()), float(holds[1].all())))
    return found


def draw_study(
    rng: np.random.Generator, kind: Kind, accuracy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Draw correctness ``[V, R, n]``, folds ``[R, n]`` and groups ``[n]``."""
    repeats, groups = max(REPEATS), None
    number = np.arange(kind.pictures)
    if kind.sizes:
        number = groups = np.repeat(np.arange(len(kind.sizes)), kind.sizes)
    count = number.max() + 1
    # Pictures of a group are alike in what lasts.
    common = rng.standard_normal(count)[number]
    own = rng.standard_normal((kind.variants, count))[:, number]
    lasting = np.sqrt(kind.common) * common + np.sqrt(kind.own) * own
    fold = np.stack([deal(rng, number) for _ in range(repeats)])
    noise = kind.noise * rng.standard_normal((kind.variants, repeats, FOLDS))
    level = np.clip(accuracy[:, None, None] + noise, 1e-4, 1 - 1e-4)
    level[0][rng.random((repeats, FOLDS)) < kind.collapse] = COLLAPSED
    fresh = rng.standard_normal((kind.variants, repeats, kind.pictures))
    latent = lasting[:, None] + np.sqrt(max(0.0, 1 - kind.common - kind.own)) * fresh
    rows = np.arange(repeats)[:, None]
    return latent < special.ndtri(level)[:, rows, fold], fold, groups


def deal(rng: np.random.Generator, number: np.ndarray) -> np.ndarray:
    """Return the fold of each picture: whole groups, the largest first to the smallest fold."""
    sizes = np.bincount(number)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled, fold = np.zeros(FOLDS), np.zeros(len(sizes), dtype=np.int64)
    for group in order:
        least = np.flatnonzero(filled == filled.min())
        fold[group] = rng.choice(least)
        filled[fold[group]] += sizes[group]
    return fold[number]


def compute_truth(kind: Kind, accuracy: float) -> float:
    """Return the mean accuracy over trainings, of which some are cut off at 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    levels = np.clip(accuracy + kind.noise * nodes, 1e-4, 1 - 1e-4)
    return float(weights @ levels / weights.sum())


if __name__ == "__main__":
    main()
