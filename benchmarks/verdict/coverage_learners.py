"""How often the intervals of the verdict hold the truth for real, cheap learners on fresh pools.

    python -m benchmarks.verdict.coverage_learners [--studies 1000] [--pools 10000] [--processes 2]
        [--choose]

Each study draws a new pool of n pictures (here: 12 features, three overlapping classes, each of two
clumps, so that straight boundaries do not do), splits it into 5 folds for each of R repeats, trains
ten learners on the training parts and judges the held-out pictures. Every trial has chance of its
own, as a network's training has:

- ``linear``: ridge regression on the classes, on a bootstrap of the training part;
- ``features``: ridge on random rectified features, drawn anew;
- ``nearest-1``, ``nearest-5``: nearest neighbours among a random half of the training part;
- ``centroid``: the nearest mean of a class, on a bootstrap;
- ``bayes``: normal distributions with independent features, on a bootstrap;
- ``quadratic``: ridge on the features and their products, on a bootstrap;
- ``subset``: ridge on six features, drawn anew;
- ``tree``: a decision tree of depth 4 on a bootstrap;
- ``forest``: the vote of five such trees on half of the features.

``truth`` is the mean difference over other pools, one repeat each: what a study finds on average
over pools and trainings. Trials of one study share most of their training pictures, which no
interval from one pool can fully see (Bengio and Grandvalet 2004); ``sd_over_error`` says what it
costs: the standard deviation of the studies' means over the mean standard error of the verdict.
The studies of few repeats are the first repeats of those of many.

``--choose`` shows what other values of ``POOL_SHARE`` would do: two of the learners (``linear``,
``nearest-1``), on another population, with shares from 0 to 0.4. Other runs leave this pair out.

Writes benchmarks/results/verdict/coverage_learners.csv, one row for each pair and kind of study,
or pool_share.csv; all but accuracies and shares in points.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from benchmarks.verdict.simulated import RESULTS, write_rows
from poolbench.data.splits import assign_folds
from poolbench.verdict.components import POOL_SHARE, compute_components
from poolbench.verdict.intervals import compute_half_width

FOLDS = 5
REPEATS = (2, 6, 10, 24)
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
# What a share may be chosen on.
CHOSEN_ON = ("linear", "nearest-1")
OTHER_POPULATION = 4
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
BATCH = 25
COLUMNS = (
    "pictures", "repeats", "first", "second", "studies", "first_accuracy", "second_accuracy",
    "truth", "truth_error", "coverage", "coverage_without_share", "half_width", "sd",
    "sd_over_error",
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
    parser.add_argument("--choose", action="store_true")
    arguments = parser.parse_args()
    started = time.monotonic()
    rows, shares = [], []
    with ProcessPoolExecutor(arguments.processes) as executor:
        for pictures in PICTURES:
            plain = partial(run_plain, pictures, arguments.choose)
            judged = partial(run_judged, pictures, arguments.choose)
            scores = run_batches(executor, plain, arguments.pools)
            studies = run_batches(executor, judged, arguments.studies)
            if arguments.choose:
                shares += make_shares(pictures, scores, studies)
            else:
                rows += make_rows(pictures, scores, studies)
            print(f"{pictures} pictures, {time.monotonic() - started:.0f} s", flush=True)
    if arguments.choose:
        columns = ("pictures", "repeats", "pool_share", "studies", "coverage")
        write_rows(RESULTS / "pool_share.csv", columns, shares)
        for row in shares:
            print(*row)
        return
    write_rows(RESULTS / "coverage_learners.csv", COLUMNS, rows)
    summarize(rows)


def make_shares(pictures: int, scores: np.ndarray, studies: np.ndarray) -> list[tuple]:
    """Return the coverage of the pair that the share is chosen on, by the share."""
    truth = 100 * (scores[:, 0] - scores[:, 1]).mean()
    rows = []
    for place, repeats in enumerate(REPEATS):
        mean = studies[:, place, 0, 0]
        for number, share in enumerate(SHARES):
            coverage = (np.abs(mean - truth) <= studies[:, place, 0, 3 + number]).mean()
            rows.append((pictures, repeats, share, len(studies), round(float(coverage), 4)))
    return rows


def run_batches(
    executor: ProcessPoolExecutor, run: Callable[[int], np.ndarray], count: int
) -> np.ndarray:
    """The results of all studies, in their order, ``[count, ...]``."""
    return np.stack(list(executor.map(run, range(count), chunksize=BATCH)))


def make_rows(pictures: int, scores: np.ndarray, studies: np.ndarray) -> list[tuple]:
    """One row for each number of repeats and pair of learners.

    Args:
        scores: Accuracy of each learner on each pool that gives the truth, ``[P, V]``.
        studies: Mean, half-width, standard error of each study, and its half-widths with other
            shares, ``[S, repeats, pairs, 3 + shares]``.
    """
    rows = []
    for place, repeats in enumerate(REPEATS):
        for number, (first, second) in enumerate(PAIRS):
            gaps = 100 * (scores[:, first] - scores[:, second])
            truth = gaps.mean()
            mean, half_width, error, plain = studies[:, place, number, :4].T
            values = (
                scores[:, first].mean(), scores[:, second].mean(), truth,
                gaps.std(ddof=1) / np.sqrt(len(gaps)),
                (np.abs(mean - truth) <= half_width).mean(), (np.abs(mean - truth) <= plain).mean(),
                half_width.mean(), mean.std(ddof=1), mean.std(ddof=1) / error.mean(),
            )  # fmt: skip
            names = (list(LEARNERS)[first], list(LEARNERS)[second])
            rounded = [round(float(value), 4) for value in values]
            rows.append((pictures, repeats, *names, len(studies), *rounded))
    return rows


def summarize(rows: list[tuple]) -> None:
    """Print every row, and how many reach the target."""
    for row in rows:
        print("{:4d} pictures {} repeats {:9s} - {:9s} {} studies, accuracies {:.3f} {:.3f}, "
              "truth {:6.2f} ± {:.2f}, coverage {:.3f} ({:.3f} without), half-width {:.2f}, "
              "sd {:.2f}, sd / error {:.2f}".format(*row))  # fmt: skip
    wanted = [row for row in rows if row[0] >= 300]
    place = COLUMNS.index("coverage")
    enough = sum(row[place] >= TARGET for row in wanted)
    print(f"n >= 300: {enough} of {len(wanted)} rows at {TARGET} or more, "
          f"the least {min(row[place] for row in wanted):.3f}")  # fmt: skip


def run_plain(pictures: int, is_choice: bool, study: int) -> np.ndarray:
    """Return the accuracy of each learner in one repeat on one pool, ``[V]``."""
    rng = np.random.default_rng([TRUTH, pictures, study])
    correct, _ = run_study(rng, pictures, 1, is_choice)
    return correct.mean(axis=(1, 2))


def run_judged(pictures: int, is_choice: bool, study: int) -> np.ndarray:
    """Return mean, half-width, standard error and other half-widths of each pair, in points."""
    rng = np.random.default_rng([JUDGED, pictures, study])
    correct, fold = run_study(rng, pictures, max(REPEATS), is_choice)
    first, second = np.array(CHOICE if is_choice else PAIRS).T
    differences = 100.0 * (correct[first].astype(float) - correct[second])
    results = []
    for repeats in REPEATS:
        parts = compute_components(differences[:, :repeats], fold[:repeats])
        values = [parts.mean, compute_half_width(parts, CONFIDENCE), np.sqrt(parts.variance)]
        for share in SHARES if is_choice else (0.0,):
            moved = (share - POOL_SHARE) * parts.shared / parts.units
            other = replace(parts, pictures=np.maximum(parts.pictures + moved, 0.0))
            values.append(compute_half_width(other, CONFIDENCE))
        results.append(np.stack(values, axis=-1))
    return np.stack(results)


def run_study(
    rng: np.random.Generator, pictures: int, repeats: int, is_choice: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Train and judge on a new pool: bool ``[V, R, n]``, and the folds ``[R, n]``."""
    pool = draw_pool(rng, pictures, OTHER_POPULATION if is_choice else POPULATION)
    learners = [LEARNERS[name] for name in CHOSEN_ON] if is_choice else list(LEARNERS.values())
    fold = np.stack([assign_folds(pool.labels, FOLDS, rng) for _ in range(repeats)])
    correct = np.zeros((len(learners), repeats, pictures), dtype=bool)
    for repeat, row in enumerate(fold):
        for part in range(FOLDS):
            train, held_out = np.flatnonzero(row != part), np.flatnonzero(row == part)
            for number, predict in enumerate(learners):
                said = predict(rng, pool, train, held_out)
                correct[number, repeat, held_out] = said == pool.labels[held_out]
    return correct, fold


def draw_pool(rng: np.random.Generator, pictures: int, population: int) -> Pool:
    """Draw new pictures of a population, which is the same for all studies."""
    centres = np.random.default_rng(population).normal(0, SPREAD, (CLASSES, CLUMPS, DIMENSIONS))
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


def predict_centroid(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Predict the class with the nearest mean, on a bootstrap of the training part."""
    means, _, _ = describe_classes(pool, rng.choice(train, len(train)))
    distances = ((pool.features[held_out][:, None] - means) ** 2).sum(axis=2)
    return distances.argmin(axis=1)


def predict_bayes(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Predict by normal distributions with independent features, on a bootstrap."""
    means, variances, shares = describe_classes(pool, rng.choice(train, len(train)))
    away = (pool.features[held_out][:, None] - means) ** 2 / variances
    return (np.log(shares) - (away + np.log(variances)).sum(axis=2) / 2).argmax(axis=1)


def describe_classes(pool: Pool, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means ``[C, D]``, variances ``[C, D]`` and shares ``[C]`` of the classes."""
    features, labels = pool.features[chosen], pool.labels[chosen]
    parts = [features[labels == label] for label in range(CLASSES)]
    return (
        np.stack([part.mean(axis=0) for part in parts]),
        np.stack([part.var(axis=0) + 1e-3 for part in parts]),
        np.array([len(part) / len(features) for part in parts]),
    )


def predict_quadratic(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Ridge on the features and their products, on a bootstrap."""
    first, second = np.triu_indices(DIMENSIONS)
    features = np.hstack([pool.features, pool.features[:, first] * pool.features[:, second]])
    chosen = rng.choice(train, len(train))
    return predict_ridge(features[chosen], pool.labels[chosen], features[held_out])


def predict_subset(
    rng: np.random.Generator, pool: Pool, train: np.ndarray, held_out: np.ndarray
) -> np.ndarray:
    """Ridge on half of the features, drawn anew."""
    features = pool.features[:, rng.choice(DIMENSIONS, DIMENSIONS // 2, replace=False)]
    return predict_ridge(features[train], pool.labels[train], features[held_out])


def predict_trees(
    count: int,
    rng: np.random.Generator,
    pool: Pool,
    train: np.ndarray,
    held_out: np.ndarray,
) -> np.ndarray:
    """Vote of decision trees of depth 4, each on a bootstrap; of several, on half the features."""
    votes = np.zeros((len(held_out), CLASSES))
    for _ in range(count):
        width = DIMENSIONS if count == 1 else DIMENSIONS // 2
        columns = rng.choice(DIMENSIONS, width, replace=False)
        chosen = rng.choice(train, len(train))
        tree = DecisionTreeClassifier(max_depth=4, random_state=int(rng.integers(2**31)))
        tree.fit(pool.features[chosen][:, columns], pool.labels[chosen])
        said = tree.predict(pool.features[held_out][:, columns])
        votes[np.arange(len(held_out)), said] += 1
    return votes.argmax(axis=1)


LEARNERS: dict[str, Learner] = {
    "linear": predict_linear,
    "features": predict_features,
    "nearest-1": partial(predict_nearest, 1),
    "nearest-5": partial(predict_nearest, 5),
    "centroid": predict_centroid,
    "bayes": predict_bayes,
    "quadratic": predict_quadratic,
    "subset": predict_subset,
    "tree": partial(predict_trees, 1),
    "forest": partial(predict_trees, 5),
}
CHOICE = ((0, 1),)
PAIRS = tuple(
    (first, second)
    for first, second in combinations(range(len(LEARNERS)), 2)
    if {list(LEARNERS)[first], list(LEARNERS)[second]} != set(CHOSEN_ON)
)

if __name__ == "__main__":
    main()
