"""Make the tables of the report that compare variants two by two."""

from collections.abc import Sequence
from math import nan

from poolbench.records import Difference, SideDifference, TimeRatio, VerdictRecord
from poolbench.report.read import RunView
from poolbench.report.table import (
    Row,
    Table,
    format_range,
    format_signed,
    format_with_range,
    name_columns,
)
from poolbench.report.wording import name_intervals
from poolbench.report.words import MISSING, Numbers, Phrase, Words, say, write_number
from poolbench.verdict.sentence import judge_difference

# Fewer trainings show too little of how far others would agree for one to be called better.
LEAST_TRIALS = 3


def make_differences(view: RunView) -> Table:
    """Make the table of each pair of variants: points, intervals, and how to read them."""
    caption = say("report.differences-caption", margin=view.verdict.margin_points)
    return _make_pairs(view, view.verdict.differences, caption, is_planned=False)


def make_baseline(view: RunView) -> Table | None:
    """Make the table of each variant against the baseline, if there is one."""
    verdict = view.verdict
    if verdict.baseline is None:
        return None
    name = view.labels[verdict.baseline]
    caption = say("report.baseline-caption", variant=name, margin=verdict.margin_points)
    return _make_pairs(view, verdict.against_baseline, caption, is_planned=True)


def _make_pairs(
    view: RunView, differences: Sequence[Difference], caption: Words, *, is_planned: bool
) -> Table:
    verdict = view.verdict
    head = (
        *name_columns(("pair", "points")),
        *name_intervals(verdict, is_planned=is_planned),
        say("report.interval-alone", percent=100 * verdict.tie_confidence),
        *name_columns(("probability", "p-adjusted", "reading")),
    )
    rows = []
    for pair in differences:
        first, second = view.labels[pair.first], view.labels[pair.second]
        judgement = judge_pair(view, pair, is_planned=is_planned)
        better = {"first": first, "second": second}.get(judgement)
        reading = say("report.reads-better", variant=better) if better else ""
        shares = (pair.probability_better, pair.probability_equal, pair.probability_worse)
        cells = (
            f"{first} − {second}",
            format_signed(pair.points, 2),
            *_format_intervals(pair, verdict),
            format_reach(pair.tie_low, pair.tie_high),
            _format_shares(shares),
            MISSING if pair.p_adjusted is None else write_number(pair.p_adjusted, ".2g"),
            reading or say(f"report.reads-{judgement}"),
        )
        rows.append(Row(cells))
    return Table(caption, head, tuple(rows), words=(len(head) - 1,))


def _format_shares(shares: Sequence[float | None]) -> Numbers:
    """Write probabilities beside each other."""
    told = [write_number(nan if share is None else share, ".3f") for share in shares]
    texts = {lang: " / ".join(one.speak(lang) for one in told) for lang in told[0].texts}
    return Numbers(texts, " / ".join(one.plain for one in told))


def _format_intervals(pair: Difference, verdict: VerdictRecord) -> tuple[Phrase, ...]:
    """Return the interval of the pair alone, and the one that holds with others, if they differ."""
    together = format_reach(pair.low, pair.high)
    if len(name_intervals(verdict)) == 1:
        return (together,)
    if pair.single_low is None or pair.single_high is None:
        return MISSING, together
    return format_reach(pair.single_low, pair.single_high), together


def format_reach(low: float, high: float) -> Phrase:
    """Format an interval in points; a dash where it says nothing: see :func:`is_told`."""
    return format_range(low, high, 2) if is_told(low, high) else MISSING


def is_told(low: float, high: float) -> bool:
    """Return whether an interval says anything: that two accuracies lie within 100 points is known.

    Example:
        >>> is_told(-64.0, 73.0), is_told(-100.0, 40.0)
        (True, False)
    """
    return low > -100 and high < 100


def judge_pair(view: RunView, pair: Difference, *, is_planned: bool = False) -> str:
    """Return the reading; ``one-trial`` if one was trained once, which shows nothing.

    ``few-trials``: one was trained twice, and the two may be alike by chance, so that its intervals
    are too narrow; nothing is called better but what the verdict names the winner.
    """
    if not view.are_repeated(pair.first, pair.second):
        return "one-trial"
    judgement = judge_difference(pair, view.verdict, is_planned=is_planned)
    counts = (len(one.trials) for one in view.variants if one.id in (pair.first, pair.second))
    is_won = view.verdict.winner is not None and view.verdict.winner in (pair.first, pair.second)
    is_few = min(counts) < LEAST_TRIALS and not is_won
    return "few-trials" if is_few and judgement in ("first", "second") else judgement


def make_beside(view: RunView) -> Table:
    """Make the table of what pairs differ in beside accuracy: loss, over-fitting, time."""
    timing = () if view.timing is None else view.timing.train_ratios
    ratios = {(pair.first, pair.second): pair for pair in timing}
    rows = []
    for pair in view.verdict.differences:
        ratio = ratios.get((pair.first, pair.second))
        if ratio is None and (pair.second, pair.first) in ratios:
            ratio = flip_ratio(ratios[pair.second, pair.first])
        cells = (
            f"{view.labels[pair.first]} − {view.labels[pair.second]}",
            *_format_side(pair.nll, 4),
            *_format_side(pair.gap, 2),
            *_format_ratio(ratio),
        )
        rows.append(Row(cells))
    head = ("pair", "nll-difference", "p-adjusted", "gap-difference", "p-adjusted")
    names = name_columns((*head, "time-ratio", "p-adjusted"))
    return Table(say("report.beside-caption"), names, tuple(rows))


def flip_ratio(ratio: TimeRatio) -> TimeRatio:
    """Return the same pair the other way round."""
    return ratio.model_copy(
        update={
            "first": ratio.second,
            "second": ratio.first,
            "ratio": 1 / ratio.ratio,
            "low": None if ratio.high is None else 1 / ratio.high,
            "high": None if ratio.low is None else 1 / ratio.low,
        }
    )


def _format_ratio(ratio: TimeRatio | None) -> tuple[Phrase, Phrase]:
    if ratio is None:
        return MISSING, MISSING
    value = write_number(ratio.ratio, ".2f")
    if ratio.low is None or ratio.high is None or ratio.p_adjusted is None:
        return value, MISSING
    reach = format_range(ratio.low, ratio.high, 2, sign="")
    return format_with_range(value, reach), write_number(ratio.p_adjusted, ".2g")


def _format_side(side: SideDifference | None, digits: int) -> tuple[Phrase, Phrase]:
    if side is None:
        return MISSING, MISSING
    reach = format_range(side.low, side.high, digits)
    told = format_with_range(format_signed(side.value, digits), reach)
    return told, write_number(side.p_adjusted, ".2g")
