"""Simulated studies, whose truth is known, and how they are judged.

Correctness: a picture is right if its latent difficulty (normal, partly common to all trainings,
partly a variant's own, the rest fresh in each training) lies below the threshold that gives the
trial its accuracy, which varies between trials. So pictures are unequally difficult, and trainings
of one variant disagree on fewer of them than those of two.

Judged by the rules of the product, look by look, or by those of version 0.1.0: there the accepted
error was divided equally over the looks, a winner had to beat all rivals by intervals that hold
together, nothing was revived or given up, and the pictures' part of the variance was not widened.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from scipy import optimize, special

from benchmarks import machine
from poolbench.records import Cost, VerdictRecord
from poolbench.verdict import Evidence, Question, components, decide
from poolbench.verdict.decide import find_closest
from poolbench.verdict.looks import ALPHA, LOOKS, TIE_ALPHA, make_levels
from poolbench.verdict.paired import compute_limits, compute_pairs, share_confidence
from poolbench.verdict.racing import start_race, take_look

RESULTS = machine.RESULTS / "verdict"
FOLDS = 5


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
    """What a study said, and how many trials it took.

    Attributes:
        repeats: Of the last look.
        points: Between the best mean and its closest rival; ``unbiased``: after an early stop.
        rival: Position of that one.
        regret: Bound on what the recommended variant is worse than the best; ``recommended``.
        chance: That was forecast of a decision, at the first look; ``None``: it was the last.
    """

    kind: str
    winner: str | None
    trials: int
    repeats: int
    points: float | None = None
    rival: int | None = None
    unbiased: float | None = None
    regret: float | None = None
    recommended: str | None = None
    chance: float | None = None
    is_futile: bool = False


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


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


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
    """Judge once, after so many repeats."""
    verdict = decide(Evidence(*study.take(repeats)), question)
    return make_answer(verdict, study.variants * repeats * FOLDS)


def judge_race(
    study: Study, question: Question, looks: Sequence[int] = LOOKS, *, may_give_up: bool = True
) -> Answer:
    """Judge look by look, as ``--repeats auto`` does; or never give up."""
    question = replace(question, looks=make_levels(looks))
    race = start_race(question.ids)
    reached = dict.fromkeys(question.ids, 0)
    chance = None
    for look in looks:
        correct, fold = study.take(look)
        while True:
            reached |= dict.fromkeys(race.active, look)
            evidence = Evidence(correct, fold, reached=tuple(reached.values()))
            race = take_look(race, evidence, question)
            if race.verdict is not None:
                break
        if look == looks[0] and race.verdict.more_repeats is not None:
            chance = race.verdict.more_repeats.chance
        if race.is_over and (may_give_up or not race.verdict.is_futile):
            break
    answer = make_answer(race.verdict, FOLDS * sum(reached.values()))
    return answer._replace(chance=chance)


def judge_before(study: Study, question: Question, looks: Sequence[int] = LOOKS) -> Answer:
    """Judge look by look by the rules of version 0.1.0."""
    with patch.object(components, "POOL_SHARE", 0.0):
        return _judge_before(study, question, looks)


def _judge_before(study: Study, question: Question, looks: Sequence[int]) -> Answer:
    names, margin = np.array(question.ids), question.margin_points
    active = np.arange(study.variants)
    trials = done = 0
    for look in looks:
        trials += len(active) * (look - done) * FOLDS
        done = look
        evidence = Evidence(*study.take(look))
        means = evidence.correct[active].mean(axis=(1, 2))
        best, *others = active[np.argsort(-means, kind="stable")]
        parts = compute_pairs(evidence, [(best, other) for other in others], look)
        together = share_confidence(ALPHA / len(looks), study.variants - 1)
        low, _ = compute_limits(parts, together, evidence.effective_pictures)
        tie = 1 - 2 * TIE_ALPHA / len(looks)
        tie_low, tie_high = compute_limits(parts, tie, evidence.effective_pictures)
        is_equal = (tie_low > -margin) & (tie_high < margin)
        if (is_equal | (low > 0)).all():
            kind = "tied" if is_equal.any() else "winner"
            return Answer(kind, None if kind == "tied" else str(names[best]), trials, look)
        beaten = np.array(others)[(low > 0) & (parts.mean >= margin)]
        active = np.array([variant for variant in active if variant not in beaten])
    return Answer("undecided", None, trials, done)


def make_answer(verdict: VerdictRecord, trials: int) -> Answer:
    """Return what is counted of a verdict."""
    first = verdict.differences[0].first
    closest = find_closest(first, verdict.differences)
    return Answer(
        verdict.kind,
        verdict.winner,
        trials,
        verdict.repeats,
        closest.points,
        int(closest.second[1:]),
        verdict.unbiased_points,
        verdict.regret_points,
        verdict.recommended,
        None if verdict.more_repeats is None else verdict.more_repeats.chance,
        verdict.is_futile,
    )
