"""List the figures of a run, each drawn from what the run saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from poolbench.report.drawing import Drawing
from poolbench.report.figures import account, classes, comparison, curves, landscape, shift
from poolbench.report.read import RunView


@dataclass(frozen=True)
class FigureKind:
    """How a figure is drawn, and in which runs there is one.

    Attributes:
        draw: Takes a run and, if it is not to be a new figure, a
            :class:`~poolbench.report.canvas.Canvas` to draw on.
    """

    draw: Callable[..., Drawing]
    is_there: Callable[[RunView], bool] = lambda view: True


def _has_moved(view: RunView) -> bool:
    return view.explained is not None and view.explained.has_shift


def _has_landscape(view: RunView) -> bool:
    return view.explained is not None and view.explained.has_landscape


def _has_pairs(view: RunView) -> bool:
    return bool(view.verdict.differences)


def _has_many_pairs(view: RunView) -> bool:
    return comparison.MOST_IN_MATRIX >= len(view.variants) > 3


def _has_account(view: RunView) -> bool:
    return view.timing is not None and view.timing.account is not None


FIGURES: Mapping[str, FigureKind] = {
    "differences": FigureKind(comparison.draw_differences, _has_pairs),
    "baseline": FigureKind(
        comparison.draw_baseline, lambda view: bool(view.verdict.against_baseline)
    ),
    "matrix": FigureKind(comparison.draw_matrix, _has_many_pairs),
    "loss-curves": FigureKind(curves.draw_loss_curves),
    "accuracy-curves": FigureKind(curves.draw_accuracy_curves),
    "gaps": FigureKind(curves.draw_gaps),
    "loss-rises": FigureKind(curves.draw_loss_rises),
    "accuracy-time": FigureKind(comparison.draw_accuracy_time),
    "accuracy-cost": FigureKind(comparison.draw_accuracy_cost),
    "account": FigureKind(account.draw_account, _has_account),
    "class-scores": FigureKind(classes.draw_class_scores),
    "confusion": FigureKind(classes.draw_confusion),
    "calibration": FigureKind(classes.draw_calibration),
    "shift-consistency": FigureKind(
        shift.draw_shift_consistency, lambda view: not _has_moved(view)
    ),
    "shift-accuracy": FigureKind(shift.draw_shift_accuracy, lambda view: not _has_moved(view)),
    **{
        f"{measure}-{mode}": FigureKind(
            partial(shift.draw_moved, measure=measure, mode=number), _has_moved
        )
        for number, mode in enumerate(("circular", "border"))
        for measure in ("consistency", "accuracy")
    },
    "landscape": FigureKind(landscape.draw_landscape, _has_landscape),
}


def list_figures(view: RunView) -> dict[str, FigureKind]:
    """List the figures that this run has, by name."""
    return {name: kind for name, kind in FIGURES.items() if kind.is_there(view)}
