"""Put the verdict into a sentence or two, generated from the numbers."""

from collections.abc import Mapping

from poolbench.records import Difference, SideDifference, VerdictRecord
from poolbench.texts import text
from poolbench.verdict.decide import choose_answer, is_equivalent

# Multiple of the pictures there are beyond which a forecast names no number.
MOST_TIMES = 20


def describe_verdict(
    verdict: VerdictRecord, lang: str = "en", labels: Mapping[str, str] | None = None
) -> str:
    """Describe what was found, and what it would take where nothing was.

    Args:
        labels: Variant id to the name to use; without it, the ids.
    """
    names = {} if labels is None else labels
    if verdict.kind == "nothing-learned":
        return f"{describe_nothing(verdict, lang, names)} {text('verdict.nothing-advice', lang)}"
    if not verdict.differences:
        return " ".join([text("verdict.single", lang), *_describe_chance(verdict, lang)])
    if verdict.kind == "winner":
        sentences = [_describe_winner(verdict, lang, names)]
    elif verdict.kind == "tied":
        sentences = _describe_tied(verdict, lang, names)
    else:
        sentences = [_describe_undecided(verdict, lang, names), describe_need(verdict, lang)]
    if verdict.assumed_trial_sd_points is not None:
        sd = verdict.assumed_trial_sd_points
        sentences.append(text("verdict.assumed", lang, sd=sd))
    return " ".join([*sentences, *_describe_chance(verdict, lang)])


def describe_nothing(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> str:
    """Say that nothing was learned."""
    assert verdict.constant is not None
    found = verdict.constant
    values = {
        "constant": describe_constant(verdict, lang),
        "variant": names.get(found.variant, found.variant),
        "points": found.points,
        "low": found.low,
        "high": found.high,
    }
    return text("verdict.nothing", lang, **values)


def describe_constant(verdict: VerdictRecord, lang: str = "en") -> str:
    """Describe what the constant answer reaches, with its interval where it has one."""
    found = verdict.constant
    assert found is not None
    if found.accuracy_low == found.accuracy_high:
        # One over the number of classes, which is known.
        return f"{found.accuracy:.4f}"
    values = {"low": found.accuracy_low, "high": found.accuracy_high}
    return text("verdict.constant-interval", lang, accuracy=found.accuracy, **values)


def _describe_chance(verdict: VerdictRecord, lang: str) -> list[str]:
    """Say that no variant is surely above the constant answer, where that is so."""
    if verdict.constant is None or verdict.constant.is_beaten:
        return []
    return [text("verdict.chance", lang, constant=describe_constant(verdict, lang))]


def describe_need(verdict: VerdictRecord, lang: str = "en") -> str:
    """Describe what would decide an undecided verdict."""
    pictures = verdict.further_pictures
    if pictures is not None and pictures > MOST_TIMES * verdict.pictures:
        # Nobody finds so many, and no forecast reaches so far.
        pictures = None
    values = {
        "repeats": verdict.further_repeats,
        "pictures": _round(pictures),
        "there": verdict.pictures,
        "total": verdict.total_repeats,
        "detectable": verdict.detectable_points or 0.0,
        "times": MOST_TIMES,
    }
    if verdict.further_repeats is None:
        key = "pictures" if pictures is not None else "nothing"
    else:
        key = "both" if pictures is not None else "repeats"
    need = text(f"verdict.need-{key}", lang, **values)
    return need if verdict.repeats > 1 else f"{need} {text('verdict.guess', lang)}"


def _describe_winner(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> str:
    winner = verdict.winner
    assert winner is not None
    against = [flip(d) if d.second == winner else d for d in _list_last(verdict)]
    closest = min((d for d in against if d.first == winner), key=lambda d: d.points)
    return text(
        "verdict.winner",
        lang,
        variant=names.get(winner, winner),
        rival=names.get(closest.second, closest.second),
        points=closest.points,
        low=closest.low,
        high=closest.high,
        percent=100 * (1 - verdict.alpha),
    )


def _describe_tied(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> list[str]:
    # Published counts come without costs.
    key = "verdict.tied" if verdict.assumed_trial_sd_points is None else "verdict.tied-counts"
    sentences = [
        text(
            key,
            lang,
            variants=_list(verdict.tied, names),
            best=names.get(verdict.tied[0], verdict.tied[0]),
            margin=verdict.margin_points,
            recommended=_name_recommended(verdict, names),
        )
    ]
    best = verdict.tied[0]
    behind = [d.second for d in verdict.differences if d.first == best and d.low > 0]
    surely = [name for name in behind if name in verdict.tied]
    if surely:
        values = {"variant": names.get(best, best), "others": _list(surely, names)}
        sentences.append(text("verdict.tied-but-different", lang, **values))
    return sentences


def _describe_undecided(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> str:
    recommended = _name_recommended(verdict, names)
    if verdict.repeats * verdict.folds == 1 and verdict.assumed_trial_sd_points is None:
        return text("verdict.one-trial", lang, recommended=recommended)
    last = _list_last(verdict)
    answer = choose_answer(last[0].first, last, verdict.margin_points)
    return text(
        "verdict.undecided",
        lang,
        recommended=recommended,
        others=_list([d.second for d in answer.open], names),
        margin=verdict.margin_points,
        pictures=verdict.pictures,
        trials=verdict.repeats * verdict.folds,
    )


def _name_recommended(verdict: VerdictRecord, names: Mapping[str, str]) -> str:
    assert verdict.recommended is not None
    return names.get(verdict.recommended, verdict.recommended)


def _list_last(verdict: VerdictRecord) -> list[Difference]:
    """Return the pairs of the last look: those of dropped variants are older and decide nothing."""
    return [pair for pair in verdict.differences if pair.repeats in (None, verdict.repeats)]


def _round(count: int | None) -> int | None:
    """Round a forecast to two digits."""
    return None if count is None else int(float(f"{count:.2g}"))


def _list(ids: tuple[str, ...] | list[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(name, name) for name in ids)


def flip(difference: Difference) -> Difference:
    """Return the same pair the other way round."""
    return difference.model_copy(
        update={
            "first": difference.second,
            "second": difference.first,
            "points": -difference.points,
            "low": -difference.high,
            "high": -difference.low,
            "tie_low": -difference.tie_high,
            "tie_high": -difference.tie_low,
            "probability_better": difference.probability_worse,
            "probability_worse": difference.probability_better,
            "nll": _flip_side(difference.nll),
            "gap": _flip_side(difference.gap),
        }
    )


def _flip_side(side: SideDifference | None) -> SideDifference | None:
    if side is None:
        return None
    return side.model_copy(update={"value": -side.value, "low": -side.high, "high": -side.low})


def judge_difference(difference: Difference, margin_points: float) -> str:
    """Return ``tied``, ``undecided``, or which one is better: ``first`` or ``second``."""
    if is_equivalent(difference, margin_points):
        return "tied"
    if difference.low > 0:
        return "first"
    return "second" if difference.high < 0 else "undecided"
