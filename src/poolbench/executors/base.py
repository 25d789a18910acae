"""What every executor offers, and what becomes of trials that are lost."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

import torch

from poolbench.errors import PoolbenchError, TrainingError, Voice
from poolbench.machine.description import Machine
from poolbench.records import Speed, TrialSpec
from poolbench.texts.filling import Spelling, Tellable
from poolbench.texts.joined import Joined
from poolbench.texts.told import Told, name_error, tell_in_every_way
from poolbench.training.loop import EpochRow

# Times that a lost group is tried again, alone on the machine.
MORE_TRIES = 2
# A group that is silent for so long, and for so many times what all of it should take, hangs.
SILENT_SECONDS = 600.0
SILENT_TIMES = 3

Groups = Sequence[Sequence[TrialSpec]]
Reason = Literal["memory", "lost", "hung"]


@dataclass(frozen=True)
class Measures:
    """What was measured in an epoch: means over its batches, as in ``history.csv``.

    The held-out side is not a number where nothing was watched.
    """

    train_loss: float
    train_accuracy: float
    held_out_loss: float
    held_out_accuracy: float


@dataclass(frozen=True)
class Progress:
    """What happened to a trial.

    Attributes:
        epoch: From 1 on; a trial that is begun again counts anew.
        measures: Of this epoch; ``None``: the trial is done.
    """

    kind: Literal["epoch", "done"]
    trial: str
    epoch: int = 0
    measures: Measures | None = None


# Takes how many trials were measured, and of how many.
OnMeasured = Callable[[int, int], None]


def ignore_measured(done: int, total: int) -> None:
    """Take no notice of how many trials were measured."""


@dataclass(frozen=True)
class Lost:
    """Trials that did not finish, for a reason that lies outside of them.

    Attributes:
        specs: Of the group; those among them that are on disk are not lost.
        reason: The memory did not suffice, the process or its machine is gone, or it was silent for
            too long.
        details: The same with what is known of it, a sentence or two.
    """

    specs: Sequence[TrialSpec]
    reason: Reason
    details: Tellable


@dataclass(frozen=True)
class Failure:
    """An error in a process that trains.

    Attributes:
        message: As :class:`~poolbench.texts.told.Told` takes it: whoever reads it is elsewhere.
        details: Where it happened.
    """

    reason: Literal["memory", "error"]
    message: dict[str, str]
    details: str


class FailedTrialError(TrainingError):
    """The error of a trial; the command line alone has an option that shows where it happened."""

    def tell_hint(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return how to see where it happened."""
        is_option = (spelling or Voice.spelling) == "options"
        return super().tell_hint(lang, spelling) if is_option else ""


class Measurer(Protocol):
    """Measures how fast trials will be."""

    machine: Machine

    def measure(
        self, specs: Sequence[TrialSpec], on_measured: OnMeasured = ignore_measured
    ) -> dict[str, Speed]:
        """Measure these trials, by trial id; as many at once as will be trained at once.

        Raises:
            TrainingError: If a trial fails or is lost.
        """

    def fit(self, speeds: Sequence[Speed]) -> int:
        """Train from now on as many trials at once as there is memory for; return how many."""


class Executor(Measurer, Protocol):
    """Trains trials and keeps them in the run directory; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def run(
        self,
        groups: Groups,
        on_progress: Callable[[Progress], None],
        seconds: Mapping[str, float],
    ) -> list[Lost]:
        """Run all trials once, the groups in this order, until the last is on disk or lost.

        Args:
            groups: Trials that are trained together as one stack; on a processor each is alone.
            seconds: That a trial should take, by its id, as far as that is known.

        Returns:
            What was lost; trials of it that are on disk are not run again.

        Raises:
            TrainingError: If a trial fails; the others in flight are ended, finished ones stay.
        """


def take_measures(row: EpochRow) -> Measures:
    """Take from an epoch what is told of it while its trial goes on."""
    return Measures(
        row.train_loss.mean,
        row.train_accuracy.mean,
        row.held_out_loss.mean,
        row.held_out_accuracy.mean,
    )


def retry_lost(run_once: Callable[[Groups], list[Lost]], groups: Groups) -> list[Lost]:
    """Run all groups, run those that were lost again one by one, and return what stays lost.

    Args:
        run_once: Runs groups, at the same time where it can.
    """
    lost = run_once(groups)
    for _ in range(MORE_TRIES):
        again, lost = lost, []
        for loss in again:
            lost += run_once([loss.specs])
    return lost


def bound_silence(specs: Sequence[TrialSpec], seconds: Mapping[str, float], least: float) -> float:
    """Return for how many seconds a group may be silent before it is taken to hang.

    Args:
        seconds: That a trial should take, by its id, as far as that is known.
        least: For a group that should be over in no time.
    """
    return max(least, SILENT_TIMES * sum(seconds.get(spec.id, 0.0) for spec in specs))


def is_hung(silent: float, idle: float | None, worked: float | None, most: float) -> bool:
    """Return whether a silent process is stuck, at rest or in a loop.

    One that is only slow, because others have the processor, is neither: it works on, and has not
    worked for longer than its job may take.

    Args:
        silent: Seconds since it said something.
        idle: Of these, the last ones in which it did not work at all; ``None``: not known.
        worked: Of these, those of the processor that it had, over its lanes; ``None``: not known.
        most: For how many seconds it may be silent.
    """
    if silent <= most or idle is None or worked is None:
        return silent > most
    return idle > most or worked > most


def describe_failure(error: Exception) -> Failure:
    """Describe the error that is being handled."""
    said = error if isinstance(error, PoolbenchError) else Joined([name_error(error) + "."])
    message = tell_in_every_way(said)
    reason: Literal["memory", "error"] = "memory" if is_out_of_memory(error) else "error"
    return Failure(reason, message, traceback.format_exc())


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error would not have happened on a machine with more memory."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # The allocator of the CPU has no exception of its own.
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def make_error(trial: str, failure: Failure) -> TrainingError:
    """Make the error of a failed trial; where it happened is shown only with the traceback."""
    error = FailedTrialError("trial.failed", trial=trial, message=Told(failure.message))
    error.add_note(failure.details)
    return error
