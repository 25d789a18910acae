"""Trainings as other programs read them: each once, however often a study was interrupted."""

import csv
from pathlib import Path

import pytest

import poolbench
from poolbench.config import StudyConfig
from poolbench.errors import PoolbenchError, UsageError
from poolbench.machine.description import describe_machine
from poolbench.rundir.owned import is_run_entry
from poolbench.rundir.store import RunStore
from poolbench.study.display import Display
from poolbench.study.logs import check_logs, open_logs
from poolbench.study.logs.entry import CURVES, load_logged
from poolbench.study.prepare import name_run
from poolbench.system import LOCK_FILES
from small_studies import HereExecutor

TENSORBOARD = Path("log", "tensorboard")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, images, small_set):
    """A store of four finished trials, and their ids."""
    from poolbench.planning.plan import make_plan

    path = tmp_path_factory.mktemp("trained") / "run"
    config = StudyConfig(
        backbones=("lab-example",), operators=("max", "avg"), epochs=2, folds=2, repeats=1
    )
    plan = make_plan(config, small_set)
    HereExecutor(images, path, describe_machine(config)).run(
        [plan.specs], lambda progress: None, {}
    )
    return path, [spec.id for spec in plan.specs]


@pytest.fixture
def store(trained, tmp_path):
    """The same trials in a run of the test's own."""
    mine = RunStore(tmp_path / "run")
    for trial in trained[1]:
        mine.adopt_trial(RunStore(trained[0]), trial)
    return mine


def read_scalars(folder):
    """What TensorBoard shows of a training: ``{tag: [(step, value), …]}``."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def read_runs(address, name):
    """The runs of an experiment of MLflow's, by trial."""
    from mlflow import MlflowClient

    client = MlflowClient(address)
    experiment = client.get_experiment_by_name(name)
    runs = client.search_runs([experiment.experiment_id])
    found = {run.data.tags["poolbench.trial"]: run for run in runs}
    assert len(found) == len(runs)
    return client, experiment, found


def log(store, names, trials):
    logs = open_logs(names, store, Display(quiet=True))
    logs.catch_up(trials)
    return logs


def test_csv_has_a_row_for_each_epoch_also_after_a_file_that_was_cut(store, trained):
    _, trials = trained
    log(store, ("csv",), trials[:2])
    whole = (store.path / "log.csv").read_bytes()
    (store.path / "log.csv").write_bytes(whole[:-30])
    log(store, ("csv",), trials)
    rows = list(csv.DictReader((store.path / "log.csv").read_text().splitlines()))
    assert [(row["trial"], int(row["epoch"])) for row in rows] == [
        (trial, epoch) for trial in trials for epoch in (1, 2)
    ]
    for trial in trials:
        mine = [row for row in rows if row["trial"] == trial]
        values = [tuple(float(row[name]) for name in CURVES) for row in mine]
        assert values == list(load_logged(store, trial).history)
    assert (store.path / "log.csv").read_bytes().startswith(whole)


def test_tensorboard_shows_each_training_once(store, trained):
    _, trials = trained
    for _ in range(2):
        logs = log(store, ("tensorboard",), trials)
    logs.catch_up(trials)
    for trial in trials:
        entry = load_logged(store, trial)
        found = read_scalars(store.path / TENSORBOARD / trial)
        assert found["accuracy/held_out"] == [
            (epoch, pytest.approx(values[3])) for epoch, values in enumerate(entry.history, 1)
        ]
        assert found["result/accuracy"] == [(2, pytest.approx(entry.record.held_out.accuracy))]
    names = {file.name for file in store.path.rglob("*tfevents*")}
    # No name of this machine.
    assert names == {"events.out.tfevents.poolbench"}


@pytest.mark.full(seconds=6, always=True)
def test_mlflow_has_a_run_for_each_training_once(store, trained, monkeypatch):
    _, trials = trained
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    log(store, ("mlflow",), trials[:2])
    address = f"sqlite:///{store.path / 'log' / 'mlflow.db'}"
    client, experiment, found = read_runs(address, store.path.name)
    # As a process leaves it that was killed while it logged.
    begun = client.create_run(experiment.experiment_id, tags={"poolbench.trial": trials[2]})
    client.log_metric(begun.info.run_id, "train_loss", 9.0, step=1)
    logs = log(store, ("mlflow",), trials)
    logs.catch_up(trials)
    client, _, found = read_runs(address, store.path.name)
    assert set(found) == set(trials)
    for trial, run in found.items():
        entry = load_logged(store, trial)
        history = client.get_metric_history(run.info.run_id, "train_loss")
        assert [(m.step, m.value) for m in history] == [
            (epoch, values[0]) for epoch, values in enumerate(entry.history, 1)
        ]
        assert run.data.metrics["result.accuracy"] == entry.record.held_out.accuracy
        assert run.data.params["operator"] == entry.record.spec.variant.operator
        assert run.info.status == "FINISHED"
    assert not Path("mlruns").exists()


def test_log_that_fails_is_told_of_once_and_the_others_go_on(store, trained, capsys):
    _, trials = trained
    logs = open_logs(("tensorboard", "csv"), store, Display())
    (store.path / "log").write_text("in the way")
    logs.catch_up(trials)
    said = capsys.readouterr().err
    assert said.count("Logging to tensorboard stopped") == 1
    assert len((store.path / "log.csv").read_text().splitlines()) == 1 + 2 * len(trials)
    (store.path / "log").unlink()
    log(store, ("tensorboard",), trials)
    assert {path.name for path in (store.path / TENSORBOARD).iterdir()} == set(trials)


@pytest.mark.full(seconds=3)
def test_server_that_is_not_there_is_one_message_without_its_password(store, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://anna:geheim@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(PoolbenchError, match="log='mlflow' cannot be used") as caught:
        open_logs(("mlflow",), store, Display(quiet=True))
    assert "geheim" not in str(caught.value)


def test_package_that_is_missing_is_named_before_anything_is_trained(monkeypatch, tmp_path):
    monkeypatch.setattr("poolbench.study.logs.find_spec", lambda name: None)
    check_logs(("csv",))
    with pytest.raises(UsageError, match=r"'mlflow' needs mlflow, .*pip install 'poolbench\[log"):
        poolbench.compare(log="csv,mlflow", out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_log_changes_neither_the_name_of_a_run_nor_its_trials():
    plain, logged = StudyConfig(), StudyConfig(log=("csv",))
    assert name_run(plain) == name_run(logged)


@pytest.mark.full(seconds=12, always=True)
def test_whole_study_logs_its_trainings_and_its_verdict(tmp_path, train_here):
    settings = {
        "data": "sample", "backbones": "lab-example", "operators": "max,avg", "epochs": 1,
        "folds": 2, "repeats": 1, "precision": "float32", "quiet": True, "log": "tensorboard,csv",
        "out": tmp_path / "run",
    }  # fmt: skip
    events = []
    study = poolbench.compare(on_trial=events.append, **settings)
    assert [event.is_final for event in events] == [False] * 4 + [True]
    before = (study.path / "log.csv").read_text()
    assert len(before.splitlines()) == 1 + 5
    assert before.splitlines()[-1].split(",")[-2:] == ["", ""]
    folders = {path.name for path in (study.path / TENSORBOARD).iterdir()}
    assert folders == {"study", *(event.trial for event in events)}
    # So that the run can be deleted whole.
    assert [p.name for p in study.path.iterdir() if not is_run_entry(p.name)] == [LOCK_FILES[0]]
    again = poolbench.compare(on_trial=events.append, **settings)
    assert len(events) == 5
    # In another order, since nobody waited for them.
    assert sorted((again.path / "log.csv").read_text().splitlines()) == sorted(before.splitlines())
