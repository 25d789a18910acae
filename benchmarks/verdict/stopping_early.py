"""How many trials does stopping early save, at what power?

    python -m benchmarks.verdict.stopping_early [--studies 4000] [--processes 2]

Simulated studies of ten variants, of which the first is better by 3 points: 1,500 pictures, 5
folds, accuracy 0.90 (the best; the others 0.87), a standard deviation of 1.5 points between trials.
A training of the best and one of another disagree on 8 % of the pictures, the noise and the 3
points included. Half of the variance of that difference, over pictures, is shared by all repeats
(what each variant finds difficult), half is fresh in each training: two trainings of one variant
disagree on 4 %. The latent model is that of equal_variants.py.

Power: the share of studies whose winner is the first variant. ``fixed-R``: all variants for R
repeats, judged once. ``sequential``: the looks of ``--repeats auto``, the error divided equally
over them. All designs judge the same studies. Wanted of the sequential design: a power of 0.90 with
at most 60 % of the trials of the fixed design of equal power. Two are printed: the least R with a
power of 0.90, and the least with the power that the sequential design has.

``--alternatives`` (without a target; nothing of the product is set by it) compares ways to divide
the accepted error over the looks on another kind of study: five variants, the first better by 2
points, 1,000 pictures. It writes benchmarks/results/verdict/stopping_splits.csv (1,000 studies).

Writes benchmarks/results/verdict/stopping_early.csv, one row for each design.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.verdict.equal_variants import (
    RESULTS,
    Answer,
    Population,
    Study,
    find_share,
    judge_best_only,
    judge_fixed,
    judge_race,
    make_question,
    write_rows,
)
from poolbench.verdict.racing import LOOKS

POWER = 0.90
MOST_TRIALS = 0.60
# Share of the accepted error that each look may spend.
SPLITS = {
    "equal": np.full(len(LOOKS), 1 / len(LOOKS)),
    # In proportion to the number of the look, or to its repeats.
    "increasing": np.arange(1, len(LOOKS) + 1) / np.arange(1, len(LOOKS) + 1).sum(),
    "by-repeats": np.array(LOOKS) / sum(LOOKS),
}
COLUMNS = (
    "variants", "gain_points", "pictures", "design", "studies", "power", "false_winners", "tied",
    "undecided", "mean_trials",
)  # fmt: skip
BATCH = 20


class Contest(NamedTuple):
    """A kind of study; see above."""

    variants: int
    gain_points: float
    pictures: int
    accuracy: float
    noise: float
    disagreement: float


ISSUE = Contest(10, 3.0, 1500, 0.90, 0.015, 0.08)
OTHER = Contest(5, 2.0, 1000, 0.90, 0.015, 0.08)


def main() -> None:
    """Judge all studies by each design and write one row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=4000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--alternatives", action="store_true")
    arguments = parser.parse_args()
    started = time.monotonic()
    contest = OTHER if arguments.alternatives else ISSUE
    rows: list[tuple] = []
    with ProcessPoolExecutor(arguments.processes) as executor:

        def add_row(design: str, judge: partial) -> float:
            answers = list(executor.map(judge, range(arguments.studies), chunksize=BATCH))
            rows.append(make_row(contest, design, answers))
            print(f"{design}: {time.monotonic() - started:.0f} s", flush=True)
            return rows[-1][COLUMNS.index("power")]

        splits = SPLITS if arguments.alternatives else {"sequential": SPLITS["equal"]}
        for split, shares in splits.items():
            add_row(split, partial(run_race, contest, tuple(shares)))
        wanted = max(POWER, *(row[COLUMNS.index("power")] for row in rows))
        for repeats in range(2, max(LOOKS) + 1):
            if add_row(f"fixed-{repeats}", partial(run_fixed, contest, repeats)) >= wanted:
                break
    name = "stopping_splits.csv" if arguments.alternatives else "stopping_early.csv"
    write_rows(RESULTS / name, COLUMNS, rows)
    summarize(rows)


def make_row(contest: Contest, design: str, answers: Sequence[Answer]) -> tuple:
    """What all studies said."""
    winners = [answer.winner for answer in answers if answer.winner]
    right = winners.count("v00")
    return (
        *contest[:3],
        design,
        len(answers),
        round(right / len(answers), 4),
        len(winners) - right,
        *(sum(answer.kind == kind for answer in answers) for kind in ("tied", "undecided")),
        round(float(np.mean([answer.trials for answer in answers])), 2),
    )


def summarize(rows: list[tuple]) -> None:
    """Print every row, and the sequential designs against the yardstick."""
    for row in rows:
        print("{} variants, {} points, {} pictures, {:10s} {} studies, power {:.3f}, false "
              "winners {}, tied {}, undecided {:3d}, mean trials {:.1f}".format(*row))  # fmt: skip
    power, trials = COLUMNS.index("power"), COLUMNS.index("mean_trials")
    fixed = [row for row in rows if row[3].startswith("fixed")]
    for row in rows:
        if row in fixed:
            continue
        for wanted in (POWER, row[power]):
            yardstick = next((other for other in fixed if other[power] >= wanted), None)
            if yardstick is None:
                print(f"{row[3]}: no fixed design up to {max(LOOKS)} repeats has power {wanted}")
                continue
            part = row[trials] / yardstick[trials]
            found = "met" if row[power] >= POWER and part <= MOST_TRIALS else "missed"
            print(f"{row[3]}: power {row[power]:.3f} with {100 * part:.1f} % of the trials of "
                  f"{yardstick[3]} (power {yardstick[power]:.3f})"
                  f"{f': {found}' if row[0] == ISSUE.variants else ''}")  # fmt: skip


def run_fixed(contest: Contest, repeats: int, number: int) -> Answer:
    """One study, judged once."""
    with judge_best_only():
        return judge_fixed(make_study(contest, number), make_question(contest.variants), repeats)


def run_race(contest: Contest, shares: Sequence[float], number: int) -> Answer:
    """The same study, judged look by look."""
    with judge_best_only():
        return judge_race(make_study(contest, number), make_question(contest.variants), shares)


def make_study(contest: Contest, number: int) -> Study:
    """The same whichever design judges it."""
    accuracy = np.full(contest.variants, contest.accuracy)
    accuracy[1:] -= contest.gain_points / 100
    best, other = accuracy[:2]
    common = find_share(((best, other),), contest.disagreement, contest.noise)
    fresh = (contest.disagreement - (best - other) ** 2) / 2
    lasting = find_share(((best, best), (other, other)), fresh, contest.noise)
    population = Population(
        contest.pictures,
        tuple(accuracy),
        (contest.noise,) * contest.variants,
        common,
        lasting - common,
    )
    return Study(population, [contest.variants, contest.pictures, number])


if __name__ == "__main__":
    main()
