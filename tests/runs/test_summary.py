"""A run is summed up whatever state it is in."""

import json
import subprocess
import sys

import pytest

from poolbench.runs.summary import measure_size, summarize_run
from poolbench.runs.words import describe_date, describe_fault, describe_size, describe_state


def test_finished_run_tells_its_verdict_and_pictures(place):
    run = summarize_run(place / "new")
    assert (run.state, run.verdict, run.recommended) == ("finished", "undecided", "none.brief")
    assert (run.pictures, run.classes) == (28, ("dark", "light"))
    assert (run.done, run.total) == (4, 4)
    assert run.date.isoformat() == "2025-06-15T15:06:40+00:00"
    assert run.fault is None
    assert json.loads(json.dumps(run.dump()))["trials"] == {"done": 4, "total": 4}


def test_size_is_that_of_all_files_and_of_no_links(place):
    path = place / "new"
    before = measure_size(path)
    (path / "more").write_bytes(bytes(1000))
    (path / "link").symlink_to(place / "old")
    assert 1000 <= measure_size(path) - before < 1200
    counted = sum(file.stat().st_size for file in (place / "old").rglob("*") if file.is_file())
    assert measure_size(place / "old") == counted


def test_unfinished_run_tells_how_far_it_is(unfinished):
    run = summarize_run(unfinished)
    assert (run.state, run.done, run.total, run.verdict) == ("unfinished", 3, 4, None)
    assert describe_state(run, "en") == "unfinished, 3 of 4"


def test_run_that_was_only_begun_is_unfinished(place):
    (place / "begun").mkdir()
    (place / "begun" / ".holder.json").touch()
    run = summarize_run(place / "begun")
    assert (run.state, run.pictures, run.classes) == ("unfinished", None, None)
    assert describe_state(run, "en") == "unfinished"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("verdict.json", "{", "not JSON"),
        ("verdict.json", '{"schema_version": 99}', "newer poolbench"),
        ("study.json", "[]", "study.json"),
        ("data.json", '{"schema_version": 0}', "schema"),
        ("leaderboard.csv", None, "leaderboard.csv is missing from a finished study"),
        ("best/model.onnx", None, "best/model.onnx is missing from a finished study"),
    ],
)
def test_broken_run_says_what_is_broken(place, name, content, said):
    file = place / "new" / name
    file.unlink()
    if content is not None:
        file.write_text(content)
    run = summarize_run(place / "new")
    assert run.state == "broken"
    assert said in describe_fault(run, "en")
    assert said in run.dump()["reason"]
    assert describe_state(run, "ru") == "повреждён"


def test_run_that_a_process_holds_is_running_and_not_when_it_has_died(unfinished):
    code = (
        "import sys; from pathlib import Path; from poolbench.system import hold_lock\n"
        "with hold_lock(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(unfinished)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    assert describe_state(summarize_run(unfinished), "en") == "running, 3 of 4"
    holder.kill()
    holder.communicate()
    assert (unfinished / ".holder.json").exists()
    assert summarize_run(unfinished).state == "unfinished"


def test_looking_leaves_no_file(place):
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    summarize_run(place / "new")
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_words_have_the_signs_of_their_language(place):
    assert describe_size(1_250_000, "en") == "1.2 MB"
    assert describe_size(1_250_000, "ru") == "1,2\N{NO-BREAK SPACE}МБ"
    assert describe_size(3, "en") == "0.1 MB"
    assert describe_date(summarize_run(place / "new").date).startswith("2025-06-1")
