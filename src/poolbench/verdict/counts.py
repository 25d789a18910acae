"""Published counts, judged without the predictions behind them."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from poolbench.errors import UsageError
from poolbench.records import Cost, Difference, VerdictRecord
from poolbench.verdict.components import ASSUMED_SHARED, Components
from poolbench.verdict.decide import Question, choose_answer, describe_answer, describe_prospect
from poolbench.verdict.looks import ALPHA, TIE_ALPHA
from poolbench.verdict.paired import adjust_differences, describe_points, stack_components
from poolbench.verdict.predictive import Prospect, list_pairs
from poolbench.verdict.spread import TRIAL_SD_POINTS, Spread

NO_COST = Cost(parameters=0, multiply_adds=0, conv_multiply_adds=0)


def from_counts(
    correct: Mapping[str, int],
    n: int,
    *,
    trial_sd: float = TRIAL_SD_POINTS,
    margin_points: float = 1.0,
) -> VerdictRecord:
    """Judge one training of each variant from nothing but its number of correct predictions.

    Nothing can be paired, and how much trainings differ is not in the numbers, so it is assumed:
    the verdict and its sentence say what. An accuracy varies by ``p (1 - p) / n`` over images
    (p as Agresti and Coull 1998 move it, so that all right is not taken for sure) and by
    ``trial_sd`` squared over trainings.

    Args:
        correct: Variant to the number of test images that it predicted right.
        n: Test images.
        trial_sd: Standard deviation of the accuracy between trainings, in points. The default was
            measured on the lab's own networks; see docs/method.md.
        margin_points: Differences within this many points count as equivalent.

    Raises:
        UsageError: If there are fewer than two variants, or a count is not between 0 and n.

    Example:
        >>> from_counts({"stride": 275, "max": 278, "avg": 278}, 300).kind
        'undecided'
    """
    _check(correct, n, trial_sd, margin_points)
    ids = sorted(correct, key=lambda name: (-correct[name], name))
    costs = dict.fromkeys(ids, NO_COST)
    question = Question(ids, costs, margin_points, "lab")
    pairs = list(combinations(ids, 2))
    parts = stack_components([_make_parts(correct, n, pair, trial_sd) for pair in pairs])
    described = describe_points(parts, question.levels, 1, n)
    differences = adjust_differences(
        Difference(first=first, second=second, repeats=1, **values)
        for (first, second), values in zip(pairs, described, strict=True)
    )
    answer = choose_answer(ids[0], differences, margin_points)
    ahead = {}
    if answer.open:
        ahead = describe_prospect(_make_prospect(correct, n, ids, trial_sd), question, n)
    return VerdictRecord(
        protocol="lab",
        **{**describe_answer(answer, ids[0], costs), "recommended": ids[0]},
        margin_points=margin_points,
        pictures=n,
        repeats=1,
        folds=1,
        differences=differences,
        alpha=ALPHA,
        confidence=question.levels.share(1),
        tie_confidence=1 - 2 * TIE_ALPHA,
        assumed_trial_sd_points=trial_sd,
        **ahead,
    )


def _make_prospect(
    correct: Mapping[str, int], n: int, ids: Sequence[str], trial_sd: float
) -> Prospect:
    pairs = list_pairs(len(ids))
    pictures = np.array([_vary(correct, n, (ids[a], ids[b])) for a, b in pairs])
    return Prospect(
        means=np.array([100.0 * correct[name] / n for name in ids]),
        noise=trial_sd * np.eye(len(ids)),
        freedom=0,
        spread=Spread(
            trial=np.full(pictures.shape, 2 * trial_sd**2),
            residual=(1 - ASSUMED_SHARED) * pictures,
            shared=ASSUMED_SHARED * pictures,
            folds=1,
        ),
        repeats=1,
        units=n,
        effective=n,
    )


def _vary(correct: Mapping[str, int], n: int, pair: tuple[str, str]) -> float:
    """Return the variance of one picture's difference, as far as counts tell it."""
    moved = np.array([(correct[name] + 2) / (n + 4) for name in pair])
    return float((1e4 * moved * (1 - moved)).sum())


def _make_parts(
    correct: Mapping[str, int], n: int, pair: tuple[str, str], trial_sd: float
) -> Components:
    """Return the variance components, all taken as known: no degrees of freedom are spent."""
    first, second = (correct[name] for name in pair)
    pictures = _vary(correct, n, pair)
    return Components(
        mean=np.asarray(100.0 * (first - second) / n),
        trials=np.zeros(()),
        freedom=1,
        pictures=np.asarray(2 * trial_sd**2 + pictures / n),
        picture_freedom=n - 1,
        units=n,
        shared=np.asarray(ASSUMED_SHARED * pictures),
        residual=np.asarray((1 - ASSUMED_SHARED) * pictures),
    )


def _check(correct: Mapping[str, int], n: int, trial_sd: float, margin_points: float) -> None:
    if len(correct) < 2:
        raise UsageError("counts.variants", found=len(correct))
    if n < 2:
        raise UsageError("counts.pictures", n=n)
    wrong = [f"{name}: {count}" for name, count in correct.items() if not 0 <= count <= n]
    if wrong:
        raise UsageError("counts.range", n=n, wrong=wrong)
    if not margin_points > 0:
        raise UsageError("counts.margin", value=margin_points)
    if not 0 <= trial_sd < np.inf:
        raise UsageError("counts.trial-sd", value=trial_sd)
