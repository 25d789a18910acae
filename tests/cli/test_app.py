"""The command line: what it prints, where, and with which exit code."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import onnx
import pytest
from PIL import Image

import poolbench
from patience import HANG_SECONDS
from poolbench.cli import catalogue, options, runs, study
from poolbench.cli import finished as finished_runs
from poolbench.files import expand_home
from poolbench.records import Headline
from poolbench.rundir.store import RunStore
from small_run import SMALL

QUICKLY = (
    *("--data", "sample", "--dry-run", "--backbones", "lab-example"),
    *("--precision", "float32", "--workers", "1"),
)
FAULTS = Path(__file__).parents[2] / "benchmarks" / "reliability" / "faults"


def test_json_goes_to_standard_output_and_everything_else_to_standard_error(finished):
    path, printed, said = finished
    assert set(printed) == {"run", "verdict", "leaderboard", "final"}
    assert printed["run"] == str(path)
    assert "apple, lemon, pear, plum" in said
    assert re.search(
        r"Test accuracy: 0\.\d{4} \(400 images; 95% confidence interval: "
        r"0\.\d{4} to [01]\.\d{4}\)\. "
        r"The test set was used only once, for this model\.",
        said,
    )
    assert "Always predicting the same class would give 0.2500." in said
    assert set(printed["final"]["headline"]) == set(Headline.model_fields)
    assert "verified in a fresh process" in said


def test_run_lists_what_was_said_of_each_picture(finished):
    path, printed, _ = finished
    with (path / "predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == "test"]
    right = [row["class"] == row["predicted"] for row in rows]
    assert np.mean(right) == pytest.approx(printed["final"]["headline"]["value"])
    with (path / "split.csv").open(encoding="utf-8", newline="") as file:
        halves = [row["half"] for row in csv.DictReader(file)]
    assert (halves.count("pool"), halves.count("test")) == (1200, 400)


def test_help_names_every_command_without_torch():
    code = (
        "import sys; sys.argv = ['poolbench', '--help']\n"
        "from poolbench.cli.app import main\n"
        "try: main()\n"
        "finally: print([m for m in ('torch', 'numpy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in (
        *("run", "report", "verify", "export", "predict", "recipes", "classes", "doctor"),
        *("calibrate", "serve", "page", "runs"),
    ):
        assert f" {command} " in done.stdout
    assert done.stdout.strip().endswith("[]")


def test_version_is_printed_alone(poolbench_here):
    done = poolbench_here("--version")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"poolbench {poolbench.__version__}\n",
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run", "--operators", "mux"), 2, "Did you mean 'max'"),
        (("run", "--operator", "max"), 2, "Did you mean --operators"),
        (("run", "--data", "cifar1000"), 2, "Did you mean 'cifar100'"),
        (("run", "--data", "sample", "--classes", "aple,pear"), 2, "Did you mean 'apple'"),
        (("run", "--data", "sample", "--classes", "pear"), 2, "two"),
        (("run", "--folds", "many"), 2, "--folds"),
        (("run", "--repeats", "many"), 2, "repeats"),
        (("run", "--repeats", "0"), 2, "repeats"),
        (("run", "--metric", "f1"), 2, "metric"),
        (("run", "--data", "task:needel"), 2, "Did you mean 'needle'"),
        (("run", "--baseline", "maxx", "--dry-run"), 2, "Did you mean 'max'"),
        (("calibrate", "--workers", "0"), 2, "--workers"),
        (("run", "--nonsense"), 2, "--nonsense"),
        (("run", "--data", "folder:/no/such/place"), 3, "/no/such/place"),
        (("run", "--config", "/no/such.toml"), 2, "cannot be read"),
        (("run", "--groups", "subfolder"), 2, "works only with --data folder:PATH"),
        (("classes", "--data", "csv:x", "--groups", "folder"), 2, "subfolder, name:REGEX or"),
        (("run", "--folds", "400"), 2, "a whole number from 2 to 100"),
        (("run", "--lang", "xx"), 2, "xx"),
        (("verify", "/no/such/run"), 1, "/no/such/run"),
        (("report", "/no/such/run"), 1, "There is no run at /no/such/run."),
        (("report", "/no/such/run", "--lab"), 1, "There is no run at /no/such/run."),
        (("report", "/no/such/run", "--author", "A"), 2, "Add --lab"),
        (("report", "/no/such/run", "--group", "B"), 2, "Add --lab"),
        (("predict", "/no/model.onnx", "/no/picture.png"), 3, "/no/model.onnx"),
    ],
)
def test_bad_input_gets_one_message_and_its_exit_code(
    poolbench_here, tmp_path, arguments, code, message
):
    check_refused(poolbench_here(*arguments), code, message, tmp_path)


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=2)
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("verify", "/no/such/run"), 1, "/no/such/run"),
        (("run", "--data", "sample", "--classes", "aple,pear"), 2, "Did you mean 'apple'"),
        (("predict", "/no/model.onnx", "/no/picture.png"), 3, "/no/model.onnx"),
    ],
)
def test_process_ends_with_the_exit_code_of_its_message(
    poolbench_cli, tmp_path, arguments, code, message
):
    check_refused(poolbench_cli(*arguments, cwd=tmp_path), code, message, tmp_path)


def check_refused(done, code, message, folder):
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (folder / "runs").exists()


def test_debug_shows_where_an_error_came_from(poolbench_here):
    done = poolbench_here("run", "--operators", "mux", "--debug")
    assert "Traceback" in done.stderr


def test_dry_run_says_what_it_would_do_and_writes_nothing(poolbench_here, tmp_path):
    done = poolbench_here("run", "--repeats", "7", *QUICKLY)
    assert done.returncode == 0
    assert "105" in done.stderr  # 3 variants, 5 folds, 7 repeats
    assert list(tmp_path.iterdir()) == []


def test_config_file_is_read_and_options_win(poolbench_here, tmp_path):
    (tmp_path / "study.toml").write_text(
        'operators = ["max", "avg"]\nrecipes = ["mine"]\nrepeats = 3\n'
        '[[own_recipes]]\nname = "mine"\nepochs = 1\nbatch_size = 64\nlearning_rate = 0.01\n'
    )
    done = poolbench_here("run", "--config", "study.toml", "--repeats", "4", *QUICKLY)
    assert done.returncode == 0, done.stderr
    assert "40" in done.stderr  # 2 variants, 5 folds, 4 repeats


def test_recipes_are_printed_as_toml_that_run_takes(poolbench_here, tmp_path):
    printed = poolbench_here("recipes", "quick").stdout
    (tmp_path / "mine.toml").write_text(printed.replace("epochs = 40", "epochs = 1"))
    done = poolbench_here("run", "--recipes", "mine.toml,quick", *QUICKLY)
    assert done.returncode == 0, done.stderr
    assert "Plan: 6 variants, " in done.stderr


def test_recipes_are_listed_in_both_languages(poolbench_here):
    names = [entry["name"] for entry in json.loads(poolbench_here("recipes", "--json").stdout)]
    for language in ("en", "ru"):
        lines = poolbench_here("recipes", "--lang", language).stdout.splitlines()
        assert [line.split()[0] for line in lines] == names


def test_recipe_of_ones_own_may_not_pretend_to_be_another(poolbench_here, tmp_path):
    changed = poolbench_here("recipes", "quick").stdout.replace("epochs = 40", "epochs = 1")
    (tmp_path / "quick.toml").write_text(changed)
    done = poolbench_here("run", "--recipes", "quick.toml", *QUICKLY)
    assert done.returncode == 2
    assert "Rename the recipe" in done.stderr


def test_russian_is_spoken_when_asked_for(poolbench_here):
    command = ("run", "--lang", "ru", "--operators", "max", *QUICKLY)
    done = poolbench_here(*command)
    assert re.search("[а-я]{4}", done.stderr)


@pytest.mark.full(seconds=5)
def test_verify_fails_with_4_when_a_weight_was_changed(poolbench_cli, finished_copy):
    path = finished_copy / "best" / "model.onnx"
    model = onnx.load(path)
    weight = next(value for value in model.graph.initializer if value.name.endswith("conv2.weight"))
    values = onnx.numpy_helper.to_array(weight).copy()
    values[0, 0, 0, 0] += 0.5
    weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
    onnx.save(model, path)
    done = poolbench_cli("verify", finished_copy)
    assert done.returncode == 4
    assert "does not reproduce its recorded predictions" in done.stderr


def test_verify_passes_after_a_move(poolbench_cli, finished_copy):
    done = poolbench_cli("verify", finished_copy, "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["passed"]
    assert not report["torch_imported"]


def test_predict_classifies_picture_files(poolbench_here, finished, tmp_path):
    path, *_ = finished
    pictures = np.load(path / "pictures.npz")
    for number in range(3):
        Image.fromarray(pictures["images"][number]).resize((90, 70)).save(
            tmp_path / f"{number}.png"
        )
    files = [tmp_path / f"{number}.png" for number in range(3)]
    done = poolbench_here("predict", path, *files, "--json")
    found = json.loads(done.stdout)
    assert [entry["path"] for entry in found] == [str(file) for file in files]
    for entry in found:
        assert list(entry["probabilities"]) == ["apple", "lemon", "pear", "plum"]
        assert sum(entry["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_export_writes_the_form_of_the_course_page(poolbench_here, finished, tmp_path):
    out = tmp_path / "page.onnx"
    done = poolbench_here("export", finished[0], "--layout", "nchw", "--size", "32", "--out", out)
    assert done.returncode == 0, done.stderr
    given = onnx.load(out).graph.input[0]
    shape = [dim.dim_value or dim.dim_param for dim in given.type.tensor_type.shape.dim]
    assert (given.name, shape[1:]) == ("input", [3, 32, 32])


@pytest.mark.full(seconds=10)
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script is no program here")
def test_report_is_opened_in_the_browser_or_that_is_said(poolbench_cli, two_runs, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.asked"\n')
    browser.chmod(0o755)
    for chosen, said in ((f"{browser} %s", ""), ("/no/browser", "No browser could be opened")):
        environment = {**os.environ, "BROWSER": chosen, "PATH": "/nowhere", "LC_ALL": "C.UTF-8"}
        done = poolbench_cli("report", "@last", "--open", cwd=two_runs.parent, env=environment)
        assert done.returncode == 0, done.stderr
        assert said in done.stderr
    page = two_runs / "new" / "report.html"
    assert (tmp_path / "browser.asked").read_text().strip() == page.as_uri()


def test_classes_lists_the_sample(poolbench_here):
    listed = json.loads(poolbench_here("classes", "--data", "sample", "--json").stdout)
    assert [entry["name"] for entry in listed] == ["apple", "lemon", "pear", "plum"]
    assert {entry["pool_count"] for entry in listed} == {300}
    assert {entry["train_count"] for entry in listed} == {300}
    assert {(entry["val_count"], entry["test_count"]) for entry in listed} == {(0, 100)}
    lines = poolbench_here("classes", "--data", "sample", "--lang", "ru").stdout.splitlines()
    assert lines[0] == "   0  apple (яблоко): обучающих 300, валидационных 0, тестовых 100"
    lines = poolbench_here("classes", "--data", "sample").stdout.splitlines()
    assert lines[0] == "   0  apple: train 300, val 0, test 100"


def test_folder_of_pictures_needs_no_kind(poolbench_here, tmp_path):
    for name, shade in (("photos/cat/1.png", 3), ("photos/dog/1.png", 9), ("sample/a/1.png", 7)):
        (tmp_path / name).parent.mkdir(parents=True)
        Image.new("L", (8, 8), shade).save(tmp_path / name)
    done = poolbench_here("classes", "--data", "photos/", "--json")
    assert [entry["name"] for entry in json.loads(done.stdout)] == ["cat", "dog"]
    # A name that is both is the built-in set, and that is said.
    done = poolbench_here("classes", "--data", "sample", "--json")
    assert [entry["name"] for entry in json.loads(done.stdout)] == [
        "apple",
        "lemon",
        "pear",
        "plum",
    ]
    assert "--data ./sample" in done.stderr
    assert "./sample" not in poolbench_here("classes", "--data", "cifar10").stderr
    done = poolbench_here("classes", "--data", "photoz/")
    assert (done.returncode, "Did you mean photos" in done.stderr) == (2, True)


def test_doctor_and_operators_answer(poolbench_here):
    findings = json.loads(poolbench_here("doctor", "--json").stdout)
    assert findings["precision"].startswith("float32")
    assert {entry["id"] for entry in json.loads(poolbench_here("operators", "--json").stdout)} >= {
        "stride",
        "max",
        "avg",
    }


@pytest.mark.full(seconds=17, always=True)
def test_interrupt_keeps_finished_trials_and_says_how_to_go_on(tmp_path):
    out = tmp_path / "run"
    more = ("--repeats", "40", "--out", out)  # Far from its end when the first is there.
    command = [sys.executable, "-m", "poolbench", "run", *SMALL, *more]
    process = subprocess.Popen(
        list(map(str, command)), stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    store = RunStore(out)
    deadline = time.monotonic() + HANG_SECONDS
    while not any(store.trials.glob("*/record.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 130
    assert "poolbench run --data sample --backbones lab-example" in said
    kept = {path.parent.name for path in store.trials.glob("*/record.json")}
    assert kept
    assert not (out / "study.json").exists()


@pytest.mark.full(seconds=40)
def test_killed_study_goes_on_to_the_same_bits(poolbench_cli, finished, tmp_path, monkeypatch):
    path, *_ = finished
    out = tmp_path / "run"
    command = [sys.executable, "-m", "poolbench", "run", *SMALL, "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    store = RunStore(out)
    deadline = time.monotonic() + HANG_SECONDS
    while not any(store.trials.glob("*/record.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # And a process that trains, while it writes what it has trained.
    mark = tmp_path / "mark"
    monkeypatch.setenv("PYTHONPATH", str(FAULTS), prepend=os.pathsep)
    monkeypatch.setenv("POOLBENCH_FAULT", f"kill:flush/weights.safetensors:{out}")
    monkeypatch.setenv("POOLBENCH_FAULT_MARK", str(mark))
    done = poolbench_cli("run", *SMALL, "--workers", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    assert mark.exists()
    ids = sorted(folder.name for folder in (path / "trials").iterdir())
    assert sorted(folder.name for folder in store.trials.iterdir()) == ids
    for trial in ids:
        for name in ("record.json", "history.csv", "weights.safetensors", "predictions.npz"):
            mine, theirs = (place / "trials" / trial / name for place in (out, path))
            assert mine.read_bytes() == theirs.read_bytes(), (trial, name)
    assert (out / "verdict.json").read_bytes() == (path / "verdict.json").read_bytes()
    assert (out / "best" / "weights.safetensors").read_bytes() == (
        path / "best" / "weights.safetensors"
    ).read_bytes()


def test_operators_lists_the_catalogue_in_both_languages_and_shows_a_card(poolbench_here):
    entries = json.loads(poolbench_here("operators", "--json").stdout)
    assert len(entries) >= 40
    assert {entry["id"]: entry["relative_cost"] for entry in entries}["max"] == 1
    for lang, heading, family in (("en", "family", "wavelet"), ("ru", "семейство", "вейвлеты")):
        listed = poolbench_here("operators", "--lang", lang).stdout
        assert heading in listed.splitlines()[0]
        assert any(
            line.startswith("haar ") and family in line and "2018" in line
            for line in listed.splitlines()
        )
    assert poolbench_here("operators", "blur").stdout.startswith("# blur\n")
    assert (
        json.loads(poolbench_here("operators", "blur", "--json").stdout)["family"] == "antialiased"
    )
    done = poolbench_here("operators", "blurr")
    assert done.returncode == 2
    assert "Did you mean 'blur'" in done.stderr


@pytest.mark.full(seconds=25)
def test_report_lab_writes_the_hand_in_beside_the_page(poolbench_cli, finished_copy):
    done = poolbench_cli("report", finished_copy, "--lab", "--author", "Иванов", "--group", "ИВТ-1")
    assert done.returncode == 0, done.stderr
    written = finished_copy / "lab-report"
    for name in ("lab-report.md", "lab-report.docx"):
        assert str(written / name) in done.stderr
        assert (written / name).is_file()
    assert "Иванов" in (written / "lab-report.md").read_text(encoding="utf-8")
    assert (finished_copy / "report.html").is_file()


def test_every_path_option_and_argument_understands_the_home_folder():
    # Annotated[Path, Option(...)], or of a list of paths, or with None.
    asked = {
        f"{command.callback.__name__} {name}": hint.__metadata__[0].parser
        for group in (catalogue.commands, finished_runs.commands, study.commands, runs.runs)
        for command in group.registered_commands
        for name, hint in get_type_hints(command.callback, include_extras=True).items()
        if hasattr(hint, "__metadata__") and Path in (hint.__origin__, *get_args(hint.__origin__))
    }
    known = {"run out", "run config", "serve run_path", "predict pictures", "page bundle"}
    assert known <= asked.keys()
    # Those that name a run or its place know @NAME too.
    assert set(asked.values()) == {expand_home, options.find_run, options.find_place}


def test_home_folder_behind_an_equals_sign_is_understood(poolbench_here, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    done = poolbench_here("report", "~/gone")
    assert done.returncode == 1
    assert f"{tmp_path / 'home' / 'gone'}. " in done.stderr
    done = poolbench_here("run", "--config=~/gone.toml", "--out=~/r1")
    assert done.returncode == 2
    assert f"{tmp_path / 'home' / 'gone.toml'} cannot be read" in done.stderr
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [("MemoryError()", "not enough memory"), ("RecursionError('depth')", "nested too deep")],
)
def test_errors_without_words_become_one_message(error, said):
    code = f"from poolbench.cli.errors import fail_unexpected; fail_unexpected({error})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
