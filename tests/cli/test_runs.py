"""Runs on the command line: listed, deleted, compared, and named wherever one is asked for."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from poolbench.rundir.store import RunStore

SMALL = ("--backbones", "lab-example", "--epochs", "1", "--folds", "2", "--repeats", "1")


def test_list_shows_the_latest_first_and_names_what_is_wrong(poolbench_here, two_runs):
    shutil.copytree(two_runs / "new", two_runs / "torn")
    (two_runs / "torn" / "verdict.json").write_text("{")
    done = poolbench_here("runs")
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert [line[0] for line in lines[2:]] == ["torn", "new", "old"]
    assert "damaged" in lines[2]
    assert "2025-06-15" in lines[3]
    assert "not JSON" in done.stderr
    assert "Traceback" not in done.stderr


def test_list_as_json_is_whole(poolbench_here, two_runs):
    found = json.loads(poolbench_here("runs", "--json").stdout)
    assert [run["name"] for run in found] == ["new", "old"]
    assert found[0]["verdict"] == "undecided"
    assert found[0]["pictures"] == 28
    assert found[0]["path"] == str(Path("runs/new"))
    assert found[0]["size_bytes"] > 10_000


def test_list_looks_into_another_folder_or_at_one_run(poolbench_here, two_runs, tmp_path):
    two_runs.rename(tmp_path / "elsewhere")
    for folder, names in (("elsewhere", ["new", "old"]), ("elsewhere/old", ["old"])):
        found = json.loads(poolbench_here("runs", "--dir", folder, "--json").stdout)
        assert [run["name"] for run in found] == names
    assert poolbench_here("runs", "--dir", "gone").returncode == 2


def test_list_without_runs_says_so(poolbench_here):
    done = poolbench_here("runs", "--lang", "ru")
    assert (done.returncode, done.stdout) == (0, "")
    assert "запусков нет" in done.stderr
    assert json.loads(poolbench_here("runs", "--json").stdout) == []


def test_list_shows_names_as_text(poolbench_here, two_runs):
    (two_runs / "new").rename(two_runs / "[red]x\x1b[2J")
    done = poolbench_here("runs")
    assert "\x1b" not in done.stdout
    assert r"[red]x\x1b[2J" in done.stdout


def test_rm_asks_on_a_terminal_and_needs_a_yes_elsewhere(poolbench_here, two_runs):
    done = poolbench_here("runs", "rm", "@old")
    assert done.returncode == 2
    assert "Add --yes" in done.stderr
    assert (two_runs / "old").exists()
    done = poolbench_here("runs", "rm", "@old", "runs/new", "--yes")
    assert done.returncode == 0, done.stderr
    assert list(two_runs.iterdir()) == []


@pytest.mark.parametrize(("answer", "is_left"), [("n", True), ("y", False)])
def test_rm_does_what_was_answered(two_runs, answer, is_left):
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "poolbench", "runs", "rm", "@old"]
    process = subprocess.Popen(
        command, stdin=theirs, stderr=subprocess.PIPE, text=True, cwd=two_runs.parent
    )
    os.write(mine, f"{answer}\n".encode())
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert "Delete runs/old (undecided" in said
    assert (two_runs / "old").exists() is is_left
    os.close(mine)
    os.close(theirs)


def test_rm_deletes_nothing_if_one_of_several_is_no_run(poolbench_here, two_runs):
    (two_runs / "photos").mkdir()
    done = poolbench_here("runs", "rm", "@old", "runs/photos", "--yes")
    assert done.returncode == 2
    assert "not a run directory" in done.stderr
    assert (two_runs / "old").exists()


def test_rm_leaves_a_run_that_is_held(poolbench_here, two_runs):
    with RunStore(two_runs / "old").hold():
        done = poolbench_here("runs", "rm", "@old", "--yes")
    assert done.returncode == 1
    assert "Another process is using" in done.stderr
    assert (two_runs / "old" / "study.json").exists()


def test_rm_takes_all_of_a_run_of_today(poolbench_here, finished_copy):
    (finished_copy / "exports").mkdir()
    (finished_copy / "exports" / "a.onnx").touch()
    done = poolbench_here("runs", "rm", finished_copy, "--yes")
    assert done.returncode == 0, done.stderr
    assert not finished_copy.exists(), [path.name for path in finished_copy.iterdir()]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_diff_says_what_differs(poolbench_here, two_runs, lang):
    done = poolbench_here("runs", "diff", "@old", "@new", "--lang", lang)
    assert done.returncode == 0, done.stderr
    assert "recipe.lab.class_balance" in done.stdout
    assert re.search(r"^ --recipes +quick, lab +lab, brief", done.stdout, re.M)
    assert "none.mlp.quick" in done.stdout
    assert ({"en": "95%", "ru": "95\xa0%"}[lang] in done.stdout) and (
        "Traceback" not in done.stderr
    )


def test_diff_as_json_and_of_pictures_that_differ(poolbench_here, two_runs):
    values = json.loads((two_runs / "new" / "data.json").read_text())
    (two_runs / "new" / "data.json").write_text(json.dumps({**values, "manifest_hash": "0"}))
    found = json.loads(poolbench_here("runs", "diff", "@old", "@new", "--json").stdout)
    assert found["unpaired"] == "pictures"
    assert found["variants"][0]["points"] is None
    assert "can't be paired" in poolbench_here("runs", "diff", "@old", "@new").stdout


@pytest.mark.full(seconds=6)
def test_run_is_named_wherever_one_is_asked_for(poolbench_here, two_runs):
    done = poolbench_here("export", "@last")
    assert done.returncode == 0, done.stderr
    # Alone on standard output, so that a script can take it.
    assert Path(done.stdout.strip()).is_relative_to("runs/new/exports")
    assert (two_runs.parent / done.stdout.strip()).is_file()
    assert poolbench_here("report", "@old").returncode == 0
    assert (two_runs / "old" / "report.html").is_file()


@pytest.mark.parametrize(
    "command",
    [
        *(
            ("report",),
            ("verify",),
            ("export",),
            ("serve",),
            ("runs", "rm"),
            ("page", "--out", "x"),
        ),
        ("predict", "@olt", "picture.png"),
    ],
)
def test_unknown_name_of_a_run_gets_the_nearest(poolbench_here, two_runs, command):
    words = command if "@olt" in command else (*command, "@olt")
    done = poolbench_here(*words)
    assert done.returncode == 1
    assert "Did you mean @old" in done.stderr


def test_name_and_out_say_where_a_run_goes(poolbench_here, two_runs):
    quickly = ("--dry-run", *SMALL, "--precision", "float32")
    assert str(Path("runs/mine")) in poolbench_here("run", "--name", "mine", *quickly).stderr
    done = poolbench_here("run", "--name", "mine", "--out", "x", *quickly)
    assert done.returncode == 2
    assert "Use only one of the two" in done.stderr
    done = poolbench_here("run", "--name", "../x", *quickly)
    assert done.returncode == 2
    assert "cannot be the name of a run" in done.stderr
    done = poolbench_here("run", "--out", "@olt", *quickly)
    assert (done.returncode, "Did you mean @old" in done.stderr) == (1, True)
