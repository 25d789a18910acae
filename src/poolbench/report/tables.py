"""Make the tables of the report in which each row is a variant."""

import statistics
from collections.abc import Collection, Iterable

import numpy as np

from poolbench.evaluation.metrics import METRICS, MetricEntry
from poolbench.records import LeaderboardRow
from poolbench.report.figures.shift import average_shift
from poolbench.report.read import RunView, VariantView
from poolbench.report.table import (
    Row,
    Table,
    format_count,
    format_metric,
    format_millions,
    format_range,
    format_signed,
    format_with_range,
    name_columns,
)
from poolbench.report.words import MISSING, Numbers, Phrase, say, say_numbers, write_number
from poolbench.verdict.intervals import Interval


def make_leaderboard(view: RunView, keys: Collection[str] | None = None) -> Table:
    """Make one row for each variant, the highest accuracy first.

    Args:
        keys: The metrics to show beside accuracy; ``None``: all that the table of metrics marks.
    """
    shown = [entry for entry in METRICS if (entry.in_report if keys is None else entry.key in keys)]
    head = (
        *name_columns(("variant", view.verdict.metric, "interval")),
        *(say(entry.words) for entry in shown),
        say("report.trials"),
    )
    rows = []
    for variant in view.variants:
        row = variant.row
        cells = (
            variant.label,
            write_number(row.accuracy, ".4f"),
            format_range(row.accuracy_low, row.accuracy_high, 4, sign=""),
            *(format_metric(entry, _find_value(view, variant, entry)) for entry in shown),
            str(row.trials),
        )
        is_marked = variant.id == view.verdict.recommended
        rows.append(Row(cells, is_marked, variant.id in view.verdict.tied))
    # Beside the metrics stand variant, accuracy and interval.
    lower = tuple(column for column, entry in enumerate(shown, 3) if entry.better == "lower")
    return Table(say("report.leaderboard-caption"), head, tuple(rows), lower_first=lower)


def _format_collapsed(row: LeaderboardRow) -> Phrase:
    """Return how many trials collapsed, and which rate is compatible with that."""
    if row.collapsed_at_most is None:
        return str(row.collapsed)
    percent = 100 * row.collapsed_at_most
    plain = f"{row.collapsed} (<= {percent:.0f}%)"
    return say_numbers("report.at-most-percent", plain, count=row.collapsed, percent=percent)


def make_over_fitting(view: RunView) -> Table:
    """Make the table of how far each variant learned its training pictures by heart."""
    head = (
        *("variant", "train-accuracy", "held-out-accuracy", "worst-trial", "collapsed-trials"),
        *("gap-difference", "loss-rise", "minimum-epoch", "best-epoch-accuracy"),
    )
    rows = []
    for variant in view.variants:
        trials = variant.trials
        cells = (
            variant.label,
            write_number(_mean(trial.train.accuracy for trial in trials), ".4f"),
            write_number(_mean(trial.held_out.accuracy for trial in trials), ".4f"),
            MISSING if variant.row.worst is None else write_number(variant.row.worst, ".4f"),
            _format_collapsed(variant.row),
            _format_interval(variant.gap, 2, times=100),
            _format_interval(variant.loss_rise, 4),
            _format_epochs([trial.overfit.loss_minimum_epoch for trial in trials]),
            write_number(_mean(trial.best_epoch.accuracy for trial in trials), ".4f"),
        )
        rows.append(Row(cells, variant.id == view.verdict.recommended))
    return Table(say("report.over-fitting-caption"), name_columns(head), tuple(rows))


def make_costs(view: RunView) -> Table:
    """Make the table of what each variant costs."""
    head = (
        *("variant", "parameters", "multiply-adds", "conv-multiply-adds"),
        *("train-seconds", "wall-seconds", "memory"),
    )
    rows = []
    for variant in view.variants:
        cost = variant.trials[0].cost
        memory = [timing.peak_memory_bytes for timing in variant.timings]
        known = [value for value in memory if value is not None]
        cells = (
            variant.label,
            format_count(cost.parameters),
            format_millions(cost.multiply_adds),
            format_millions(cost.conv_multiply_adds),
            write_number(variant.row.train_seconds, "_.1f"),
            write_number(variant.row.wall_seconds, "_.1f"),
            write_number(max(known) / 1e6, "_.0f") if known else MISSING,
        )
        rows.append(Row(cells, variant.id == view.verdict.recommended))
    return Table(say("report.costs-caption"), name_columns(head), tuple(rows))


def make_shift(view: RunView, measure: str) -> Table:
    """Make the table of ``consistency`` or ``accuracy`` under shifts, a column for each shift."""
    pixels = view.variants[0].trials[0].shift.pixels
    head = (
        say("report.variant"),
        *(say("report.pixels", pixels=count) for count in pixels),
    )
    rows = tuple(
        Row(
            (
                variant.label,
                *(write_number(value, ".4f") for value in average_shift(variant, measure)),
            ),
            variant.id == view.verdict.recommended,
        )
        for variant in view.variants
    )
    return Table(say(f"report.shift-{measure}-caption"), head, rows)


def _format_epochs(epochs: list[int]) -> Numbers:
    """Format the median, and the range where there is one."""
    middle = write_number(statistics.median(epochs), "g")
    if min(epochs) == max(epochs):
        return middle
    return format_with_range(middle, format_range(min(epochs), max(epochs), 0, sign=""))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _format_interval(interval: Interval, digits: int, times: float = 1) -> Numbers:
    low, mean, high = (times * end for end in (interval.low, interval.mean, interval.high))
    if low == high:
        # A single training has no interval.
        return format_signed(mean, digits)
    return format_with_range(format_signed(mean, digits), format_range(low, high, digits))


def _find_value(view: RunView, variant: VariantView, entry: MetricEntry) -> float | None:
    if entry.source != "study":
        return variant.row.get(entry.key)
    found: dict[str, float] = getattr(view.timing, entry.key, {})
    return found.get(variant.id)
