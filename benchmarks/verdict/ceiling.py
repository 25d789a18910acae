"""Are variants called tied near the ceiling that differ by the margin?

    python -m benchmarks.verdict.ceiling [--studies 4000] [--processes 2]

One variant is right on all pictures, the other wrong on 1 % of the population, by the same pictures
in every training: the true difference is exactly the margin, so a tie is false, and 5 % of the
studies may find one. Pictures alone are drawn, since trainings agree: more repeats do not help.
Three pairs of accuracies: 1.00 and 0.99 (the worst case), 0.99 and 0.98, 0.88 and 0.87 (errors that
last, on pictures that one of the two tells right: 1 % more one way; the rest in common), each with
60 to 1,500 pictures, 2 repeats of 5 folds.

Writes benchmarks/results/verdict/ceiling.csv: the share of false ties by the present rules and by
those of variances alone, as they were before the score limits.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from benchmarks.verdict.simulated import RESULTS, write_rows
from poolbench.verdict.intervals import compute_half_width
from poolbench.verdict.looks import TIE_ALPHA
from poolbench.verdict.paired import Evidence, compute_limits, compute_pairs

PICTURES = (60, 100, 150, 300, 600, 1500)
# Of the population: right for the first variant alone, for the second alone, for none.
KINDS = {
    "1.00-0.99": (0.01, 0.0, 0.0),
    "0.99-0.98": (0.015, 0.005, 0.005),
    "0.88-0.87": (0.05, 0.04, 0.08),
}
REPEATS, FOLDS, MARGIN = 2, 5, 1.0


def main() -> None:
    """Judge all studies and write one row for each kind and number of pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=4000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(arguments.processes) as executor:
        for kind in KINDS:
            for pictures in PICTURES:
                judge = partial(is_tied, kind, pictures)
                found = list(executor.map(judge, range(arguments.studies), chunksize=100))
                now, before = np.mean(found, axis=0)
                rows.append((kind, pictures, len(found), round(now, 4), round(before, 4)))
                print(*rows[-1], flush=True)
    columns = ("accuracies", "pictures", "studies", "tied", "tied_by_variance_alone")
    write_rows(RESULTS / "ceiling.csv", columns, rows)


def is_tied(kind: str, pictures: int, number: int) -> tuple[bool, bool]:
    """Return whether one study is tied, now and by the variances alone."""
    rng = np.random.default_rng([list(KINDS).index(kind), pictures, number])
    first, second, none = KINDS[kind]
    drawn = rng.random(pictures)
    right = np.stack(
        [
            (drawn >= second) & (drawn < 1 - none),
            ~((drawn >= second) & (drawn < second + first)) & (drawn < 1 - none),
        ]
    )
    correct = np.repeat(right[:, None], REPEATS, axis=1)
    fold = np.stack([rng.permutation(np.arange(pictures) % FOLDS) for _ in range(REPEATS)])
    evidence = Evidence(correct, fold)
    parts = compute_pairs(evidence, [(0, 1)], REPEATS)
    low, high = compute_limits(parts, 1 - 2 * TIE_ALPHA, evidence.effective_pictures)
    half_width = compute_half_width(parts, 1 - 2 * TIE_ALPHA)
    now = bool(low[0] > -MARGIN and high[0] < MARGIN)
    return now, bool(abs(parts.mean[0]) + half_width[0] < MARGIN)


if __name__ == "__main__":
    main()
