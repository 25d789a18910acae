"""Do the numbers hold that a verdict says of what may come: chances, corrected sizes, regrets?

    python -m benchmarks.verdict.forecasts [--studies 6000] [--processes 2]

Simulated studies (simulated.py: 300 pictures, 5 folds, accuracy 0.87, 1.5 points between trials) of
2, 3 and 8 variants, whose true accuracies are drawn from a normal distribution with a standard
deviation such that two of them differ by N(0, 1²) or N(0, 2²) points.

- *Chance of a decision.* Of studies that are undecided after 2 repeats: the chance that the verdict
  states for 6 repeats in all (judged once more), and for all looks of ``--repeats auto`` to come,
  in ten bins, against the share that was decided when they were gone on with. Wanted: within 5
  points in each bin with at least 400 studies.
- *Early stops.* Of winners that were named before the last look: the mean of the difference found
  and of the corrected one, against the truth; the share of corrected ones that are above it.
- *Regret.* How often the recommended variant is worse than the best by more than the bound.

Writes benchmarks/results/verdict/forecasts.csv, early_stops.csv and regret.csv.
"""

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.verdict.sequential import (
    ACCURACY,
    DISAGREEMENT,
    DISTINCT_DISAGREEMENT,
    NOISE,
)
from benchmarks.verdict.simulated import (
    RESULTS,
    Answer,
    Population,
    Study,
    find_share,
    judge_fixed,
    judge_race,
    make_question,
    write_rows,
)
from poolbench.verdict import Evidence
from poolbench.verdict.paired import Levels
from poolbench.verdict.predictive import make_prospect, predict_repeats

PICTURES = 300
SPREADS = (1.0, 2.0)
VARIANTS = (2, 3, 8)
FIRST, SECOND = 2, 6
BINS = 10
BATCH = 10


class Found(NamedTuple):
    """What one study showed.

    Attributes:
        stated: Chance of a decision after SECOND repeats, if it was undecided after FIRST.
        is_decided: Whether it was, then.
        race: The answer by looks; ``whole``: that of a study that is never given up; ``first``:
            the one after FIRST repeats.
        truth: True accuracies in points.
    """

    stated: float | None
    is_decided: bool
    race: Answer
    whole: Answer
    first: Answer
    truth: tuple[float, ...]


def main() -> None:
    """Judge all studies and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=6000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    started = time.monotonic()
    bins, stops, regrets = [], [], []
    with ProcessPoolExecutor(arguments.processes) as executor:
        for spread in SPREADS:
            for variants in VARIANTS:
                run = partial(judge_study, spread, variants)
                found = list(executor.map(run, range(arguments.studies), chunksize=BATCH))
                fixed = [(f.stated, f.is_decided) for f in found if f.stated is not None]
                bins += make_bins("fixed", spread, variants, fixed)
                looks = [
                    (f.whole.chance, f.whole.kind != "undecided")
                    for f in found
                    if f.whole.chance is not None
                ]
                bins += make_bins("looks", spread, variants, looks)
                stops += make_stops(spread, variants, found)
                regrets += make_regrets(spread, variants, found)
                print(spread, variants, f"{time.monotonic() - started:.0f} s", flush=True)
    head = ("spread_points", "variants")
    columns = ("forecast", *head, "bin", "studies", "stated", "observed")
    bins += pool_bins(bins)
    write_rows(RESULTS / "forecasts.csv", columns, bins)
    columns = (*head, "repeats", "winners", "found", "corrected", "truth", "corrected_above_truth")
    write_rows(RESULTS / "early_stops.csv", columns, stops)
    columns = (*head, "design", "studies", "missed", "mean_bound")
    write_rows(RESULTS / "regret.csv", columns, regrets)
    for row in (*bins, *stops, *regrets):
        print(*row)


def judge_study(spread: float, variants: int, number: int) -> Found:
    """Judge one study after FIRST repeats, after SECOND, and by looks."""
    seed = [zlib.crc32(str(spread).encode()), variants, number]
    truth = ACCURACY + np.random.default_rng(seed).normal(0, spread / np.sqrt(2) / 100, variants)
    pair = ((ACCURACY, ACCURACY),)
    lasting = find_share(pair, DISAGREEMENT, NOISE)
    common = find_share(pair, DISTINCT_DISAGREEMENT, NOISE)
    population = Population(
        PICTURES, tuple(truth.tolist()), (NOISE,) * variants, common, lasting - common
    )
    study = Study(population, [*seed, 1])
    question = replace(make_question(variants), seed=number)
    first = judge_fixed(study, question, FIRST)
    stated, is_decided = None, False
    if first.kind == "undecided":
        prospect = make_prospect(Evidence(*study.take(FIRST)))
        rng = np.random.default_rng([number, FIRST])
        stated = predict_repeats(prospect, Levels(1.0, variants - 1), [SECOND], rng)
        is_decided = judge_fixed(study, question, SECOND).kind != "undecided"
    race = judge_race(study, question)
    whole = judge_race(study, question, may_give_up=False)
    return Found(stated, is_decided, race, whole, first, tuple((100 * truth).tolist()))


def make_bins(
    kind: str, spread: float, variants: int, pairs: Sequence[tuple[float, bool]]
) -> list[tuple]:
    """Return the share that was decided, by the chance that was stated."""
    by_bin = defaultdict(list)
    for stated, is_decided in pairs:
        by_bin[min(int(BINS * stated), BINS - 1)].append((stated, is_decided))
    rows = []
    for number, some in sorted(by_bin.items()):
        stated, observed = np.mean(some, axis=0)
        rows.append(
            (kind, spread, variants, number, len(some), round(stated, 3), round(observed, 3))
        )
    return rows


def pool_bins(rows: Sequence[tuple]) -> list[tuple]:
    """Return the same over all numbers of variants together, and over both spreads."""
    by_bin = defaultdict(list)
    for kind, _, _, number, *values in rows:
        by_bin[kind, number].append(values)
    pooled = []
    for (kind, number), some in sorted(by_bin.items()):
        counts, stated, observed = np.array(some).T
        shares = [round(float(np.average(x, weights=counts)), 3) for x in (stated, observed)]
        pooled.append((kind, "all", "all", number, int(counts.sum()), *shares))
    return pooled


def make_stops(spread: float, variants: int, found: Sequence[Found]) -> list[tuple]:
    """Return what winners of early looks showed, corrected and not, against the truth."""
    by_look = defaultdict(list)
    for study in found:
        race = study.race
        if race.winner is None or race.unbiased is None:
            continue
        truth = np.array(study.truth)
        winner = int(race.winner[1:])
        # The rival that the difference is about is the closest that was found, not the best one.
        gap = truth[winner] - np.delete(truth, winner)[race.rival - (race.rival > winner)]
        by_look[race.repeats].append((race.points, race.unbiased, gap, race.unbiased > gap))
    return [
        (spread, variants, look, len(some), *np.mean(some, axis=0).round(3).tolist())
        for look, some in sorted(by_look.items())
    ]


def make_regrets(spread: float, variants: int, found: Sequence[Found]) -> list[tuple]:
    """Return how often the bound on the regret was missed."""
    rows = []
    for design in ("first", "race"):
        answers = [(getattr(study, design), study.truth) for study in found]
        missed = sum(
            max(truth) - truth[int(answer.recommended[1:])] > answer.regret + 1e-9
            for answer, truth in answers
        )
        mean = round(float(np.mean([answer.regret for answer, _ in answers])), 3)
        name = f"fixed-{FIRST}" if design == "first" else "auto"
        rows.append((spread, variants, name, len(found), missed, mean))
    return rows


if __name__ == "__main__":
    main()
