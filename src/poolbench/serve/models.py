"""Open the models of a run once, and ask them one at a time."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import DataError
from poolbench.export.predict import OnnxModel, load_model
from poolbench.serve.read import FinishedRun, ServedModel
from poolbench.system import count_cores

# Most threads of a model: more gain little for one small picture, and the study may be training
# beside.
MOST_THREADS = 4


class Models:
    """Opened models in the order of their run; made by :func:`open_models`."""

    def __init__(self, models: Sequence[OnnxModel]) -> None:
        self._models = models
        self._lock = threading.Lock()

    def predict(
        self, images: NDArray[np.uint8], wanted: int | None = None
    ) -> list[list[list[float]]]:
        """Predict the probabilities ``[models][pictures][classes]``.

        Args:
            images: uint8 ``[B, H, W, 3]``.
            wanted: The number of one model; ``None``: all.

        Raises:
            DataError: If a model has no answer.
        """
        asked = self._models if wanted is None else [self._models[wanted]]
        with self._lock:
            found = [model.predict(images)[1] for model in asked]
        if not all(np.isfinite(probabilities).all() for probabilities in found):
            raise DataError("serve.not-finite")
        return [probabilities.tolist() for probabilities in found]


def open_models(run: FinishedRun, tell: Callable[[DataError], None]) -> tuple[FinishedRun, Models]:
    """Open all models of a run; return the run without variants that cannot be opened.

    Args:
        tell: Is given what is wrong with each of those.

    Raises:
        DataError: If the model that was handed over cannot be opened.
    """
    num_threads = min(MOST_THREADS, count_cores())
    opened: dict[ServedModel, OnnxModel] = {}
    for model in run.models:
        try:
            opened[model] = load_model(run.path / model.file, num_threads)
        except DataError as error:
            if model.is_final:
                raise
            tell(error)
    return replace(run, models=tuple(opened)), Models(list(opened.values()))
