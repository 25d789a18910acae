"""The models of a run, opened once and asked one at a time."""

import os
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolbench.export.predict import OnnxModel, load_model
from poolbench.serve.read import FinishedRun

# More gain little for one small picture, and the study may be training beside.
MOST_THREADS = 4


class Models:
    """Opens a model when it is first asked."""

    def __init__(self, run: FinishedRun) -> None:
        self._paths: list[Path] = [run.path / model.file for model in run.models]
        self._opened: dict[int, OnnxModel] = {}
        self._lock = threading.Lock()

    def predict(
        self, images: NDArray[np.uint8], wanted: int | None = None
    ) -> list[list[list[float]]]:
        """Probabilities ``[models][pictures][classes]``.

        Args:
            images: uint8 ``[B, H, W, 3]``.
            wanted: The number of one model; ``None``: all.
        """
        numbers = range(len(self._paths)) if wanted is None else [wanted]
        with self._lock:
            return [self._open(number).predict(images)[1].tolist() for number in numbers]

    def _open(self, number: int) -> OnnxModel:
        if number not in self._opened:
            threads = min(MOST_THREADS, os.cpu_count() or 1)
            self._opened[number] = load_model(self._paths[number], threads)
        return self._opened[number]
