"""How often the intervals of the verdict hold the truth for real, cheap learners on fresh pools.

    python -m benchmarks.verdict.coverage_learners [--studies 1000] [--pools 10000] [--processes 2]

Each study draws a new pool of n pictures (here: 12 features, three overlapping classes, each of two
clumps, so that straight boundaries do not do), splits it into 5 folds for each of R repeats, trains
four learners on the training parts and judges the held-out pictures. Every trial has chance of its
own, as a network's training has:

- ``linear``: ridge regression on the classes, on a bootstrap of the training part;
- ``features``: ridge on random rectified features, drawn anew;
- ``nearest-1``, ``nearest-5``: nearest neighbours among a random half of the training part.

``truth`` is the mean difference over other pools, one repeat each: what a study finds on average
over pools and trainings. Trials of one study share most of their training pictures, which no
interval from one pool can fully see (Bengio and Grandvalet 2004); ``sd_over_error`` says what it
costs: the standard deviation of the studies' means over the mean standard error of the verdict.
The studies of 2 repeats are the first 2 repeats of those of 5.

Writes benchmarks/results/verdict/coverage_learners.csv, one row for each pair and kind of study;
all but accuracies and shares in points.
"""

import argparse
import csv
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np

from benchmarks import machine
from poolbench.data.splits import assign_folds
from poolbench.verdict.intervals import compute_components, compute_half_width

RESULTS = machine.RESULTS / "verdict"
FOLDS = 5
REPEATS = (2, 5)
PICTURES = (150, 300, 600)
CLASSES, CLUMPS, DIMENSIONS = 3, 2, 12
# Of the centres of the clumps, in standard deviations within a clump, along each feature.
SPREAD = 1.0
FEATURES = 80
RIDGE = 10.0
CONFIDENCE = 0.95
TARGET = 0.92
# Keys of the streams: the population, the pools that give the truth, the judged studies.
POPULATION, TRUTH, JUDGED = 1, 2, 3
BATCH = 25
COLUMNS = (
    "pictures", "repeats", "first", "second", "studies", "first_accuracy", "second_accuracy",
    "truth", "truth_error", "coverage", "half_width", "sd", "sd_over_error",
)  # fmt: skip


class Pool(NamedTuple):
    """Pictures of one study: features ``[n, D]``, labels ``[n]``, squared distances ``[n, n]``."""

    features: np.ndarray
    labels: np.ndarray
    distances: np.ndarray


Learner = Callable[[np.random.Generator, Pool, np.ndarray, np.ndarray], np.ndarray]


def main() -> None:
    """Estimate the truth, judge the studies, and write one row for each pair and cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--pools", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    started = time.monotonic()
    rows = []
    with ProcessPoolExecutor(arguments.processes) as executor:
        for pictures in PICTURES:
            scores = run_batches(executor, partial(run_plain, pictures), arguments.pools)
            studies = run_batches(executor, partial(run_judged, pictures), arguments.studies)
            rows += make_rows(pictures, scores, studies)
            print(f"{pictures} pictures, {time.monotonic() - started:.0f} s", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "coverage_learners.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    summarize(rows)


def run_batches(
    executor: ProcessPoolExecutor, run: Callable[[int], np.ndarray], count: int
) -> np.ndarray:
    """The results of all studies, in their order, ``[count, ...]``."""
    return np.stack(list(executor.map(run, range(count), chunksize=BATCH)))


def make_rows(pictures: int, scores: np.ndarray, studies: np.ndarray) -> list[tuple]:
    """One row for each number of repeats and pair of learners.

    Args:
        scores: Accuracy of each learner on each pool that gives the truth, ``[P, V]``.
        studies: Mean, half-width, standard error of each study, ``[S, repeats, pairs, 3]``.
    """
    rows = []
    for place, repeats in enumerate(REPEATS):
        for number, (first, second) in enumerate(PAIRS):
            gaps = 100 * (scores[:, first] - scores[:, second])
            truth = gaps.mean()
            mean, half_width, error = studies[:, place, number].T
            values = (
                scores[:, first].mean(), scores[:, second].mean(), truth,
                gaps.std(ddof=1) / np.sqrt(len(gaps)),
                (np.abs(mean - truth) <= half_width).mean(), half_width.mean(), mean.std(ddof=1),
                mean.std(ddof=1) / error.mean(),
            )  # fmt: skip
            names = (list(LEARNERS)[first], list(LEARNERS)[second])
            rounded = [round(float(value), 4) for value in values]
            rows.append((pictures, repeats, *names, len(studies), *rounded))
    return rows


def summarize(rows: list[tuple]) -> None:
    """Print every row, and how many reach the target."""
    for row in rows:
        print("{:4d} pictures {} repeats {:9s} - {:9s} {} studies, accuracies {:.3f} {:.3f}, "
              "truth {:6.2f} ± {:.2f}, coverage {:.3f}, half-width {:.2f}, sd {:.2f}, "
              "sd / error {:.2f}".format(*row))  # fmt: skip
    wanted = [row for row in rows if row[0] >= 300]
    place = COLUMNS.index("coverage")
    enough = sum(row[place] >= TARGET for row in wanted)
    print(f"n >= 300: {enough} of {len(wanted)} rows at {TARGET} or more, "
          f"the least {min(row[place] for row in wanted):.3f}")  # fmt: skip


def run_plain(pictures: int, study: int) -> np.ndarray:
    """Accuracy of each learner in one repeat on one pool, ``[V]``."""
    correct, _ = run_study(np.random.default_rng([TRUTH, pictures, study]), pictures, 1)
    return correct.mean(axis=(1, 2))


def run_judged(pictures: int, study: int) -> np.ndarray:
    """Mean, half-width and standard error for each number of repeats and pair, in points."""
    rng = np.random.default_rng([JUDGED, pictures, study])
    correct, fold = run_study(rng, pictures, max(REPEATS))
    first, second = np.array(PAIRS).T
    differences = 100.0 * (correct[first].astype(float) - correct[second])
    results = []
    for repeats in REPEATS:
        parts = compute_components(differences[:, :repeats], fold[:repeats])
        half_width = compute_half_width(parts, CONFIDENCE)
        results.append(np.stack([parts.mean, half_width, np.sqrt(parts.variance)], axis=-1))
    return np.stack(results)


def run_study(
    rng: np.random.Generator, pictures: int, repeats: int
) -> tuple[np.ndarray, np.ndarray]:
    """Train and judge on a new pool: bool ``[V, R, n]``, and the folds ``[R, n]``."""
    pool = draw_pool(rng, pictures)
    fold = np.stack([assign_folds(pool.labels, FOLDS, rng) for _ in range(repeats)])
    correct = np.zeros((len(LEARNERS), repeats, pictures), dtype=bool)
    for repeat, row in enumerate(fold):
        for part in range(FOLDS):
            train, held_out = np.flatnonzero(row != part), np.flatnonzero(row == part)
            for number, predict in enumerate(LEARNERS.values()):
                said = predict(rng, pool, train, held_out)
                correct[number, repeat, held_out] = said == pool.labels[held_out]
    return correct, fold


def draw_pool(rng: np.random.Generator, pictures: int) -> Pool:
    """New pictures of the population, which is the same for all studies."""
    centres = np.random.default_rng(POPULATION).normal(0, SPREAD, (CLASSES, CLUMPS, DIMENSIONS))
    labels = rng.integers(0, CLASSES, pictures)
    clumps = rng.integers(0, CLUMPS, pictures)
    features = centres[labels, clumps] + rng.standard_normal((pictures, DIMENSIONS))
    squares = (features**2).sum(axis=1)
    return Pool(features, labels, squares[:, None] + squares - 2 * features @ features.T)


def predict_linear(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Ridge on a bootstrap of the training part."""
    chosen = rng.choice(train, len(train))
    return predict_ridge(pool.features[chosen], pool.labels[chosen], pool.features[held_out])


def predict_features(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Ridge on rectified features with random directions and thresholds."""
    directions = rng.standard_normal((DIMENSIONS, FEATURES)) / np.sqrt(DIMENSIONS)
    features = np.maximum(pool.features @ directions + rng.standard_normal(FEATURES), 0)
    return predict_ridge(features[train], pool.labels[train], features[held_out])


def predict_ridge(features: np.ndarray, labels: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Least squares with a penalty towards one-hot targets; the offset is not penalised."""
    mean = features.mean(axis=0)
    centred = features - mean
    targets = np.eye(CLASSES)[labels]
    gram = centred.T @ centred + RIDGE * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - targets.mean(axis=0)))
    return ((others - mean) @ weights + targets.mean(axis=0)).argmax(axis=1)


def predict_nearest(
    neighbours: int,
    rng: np.random.Generator,
    pool: Pool,
    train: np.ndarray,
    held_out: np.ndarray,
) -> np.ndarray:
    """The class of most of the neighbours; of equals, the first class."""
    known = rng.choice(train, len(train) // 2, replace=False)
    near = np.argpartition(pool.distances[np.ix_(held_out, known)], neighbours - 1, axis=1)
    votes = np.eye(CLASSES)[pool.labels[known[near[:, :neighbours]]]].sum(axis=1)
    return votes.argmax(axis=1)


LEARNERS: dict[str, Learner] = {
    "linear": predict_linear,
    "features": predict_features,
    "nearest-1": partial(predict_nearest, 1),
    "nearest-5": partial(predict_nearest, 5),
}
PAIRS = tuple(combinations(range(len(LEARNERS)), 2))

if __name__ == "__main__":
    main()
