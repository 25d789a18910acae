"""What every peer of compare.py is given and what it hands back.

Nothing heavy is imported here: how long a peer's libraries take to load is one of the clocks.
"""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

NETWORKS = ("stride", "max", "avg")
CLASSES = ("0", "33", "43")
NUM_CLASSES = len(CLASSES)
# The course's numbers, as in poolbench.models.lab, here of values 0–255.
MEAN = tuple(255 * value for value in (0.5074, 0.4867, 0.4411))
SD = tuple(255 * value for value in (0.2011, 0.1987, 0.2025))
STRIDE = 4
BATCH_SIZE = 128
LEARNING_RATE = 5e-3
MOMENTUM = 0.9


@dataclass(frozen=True)
class Problem:
    """What to train, on what, how often.

    Attributes:
        network: One of ``NETWORKS``.
        images, test_images: uint8 ``[N, 32, 32, 3]``, 0–255.
        labels, test_labels: int64 ``[N]``.
        seeds: One training for each.
    """

    network: str
    images: Any
    labels: Any
    test_images: Any
    test_labels: Any
    epochs: int
    seeds: tuple[int, ...]


class Trainings(NamedTuple):
    """What a peer hands back.

    Attributes:
        epoch_seconds: One row for each training, or for each group that is trained at once. The
            first epoch of a row also has the building and compiling of its network.
        seconds: Of all trainings from first to last: building, compiling, steps; no evaluation.
        accuracies: On the test pictures after the last epoch, in the order of the seeds.
        at_once: Trainings that one row stands for.
        threads: What the library says; ``None`` if it does not tell.
    """

    epoch_seconds: tuple[tuple[float, ...], ...]
    seconds: float
    accuracies: tuple[float, ...]
    at_once: int = 1
    threads: int | None = None


@dataclass(frozen=True)
class Measurement:
    """One fresh process: one peer, one setting, one network.

    Attributes:
        import_seconds: Until the peer's libraries are loaded.
        first_epoch_seconds: Of the first training, building and compiling included.
        steady_epoch_seconds: Median of the later epochs, for one training: where some are trained
            at once, the time is divided by their number.
        study_seconds: Importing, and all trainings; no reading of pictures, no evaluation.
    """

    peer: str
    setting: str
    network: str
    epochs: int
    seeds: tuple[int, ...]
    import_seconds: float
    first_epoch_seconds: float
    steady_epoch_seconds: float
    study_seconds: float
    accuracies: tuple[float, ...]
    epoch_seconds: tuple[tuple[float, ...], ...]
    at_once: int
    threads: int | None


class EpochClock:
    """Wall time of trainings, epoch by epoch: start, lap after each epoch, stop."""

    def __init__(self) -> None:
        self._rows: list[list[float]] = []
        self._seconds = 0.0
        self._started = self._last = 0.0

    def start(self) -> None:
        """A training begins; building its network belongs to its first epoch."""
        self._rows.append([])
        self._started = self._last = time.perf_counter()

    def lap(self) -> None:
        """An epoch has ended, and its results are there."""
        now = time.perf_counter()
        self._rows[-1].append(now - self._last)
        self._last = now

    def stop(self) -> None:
        """The training has ended; what follows is not timed."""
        self._seconds += time.perf_counter() - self._started

    def collect(
        self, accuracies: Sequence[float], *, at_once: int = 1, threads: int | None = None
    ) -> Trainings:
        """All that was timed."""
        rows = tuple(tuple(row) for row in self._rows)
        return Trainings(rows, self._seconds, tuple(accuracies), at_once, threads)


def make_measurement(
    peer: str, setting: str, problem: Problem, import_seconds: float, trainings: Trainings
) -> Measurement:
    """The clocks of one process."""
    return Measurement(
        peer,
        setting,
        problem.network,
        problem.epochs,
        problem.seeds,
        import_seconds,
        trainings.epoch_seconds[0][0],
        compute_steady(trainings.epoch_seconds, trainings.at_once),
        import_seconds + trainings.seconds,
        trainings.accuracies,
        trainings.epoch_seconds,
        trainings.at_once,
        trainings.threads,
    )


def compute_steady(epoch_seconds: Sequence[Sequence[float]], at_once: int) -> float:
    """Median of all epochs but the first of each row, for one training."""
    return statistics.median(second for row in epoch_seconds for second in row[1:]) / at_once


def load_problem(path: str, network: str, epochs: int, seeds: tuple[int, ...]) -> Problem:
    """The pictures of CIFAR-100's archive, or of what ``save_pictures`` made of it."""
    import numpy as np

    if path.endswith(".npz"):
        with np.load(path) as file:
            arrays = [file[name] for name in ("images", "labels", "test_images", "test_labels")]
        return Problem(network, *arrays, epochs, seeds)

    from poolbench.config import DataConfig
    from poolbench.data.load import load_image_set

    found = load_image_set(DataConfig(source="cifar100", data_file=path, classes=CLASSES))
    return Problem(
        network,
        found.pool.images,
        found.pool.labels.astype(np.int64),
        found.test.images,
        found.test.labels.astype(np.int64),
        epochs,
        seeds,
    )


def draw_problem() -> Problem:
    """Noise in place of pictures, for the short form."""
    import numpy as np

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(300) % NUM_CLASSES
    return Problem(NETWORKS[0], images, labels, images[:30], labels[:30], 0, ())


def save_pictures(problem: Problem, path: str) -> None:
    """Write the pictures where each process reads them in milliseconds."""
    import numpy as np

    np.savez(
        path,
        images=problem.images,
        labels=problem.labels,
        test_images=problem.test_images,
        test_labels=problem.test_labels,
    )


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
