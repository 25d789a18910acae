"""Log trainings to MLflow: its server, where the environment names one, or a file in the run."""

import logging
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from poolbench.errors import UsageError
from poolbench.rundir.store import RunStore
from poolbench.study.logs.entry import CURVES, LoggedTrial
from poolbench.texts.secrets import hide_secrets

FILE = "log/mlflow.db"
ARTIFACTS = "log/mlflow-artifacts"
# Tags of a run of MLflow's: the trial that it shows.
TRIAL_TAG = "poolbench.trial"
VERDICT_TAG = "poolbench.verdict"
# Text that MLflow shows above an experiment.
NOTE_TAG = "mlflow.note.content"
# Most that one request may hold (MLflow, "Log Batch").
MOST_METRICS, MOST_PARAMETERS, MOST_LETTERS = 1000, 100, 500
PAGE = 1000
# Set where a person has not: MLflow sends what it is used for to its makers, and asks a server
# that is gone for minutes.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


# Standard output is for JSON.
_QUIET = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"


class MlflowLog:
    """Writes a run of MLflow for each training, in an experiment that is called as the study.

    The server is the one of ``MLFLOW_TRACKING_URI``.
    """

    def __init__(self, store: RunStore) -> None:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        os.environ[_QUIET] = "true"
        from mlflow import MlflowClient

        for logger in ("mlflow", "alembic"):
            logging.getLogger(logger).setLevel(logging.WARNING)
        given = os.environ.get("MLFLOW_TRACKING_URI")
        address = _take_credentials(given) if given else _prepare_file(store)
        self.place = hide_secrets(address)
        self._client: Any = MlflowClient(tracking_uri=address)
        self._experiment = self._open_experiment(store, is_here=given is None)
        self._known = set(self._list_known())

    def has(self, trial: str) -> bool:
        """Return whether a training has a run of MLflow that is whole."""
        return trial in self._known

    def write(self, trial: LoggedTrial) -> None:
        """Write a training as a run; half of one is deleted again."""
        spec = trial.record.spec
        tags = {TRIAL_TAG: trial.id, "poolbench.split": spec.split}
        made = self._client.create_run(self._experiment, tags=tags, run_name=trial.id)
        run, started = made.info.run_id, made.info.start_time
        try:
            for batch in _part(list(_list_metrics(trial, started)), MOST_METRICS):
                self._client.log_batch(run, metrics=batch)
            for batch in _part(list(_list_parameters(trial)), MOST_PARAMETERS):
                self._client.log_batch(run, params=batch)
            self._client.set_terminated(run)
        except BaseException:
            with suppress(Exception):
                self._client.delete_run(run)
            raise
        self._known.add(trial.id)

    def conclude(self, sentence: str) -> None:
        """Write the verdict above the experiment."""
        for tag in (VERDICT_TAG, NOTE_TAG):
            self._client.set_experiment_tag(self._experiment, tag, sentence)

    def _open_experiment(self, store: RunStore, *, is_here: bool) -> str:
        name = store.path.absolute().name
        found = self._client.get_experiment_by_name(name)
        if found is None:
            # Nothing is put there, but it has to be somewhere, and not in the working directory.
            place = (store.path.absolute() / ARTIFACTS).as_uri() if is_here else None
            return str(self._client.create_experiment(name, artifact_location=place))
        if found.lifecycle_stage != "active":
            self._client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _list_known(self) -> Iterator[str]:
        """Yield the trainings that have a whole run, and delete what a killed process had begun."""
        token = None
        while True:
            page = self._client.search_runs([self._experiment], max_results=PAGE, page_token=token)
            for run in page:
                trial = run.data.tags.get(TRIAL_TAG)
                if trial is None:
                    continue
                if run.info.status == "FINISHED":
                    yield trial
                else:
                    self._client.delete_run(run.info.run_id)
            token = page.token
            if not token:
                return


def _take_credentials(address: str) -> str:
    """Return the address without name and password, which MLflow then finds in its variables.

    It prints addresses, and keeps them.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.username is None:
        return address
    os.environ.setdefault("MLFLOW_TRACKING_USERNAME", unquote(parts.username))
    os.environ.setdefault("MLFLOW_TRACKING_PASSWORD", unquote(parts.password or ""))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _prepare_file(store: RunStore) -> str:
    """Return the address of the file of a run."""
    path = store.locate(FILE).absolute().as_posix()
    if "?" in path:
        raise UsageError("study.mlflow-path", path=path)
    # An empty file is an empty database.
    store.append_bytes(FILE, b"")
    return f"sqlite:///{path}"


def _list_metrics(trial: LoggedTrial, started: int) -> Iterator[Any]:
    from mlflow.entities import Metric

    for epoch, values in enumerate(trial.history, 1):
        for name, value in zip(CURVES, values, strict=True):
            if not math.isnan(value):
                yield Metric(name, value, started, epoch)
    for name, value in trial.results.items():
        yield Metric(f"result.{name}", value, started, len(trial.history))


def _list_parameters(trial: LoggedTrial) -> Iterator[Any]:
    from mlflow.entities import Param

    spec = trial.record.spec
    recipe = {f"recipe.{k}": v for k, v in spec.variant.recipe.model_dump(mode="json").items()}
    values = {
        "variant": spec.variant.id,
        "operator": spec.variant.operator,
        "backbone": spec.variant.backbone,
        "replica": spec.variant.replica,
        "repeat": spec.repeat,
        "fold": spec.fold,
        "seed": spec.seed,
        "device": spec.conditions.device,
        "precision": spec.conditions.precision,
        **recipe,
    }
    for name, value in values.items():
        yield Param(name, str(value)[:MOST_LETTERS])


def _part(things: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
