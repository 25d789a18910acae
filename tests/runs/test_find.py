"""Runs are found by what people call them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import poolbench
from poolbench.errors import RunError, UsageError
from poolbench.runs.find import choose_place, find_run, find_run_there, list_runs, read_time


def test_last_is_the_run_that_was_worked_at_last(place):
    assert find_run("@last") == Path("runs/new")
    os.utime(place / "old" / "study.json")
    assert find_run("@last") == Path("runs/old")


def test_last_may_be_unfinished(place, unfinished):
    assert find_run("@last") == Path("runs/stopped")


def test_report_that_is_rebuilt_does_not_make_a_run_the_last(place):
    (place / "old" / "report.html").write_text("again")
    assert find_run("@last") == Path("runs/new")


def test_run_is_found_by_its_name(place):
    assert find_run("@old") == Path("runs/old")


@pytest.mark.parametrize("given", ["old", "./@old", "somewhere/else"])
def test_path_without_the_sign_stays_a_path(place, given):
    assert find_run(given) in (Path(given), Path(given).absolute())


@pytest.mark.parametrize("given", ["@olt", "@../secret", "@old/trials", "@", "@.", "@new/"])
def test_unknown_name_gets_the_nearest_and_never_leads_out(place, given):
    (place.parent / "secret").mkdir()
    (place.parent / "secret" / "plan.json").touch()
    with pytest.raises(RunError, match=r"There is no run @.*Did you mean @") as refused:
        find_run(given)
    assert "poolbench runs lists them" in str(refused.value)


def test_without_runs_it_is_said_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="no runs") as refused:
        find_run("@last")
    assert str(tmp_path / "runs") in str(refused.value)


def test_name_without_its_sign_is_told_where_a_run_is_read(place):
    with pytest.raises(RunError, match="To name the run runs/old, write @old"):
        find_run_there("old")
    assert find_run_there("gone") == Path("gone")


def test_folder_that_is_a_run_is_its_own_list_and_others_are_no_runs(place):
    (place / "photos").mkdir()
    (place / "photos" / "data.json").write_text("{}")
    (place / "notes.txt").touch()
    assert [path.name for path in list_runs(place)] == ["new", "old"]
    assert list_runs(place / "old") == [place / "old"]
    assert list_runs(place / "gone") == []


def test_time_of_a_finished_run_is_that_of_its_last_file(place):
    assert read_time(place / "old") == 1_700_000_000


@pytest.mark.parametrize("name", ["a", "опыт-1", "@b", "2026.11", "a_b+c"])
def test_name_becomes_a_folder_of_runs(name):
    assert choose_place(None, name) == Path("runs") / name.removeprefix("@")


@pytest.mark.parametrize(
    "name",
    ["", "last", "@last", "../a", "a/b", ".a", "-a", "a.", "con", "NUL.txt", "a b", "a" * 200],
)
def test_name_that_is_none_everywhere_is_refused(name):
    with pytest.raises(UsageError, match="cannot be the name of a run"):
        choose_place(None, name)


def test_name_and_path_together_are_refused():
    with pytest.raises(UsageError, match="Use only one of the two"):
        choose_place(Path("a"), "b")
    assert choose_place(Path("a"), None) == Path("a")
    assert choose_place(None, None) is None


def test_load_in_python_takes_the_same_names(place):
    assert poolbench.load("@last").path == Path("runs/new")
    assert poolbench.load("@old").verdict.kind == "undecided"
    with pytest.raises(RunError, match="Did you mean @old"):
        poolbench.load("@olt")


def test_compare_in_python_takes_a_name_and_a_path_without_its_kind(place):
    with pytest.raises(UsageError, match="cannot be the name of a run"):
        poolbench.compare(name="../x")
    with pytest.raises(UsageError, match="Use only one of the two"):
        poolbench.compare(name="x", out="y")
    with pytest.raises(UsageError, match="Did you mean runs"):
        poolbench.compare("./rns", quiet=True)
    assert sorted(path.name for path in place.iterdir()) == ["new", "old"]


def test_finding_needs_neither_torch_nor_numpy(place):
    code = (
        "import sys; from poolbench.runs.find import find_run\n"
        "print(find_run('@last'), [m for m in ('torch', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(Path("runs/new")), "[]"]
