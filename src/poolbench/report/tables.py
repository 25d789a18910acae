"""The tables of the report: a run in, rows of finished strings out."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from poolbench.records import SideMetrics
from poolbench.report.figures import average_shift
from poolbench.report.read import RunView, VariantView
from poolbench.texts import text

MISSING = "—"
MOST_LISTED = 10


@dataclass(frozen=True)
class Row:
    """The first cell names the row; ``marked`` rows are the recommended variant."""

    cells: tuple[str, ...]
    marked: bool = False


@dataclass(frozen=True)
class Table:
    """A table; ``words`` are the columns (beside the first) that hold words, not numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    words: tuple[int, ...] = ()


def make_leaderboard(view: RunView, lang: str) -> Table:
    """One row for each variant, the highest accuracy first."""
    head = (
        *("variant", view.verdict.metric, "interval", "macro-f1", "nll", "calibration-error"),
        *("gap", "multiply-adds", "train-seconds", "trials"),
    )
    rows = []
    for variant in view.variants:
        row = variant.row
        cells = (
            variant.label,
            f"{row.accuracy:.4f}",
            f"{row.accuracy_low:.4f} – {row.accuracy_high:.4f}",
            f"{row.macro_f1:.4f}",
            f"{row.nll:.4f}",
            f"{row.calibration_error:.4f}",
            format_signed(row.gap, 4),
            format_millions(row.multiply_adds),
            f"{row.train_seconds:.1f}",
            str(row.trials),
        )
        rows.append(Row(cells, variant.id == view.verdict.recommended))
    return Table(text("report.leaderboard-caption", lang), translate(head, lang), tuple(rows))


def make_over_fitting(view: RunView, lang: str) -> Table:
    """How far each variant learned its training pictures by heart."""
    head = (
        *("variant", "train-accuracy", "held-out-accuracy", "gap"),
        *("loss-rise", "minimum-epoch", "best-epoch-accuracy"),
    )
    rows = []
    for variant in view.variants:
        trials = variant.trials
        cells = (
            variant.label,
            f"{_mean(trial.train.accuracy for trial in trials):.4f}",
            f"{_mean(trial.held_out.accuracy for trial in trials):.4f}",
            format_signed(variant.row.gap, 4),
            f"{variant.row.loss_rise:.4f}",
            _format_epochs([trial.overfit.loss_minimum_epoch for trial in trials]),
            f"{_mean(trial.best_epoch.accuracy for trial in trials):.4f}",
        )
        rows.append(Row(cells, variant.id == view.verdict.recommended))
    return Table(text("report.over-fitting-caption", lang), translate(head, lang), tuple(rows))


def make_costs(view: RunView, lang: str) -> Table:
    """What each variant costs."""
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
            f"{variant.row.train_seconds:.1f}",
            f"{variant.row.wall_seconds:.1f}",
            f"{max(known) / 1e6:.0f}" if known else MISSING,
        )
        rows.append(Row(cells, variant.id == view.verdict.recommended))
    return Table(text("report.costs-caption", lang), translate(head, lang), tuple(rows))


def make_shift(view: RunView, lang: str, measure: str) -> Table:
    """``consistency`` or ``accuracy`` under shifts: one column for each number of pixels."""
    pixels = view.variants[0].trials[0].shift.pixels
    head = (
        text("report.variant", lang),
        *(text("report.pixels", lang, pixels=count) for count in pixels),
    )
    rows = tuple(
        Row(
            (variant.label, *(f"{value:.4f}" for value in average_shift(variant, measure))),
            variant.id == view.verdict.recommended,
        )
        for variant in view.variants
    )
    return Table(text(f"report.shift-{measure}-caption", lang), head, rows)


def make_class_report(view: RunView, lang: str, confusion: NDArray[np.int64], side: str) -> Table:
    """scikit-learn's classification report over all predictions that the confusion matrix holds.

    Args:
        confusion: ``[classes, classes]``, true x predicted.
        side: ``train`` or ``held-out`` (for the caption).
    """
    scores = compute_class_scores(confusion)
    support = confusion.sum(axis=1)
    total = int(support.sum())
    averages = (
        ("macro-average", scores.mean(axis=0)),
        ("weighted-average", support @ scores / max(total, 1)),
    )
    rows = [
        Row((name, *(f"{value:.4f}" for value in line), str(count)))
        for name, line, count in zip(view.data.classes, scores, support, strict=True)
    ]
    for key, line in averages:
        values = (f"{value:.4f}" for value in line)
        rows.append(Row((text(f"report.{key}", lang), *values, str(total))))
    head = translate(("class", "precision", "recall", "f1", "support"), lang)
    accuracy = np.trace(confusion) / max(total, 1)
    caption = text(f"report.class-report-{side}", lang, accuracy=accuracy)
    return Table(caption, head, tuple(rows))


def compute_class_scores(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1 of each class, 0 where undefined: ``[classes, 3]``."""
    right = np.diag(confusion).astype(float)
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    return np.stack(
        [
            right / np.maximum(predicted, 1),
            right / np.maximum(true, 1),
            2 * right / np.maximum(predicted + true, 1),
        ],
        axis=1,
    )


def make_confusion(view: RunView, lang: str) -> Table:
    """Held-out pictures of the recommended variant, counted: true class x predicted class."""
    confusion = view.recommended.held_out_confusion
    head = (text("report.true-over-predicted", lang), *view.data.classes)
    rows = tuple(
        Row((name, *(str(count) for count in line)))
        for name, line in zip(view.data.classes, confusion, strict=True)
    )
    caption = text("report.confusion-table-caption", lang, variant=view.recommended.label)
    return Table(caption, head, rows)


def make_final(view: RunView, lang: str) -> Table | None:
    """The network that is handed over and its test accuracy."""
    final = view.final
    if final is None:
        return None
    low, high = compute_share_interval(final.test)
    pairs = (
        ("variant", view.labels.get(final.variant, final.variant)),
        ("trial", final.trial),
        ("test-accuracy", f"{final.test.accuracy:.4f}"),
        ("interval", f"{low:.4f} – {high:.4f}"),
        ("test-pictures", str(final.test.count)),
        ("macro-f1", f"{final.test.macro_f1:.4f}"),
        ("nll", f"{final.test.nll:.4f}"),
        ("calibration-error", f"{final.test.calibration_error:.4f}"),
    )
    rows = tuple(Row((text(f"report.{key}", lang), value)) for key, value in pairs)
    return Table(text("report.final-caption", lang), (), rows, words=(1,))


def compute_share_interval(side: SideMetrics) -> tuple[float, float]:
    """95 % interval of an accuracy over pictures (Wilson 1927): honest at 1.0 too."""
    right = int(np.trace(np.array(side.confusion)))
    interval = stats.binomtest(right, side.count).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def make_files(view: RunView, lang: str) -> Table:
    """What was handed over."""
    rows = tuple(Row((name, format_count(size))) for name, size in view.files)
    return Table(text("report.files-caption", lang), translate(("file", "bytes"), lang), rows)


def make_verification(view: RunView, lang: str) -> Table | None:
    """The proof that the saved model predicts what was measured, check by check."""
    report = view.verification
    if report is None:
        return None
    rows = []
    for check in report.checks:
        result = text("report.passed" if check.passed else "report.failed", lang)
        cells = (
            check.name,
            MISSING if check.value is None else f"{check.value:.3g}",
            f"{check.tolerance:g}",
            f"{result}: {check.detail}" if check.detail else result,
        )
        rows.append(Row(cells))
    caption = text(
        "report.verification-caption",
        lang,
        pictures=report.pictures,
        onnxruntime=report.onnxruntime,
        python=report.python,
    )
    head = translate(("check", "measured", "at-most", "result"), lang)
    return Table(caption, head, tuple(rows), words=(3,))


def make_data(view: RunView, lang: str) -> Table:
    """Classes and their pictures."""
    data = view.data
    lines = [*zip(data.classes, data.pool_counts, data.test_counts, strict=True)]
    lines.append((text("report.total", lang), sum(data.pool_counts), sum(data.test_counts)))
    rows = tuple(Row((name, str(pool), str(test))) for name, pool, test in lines)
    head = translate(("class", "pool-pictures", "test-pictures"), lang)
    return Table(text("report.data-caption", lang), head, rows)


def make_data_facts(view: RunView, lang: str) -> Table:
    """Where the pictures come from and what was done to them."""
    data = view.data
    height, width = data.image_size
    half = "official" if data.has_official_test else "taken"
    rows = [
        Row((text("report.source", lang), data.source)),
        Row((text("report.image-size", lang), f"{height} × {width}")),
        Row((text("report.fit", lang), data.fit)),
        Row((text("report.test-half", lang), text(f"report.test-half-{half}", lang))),
        Row((text("report.manifest-hash", lang), data.manifest_hash)),
        *(Row(pair) for pair in flatten(data.facts)),
    ]
    return Table(text("report.data-facts-caption", lang), (), tuple(rows), words=(1,))


def make_environment(view: RunView, lang: str) -> Table:
    """The machine and the libraries."""
    rows = tuple(Row(pair) for pair in flatten(view.environment))
    return Table(text("report.environment-caption", lang), (), rows, words=(1,))


def flatten(values: object, name: str = "") -> list[tuple[str, str]]:
    """Nested values as pairs of a dotted name and a string; long lists are cut, saying so.

    Example:
        >>> flatten({"a": {"b": 1}, "c": [1, 2]})
        [('a.b', '1'), ('c', '1, 2')]
    """
    if isinstance(values, dict):
        pairs = [
            flatten(value, f"{name}.{key}" if name else str(key)) for key, value in values.items()
        ]
        return [pair for group in pairs for pair in group]
    if isinstance(values, list) and any(isinstance(value, dict) for value in values):
        pairs = [flatten(value, f"{name}.{place}") for place, value in enumerate(values, 1)]
        return [pair for group in pairs for pair in group]
    if isinstance(values, list):
        shown = ", ".join(_to_string(value) for value in values[:MOST_LISTED])
        more = f", … ({len(values)})" if len(values) > MOST_LISTED else ""
        return [(name, shown + more or MISSING)]
    return [(name, _to_string(values))]


def format_millions(count: float) -> str:
    """``21.33 M``."""
    return f"{count / 1e6:.2f}\N{NO-BREAK SPACE}M"


def format_signed(value: float, digits: int) -> str:
    """With a true minus sign: ``+0.25``, ``−1.50``."""
    return f"{value:+.{digits}f}".replace("-", "−")


def format_range(low: float, high: float, digits: int) -> str:
    """``−0.25 … +1.50``."""
    return f"{format_signed(low, digits)} … {format_signed(high, digits)}"


def format_count(count: int) -> str:
    """``33 219``, with a space that does not break."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def _to_string(value: object) -> str:
    if value is None:
        return MISSING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def translate(keys: Sequence[str], lang: str) -> tuple[str, ...]:
    """The headings of a table in one language."""
    # The number and its percent sign stay on one line.
    texts = (text(f"report.{key}", lang) for key in keys)
    return tuple(heading.replace(" %", "\N{NO-BREAK SPACE}%") for heading in texts)


def _format_epochs(epochs: list[int]) -> str:
    """The median, and the range where there is one."""
    middle = f"{statistics.median(epochs):g}"
    return middle if min(epochs) == max(epochs) else f"{middle} ({min(epochs)}–{max(epochs)})"


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def list_class_reports(view: RunView, lang: str) -> list[Table]:
    """The recommended variant, held-out and training side."""
    variant: VariantView = view.recommended
    return [
        make_class_report(view, lang, variant.held_out_confusion, "held-out"),
        make_class_report(view, lang, variant.train_confusion, "train"),
    ]
