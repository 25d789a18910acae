"""What runs trials, wherever that is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from poolbench.errors import TrainingError
from poolbench.execution.machine import Machine
from poolbench.records import Speed, TrialSpec


@dataclass(frozen=True)
class Progress:
    """What happened to a trial."""

    kind: Literal["epoch", "done"]
    trial: str
    epoch: int = 0


class Executor(Protocol):
    """Trains trials and keeps them in the run directory; a context manager."""

    machine: Machine

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def run(
        self, groups: Sequence[Sequence[TrialSpec]], on_progress: Callable[[Progress], None]
    ) -> None:
        """Run all trials, the groups in this order; returns when the last is on disk.

        Args:
            groups: Trials that are trained together as one stack; on a processor each is alone.

        Raises:
            TrainingError: If a trial fails or is lost; the others in flight are ended, finished
                ones stay.
        """

    def measure(self, specs: Sequence[TrialSpec]) -> dict[str, Speed]:
        """How fast these trials will be, by trial id; as many at once as will be trained at once.

        Raises:
            TrainingError: If a trial fails or is lost.
        """

    def fit(self, speeds: Sequence[Speed]) -> int:
        """Go on with so many trials at the same time as there is memory for; how many."""


def make_error(trial: str, error: str, details: str) -> TrainingError:
    """The message of a trial that failed; what happened where is shown with the traceback alone."""
    failure = TrainingError(
        f"Trial {trial} failed: {error} Finished trials are kept; --debug shows where it happened."
    )
    failure.add_note(details)
    return failure
