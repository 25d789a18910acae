"""Decide whether anything was learned: each variant against the best constant answer."""

import numpy as np

from poolbench.records import ConstantAnswer
from poolbench.verdict.components import compute_components
from poolbench.verdict.intervals import compute_interval
from poolbench.verdict.paired import (
    SIDE_CONFIDENCE,
    Evidence,
    Levels,
    compute_limits,
    share_confidence,
    stack_components,
)

# Share of the way from the constant answer to all right: networks whose intervals end below it were
# seen not to have learned, and not merely not seen to have.
USEFUL_SHARE = 0.5


def compare_with_constant(
    evidence: Evidence, ids: tuple[str, ...], levels: Levels
) -> ConstantAnswer | None:
    """Compare the best variant with always answering the most frequent class, on the same pictures.

    Args:
        ids: Names of the variants of the evidence.

    Returns:
        ``None`` if the evidence does not tell which class that is.
    """
    if evidence.constant is None:
        return None
    # Those that were dropped are worse than one that was not.
    active = [v for v, count in enumerate(evidence.repeats_by_variant) if count == evidence.repeats]
    scores = evidence.score_constant(evidence.repeats)
    parts = stack_components(
        [
            compute_components(evidence.score(variant) - scores, evidence.fold, evidence.groups)
            for variant in active
        ]
    )
    # Each end alone, so the interval between both holds with twice the chance of an error.
    error = levels.take(evidence.repeats).tie_alpha
    confidence = 2 * share_confidence(error, levels.rivals + 1) - 1
    low, high = compute_limits(parts, confidence, evidence.effective_pictures)
    best = int(np.argmax(parts.mean))
    one = np.zeros_like(evidence.fold[:1])
    answer = compute_interval(scores[:1] / 100, one, SIDE_CONFIDENCE, evidence.groups)
    # One class of K is a K-th of balanced accuracy, whatever the pictures.
    is_known = evidence.weights is not None
    return ConstantAnswer(
        accuracy=answer.mean,
        accuracy_low=answer.mean if is_known else max(answer.low, 0.0),
        accuracy_high=answer.mean if is_known else min(answer.high, 1.0),
        variant=ids[active[best]],
        points=float(parts.mean[best]),
        low=float(low[best]),
        high=float(high[best]),
        is_beaten=bool((low > 0).any()),
    )


def is_nothing_learned(constant: ConstantAnswer | None) -> bool:
    """Return whether no variant is above the constant answer, as far as the pictures can tell.

    That nothing was seen is not enough: on few pictures a good network may look like chance. Either
    the best mean is no higher, or its interval ends before it would be of any use.
    """
    if constant is None or constant.is_beaten:
        return False
    useful = USEFUL_SHARE * 100 * (1 - constant.accuracy)
    return constant.points <= 0 or constant.high < useful
