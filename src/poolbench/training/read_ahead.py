"""Fetch the pictures of the next batches from disk while a batch is trained on."""

import threading
from collections.abc import Sequence

import torch
from torch import Tensor

from poolbench.training.pictures import Pictures

# Batches that are read ahead: enough for a disk that stutters, and few beside what the system keeps
# of a file anyway.
BATCHES_AHEAD = 8


class ReadAhead:
    """Reads the batches of an epoch in their order, a few steps before they are taken.

    What was read is not handed over: it is in memory then, where the step that takes it finds it.
    So results cannot depend on it. A context manager; does nothing for pictures that are in memory.

    Args:
        batches: int64 ``[B]`` each, positions in the pictures.
    """

    def __init__(self, pictures: Pictures, batches: Sequence[Tensor]) -> None:
        self._images = pictures.images
        self._batches = batches
        self._slots = threading.Semaphore(BATCHES_AHEAD)
        self._is_over = False
        self._thread = threading.Thread(target=self._read, name="read-ahead", daemon=True)
        self._is_needed = pictures.is_mapped

    def __enter__(self) -> "ReadAhead":
        if self._is_needed:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over = True
        self._slots.release()
        if self._is_needed:
            self._thread.join()

    def advance(self) -> None:
        """Tell the reader that a step is about to take its batch."""
        self._slots.release()

    def _read(self) -> None:
        torch.set_num_threads(1)
        for batch in self._batches:
            self._slots.acquire()
            if self._is_over:
                return
            self._images[batch]
