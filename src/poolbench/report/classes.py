"""Make tables of single classes: how well each is recognised, and which are confused."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poolbench.report.read import RunView
from poolbench.report.table import (
    MOST_IN_EXCERPT,
    Excerpt,
    Row,
    Table,
    format_count,
    format_signed,
    name_columns,
)
from poolbench.report.words import Phrase, say, write_number

# Most other variants that stand beside each other.
MOST_COLUMNS = 6
# Most pairs of classes that are told among the confused ones.
MOST_CONFUSED = 12
# Most classes whose matrix has room for numbers.
MOST_IN_MATRIX = 12


def make_class_scores(view: RunView) -> Table:
    """Make the table of the recommended variant's F1 by class, and how far others are below."""
    best = view.leading
    others = [variant for variant in view.variants if variant is not best][:MOST_COLUMNS]
    own = compute_class_scores(best.held_out_confusion)[:, 2]
    lower = [own - compute_class_scores(variant.held_out_confusion)[:, 2] for variant in others]
    rows = tuple(
        Row(
            (
                name,
                write_number(own[label], ".4f"),
                *(format_signed(100 * d[label], 2) for d in lower),
            )
        )
        for label, name in enumerate(view.class_words)
    )
    less = (say("report.less", variant=variant.label) for variant in others)
    head = (say("report.class"), say("report.f1-of", variant=best.label), *less)
    caption = say("report.class-scores-caption", variant=best.label)
    return Table(caption, head, rows, excerpt=_choose_worst(rows, own))


def _choose_worst(
    rows: Sequence[Row], scores: NDArray[np.float64], always: Sequence[Row] = ()
) -> Excerpt:
    """Choose the rows of the lowest scores ``[classes]``, the lowest first."""
    worst = np.argsort(scores, kind="stable")[:MOST_IN_EXCERPT]
    return Excerpt((*always, *(rows[label] for label in worst)), "worst", len(worst), len(scores))


def make_class_report(view: RunView, side: str) -> Table:
    """Make scikit-learn's classification report of the recommended variant, over its trials.

    Args:
        side: ``train`` or ``held-out``.
    """
    confusions = {
        "train": view.leading.train_confusion,
        "held-out": view.leading.held_out_confusion,
    }
    return report_classes(view.class_words, confusions[side], side)


def report_classes(classes: Sequence[Phrase], confusion: NDArray[np.int64], side: str) -> Table:
    """Make the table of precision, recall and F1 of each class, and their means.

    Args:
        confusion: ``[classes, classes]``, true x predicted.
    """
    scores = compute_class_scores(confusion)
    support = confusion.sum(axis=1)
    total = int(support.sum())
    averages = (
        ("macro-average", scores.mean(axis=0)),
        ("weighted-average", support @ scores / max(total, 1)),
    )
    rows = [
        Row((name, *(write_number(value, ".4f") for value in line), format_count(int(count))))
        for name, line, count in zip(classes, scores, support, strict=True)
    ]
    for key, line in averages:
        values = (write_number(value, ".4f") for value in line)
        rows.append(Row((say(f"report.{key}"), *values, format_count(total))))
    head = name_columns(("class", "precision", "recall", "f1", "support"))
    accuracy = np.trace(confusion) / max(total, 1)
    caption = say(f"report.class-report-{side}", accuracy=accuracy)
    excerpt = _choose_worst(rows, scores[:, 2], rows[-len(averages) :])
    return Table(caption, head, tuple(rows), excerpt=excerpt)


def compute_class_scores(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute precision, recall and F1 of each class, 0 where undefined: ``[classes, 3]``."""
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


def make_confusion(view: RunView) -> Table:
    """Make the recommended variant's confusion table: true class x predicted class, held out."""
    confusion = view.leading.held_out_confusion
    head: tuple[Phrase, ...] = (say("report.true-over-predicted"), *view.class_words)
    rows = tuple(
        Row((name, *(format_count(int(count)) for count in line)))
        for name, line in zip(view.class_words, confusion, strict=True)
    )
    caption = say("report.confusion-table-caption", variant=view.leading.label)
    # Of many classes no part of it says more than the table of what is most often confused.
    return Table(caption, head, rows, excerpt=Excerpt((), "first", 0, len(rows)))


def make_confused(view: RunView) -> Table | None:
    """Make the table of what is most often taken for what, where a matrix cannot show it."""
    if len(view.data.classes) <= MOST_IN_MATRIX:
        return None
    confusion = view.leading.held_out_confusion
    wrong = confusion.astype(float) / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(wrong, 0.0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSED]
    cells = [divmod(int(place), len(confusion)) for place in order]
    names = view.class_words
    rows = tuple(
        Row(
            (names[true], names[said], write_number(100 * share, ".1f"), str(confusion[true, said]))
        )
        for true, said in cells
        if (share := wrong[true, said])
    )
    head = tuple(say(f"card.confused-{column}") for column in ("true", "said", "share", "count"))
    caption = say("card.confused-caption", variant=view.leading.label)
    return Table(caption, head, rows, words=(1,))
