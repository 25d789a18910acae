"""A study whose networks learned nothing says so, recommends nothing and saves no model."""

import json

import numpy as np
import pytest

import poolbench
from poolbench.errors import RunError
from poolbench.report.read import read_run

OPTIONS = (
    *("--operators", "max,avg", "--backbones", "lab-example", "--recipes", "stuck.toml"),
    *("--folds", "2", "--repeats", "2", "--precision", "float32", "--workers", "1"),
)


@pytest.fixture
def run_noise(poolbench_here, train_here, tmp_path):
    """The command on 150 noisy pictures of three classes, with a rate that moves nothing."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [110, 20, 20])
    images = rng.integers(0, 256, (150, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", images=images, labels=labels, classes=["ok", "dent", "hole"])
    (tmp_path / "stuck.toml").write_text("epochs = 1\nbatch_size = 64\nlearning_rate = 1e-9\n")
    return lambda *more: poolbench_here("run", "--data", "npz:noise.npz", *OPTIONS, *more)


@pytest.mark.full(seconds=20, always=True)
def test_study_that_learned_nothing_recommends_and_saves_nothing(
    run_noise, poolbench_here, tmp_path
):
    done = run_noise("--out", "run", "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    verdict = printed["verdict"]
    assert (verdict["kind"], verdict["recommended"]) == ("nothing-learned", None)
    assert printed["final"] is None
    for part in ("Nothing was learned", "0.3333", "--tune lr"):
        assert part in done.stderr
    assert "Test accuracy" not in done.stderr
    run = tmp_path / "run"
    assert not list(run.glob("best/*"))
    assert not list(run.glob("variants/*/*.onnx"))

    study = poolbench.load(run)
    assert study.final is None
    for ask in (lambda: study.best, study.model, study.export):
        with pytest.raises(RunError, match="Nothing was learned"):
            ask()
    trial = next(path.name for path in (run / "trials").iterdir())
    assert study.export(trial=trial).is_file()
    view = read_run(run)
    assert view.final is None
    assert view.leading.id in view.labels
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Nothing was learned" in page
    assert "Use max" not in page

    # What asks for the model says why there is none.
    for command in (("verify", "run"), ("predict", "run", "noise.npz")):
        asked = poolbench_here(*command)
        assert asked.returncode == 1
        assert asked.stderr.startswith("Nothing was learned in run")
    assert poolbench_here("report", "run", "--lab").returncode == 0
    handed_in = (run / "lab-report" / "lab-report.md").read_text(encoding="utf-8")
    assert "(у неё наибольшая средняя точность)" in handed_in
    assert "--tune lr" in handed_in
    assert "--tune lr" in poolbench.load(run)._repr_html_()
    assert "рекомендует" not in handed_in and "рекомендован" not in handed_in
    # The same command comes to the same end, and trains nothing again.
    again = run_noise("--out", "run", "--json")
    assert json.loads(again.stdout)["verdict"] == verdict
