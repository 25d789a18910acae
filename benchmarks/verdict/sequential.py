"""How often is a false winner named, and how many trainings does a verdict take?

    python -m benchmarks.verdict.sequential [--studies 2000] [--processes 2] [--only null|power]
        [--most 24]

Simulated studies of 5 folds (simulated.py), judged look by look by the present rules, by those of
version 0.1.0, and once after 2 and after 6 repeats; all judge the same studies.

Null configurations (300 pictures, accuracy 0.87, 1.5 points between trials unless said):

- ``equal``: replicas of one variant, which disagree on 10 % of the pictures;
- ``distinct``: as accurate as each other, but different variants, which disagree on 13 %;
- ``two-best``: distinct, two equal ones, the others 5 points worse: the least favourable case;
- ``noisy``: distinct and equally accurate, the first one three times as noisy between trials;
- ``noisy-two``: two-best, and the first of the two equals three times as noisy;
- ``quiet``: distinct and equally accurate, all but the first one three times as noisy;
- ``one-best``: distinct, the first 0.3 points better: a winner that is another one is false.

A false winner is a winner that is not, in truth, better than all others. At nominal 5 %, of 2,000
studies at most 123 may have one (the 99 % quantile of the binomial), of 10,000 at most 551.

Contests, with one variant that is better than the others by so many points:

- 46, 10, 5 and 3 variants, as listed in ``CONTESTS``.

Writes benchmarks/results/verdict/sequential_null.csv and sequential_power.csv.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.verdict.simulated import (
    RESULTS,
    Answer,
    Population,
    Study,
    find_share,
    judge_before,
    judge_fixed,
    judge_race,
    make_question,
    write_rows,
)
from poolbench.verdict.looks import LOOKS

ACCURACY = 0.87
NOISE = 0.015
# Of pictures: on how many two trainings of one variant, and of two variants, disagree.
DISAGREEMENT, DISTINCT_DISAGREEMENT = 0.10, 0.13
MOST_FALSE = 123 / 2000
NULLS = (
    *(("two-best", variants) for variants in (3, 8, 20)),
    *(("noisy-two", variants) for variants in (3, 8)),
    *(("noisy", variants) for variants in (2, 3, 8)),
    *(("quiet", variants) for variants in (3, 8)),
    *(("equal", variants) for variants in (2, 3, 8, 20)),
    *(("distinct", variants) for variants in (2, 3, 8)),
    *(("one-best", variants) for variants in (2, 3, 8)),
)
DESIGNS = ("fixed-2", "fixed-6", "before", "auto")
COLUMNS = (
    "configuration", "variants", "gain_points", "pictures", "design", "studies", "false_winners",
    "right_winners", "tied", "undecided", "futile", "mean_trials", "regret_missed",
)  # fmt: skip
# Variants from which on a quarter of the studies is judged; not of those with two equal bests.
MANY = 8
BATCH = 10


class Contest(NamedTuple):
    """A study with one best variant."""

    variants: int
    gain_points: float
    pictures: int
    accuracy: float
    disagreement: float


CONTESTS = (
    Contest(46, 3.0, 1500, 0.90, 0.08),
    Contest(10, 3.0, 1500, 0.90, 0.08),
    Contest(5, 2.0, 1000, 0.90, 0.08),
    Contest(3, 4.0, 300, 0.90, 0.10),
    Contest(3, 2.0, 300, 0.90, 0.10),
)


def main() -> None:
    """Judge all studies and write one row for each kind and design."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=("null", "power"))
    parser.add_argument("--most", type=int, default=LOOKS[-1], help="repeats at the last look")
    parser.add_argument("--kind", nargs=2, help="a null configuration and its variants, alone")
    arguments = parser.parse_args()
    started = time.monotonic()
    nulls = NULLS if arguments.kind is None else ((arguments.kind[0], int(arguments.kind[1])),)
    looks = tuple(look for look in LOOKS if look <= arguments.most)
    with ProcessPoolExecutor(arguments.processes) as executor:
        for name, kinds in (("null", nulls), ("power", CONTESTS)):
            if arguments.only not in (None, name):
                continue
            rows = []
            for kind in kinds:
                judge = partial(judge_study, kind, looks)
                count = count_studies(kind, arguments.studies)
                answers = list(executor.map(judge, range(count), chunksize=BATCH))
                rows += make_rows(kind, answers)
                for row in rows[-len(DESIGNS) :]:
                    print(*row, f"{time.monotonic() - started:.0f} s", flush=True)
            if arguments.kind is None:
                write_rows(RESULTS / f"sequential_{name}.csv", COLUMNS, rows)


def count_studies(kind: tuple, studies: int) -> int:
    """Return how many studies of a kind are judged: fewer of what takes long and is no edge."""
    is_contest = isinstance(kind, Contest)
    variants = kind.variants if is_contest else kind[1]
    is_edge = not is_contest and kind[0].endswith(("two-best", "-two"))
    return studies // 4 if variants >= MANY and not (is_edge and variants == MANY) else studies


def judge_study(kind: tuple, looks: Sequence[int], number: int) -> list[Answer]:
    """Judge one study by each design."""
    population = make_population(kind)
    variants = len(population.accuracy)
    seed = [zlib.crc32(str(kind[0]).encode()), variants, population.pictures, number]
    study, question = Study(population, seed), make_question(variants)
    question = replace(question, seed=number)
    return [
        judge_fixed(study, question, 2),
        judge_fixed(study, question, 6),
        judge_before(study, question),
        judge_race(study, question, looks),
    ]


def make_population(kind: tuple) -> Population:
    """Return what the studies of a kind are drawn from; the first variant is the special one."""
    if isinstance(kind, Contest):
        return make_contest(kind)
    configuration, variants = kind
    accuracy, noise = np.full(variants, ACCURACY), np.full(variants, NOISE)
    if configuration.endswith(("two-best", "-two")):
        accuracy[2:] -= 0.05
    elif configuration == "one-best":
        accuracy[1:] -= 0.003
    if configuration.startswith("noisy"):
        noise[0] *= 3
    elif configuration == "quiet":
        noise[1:] *= 3
    pair = ((ACCURACY, ACCURACY),)
    lasting = find_share(pair, DISAGREEMENT, NOISE)
    common = lasting
    if configuration != "equal":
        common = find_share(pair, DISTINCT_DISAGREEMENT, NOISE)
    return Population(300, tuple(accuracy), tuple(noise), common, lasting - common)


def make_contest(contest: Contest) -> Population:
    """Return a population with one best variant; half of a difference's variance lasts."""
    accuracy = np.full(contest.variants, contest.accuracy)
    accuracy[1:] -= contest.gain_points / 100
    best, other = accuracy[:2]
    common = find_share(((best, other),), contest.disagreement, NOISE)
    fresh = (contest.disagreement - (best - other) ** 2) / 2
    lasting = find_share(((best, best), (other, other)), fresh, NOISE)
    noise = (NOISE,) * contest.variants
    return Population(contest.pictures, tuple(accuracy), noise, common, lasting - common)


def make_rows(kind: tuple, answers: Sequence[Sequence[Answer]]) -> list[tuple]:
    """Return one row for each design."""
    population = make_population(kind)
    accuracy = np.array(population.accuracy)
    best = {"v00"} if (accuracy[0] > accuracy[1:]).all() else set()
    points = {f"v{number:02d}": 100 * value for number, value in enumerate(accuracy)}
    is_contest = isinstance(kind, Contest)
    rows = []
    for design, said in zip(DESIGNS, zip(*answers, strict=True), strict=True):
        winners = [answer.winner for answer in said if answer.winner]
        right = sum(winner in best for winner in winners)
        missed = sum(
            max(points.values()) - points[answer.recommended] > answer.regret
            for answer in said
            if answer.regret is not None
        )
        rows.append(
            (
                "one-best-by" if is_contest else kind[0],
                len(accuracy),
                kind.gain_points if is_contest else 0.3 * (kind[0] == "one-best"),
                population.pictures,
                design,
                len(said),
                len(winners) - right,
                right,
                *(sum(a.kind == name for a in said) for name in ("tied", "undecided")),
                sum(answer.is_futile for answer in said),
                round(float(np.mean([answer.trials for answer in said])), 2),
                missed,
            )
        )
    return rows


if __name__ == "__main__":
    main()
