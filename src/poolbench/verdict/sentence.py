"""Put the verdict into a sentence or two, generated from the numbers."""

from collections.abc import Mapping

from poolbench.records import Difference, SideDifference, VerdictRecord
from poolbench.texts import text
from poolbench.texts.filling import format_number
from poolbench.texts.plain import typeset
from poolbench.verdict.decide import choose_answer, find_closest, is_equivalent
from poolbench.verdict.looks import ALPHA


def describe_verdict(
    verdict: VerdictRecord, lang: str = "en", labels: Mapping[str, str] | None = None
) -> str:
    """Describe what was found, and what it would take where nothing was.

    Args:
        labels: Variant id to the name to use; without it, the ids.
    """
    said = " ".join(_list_sentences(verdict, lang, {} if labels is None else labels))
    return typeset(said) if lang == "ru" else said


def _list_sentences(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> list[str]:
    if verdict.kind == "nothing-learned":
        return [describe_nothing(verdict, lang, names), text("verdict.nothing-advice", lang)]
    if not verdict.differences:
        return [text("verdict.single", lang), *_describe_chance(verdict, lang)]
    if verdict.kind == "winner":
        sentences = _describe_winner(verdict, lang, names)
    elif verdict.kind == "tied":
        sentences = _describe_tied(verdict, lang, names)
    else:
        sentences = [_describe_undecided(verdict, lang, names)]
    sentences += [*_describe_regret(verdict, lang, names), *describe_need(verdict, lang)]
    if verdict.assumed_trial_sd_points is not None:
        sd = verdict.assumed_trial_sd_points
        sentences.append(text("verdict.assumed", lang, sd=sd))
    if verdict.is_exploratory:
        counts = [look.repeats for look in verdict.looks]
        sentences.append(text("verdict.exploratory", lang, repeats=counts))
    return [*sentences, *_describe_chance(verdict, lang)]


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
        return format_number(found.accuracy, ".4f", lang)
    values = {"low": found.accuracy_low, "high": found.accuracy_high}
    return text("verdict.constant-interval", lang, accuracy=found.accuracy, **values)


def _describe_chance(verdict: VerdictRecord, lang: str) -> list[str]:
    """Say that no variant is surely above the constant answer, where that is so."""
    if verdict.constant is None or verdict.constant.is_beaten:
        return []
    return [text("verdict.chance", lang, constant=describe_constant(verdict, lang))]


def describe_need(verdict: VerdictRecord, lang: str = "en") -> list[str]:
    """Describe how likely more repeats, or more pictures, are to bring a decision."""
    by_repeats, by_pictures = verdict.more_repeats, verdict.more_pictures
    if by_repeats is None:
        return []
    further = by_repeats.repeats - verdict.repeats
    values = {"repeats": further, "chance": describe_share(by_repeats.chance, lang)}
    if verdict.is_futile:
        return [text("verdict.futile", lang, **values)]
    sentences = [text("verdict.more-repeats", lang, **values)]
    if by_pictures is not None:
        values = {"pictures": by_pictures.pictures, "there": verdict.pictures}
        chance = describe_share(by_pictures.chance, lang)
        sentences.append(text("verdict.more-pictures", lang, chance=chance, **values))
    if verdict.repeats == 1:
        sentences.append(text("verdict.guess", lang))
    return sentences


def describe_share(share: float, lang: str) -> str:
    """Describe a predicted probability, which is no more exact than to a few percent."""
    percent = 5 * round(20 * share)
    if 5 <= percent <= 95:
        return text("verdict.about-percent", lang, percent=percent)
    key = "below-percent" if percent < 5 else "above-percent"
    return text(f"verdict.{key}", lang, percent=5 if percent < 5 else 95)


def _describe_regret(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> list[str]:
    """Describe by how much the recommended variant may be worse than another, if it may."""
    if not verdict.regret_points:
        return []
    values = {"variant": _name_recommended(verdict, names), "points": verdict.regret_points}
    return [text("verdict.regret", lang, **values)]


def _describe_winner(verdict: VerdictRecord, lang: str, names: Mapping[str, str]) -> list[str]:
    winner = verdict.winner
    assert winner is not None
    against = [flip(d) if d.second == winner else d for d in verdict.differences]
    closest = find_closest(winner, against)
    # Runs of before judged by the interval of which all comparisons hold together.
    is_single = closest.single_low is not None
    alpha = verdict.alpha if closest.alpha is None else closest.alpha
    said = text(
        "verdict.winner",
        lang,
        variant=names.get(winner, winner),
        rival=names.get(closest.second, closest.second),
        points=closest.points,
        low=closest.single_low if is_single else closest.low,
        high=closest.single_high if is_single else closest.high,
        percent=100 * (1 - alpha),
    )
    corrected = verdict.unbiased_points
    # A correction that no digit shows would only raise a question.
    if corrected is None or round(corrected, 1) >= round(abs(closest.points), 1):
        return [said]
    return [said, text("verdict.unbiased", lang, points=corrected)]


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
    differences = verdict.differences
    is_enough = "no-look" not in verdict.notes
    answer = choose_answer(
        differences[0].first, differences, verdict.margin_points, is_enough=is_enough
    )
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


def _list(ids: tuple[str, ...] | list[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(name, name) for name in ids] or ["–"]


def flip(difference: Difference) -> Difference:
    """Return the same pair the other way round."""
    return difference.model_copy(
        update={
            "first": difference.second,
            "second": difference.first,
            "points": -difference.points,
            "low": -difference.high,
            "high": -difference.low,
            "single_low": None if difference.single_high is None else -difference.single_high,
            "single_high": None if difference.single_low is None else -difference.single_low,
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


def judge_difference(
    difference: Difference, verdict: VerdictRecord, *, is_planned: bool = False
) -> str:
    """Return ``tied``, ``undecided``, or which one is better: ``first`` or ``second``.

    The verdict rests on comparisons with the best mean, whose intervals hold together; for the
    winner, those of single pairs are enough. Other pairs are told apart where the p value, adjusted
    for all pairs and looks, is below 0.05.

    Args:
        is_planned: All comparisons have one variant in common, such as the baseline, that was named
            beforehand: their intervals hold together too.
    """
    if is_equivalent(difference, verdict.margin_points):
        return "tied"
    best = verdict.differences[0].first if verdict.differences else None
    pair = (difference.first, difference.second)
    if verdict.winner in pair:
        turned = difference if difference.first == verdict.winner else flip(difference)
        if turned.is_outdone:
            return "first" if difference.first == verdict.winner else "second"
    if best in pair or is_planned:
        if difference.low > 0:
            return "first"
        return "second" if difference.high < 0 else "undecided"
    if difference.p_adjusted is None or difference.p_adjusted >= ALPHA:
        return "undecided"
    return "first" if difference.points > 0 else "second"
