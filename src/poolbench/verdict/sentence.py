"""The verdict as a person reads it: one sentence, generated from the numbers."""

from collections.abc import Mapping

from poolbench.records import Difference, VerdictRecord
from poolbench.texts import text
from poolbench.verdict.decide import is_equivalent


def describe_verdict(
    verdict: VerdictRecord, lang: str = "en", labels: Mapping[str, str] | None = None
) -> str:
    """One sentence.

    Args:
        labels: Variant id to the name to use; without it, the ids.
    """
    names = {} if labels is None else labels
    recommended = names.get(verdict.recommended, verdict.recommended)
    if not verdict.differences:
        return text("verdict.single", lang)
    if verdict.repeats * verdict.folds == 1:
        return text("verdict.one-trial", lang, recommended=recommended)
    if verdict.kind == "winner":
        return _describe_winner(verdict, lang, names)
    margin = verdict.margin_points
    if verdict.kind == "tied":
        tied = ", ".join(names.get(name, name) for name in verdict.tied)
        return text("verdict.tied", lang, variants=tied, margin=margin, recommended=recommended)
    return text(
        "verdict.undecided",
        lang,
        recommended=recommended,
        margin=margin,
        pictures=verdict.pictures,
        trials=verdict.repeats * verdict.folds,
    )


def _describe_winner(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> str:
    winner = verdict.recommended
    against = [flip(d) if d.second == winner else d for d in verdict.differences]
    closest = min((d for d in against if d.first == winner), key=lambda d: d.points)
    return text(
        "verdict.winner",
        lang,
        variant=names.get(winner, winner),
        rival=names.get(closest.second, closest.second),
        points=closest.points,
        low=closest.low,
        high=closest.high,
    )


def flip(difference: Difference) -> Difference:
    """The same pair the other way round."""
    return Difference(
        first=difference.second,
        second=difference.first,
        points=-difference.points,
        low=-difference.high,
        high=-difference.low,
        tie_low=-difference.tie_high,
        tie_high=-difference.tie_low,
    )


def judge_difference(difference: Difference, margin_points: float) -> str:
    """``tied``, ``first``, ``second`` (which is better) or ``undecided``, as the verdict reads it.

    Example:
        >>> judge_difference(Difference(first="a", second="b", points=3, low=1, high=5,
        ...                             tie_low=1.4, tie_high=4.6), 1.0)
        'first'
    """
    if is_equivalent(difference, margin_points):
        return "tied"
    if difference.low > 0:
        return "first"
    return "second" if difference.high < 0 else "undecided"
