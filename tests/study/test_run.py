"""The whole job through the Python API, and a study after a restart."""

import csv
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

import poolbench
from poolbench.config import StudyConfig, build_config
from poolbench.data.sample import load_sample
from poolbench.errors import RunError, UnknownNameError, UsageError, VerificationError
from poolbench.records import LeaderboardRow
from poolbench.rundir.store import RunStore
from poolbench.study.conclude import build_page
from poolbench.study.display import Display
from poolbench.study.prepare import name_run
from poolbench.texts import text
from poolbench.verdict.looks import make_levels

FILES = (
    "config.toml", "environment.json", "data.json", "leaderboard.csv", "verdict.json",
    "report.html", "pictures.npz", "best/model.onnx", "best/weights.safetensors",
    "best/README.md", "best/reference.npz", "best/verification.json", "figures",
    "variants/max.lab-example.quick/model.onnx",
)  # fmt: skip


def test_run_leaves_the_directory_of_the_design(finished):
    path, *_ = finished
    assert [name for name in FILES if not (path / name).exists()] == []


def test_run_tells_that_it_found_no_duplicates(finished):
    path, _, said = finished
    found = json.loads((path / "data.json").read_text())["facts"]["duplicates"]
    threshold = found.pop("threshold")
    assert 0 < threshold < 1
    assert found == dict.fromkeys(found, 0)
    assert len((path / "duplicates.csv").read_text().splitlines()) == 1
    assert "uplicate" not in said


def test_run_writes_no_path_of_this_machine(finished):
    path, *_ = finished
    for file in path.rglob("*"):
        if file.suffix in {".json", ".toml", ".csv", ".md", ".html"}:
            assert str(path.parent) not in file.read_text(encoding="utf-8"), file.name


def test_leaderboard_agrees_with_the_trials(finished):
    path, printed, _ = finished
    with (path / "leaderboard.csv").open() as file:
        rows = {row["variant"]: row for row in csv.DictReader(file)}
    assert set(rows) == {f"{name}.lab-example.quick" for name in ("stride", "max", "avg")}
    for name, row in rows.items():
        records = [
            json.loads(file.read_text())
            for file in (path / "trials").glob(f"{name}-r*/record.json")
        ]
        assert int(row["trials"]) == len(records) == 2
        mean = np.mean([record["held_out"]["accuracy"] for record in records])
        assert float(row["accuracy"]) == pytest.approx(mean)
    assert [row["variant"] for row in printed["leaderboard"]] == list(rows)


def test_loaded_study_has_its_figures_and_models(finished):
    path, printed, _ = finished
    study = poolbench.load(path)
    assert study.verdict.model_dump(mode="json") == printed["verdict"]
    assert all(isinstance(row, LeaderboardRow) for row in study.leaderboard())
    assert {"loss-curves", "accuracy-curves", "confusion", "accuracy-time"} <= set(study.figures)
    html = study._repr_html_()
    assert study.verdict.recommended in html or "stride" in html
    assert study.verdict.kind in repr(study)


def test_final_test_accuracy_is_that_of_the_exported_model(finished):
    study = poolbench.load(finished[0])
    test = load_sample().test
    logits, probabilities = study.best.predict(test.images)
    assert np.mean(logits.argmax(axis=1) == test.labels) == study.final.test.accuracy
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_restored_network_and_exported_model_agree(finished):
    study = poolbench.load(finished[0])
    images = load_sample().test.images[:9]
    network = study.model()
    with torch.no_grad():
        logits = network(torch.from_numpy(images.copy()).permute(0, 3, 1, 2).float())
    np.testing.assert_allclose(study.best.predict(images)[0], logits.numpy(), atol=1e-3)


def test_model_of_a_variant_that_is_not_there_is_refused(finished):
    study = poolbench.load(finished[0])
    assert study.model("max.lab-example.quick", fold=1).site.stride == 4
    with pytest.raises(UsageError, match=r"avg\.lab-example\.quick"):
        study.model("mx.lab-example.quick")


@pytest.mark.full(seconds=8)
def test_moved_run_opens_verifies_and_reports(finished_copy):
    study = poolbench.load(finished_copy)
    assert study.verify().passed
    (finished_copy / "report.html").unlink()
    assert "<html" in study.report("ru").read_text(encoding="utf-8")


@pytest.mark.full(seconds=9)
def test_compare_goes_on_where_it_stopped(finished_copy):
    before = {file: file.stat().st_mtime_ns for file in (finished_copy / "trials").rglob("*.json")}
    settings = {"backbones": ("lab-example",), "epochs": 2, "folds": 2, "quiet": True}
    study = poolbench.compare("sample", out=finished_copy, repeats=1, **settings)
    after = {file: file.stat().st_mtime_ns for file in (finished_copy / "trials").rglob("*.json")}
    assert after == before
    assert study.verdict.repeats == 1


@pytest.mark.full(seconds=20)
def test_damaged_bundle_is_made_anew(finished_copy):
    path = finished_copy / "best" / "weights.safetensors"
    before = path.read_bytes()
    path.write_bytes(before[:-4] + b"oops")
    with pytest.raises(VerificationError):
        poolbench.load(finished_copy).verify()
    settings = {"backbones": ("lab-example",), "epochs": 2, "folds": 2, "repeats": 1}
    poolbench.compare("sample", out=finished_copy, quiet=True, **settings)
    assert path.read_bytes() == before


@pytest.mark.full(seconds=40)
def test_lab_protocol_tells_that_the_test_was_watched(poolbench_here, tmp_path, train_here):
    done = poolbench_here(
        "run", "--data", "sample", "--protocol", "lab", "--backbones", "lab-published,mlp",
        "--operators", "stride,max", "--epochs", "1", "--repeats", "2", "--out", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    study = poolbench.load(tmp_path / "run")
    assert {row.variant for row in study.leaderboard()} == {
        "stride.lab-published.quick", "max.lab-published.quick", "none.mlp.quick",
    }  # fmt: skip
    assert set(study.verdict.notes) == {
        "few-trials",
        "not-tuned",
        "positions-differ",
        "test-watched",
    }
    assert "evaluated after every epoch" in done.stderr
    assert "used only once" not in done.stderr
    assert "optimistic" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert study.final.trial in study.path.joinpath("study.json").read_text()


def test_names_may_stand_in_one_string(tmp_path):
    with pytest.raises(UnknownNameError, match="'aple'"):
        poolbench.compare(
            "sample", classes="plum, aple", operators="max", out=tmp_path / "run", quiet=True
        )


def test_other_pictures_are_refused_before_anything_is_measured(finished_copy, capsys):
    with pytest.raises(UsageError, match="other images"):
        poolbench.compare("sample", classes=["pear", "plum"], out=finished_copy, lang="en")
    assert text("watch.measure") not in capsys.readouterr().err


@pytest.mark.full(seconds=20)
def test_compare_takes_an_operator_class(tmp_path, train_here):
    class LastValue(poolbench.Operator):
        """Keeps the last value of each cell."""

        def forward(self, x):
            return x[:, :, self.stride - 1 :: self.stride, self.stride - 1 :: self.stride]

    study = poolbench.compare(
        "sample", operators=[LastValue, "avg"], classes=["plum", "apple"], out=tmp_path / "run",
        backbones=("lab-example",), epochs=1, folds=2, repeats=1, quiet=True,
    )  # fmt: skip
    assert study.data.classes == study.best.classes == ("plum", "apple")
    # The label of a class is its place among the chosen ones: plum 0, apple 1.
    test = load_sample().test
    chosen = {load_sample().classes.index("plum"): 0, load_sample().classes.index("apple"): 1}
    index = np.flatnonzero(np.isin(test.labels, list(chosen)))
    labels = np.array([chosen[label] for label in test.labels[index]])
    predicted = study.best.predict(test.images[index])[0].argmax(axis=1)
    assert np.mean(predicted == labels) == study.final.test.accuracy > 0.6
    names = {row.variant.partition(".")[0] for row in study.leaderboard()}
    assert names == {"LastValue", "avg"}
    assert isinstance(study.model("LastValue.lab-example.quick").site, LastValue)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"operators": ["mux"]}, UnknownNameError),
        ({"classes": ["plum", "aple"]}, UnknownNameError),
        ({"source": "cifar1000"}, UnknownNameError),
        ({"folds": 1}, UsageError),
        ({"operators": ["max", "max"]}, UsageError),
        ({"device": "tpu"}, UsageError),
        ({"groups": "subfolder"}, UsageError),
        ({"unknown": 1}, UsageError),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_written(settings, error, tmp_path):
    with pytest.raises(error):
        poolbench.compare(**{"source": "sample", **settings}, out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_a_report_that_fails_costs_a_line_and_not_the_result(tmp_path, capsys):
    build_page(RunStore(tmp_path / "no run"), Display("en"))
    said = capsys.readouterr().err
    assert said.startswith("The report could not be built: ")
    assert f"To build it again: poolbench report '{tmp_path}/no run'" in said
    assert len(said.strip().splitlines()) == 1


def test_load_refuses_what_is_no_run(tmp_path):
    with pytest.raises(RunError, match="not a poolbench run"):
        poolbench.load(tmp_path)


def test_name_of_a_run_follows_its_settings_alone():
    first = name_run(StudyConfig())
    assert first == name_run(StudyConfig(workers=7))
    assert first != name_run(StudyConfig(seed=1))
    folder = build_config({"data": {"source": "folder:/a/b/My cats"}})
    assert name_run(folder).name.startswith("My-cats-")


def test_name_of_a_run_follows_what_is_dropped_but_not_what_is_only_asked_for():
    report, drop, refuse = (
        name_run(build_config({"data": {"on_duplicates": what}}))
        for what in ("report", "drop", "refuse")
    )
    assert refuse == report == name_run(build_config({}))
    assert drop != report


def test_importing_poolbench_imports_nothing_heavy():
    code = "import sys, poolbench; print([m for m in ('torch', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_what_is_promised():
    assert poolbench.__all__ == [
        "EpochEvent", "Lab", "Operator", "Study", "Swapped", "TrialEvent", "__version__", "compare",
        "export_onnx", "lab", "load", "register", "swap",
    ]  # fmt: skip
    assert all(hasattr(poolbench, name) for name in poolbench.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = poolbench.nothing


def compare_briefly(path, **settings):
    """Two operators, one epoch; the study grows from one repeat to three."""
    defaults = {"operators": ("max", "avg"), "backbones": "lab-example", "epochs": 1, "folds": 2}
    given = {**defaults, **settings}
    given["backbones"] = (given["backbones"],)
    return poolbench.compare("sample", out=path, quiet=True, lang="en", **given)


@pytest.fixture
def short_looks(monkeypatch):
    """Looks after one, two and three repeats."""
    monkeypatch.setattr("poolbench.planning.plan.LOOKS", (1, 2, 3))


def read_results(path):
    """Everything that must be the same again: results without seconds."""
    with (path / "leaderboard.csv").open() as file:
        rows = [
            {name: value for name, value in row.items() if "seconds" not in name}
            for row in csv.DictReader(file)
        ]
    return (path / "verdict.json").read_text(), rows


@pytest.mark.full(seconds=45)
def test_growing_study_stops_at_a_look_and_goes_on_to_the_same(tmp_path, short_looks):
    study = compare_briefly(tmp_path / "run", repeats="auto")
    verdict = study.verdict
    assert verdict.alpha == make_levels((1, 2, 3))[verdict.repeats].alpha
    decided = verdict.kind != "undecided" or verdict.is_futile
    assert verdict.repeats == 3 or decided
    trials = [row.trials for row in study.leaderboard()]
    assert max(trials) == 2 * verdict.repeats
    done = read_results(tmp_path / "run")
    # What is left of a study whose first look was cut short.
    for name in ("study.json", "verdict.json"):
        (tmp_path / "run" / name).unlink()
    shutil.rmtree(next((tmp_path / "run" / "trials").glob("max*-r0f1-*")))
    compare_briefly(tmp_path / "run", repeats="auto")
    assert read_results(tmp_path / "run") == done


@pytest.mark.full(seconds=30)
def test_growing_study_drops_what_cannot_win(tmp_path, short_looks):
    @poolbench.register("blind-test")
    class Blind(poolbench.Operator):
        """Sees nothing, so that it can only guess."""

        def forward(self, x):
            return 0 * x[:, :, :: self.stride, :: self.stride]

    study = compare_briefly(
        tmp_path, operators=("max", "blind-test"), repeats="auto", folds=5, epochs=2
    )
    assert study.verdict.winner == "max.lab-example.quick"
    assert study.verdict.repeats < 3
    text = study.report().read_text(encoding="utf-8")
    assert "Winner: max" in text


@pytest.mark.full(seconds=25)
def test_replicas_of_one_variant_are_compared_with_each_other(tmp_path):
    study = compare_briefly(tmp_path, operators=("max",), replicas=2, repeats=1)
    [difference] = study.verdict.differences
    assert {difference.first, difference.second} == {
        "max.lab-example.quick", "max.lab-example.quick.1"
    }  # fmt: skip
    assert study.verdict.kind != "winner"


@pytest.mark.full(seconds=25)
def test_unequal_classes_are_compared_by_balanced_accuracy(tmp_path, train_here):
    sample = load_sample()
    counts = {0: 80, 1: 40}
    index = np.concatenate(
        [np.flatnonzero(sample.pool.labels == label)[:count] for label, count in counts.items()]
    )
    # The first ten a second time: what folds could share is dropped.
    index = np.append(index, index[:10])
    images, labels = sample.pool.images[index], sample.pool.labels[index]
    np.savez(tmp_path / "set.npz", images=images, labels=labels)
    study = poolbench.compare(
        f"npz:{tmp_path / 'set.npz'}", operators=("max", "avg"), backbones=("lab-example",),
        epochs=2, folds=2, repeats=1, out=tmp_path / "run", quiet=True, lang="en", baseline="avg",
        on_duplicates="drop",
    )  # fmt: skip
    found = study.data.facts["duplicates"]
    assert 0 < found["dropped"] == found["pool_exact"] <= 10
    assert sum(study.data.pool_counts + study.data.test_counts) == 130 - found["dropped"]
    with (tmp_path / "run" / "duplicates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["dropped"]
    assert {(row["kind"], row["half"]) for row in rows} == {("exact", "pool")}
    assert study.verdict.metric == "balanced-accuracy"
    assert "metric-balanced" in study.verdict.notes
    assert study.verdict.baseline == "avg.lab-example.quick"
    assert len(study.verdict.against_baseline) == 1
    row = study.leaderboard()[0]
    predictions = [
        np.load(file)
        for file in (tmp_path / "run" / "trials").glob(f"{row.variant}-r*/predictions.npz")
    ]
    right, truth = (
        np.concatenate(values)
        for values in zip(
            *((p["logits"].argmax(axis=1) == p["labels"], p["labels"]) for p in predictions),
            strict=True,
        )
    )
    assert row.accuracy == pytest.approx(np.mean([right[truth == k].mean() for k in (0, 1)]))
    text = study.report().read_text(encoding="utf-8")
    assert "balanced accuracy" in text
    assert "left out of the training images" in text
    assert "Each variant compared with avg" in text


def test_baseline_that_nobody_knows_is_said_before_anything_is_trained(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean"):
        compare_briefly(tmp_path / "run", baseline="max.lab-exampel.quick")
    assert not (tmp_path / "run" / "trials").exists()
