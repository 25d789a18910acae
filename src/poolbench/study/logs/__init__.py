"""Log finished trainings where other programs show them: TensorBoard, MLflow, one CSV file.

A training is logged once it is on disk, from what the run keeps of it. So a log has every epoch of
every training that counts, once, however often a study was interrupted or a training begun again.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Protocol

from poolbench.config import Log
from poolbench.errors import PoolbenchError, UsageError
from poolbench.records import TrialSpec, VerdictRecord
from poolbench.rundir.store import RunStore
from poolbench.study.display import Display
from poolbench.study.logs.entry import LoggedTrial, load_logged
from poolbench.texts.secrets import hide_secrets
from poolbench.verdict.sentence import describe_verdict

INSTALL = "pip install 'poolbench[log]'"
# What has to be installed for each, by the names of modules.
_MODULES: dict[Log, tuple[str, ...]] = {
    "csv": (),
    "tensorboard": ("tensorboard",),
    "mlflow": ("mlflow",),
}


class Sink(Protocol):
    """One place that trainings are logged to.

    Attributes:
        place: Where that is, for a person; without secrets.
    """

    place: str

    def has(self, trial: str) -> bool:
        """Return whether a training is logged already."""

    def write(self, trial: LoggedTrial) -> None:
        """Log a training, all of it."""

    def conclude(self, sentence: str) -> None:
        """Log the verdict, in the place of an earlier one."""


def check_logs(names: Sequence[Log]) -> None:
    """Make sure, before anything is trained, that what is logged to is installed.

    Raises:
        UsageError: If it is not.
    """
    for name in names:
        missing = [module for module in _MODULES[name] if find_spec(module) is None]
        if missing:
            raise UsageError("study.log-missing", name=name, missing=missing, command=INSTALL)


def open_logs(names: Sequence[Log], store: RunStore, display: Display) -> "Logs":
    """Open what a study logs to, and say where that is.

    Raises:
        PoolbenchError: If one of them cannot be reached or written.
    """
    sinks: dict[Log, Sink] = {}
    for name in names:
        try:
            sinks[name] = _OPEN[name](store)
        except PoolbenchError:
            raise
        except Exception as error:
            raise PoolbenchError("study.log-refused", name=name, reason=_explain(error)) from None
        display.say(f"log.{name}", place=sinks[name].place)
    return Logs(sinks, store, display)


class Logs:
    """All that a study logs to; one that fails is told of and left, and the study goes on."""

    def __init__(self, sinks: dict[Log, Sink], store: RunStore, display: Display) -> None:
        self._sinks, self._store, self._display = sinks, store, display

    def add(self, trial: str) -> None:
        """Log a finished training wherever it is not logged yet."""
        lacking = {name: sink for name, sink in self._sinks.items() if not sink.has(trial)}
        if lacking:
            entry = load_logged(self._store, trial)
            for name, sink in lacking.items():
                self._attempt(name, partial(sink.write, entry))

    def catch_up(self, trials: Iterable[str]) -> None:
        """Log those of some trainings that are finished."""
        for trial in trials:
            if self._sinks and self._store.has_trial(trial):
                self.add(trial)

    def conclude(
        self, trials: Iterable[TrialSpec], final: TrialSpec | None, verdict: VerdictRecord
    ) -> None:
        """Log what is still missing, and the verdict."""
        self.catch_up([*(spec.id for spec in trials), *([] if final is None else [final.id])])
        sentence = describe_verdict(verdict, self._display.lang)
        for name, sink in list(self._sinks.items()):
            self._attempt(name, partial(sink.conclude, sentence))

    def _attempt(self, name: Log, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            del self._sinks[name]
            self._display.say("log.failed", log=name, reason=_explain(error))


def _explain(error: Exception) -> str:
    """Explain in one line what a package says."""
    return hide_secrets(" ".join(f"{type(error).__name__}: {error}".split()))


def _open_csv(store: RunStore) -> Sink:
    from poolbench.study.logs.csv_log import CsvLog

    return CsvLog(store)


def _open_tensorboard(store: RunStore) -> Sink:
    from poolbench.study.logs.tensorboard_log import TensorboardLog

    return TensorboardLog(store)


def _open_mlflow(store: RunStore) -> Sink:
    from poolbench.study.logs.mlflow_log import MlflowLog

    return MlflowLog(store)


_OPEN: dict[Log, Callable[[RunStore], Sink]] = {
    "csv": _open_csv,
    "tensorboard": _open_tensorboard,
    "mlflow": _open_mlflow,
}
