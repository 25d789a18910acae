"""Read learning curves of a variant, over its trials."""

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import RunError
from poolbench.rundir.store import HISTORY_COLUMNS, RunStore

BAND = (25, 75)


def read_history(store: RunStore, name: str) -> NDArray[np.float64]:
    """Read ``[epochs, columns]`` of one trial.

    Args:
        name: Name of the file, within the run.

    Raises:
        RunError: If the file cannot be read as that.
    """
    try:
        head, *rows = csv.reader(io.StringIO(store.read_text(name), newline=""))
        if tuple(head) != HISTORY_COLUMNS:
            raise ValueError(f"columns {', '.join(head)}")
        values = np.array(rows, dtype=np.float64).reshape(len(rows), len(HISTORY_COLUMNS))
    except (OSError, ValueError, csv.Error) as error:
        raise RunError("results.history", path=store.path / name, reason=error) from None
    return values


def average_histories(histories: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Average histories by column, float64 ``[epochs]``; NaN where nothing is known.

    Means over trials, with their quartiles as band; of a single trial the band is that over its
    batches, as it was saved.
    """
    # A diverged trial has fewer epochs, and values that are no numbers.
    epochs = max(len(history) for history in histories)
    stack = np.full((len(histories), epochs, len(HISTORY_COLUMNS)), np.nan)
    for number, history in enumerate(histories):
        stack[number, : len(history)] = history
    means = np.ma.masked_invalid(stack).mean(axis=0).filled(np.nan)
    means[:, 0] = np.arange(1, epochs + 1)
    curves = {name: means[:, column] for column, name in enumerate(HISTORY_COLUMNS)}
    if len(histories) > 1:
        for column, name in enumerate(HISTORY_COLUMNS):
            if f"{name}_low" in curves:
                low, high = _find_quartiles(stack[:, :, column])
                curves[f"{name}_low"], curves[f"{name}_high"] = low, high
    return curves


def _find_quartiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the quartiles ``[2, epochs]`` of ``[trials, epochs]``; NaN is left out."""
    found = np.full((2, values.shape[1]), np.nan)
    for epoch, column in enumerate(values.T):
        known = column[np.isfinite(column)]
        if len(known):
            found[:, epoch] = np.percentile(known, BAND)
    return found
