"""How often the interval of a test half holds the truth, where its pictures belong together.

    python -m benchmarks.verdict.coverage_test_half [--sets 500]

Each cell is a kind of test half: so many groups of some sizes, pictures of a group more or less
alike (the intraclass correlation of their correctness), three unequal classes that each group has
all of (``across``) or one of (``within``), and the true accuracy, the same in every class. Columns:
the share of sets whose 95 % interval holds it, its mean width, and the same share for the interval
that takes all pictures for independent.

Writes benchmarks/results/verdict/coverage_test_half.csv.
"""

import argparse
import csv
import itertools
from typing import NamedTuple

import numpy as np

from benchmarks import machine
from poolbench.config import Metric
from poolbench.verdict.proportion import compute_proportion

RESULTS = machine.RESULTS / "verdict"
SHARES = (0.6, 0.25, 0.15)
LARGE_GROUPS, LARGE_PICTURES = 2, 64


class Cell(NamedTuple):
    """A kind of test half."""

    metric: Metric
    classes: str
    sizes: str
    groups: int
    correlation: float
    accuracy: float


KINDS: tuple[tuple[Metric, str], ...] = (
    ("accuracy", "across"),
    ("balanced-accuracy", "across"),
    ("balanced-accuracy", "within"),
)
CELLS = [
    Cell(*kind, *rest)
    for kind, *rest in itertools.product(
        KINDS,
        ("equal", "unequal", "two large"),
        (8, 20, 60),
        (0.0, 0.1, 0.5, 0.9),
        (0.7, 0.9, 0.97),
    )
]


def main() -> None:
    """Simulate all cells and write one row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=500)
    machine.add_short(parser)
    arguments = parser.parse_args()
    sets = 1 if arguments.short else arguments.sets
    rows = [simulate(cell, sets, number) for number, cell in enumerate(CELLS)]
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "coverage_test_half.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Cell._fields, "sets", "coverage", "width", "coverage_if_independent"])
        writer.writerows(rows)
    for groups in (8, 20, 60):
        found = [row[7] for row in rows if row[3] == groups]
        naive = [row[9] for row in rows if row[3] == groups and row[4] > 0]
        print(f"{groups} groups: {min(found):.3f} to {max(found):.3f}; as if independent, where "
              f"they are not: {min(naive):.3f} to {max(naive):.3f}")  # fmt: skip


def simulate(cell: Cell, sets: int, number: int) -> tuple[object, ...]:
    """Coverage of one cell."""
    rng = np.random.default_rng([7, number])
    held, naive, width = 0, 0, 0.0
    for _ in range(sets):
        correct, labels, groups = draw_set(rng, cell)
        found = compute_proportion(correct, labels, cell.metric, 0.95, groups)
        alone = compute_proportion(correct, labels, cell.metric, 0.95)
        held += found.low <= cell.accuracy <= found.high
        naive += alone.low <= cell.accuracy <= alone.high
        width += found.high - found.low
    return (*cell, sets, round(held / sets, 4), round(width / sets, 4), round(naive / sets, 4))


def draw_set(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is right, the class and the group of each picture."""
    sizes = {
        "equal": np.full(cell.groups, 15),
        "unequal": 1 + rng.geometric(0.1, cell.groups),
        "two large": np.where(np.arange(cell.groups) < LARGE_GROUPS, LARGE_PICTURES, 8),
    }[cell.sizes]
    groups = np.repeat(np.arange(cell.groups), sizes)
    chances = np.full(cell.groups, cell.accuracy)
    if cell.correlation:
        left = (1 - cell.correlation) / cell.correlation
        chances = rng.beta(cell.accuracy * left, (1 - cell.accuracy) * left, cell.groups)
    if cell.classes == "within":
        labels = rng.choice(len(SHARES), cell.groups, p=SHARES)[groups]
    else:
        labels = rng.choice(len(SHARES), len(groups), p=SHARES)
    return rng.random(len(groups)) < chances[groups], labels, groups


if __name__ == "__main__":
    main()
