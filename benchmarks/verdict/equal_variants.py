"""How often is a variant called the winner that is not: equal variants, and some that are not.

    python -m benchmarks.verdict.equal_variants [--studies 2000] [--checks 100] [--processes 2]

Simulated studies of 300 pictures and 5 folds, judged after 2 repeats, after 6 repeats, and
sequentially (the looks of ``--repeats auto``, up to 24 repeats; variants that are beaten are
dropped). Correctness: a picture is right if its latent difficulty (normal, partly common to all
trainings, partly a variant's own, the rest fresh in each training) lies below the threshold that
gives the trial its accuracy, which varies by 1.5 points between trials. So pictures are unequally
difficult, and two trainings of one variant disagree on 10 % of them. Configurations:

- ``equal``: replicas of one variant, accuracy 0.87; no difficulty of their own;
- ``distinct``: as accurate as each other, but different variants, which disagree on 13 %;
- ``two-best``: distinct, two equal ones, the others 5 points worse;
- ``one-best``: distinct, the first one 0.3 points better than the others;
- ``noisy``: distinct and equally accurate, the first one three times as noisy between trials.

A false winner is a winner that is not, in truth, better than all others. At nominal 5 %, of 2,000
studies at most 123 may have one (the 99 % quantile of the binomial).

The judge is the product's ``decide`` and ``take_look``, without what no answer depends on: the
forecasts of further repeats, and the differences between two variants that are not the best.
``--checks`` studies are judged in full besides, and must give the same answers.

Writes benchmarks/results/verdict/equal_variants.csv; ``winners`` are the false ones.
"""

import argparse
import csv
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from scipy import optimize, special

from benchmarks import machine
from poolbench.records import Cost, Difference, VerdictRecord
from poolbench.verdict import Evidence, Question, decide
from poolbench.verdict.intervals import compute_components
from poolbench.verdict.paired import Levels, describe_points
from poolbench.verdict.planning import Need
from poolbench.verdict.racing import LOOKS, Race, take_look

RESULTS = machine.RESULTS / "verdict"
FOLDS = 5
PICTURES = 300
ACCURACY = 0.87
NOISE = 0.015
# Of pictures: on how many two trainings of one variant, and of two variants, disagree.
DISAGREEMENT, DISTINCT_DISAGREEMENT = 0.10, 0.13
MOST_FALSE = 123
FIXED = (2, 6)
DESIGNS = (*(f"fixed-{repeats}" for repeats in FIXED), "sequential")
KINDS = (
    *(("equal", variants) for variants in (2, 3, 8, 20)),
    *(("distinct", variants) for variants in (2, 3, 8)),
    *(("two-best", variants) for variants in (3, 8)),
    *(("one-best", variants) for variants in (2, 3, 8)),
    *(("noisy", variants) for variants in (2, 3, 8)),
)
COLUMNS = (
    "variants", "design", "configuration", "studies", "winners", "tied", "undecided", "mean_trials",
    "right_winners",
)  # fmt: skip
BATCH = 20


class Population(NamedTuple):
    """What studies are drawn from.

    Attributes:
        accuracy: Of each variant, 0-1.
        noise: Standard deviation of each variant's accuracy between trials, 0-1.
        common: Part of the variance of latent difficulty that all trainings share.
        own: Part that all trainings of one variant share besides.
    """

    pictures: int
    accuracy: tuple[float, ...]
    noise: tuple[float, ...]
    common: float
    own: float


class Answer(NamedTuple):
    """What a study said, and how many trials it took."""

    kind: str
    winner: str | None
    tied: tuple[str, ...]
    trials: int


class Study:
    """One study, which grows repeat by repeat: the same whenever it is looked at."""

    def __init__(self, population: Population, seed: Sequence[int]) -> None:
        self.population = population
        self.rng = np.random.default_rng(seed)
        self.variants = len(population.accuracy)
        common = self.rng.standard_normal(population.pictures)
        own = self.rng.standard_normal((self.variants, population.pictures))
        self.lasting = np.sqrt(population.common) * common + np.sqrt(population.own) * own
        self.correct: list[np.ndarray] = []
        self.fold: list[np.ndarray] = []

    def take(self, repeats: int) -> tuple[np.ndarray, np.ndarray]:
        """bool ``[V, R, n]`` and int64 ``[R, n]`` of the first repeats."""
        while len(self.fold) < repeats:
            self._add_repeat()
        return np.stack(self.correct[:repeats], axis=1), np.stack(self.fold[:repeats])

    def _add_repeat(self) -> None:
        population, rng = self.population, self.rng
        fold = rng.permutation(np.arange(population.pictures) % FOLDS)
        noise = np.array(population.noise)[:, None] * rng.standard_normal((self.variants, FOLDS))
        accuracy = np.clip(np.array(population.accuracy)[:, None] + noise, 1e-4, 1 - 1e-4)
        fresh = rng.standard_normal(self.lasting.shape, dtype=np.float32)
        latent = self.lasting + np.sqrt(1 - population.common - population.own) * fresh
        self.correct.append(latent < special.ndtri(accuracy)[:, fold])
        self.fold.append(fold)


def main() -> None:
    """Judge all studies and write one row for each kind and design."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--checks", type=int, default=100)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    started = time.monotonic()
    rows = []
    with ProcessPoolExecutor(arguments.processes) as executor:
        checked = sum(executor.map(check_shortcut, range(arguments.checks)))
        print(f"{checked} answers are the same without the shortcut, "
              f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
        for kind in KINDS:
            run = partial(run_study, kind)
            answers = list(executor.map(run, range(arguments.studies), chunksize=BATCH))
            rows += make_rows(kind, answers)
            print(*kind, f"{time.monotonic() - started:.0f} s", flush=True)
    write_rows(RESULTS / "equal_variants.csv", COLUMNS, rows)
    summarize(rows)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def make_rows(kind: tuple[str, int], answers: Sequence[Sequence[Answer]]) -> list[tuple]:
    """One row for each design."""
    configuration, variants = kind
    best = {"v00"} if configuration == "one-best" else set()
    rows = []
    for design, said in zip(DESIGNS, zip(*answers, strict=True), strict=True):
        winners = [answer.winner for answer in said if answer.winner]
        right = sum(winner in best for winner in winners)
        counts = [sum(answer.kind == name for answer in said) for name in ("tied", "undecided")]
        trials = round(float(np.mean([answer.trials for answer in said])), 2)
        false = len(winners) - right
        rows.append((variants, design, configuration, len(said), false, *counts, trials, right))
    return rows


def summarize(rows: list[tuple]) -> None:
    """Print every row, and how many have few enough false winners."""
    for row in rows:
        print("{:2d} variants {:10s} {:9s} {} studies, false winners {:3d}, tied {:4d}, "
              "undecided {:4d}, mean trials {:8.2f}, right winners {}".format(*row))  # fmt: skip
    most = max(row[4] / row[3] for row in rows)
    limit = MOST_FALSE / 2000
    enough = sum(row[4] / row[3] <= limit for row in rows)
    print(f"{enough} of {len(rows)} rows have at most {100 * limit:.2f} % false winners, "
          f"the most {100 * most:.2f} %")  # fmt: skip


def run_study(kind: tuple[str, int], number: int) -> list[Answer]:
    """One study, judged by each design."""
    with judge_best_only():
        return judge_study(kind, number)


def check_shortcut(number: int) -> int:
    """How many answers were checked; fails if one of them is another in full."""
    kind = KINDS[number % len(KINDS)]
    short, full = run_study(kind, number), judge_study(kind, number)
    if short != full:
        raise AssertionError(f"{kind}, study {number}: {short} by the shortcut, {full} in full.")
    return len(full)


def judge_study(kind: tuple[str, int], number: int) -> list[Answer]:
    """Of one study, by each design."""
    configuration, variants = kind
    seed = [zlib.crc32(configuration.encode()), variants, number]
    study = Study(make_population(*kind), seed)
    question = make_question(variants)
    return [
        *(judge_fixed(study, question, repeats) for repeats in FIXED),
        judge_race(study, question, [1 / len(LOOKS)] * len(LOOKS)),
    ]


def make_population(configuration: str, variants: int) -> Population:
    """The variants of a configuration; the first is the special one."""
    accuracy, noise = np.full(variants, ACCURACY), np.full(variants, NOISE)
    if configuration == "two-best":
        accuracy[2:] -= 0.05
    elif configuration == "one-best":
        accuracy[1:] -= 0.003
    elif configuration == "noisy":
        noise[0] *= 3
    pair = ((ACCURACY, ACCURACY),)
    lasting = find_share(pair, DISAGREEMENT, NOISE)
    common = lasting
    if configuration != "equal":
        common = find_share(pair, DISTINCT_DISAGREEMENT, NOISE)
    return Population(PICTURES, tuple(accuracy), tuple(noise), common, lasting - common)


@cache
def find_share(pairs: tuple[tuple[float, float], ...], disagreement: float, noise: float) -> float:
    """Part of latent difficulty that two trainings share which disagree on so many pictures.

    Args:
        pairs: Accuracies of the two; of several pairs, the mean disagreement is meant.
        noise: Standard deviation of the accuracy between trials.
    """
    return float(
        optimize.brentq(
            lambda share: (
                np.mean([compute_disagreement(*pair, share, noise) for pair in pairs])
                - disagreement
            ),
            0.0,
            0.999,
        )
    )


def compute_disagreement(first: float, second: float, share: float, noise: float) -> float:
    """Part of the pictures on which one of two trainings is right and the other is not."""
    latent = np.linspace(-8, 8, 2001)
    weights = np.exp(-(latent**2) / 2)
    nodes, noise_weights = np.polynomial.hermite_e.hermegauss(41)
    right = []
    for accuracy in (first, second):
        thresholds = special.ndtri(np.clip(accuracy + noise * nodes, 1e-4, 1 - 1e-4))
        chance = special.ndtr((thresholds[:, None] - np.sqrt(share) * latent) / np.sqrt(1 - share))
        right.append(noise_weights @ chance / noise_weights.sum())
    differs = right[0] + right[1] - 2 * right[0] * right[1]
    return float(weights @ differs / weights.sum())


def make_question(variants: int) -> Question:
    """Which of the variants ``v00``, ``v01``, … wins."""
    ids = tuple(f"v{number:02d}" for number in range(variants))
    cost = Cost(parameters=1, multiply_adds=1, conv_multiply_adds=1)
    return Question(ids, dict.fromkeys(ids, cost), 1.0, "cv")


def judge_fixed(study: Study, question: Question, repeats: int) -> Answer:
    """One look after so many repeats."""
    verdict = decide(Evidence(*study.take(repeats)), question)
    return make_answer(verdict, study.variants * repeats * FOLDS)


def judge_race(study: Study, question: Question, shares: Sequence[float]) -> Answer:
    """The looks of ``--repeats auto``, of which each may spend its share of the accepted error."""
    race = Race(tuple(question.ids))
    trials, done = 0, 0
    for repeats, share in zip(LOOKS, shares, strict=True):
        trials += len(race.active) * (repeats - done) * FOLDS
        done = repeats
        correct, fold = study.take(repeats)
        active = [question.ids.index(name) for name in race.active]
        # The product gives each of so many looks the same share.
        race = take_look(race, Evidence(correct[active], fold), question, 1 / share)
        if race.is_over:
            break
    return make_answer(race.verdict, trials)


def make_answer(verdict: VerdictRecord, trials: int) -> Answer:
    """Of a verdict, what is counted here."""
    return Answer(verdict.kind, verdict.winner, verdict.tied, trials)


@contextmanager
def judge_best_only() -> Iterator[None]:
    """``decide`` without forecasts and without the pairs that no answer depends on."""
    # By name, since the package's own ``decide`` is the function.
    module = sys.modules["poolbench.verdict.decide"]
    need = Need(None, None, 0, 0.0)
    with (
        patch.object(module, "compute_differences", compare_best),
        patch.object(module, "_plan", lambda *_: need),
    ):
        yield


def compare_best(
    evidence: Evidence, ids: Sequence[str], pairs: Iterable[tuple[int, int]], levels: Levels
) -> tuple[Difference, ...]:
    """As ``compute_differences``, for the pairs that begin as the first does, all at once."""
    chosen = list(pairs)
    best = chosen[0][0] if chosen else 0
    others = [second for first, second in chosen if first == best]
    if not others:
        return ()
    values = np.stack([evidence.score(best) - evidence.score(other) for other in others])
    parts = compute_components(values, evidence.fold, evidence.groups)
    return tuple(
        Difference(first=ids[best], second=ids[other], repeats=evidence.repeats, **values)
        for other, values in zip(others, describe_points(parts, levels), strict=True)
    )


if __name__ == "__main__":
    main()
