"""Compute numbers of a run that several sentences of the document speak of."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from poolbench.records import Check, Difference, TimeRatio
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.fill import fill, retell
from poolbench.report.pairs import flip_ratio, is_told
from poolbench.report.read import RunView, VariantView
from poolbench.report.table import format_signed
from poolbench.report.wording import name_intervals
from poolbench.report.words import Numbers, write_number
from poolbench.verdict.intervals import Interval
from poolbench.verdict.sentence import flip

# Most variants that sentences speak of, the first ones; tables and figures hold all.
MOST_TOLD = 6

Item = TypeVar("Item")


def tell_most(draft: Draft, items: Sequence[Item], phrase: str) -> Sequence[Item]:
    """Return the first of many, after saying how many there are."""
    if len(items) > MOST_TOLD:
        draft.say(fill(phrase, shown=MOST_TOLD, total=len(items)))
    return items[:MOST_TOLD]


def average(values: Iterable[float]) -> float:
    """Return the mean."""
    return float(np.mean(list(values)))


def to_points(share: float) -> Numbers:
    """Format a difference of two shares in points, with its sign."""
    return format_signed(100 * share, 2)


def tell_points(share: float) -> Numbers:
    """Format a difference in points for a sentence, in which only minus is written."""
    return write_number(100 * share, ".2f")


def find_extremes(
    view: RunView, measure: Callable[[VariantView], float]
) -> tuple[VariantView, VariantView]:
    """Find the variants with the largest and the smallest finite measure."""
    known = [variant for variant in view.variants if np.isfinite(measure(variant))]
    ranked = sorted(known or view.variants, key=measure)
    return ranked[-1], ranked[0]


def find_difference(view: RunView, first: str, second: str) -> Difference | None:
    """Find first minus second; ``None`` where the verdict has no such pair."""
    for pair in view.verdict.differences:
        if (pair.first, pair.second) == (first, second):
            return pair
        if (pair.first, pair.second) == (second, first):
            return flip(pair)
    return None


def describe_reach(view: RunView, pair: Difference, *, is_planned: bool = False) -> str:
    """Describe an interval of a pair under the name that it has in the table of pairs.

    Args:
        is_planned: The last interval of the table of the baseline; else the first of all pairs.
    """
    names = name_intervals(view.verdict, is_planned=is_planned)
    low, high = pair.low, pair.high
    if not is_planned and len(names) > 1 and None not in (pair.single_low, pair.single_high):
        low, high = pair.single_low, pair.single_high  # type: ignore[assignment]
    if not is_told(low, high):
        counts = [len(one.trials) for one in view.variants if one.id in (pair.first, pair.second)]
        return phrases.TOO_WIDE_OF_TWO if min(counts) == 2 else phrases.TOO_WIDE
    name = retell(names[-1 if is_planned else 0])
    return fill(phrases.REACH, name=name, low=format_signed(low, 2), high=format_signed(high, 2))


def find_ratio(view: RunView, first: str, second: str) -> TimeRatio | None:
    """Find the training time of the first over that of the second; ``None``: not known."""
    for pair in () if view.timing is None else view.timing.train_ratios:
        if (pair.first, pair.second) == (first, second):
            return pair
        if (pair.first, pair.second) == (second, first):
            return flip_ratio(pair)
    return None


def list_confused(view: RunView, most: int) -> list[tuple[str, str, int, int]]:
    """List true class, predicted class, count and class size, the most frequent first."""
    confusion = view.leading.held_out_confusion
    wrong = confusion - np.diag(np.diag(confusion))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    found = []
    for true, predicted in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if wrong[true, predicted]:
            names = view.classes[true], view.classes[predicted]
            found.append((*names, int(wrong[true, predicted]), int(confusion[true].sum())))
    return found


def is_finite(interval: Interval) -> bool:
    """Return whether the interval is finite; not if every training of a variant diverged."""
    return bool(np.isfinite([interval.low, interval.mean, interval.high]).all())


def group_checks(checks: Sequence[Check]) -> dict[str, list[Check]]:
    """Group checks of one kind by their name in Russian; an unknown one by its own."""
    groups: dict[str, list[Check]] = {}
    for check in checks:
        known = (name for start, name in phrases.CHECKS.items() if check.name.startswith(start))
        groups.setdefault(next(known, check.name), []).append(check)
    return groups


def find_model_kilobytes(view: RunView) -> float | None:
    """Find the size of the saved model; ``None`` where there is none."""
    sizes = dict(view.files)
    size = sizes.get("best/model.onnx")
    return None if size is None else size / 1000
