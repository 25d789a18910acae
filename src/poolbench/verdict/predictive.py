"""Predict how likely it is that more repeats, or more pictures, bring a decision.

What the study may still come to is drawn at random: true means of the variants given what was seen,
then the means of repeats that are yet to be trained. Each draw is judged by the rules of the
verdict, over all variants together. Only variants that were not dropped take part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from poolbench.records import Forecast
from poolbench.verdict.components import (
    ASSUMED_SHARED,
    POOL_SHARE,
    Numbers,
    Values,
    compute_pair_components,
    compute_trial_means,
)
from poolbench.verdict.intervals import compute_half_width, compute_score_limits
from poolbench.verdict.looks import LOOKS
from poolbench.verdict.paired import Evidence, Levels
from poolbench.verdict.spread import TRIAL_SD_POINTS, Spread, estimate_spread

# What keeps a decision from being surer.
Limit = Literal["pictures", "repeats"]

DRAWS = 1000
# Chance of a decision with which a forecast contents itself.
POWER = 0.80
# Multiple of the pictures there are up to which a forecast reaches.
MOST_TIMES = 20
# Share of the pictures that one training of one variant tells right and one of another does not, or
# the other way round; for what is expected before anything is trained.
ASSUMED_DISAGREEMENT = 0.10
# What is supposed of true differences before anything is seen: variants spread by about a point
# around their mean. Counts as so many variants beside those of the study.
PRIOR_VARIANCE = 1.25
PRIOR_VARIANTS = 3
# True means come from a mixture of normals: their variances, as parts of that one, and shares.
MIXTURE = {0.5: 0.43, 1.0: 0.43, 4.0: 0.10, 16.0: 0.04}


@dataclass(frozen=True)
class Prospect:
    """What is known of A variants, and what future repeats may say of them.

    Attributes:
        means: Accuracy of each in points, ``[A]``, as far as it was measured.
        noise: ``[A, T]``: times T independent standard normals it varies as the mean of one repeat.
        freedom: Degrees of freedom of that; 0: it was assumed.
        spread: Variance components of each pair, as :func:`list_pairs` lists them.
        repeats: There are now.
        units: Pictures, or groups.
        effective: Pictures, or as many as groups and weights leave of them.
    """

    means: Numbers
    noise: Values
    freedom: int
    spread: Spread
    repeats: int
    units: int
    effective: float

    @property
    def training_variance(self) -> float:
        """Variance of a variant's mean over the repeats there are."""
        return float((self.noise**2).sum(axis=1).mean()) / self.repeats

    @property
    def picture_variance(self) -> float:
        """Variance of a variant's mean over new pictures, in as far as variants differ there."""
        return float(np.mean(self.spread.shared)) / 2 / self.units

    @property
    def true_variance(self) -> float:
        """Estimated variance between the true means of variants."""
        found = len(self.means) - 1
        seen = float(self.means.var(ddof=1)) if found else 0.0
        excess = max(0.0, seen - self.training_variance - self.picture_variance)
        return (PRIOR_VARIANTS * PRIOR_VARIANCE + found * excess) / (PRIOR_VARIANTS + found)


def forecast(prospect: Prospect, levels: Levels, pictures: int, seed: int) -> dict[str, Any]:
    """Forecast what would decide the study: the fields of a verdict that say it.

    Before the last look, the chance is that of all looks that are to come. Else the least number of
    repeats is sought that decides with ``POWER``, or the chance is told that many repeats have.

    Args:
        pictures: There are now.
        seed: Of the study; the draws follow from it and from the repeats.
    """
    rng = np.random.default_rng([seed, prospect.repeats])
    coming = [look for look in levels.looks if look > prospect.repeats]
    if coming:
        chance = predict_repeats(prospect, levels, coming, rng)
        return {"more_repeats": Forecast(repeats=coming[-1], pictures=pictures, chance=chance)}
    more: list[int] = [look for look in LOOKS if look > prospect.repeats]
    for total in more or [2 * prospect.repeats, 4 * prospect.repeats]:
        chance = predict_repeats(prospect, levels, [total], rng)
        if chance >= POWER:
            break
    found = {"more_repeats": Forecast(repeats=total, pictures=pictures, chance=chance)}
    times = 2
    while chance < POWER and times <= MOST_TIMES:
        by_pictures = predict_pictures(prospect, levels, times, rng)
        if by_pictures >= POWER:
            wanted = Forecast(
                repeats=prospect.repeats, pictures=times * pictures, chance=by_pictures
            )
            return {**found, "more_pictures": wanted}
        times *= 2
    return found


def compute_detectable(prospect: Prospect, alpha: float) -> float:
    """Compute the smallest difference that any number of repeats shows, with ``POWER``, in points.

    Args:
        alpha: Two-sided level of "better".
    """
    quantile = special.ndtri(1 - alpha / 2) + special.ndtri(POWER)
    pictures = (1 + POOL_SHARE) * float(np.max(prospect.spread.shared)) / prospect.units
    return float(quantile * np.sqrt(pictures))


def list_pairs(variants: int) -> list[tuple[int, int]]:
    """List the positions of all pairs of so many variants."""
    return list(combinations(range(variants), 2))


def make_prospect(evidence: Evidence) -> Prospect:
    """Collect what the evidence says of the variants that were not dropped."""
    counts = evidence.repeats_by_variant
    scores = np.stack([evidence.score(v) for v, n in enumerate(counts) if n == evidence.repeats])
    pairs = compute_pair_components(scores, list_pairs(len(scores)), evidence.fold, evidence.groups)
    spread = estimate_spread(pairs, evidence.repeats)
    trials = compute_trial_means(scores, evidence.fold)
    count = trials.shape[1]
    if count == 1:
        noise = TRIAL_SD_POINTS * np.eye(len(scores))
    else:
        noise = (trials - trials.mean(axis=1, keepdims=True)) / np.sqrt((count - 1) * spread.folds)
        # Trials also vary by the pictures that they were judged on, which future ones share.
        by_training = float(np.mean(spread.trial + spread.residual / pairs.units))
        seen = float(np.mean(pairs.trials)) * evidence.repeats
        noise = noise * np.sqrt(min(1.0, by_training / seen) if seen > 0 else 0.0)
    return Prospect(
        means=scores.mean(axis=(1, 2)),
        noise=noise,
        freedom=count - 1,
        spread=spread,
        repeats=evidence.repeats,
        units=pairs.units,
        effective=evidence.effective_pictures,
    )


def predict_repeats(
    prospect: Prospect, levels: Levels, looks: Sequence[int], rng: np.random.Generator
) -> float:
    """Predict the probability of a decision at one of the coming looks.

    Args:
        levels: With the levels of these looks.
        looks: Numbers of repeats in all, rising.
    """
    scale = _draw_scale(prospect, rng)
    # What pictures do to the means is common to all repeats, so it is as good as true here.
    lasting, noise = prospect.picture_variance, prospect.training_variance
    centre, shrink = _draw_shrinkage(prospect, lasting, noise, rng)
    true = centre + shrink * (prospect.means - centre)
    true = true + np.sqrt(shrink / prospect.repeats) * scale * _draw_noise(prospect, rng)
    total = prospect.repeats * prospect.means + np.zeros((DRAWS, 1))
    done, is_decided = prospect.repeats, np.zeros(DRAWS, dtype=bool)
    for look in looks:
        more = look - done
        total = total + more * true + np.sqrt(more) * scale * _draw_noise(prospect, rng)
        done = look
        is_decided |= _judge(
            total / look, prospect.spread, levels, look, prospect.units, prospect.effective
        )
    return float(is_decided.mean())


def predict_pictures(
    prospect: Prospect, levels: Levels, times: float, rng: np.random.Generator
) -> float:
    """Predict the probability of a decision on ``times`` the pictures, in as many repeats."""
    scale = _draw_scale(prospect, rng)
    noise = prospect.picture_variance + prospect.training_variance
    centre, shrink = _draw_shrinkage(prospect, 0.0, noise, rng)

    def draw_pictures() -> Values:
        drawn = rng.standard_normal((DRAWS, len(prospect.means)))
        scaled: Values = drawn * np.sqrt(prospect.picture_variance)
        return scaled

    def draw_trainings() -> Values:
        drawn: Values = scale * _draw_noise(prospect, rng) / np.sqrt(prospect.repeats)
        return drawn

    true = centre + shrink * (prospect.means - centre)
    true = true + np.sqrt(shrink) * (draw_trainings() + draw_pictures())
    means = true + draw_trainings() + draw_pictures() / np.sqrt(times)
    units, effective = round(times * prospect.units), times * prospect.effective
    decided = _judge(means, prospect.spread, levels, prospect.repeats, units, effective)
    return float(decided.mean())


@dataclass(frozen=True)
class Expected:
    """What a study may come to, before anything is trained.

    Attributes:
        chance: Probability of a decision by the last look, 0-1.
        trainings: Mean number of trials until the study ends, of all variants.
        limit: What varies most at the last look: which pictures they are, or how trainings end.
    """

    chance: float
    trainings: float
    limit: Limit


def expect_decision(
    points: float, variants: int, folds: int, pictures: int, levels: Levels, looks: Sequence[int]
) -> Expected:
    """Expect what a study comes to whose best variant is better than all others by ``points``.

    How much trainings and pictures vary is assumed: as in docs/lab.md, and that two variants are
    right on different pictures in ``ASSUMED_DISAGREEMENT`` of the cases, half of that lastingly.

    Args:
        folds: Trials of a variant in one repeat.
        levels: With the levels of the looks.
        looks: Numbers of repeats in all, rising.
    """
    rng = np.random.default_rng(0)
    differing = 1e4 * ASSUMED_DISAGREEMENT
    # All pairs are alike, so that one stands for them.
    spread = Spread(
        trial=np.full(1, 2 * TRIAL_SD_POINTS**2 / folds),
        residual=np.full(1, (1 - ASSUMED_SHARED) * differing),
        shared=np.full(1, ASSUMED_SHARED * differing),
        folds=folds,
    )
    true = np.zeros(variants)
    true[0] = points
    per_repeat = np.sqrt((spread.trial[0] + spread.residual[0] / pictures) / 2)
    lasting = np.sqrt(spread.shared[0] / 2 / pictures)
    total = np.zeros((DRAWS, variants))
    centre = true + lasting * rng.standard_normal(total.shape)
    is_open, done, trainings = np.ones(DRAWS, dtype=bool), 0, np.zeros(DRAWS)
    for look in looks:
        more = look - done
        total += more * centre + np.sqrt(more) * per_repeat * rng.standard_normal(total.shape)
        done = look
        trainings[is_open] = look * folds * variants
        is_open &= ~_judge(total / look, spread, levels, look, pictures, pictures)
    is_lasting = lasting**2 > per_repeat**2 / looks[-1]
    limit: Limit = "pictures" if is_lasting else "repeats"
    return Expected(float(1 - is_open.mean()), float(trainings.mean()), limit)


def _draw_scale(prospect: Prospect, rng: np.random.Generator) -> Values:
    """Draw how far the true spread of trainings is from the one that was seen, ``[D, 1]``."""
    if prospect.freedom == 0:
        return np.ones((DRAWS, 1))
    return np.sqrt(prospect.freedom / rng.chisquare(prospect.freedom, (DRAWS, 1)))


def _draw_shrinkage(
    prospect: Prospect, lasting: float, noise: float, rng: np.random.Generator
) -> tuple[float, Values]:
    """Draw by how much each mean is to be taken back to the centre, ``[D, A]``, and return both.

    True means are supposed to come from a mixture of normals around the centre, so that one that
    stands out is taken back less than others.

    Args:
        lasting: Variance that is common to the measured means and to those that are sought.
        noise: Variance of the measured means that is not.
    """
    centre = float(np.median(prospect.means))
    away = (prospect.means - centre)[:, None]
    prior = np.array(list(MIXTURE)) * prospect.true_variance + lasting
    total = prior + noise
    logs = np.log(list(MIXTURE.values())) - (away**2) / total / 2 - np.log(total) / 2
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    ends = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    drawn = rng.random((DRAWS, len(away), 1))
    chosen = np.minimum((drawn > ends).sum(axis=2), len(prior) - 1)
    return centre, (prior / total)[chosen]


def _draw_noise(prospect: Prospect, rng: np.random.Generator) -> Values:
    """Draw what one repeat adds to each mean, ``[D, A]``."""
    noise: Values = rng.standard_normal((DRAWS, prospect.noise.shape[1])) @ prospect.noise.T
    return noise


def _judge(
    means: Values, spread: Spread, levels: Levels, repeats: int, units: int, effective: float
) -> NDArray[np.bool_]:
    """Judge drawn means ``[D, A]`` as the verdict would; whether it would decide, ``[D]``.

    Args:
        spread: Variance components of each pair, as :func:`list_pairs` lists them.
        units: Pictures, or groups; ``effective``: as many as groups and weights leave of them.
    """
    level = levels.take(repeats)
    parts = spread.forecast(repeats, units)
    best = means.argmax(axis=1)
    points = means.max(axis=1, keepdims=True) - means

    pairs = np.array(list_pairs(means.shape[1])).T

    def take_half_width(confidence: float) -> Values:
        by_pair = np.zeros((means.shape[1],) * 2)
        by_pair[tuple(pairs)] = compute_half_width(parts, confidence)
        taken: Values = (by_pair + by_pair.T)[best]
        return taken

    tie_confidence = 1 - 2 * level.tie_alpha
    half_width = take_half_width(tie_confidence)
    low, high = compute_score_limits(points, tie_confidence, effective)
    margin = levels.margin_points
    is_equal = (np.maximum(points + half_width, high) < margin) & (
        np.minimum(points - half_width, low) > -margin
    )
    is_beaten = points > take_half_width(levels.share(repeats))
    is_outdone = points > take_half_width(1 - level.alpha)
    is_best = np.zeros(means.shape, dtype=bool)
    is_best[np.arange(len(means)), best] = True
    is_tied = (is_equal & ~is_best).any(axis=1) & (is_equal | is_beaten | is_best).all(axis=1)
    decided: NDArray[np.bool_] = is_tied | (is_outdone | is_best).all(axis=1)
    return decided
