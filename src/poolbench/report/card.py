"""Say at the top of a report what came of the run and what to do: one card, from the record."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolbench.records import Difference, VerdictRecord
from poolbench.report.read import RunView, VariantView
from poolbench.report.table import format_millions
from poolbench.report.words import Phrase, Words, in_each_language, say
from poolbench.verdict.decide import find_closest
from poolbench.verdict.predictive import POWER
from poolbench.verdict.proportion import read_headline
from poolbench.verdict.sentence import describe_share, flip

# Most of the others that a recommendation names; more are counted.
MOST_NAMED = 3
# Ratio of multiply-adds up to which two variants cost the same.
SAME_COST = 1.05
# Least ratio of the ends of a range that is told as one.
RANGE_RATIO = 1.1
# Chance from which more repeats may well settle it.
FAIR_CHANCE = 0.5


@dataclass(frozen=True)
class Card:
    """What a reader sees first.

    Attributes:
        kind: That of the verdict, or ``single`` where one variant has no rival.
        title: The kind, in words.
        line: What to do, in one line.
        compared: The short names of all variants, the highest accuracy first.
        facts: Names and values of the variant that the card speaks of.
    """

    kind: str
    title: Words
    line: Words
    compared: tuple[str, ...]
    facts: tuple[tuple[Words, Words], ...]


def make_card(view: RunView) -> Card:
    """Make the card of a run."""
    kind = name_kind(view.verdict)
    return Card(
        kind,
        say(f"card.kind-{kind}"),
        recommend(view),
        tuple(variant.label for variant in view.variants),
        tuple(_list_facts(view)),
    )


def name_kind(verdict: VerdictRecord) -> str:
    """Name the kind of verdict; one variant has no rival to beat."""
    kind: str = verdict.kind
    return "single" if kind == "undecided" and not verdict.differences else kind


def recommend(view: RunView) -> Words:
    """Say what to do in one line; every number in it is one of the record."""
    kind = name_kind(view.verdict)
    if kind == "nothing-learned":
        return say("card.nothing")
    if kind == "single":
        return say("card.single", variant=view.leading.label)
    if kind == "winner":
        return _recommend_winner(view)
    if kind == "tied":
        return _recommend_tied(view)
    return say("card.best", variant=view.leading.label, rest=_say_outlook(view.verdict))


def _recommend_winner(view: RunView) -> Words:
    verdict = view.verdict
    assert verdict.winner is not None
    winner = verdict.winner
    closest = find_closest(winner, _turn(verdict.differences, winner))
    rival = next(variant for variant in view.variants if variant.id == closest.second)
    points = closest.points if verdict.unbiased_points is None else verdict.unbiased_points
    key = "card.winner" if verdict.unbiased_points is None else "card.winner-corrected"
    if points < 0.05:
        key = "card.winner-barely"
    cost = _say_cost([_compare_cost(rival, view.leading)])
    values = {"points": points} if key != "card.winner-barely" else {}
    return say(key, variant=view.leading.label, rival=rival.label, cost=cost, **values)


def _turn(differences: Sequence[Difference], first: str) -> list[Difference]:
    return [flip(pair) if pair.second == first else pair for pair in differences]


def _recommend_tied(view: RunView) -> Words:
    own = view.leading
    others = [v for v in view.variants if v.id in view.verdict.tied and v is not own]
    cost = _say_cost([_compare_cost(other, own) for other in others])
    values = {"margin": view.verdict.margin_points, "cost": cost}
    if len(others) > 1 and len(others) + 1 == len(view.variants):
        said: Phrase = say("card.others")
    elif len(others) > MOST_NAMED:
        said = say("card.others-counted", count=len(others))
    else:
        *first, last = [other.label for other in others]
        said = say("card.and", first=", ".join(first), last=last) if first else last
    return say("card.tied", variant=own.label, others=said, **values)


def _compare_cost(other: VariantView, own: VariantView) -> float:
    """Return how many times the multiply-adds of another are those of this one."""
    return other.row.multiply_adds / max(own.row.multiply_adds, 1)


def _say_cost(ratios: Sequence[float]) -> Words:
    """Say how much cheaper something is than others that need so many times its multiply-adds."""
    low, high = min(ratios), max(ratios)
    if high < 1 / SAME_COST:
        return say("card.dearer", times=1 / high)
    if high < SAME_COST:
        return say("card.same-cost")
    if low < SAME_COST:
        return say("card.cheaper-up-to", high=high)
    if high / low < RANGE_RATIO:
        return say("card.cheaper", times=low)
    return say("card.cheaper-range", low=low, high=high)


def _say_outlook(verdict: VerdictRecord) -> Words:
    """Say whether more of the same is likely to settle it, by the predicted chance."""
    if verdict.repeats * verdict.folds == 1 and verdict.assumed_trial_sd_points is None:
        return say("card.one-trial")
    ahead, by_pictures = verdict.more_repeats, verdict.more_pictures
    if ahead is None:
        return say("card.not-settled")
    values = {"repeats": ahead.repeats - verdict.repeats, "chance": _say_share(ahead.chance)}
    if ahead.chance >= POWER:
        return say("card.probably", **values)
    if ahead.chance >= FAIR_CHANCE and not verdict.is_futile:
        return say("card.perhaps", **values)
    if by_pictures is None:
        return say("card.unlikely", **values)
    wanted = _say_share(by_pictures.chance)
    return say(
        "card.unlikely-pictures", pictures=by_pictures.pictures, by_pictures=wanted, **values
    )


def _say_share(share: float) -> Words:
    return in_each_language(lambda lang: describe_share(share, lang))


def _list_facts(view: RunView) -> list[tuple[Words, Words]]:
    """List what is measured of the leading variant, each with how much it rests on."""
    own, verdict = view.leading, view.verdict
    row, label = own.row, own.label
    metric = say(f"card.metric-{verdict.metric}")
    held_out = say(
        "card.held-out-value",
        value=row.accuracy,
        low=row.accuracy_low,
        high=row.accuracy_high,
        pictures=verdict.pictures,
        trials=row.trials,
    )
    facts = [(say("card.held-out", variant=label, metric=metric), held_out)]
    if view.final is not None:
        found = read_headline(view.final)
        name = say(f"card.metric-{found.metric}")
        value = say(
            "card.test-value",
            value=found.value,
            low=found.low,
            high=found.high,
            pictures=found.pictures,
        )
        facts.append((say("card.test", metric=name), value))
    cost = say(
        "card.cost-value",
        multiply_adds=format_millions(row.multiply_adds),
        parameters=row.parameters,
        seconds=row.train_seconds,
        trials=row.trials,
    )
    return [*facts, (say("card.cost", variant=label), cost)]
