"""What a finished study says of itself: its verdict as a sentence, its leaderboard as a table."""

import copy
import subprocess
import sys

import pandas
import polars
import pytest

import poolbench
from poolbench.errors import UsageError
from poolbench.records import LeaderboardRow, VerdictRecord
from poolbench.rundir.store import RunStore
from poolbench.verdict.sentence import describe_verdict


@pytest.fixture(scope="module")
def study(finished):
    return poolbench.load(finished[0], lang="en")


def test_leaderboard_is_a_tuple_of_rows_that_prints_as_a_table(study):
    board = study.leaderboard()
    assert isinstance(board, tuple)
    assert all(isinstance(row, LeaderboardRow) for row in board)
    head, *lines = str(board).splitlines()
    assert head.split()[:2] == ["variant", "accuracy"]
    assert [line.split()[0] for line in lines] == [row.variant for row in board]
    assert [line.split()[1] for line in lines] == [f"{row.accuracy:.4f}" for row in board]
    assert len({len(line) for line in (head, *lines)}) == 1
    assert repr(board) == str(board)
    again = copy.deepcopy(board)
    assert (again, str(again)) == (board, str(board))


def test_leaderboard_speaks_the_language_of_the_study(finished):
    board = poolbench.load(finished[0], lang="ru").leaderboard()
    assert "вариант" in str(board)
    assert "вариант" in board._repr_html_()


def test_leaderboard_shows_itself_in_a_notebook(study):
    html = study.leaderboard()._repr_html_()
    assert html.count("<tr") == 1 + len(study.leaderboard())
    assert all(row.variant in html for row in study.leaderboard())
    assert "macro F1" in html


def test_data_frames_have_a_column_for_each_measure(study):
    board = study.leaderboard()
    frames = board.to_pandas(), pandas.DataFrame(board)
    for frame in frames:
        assert list(frame.columns) == list(board[0].model_dump())
        assert list(frame["variant"]) == [row.variant for row in board]
        assert frame["accuracy"].dtype == float
        assert list(frame["accuracy"]) == [row.accuracy for row in board]
    pandas.testing.assert_frame_equal(*frames)
    found = board.to_polars()
    assert found.columns == list(frames[0].columns)
    assert found["accuracy"].to_list() == [row.accuracy for row in board]
    assert found["parameters"].dtype == polars.Int64


def test_data_frame_without_its_package_says_what_to_install(study, monkeypatch):
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(UsageError, match=f"pip install {name}"):
            getattr(study.leaderboard(), f"to_{name}")()


def test_verdict_is_told_in_the_language_of_the_study(finished):
    record = RunStore(finished[0]).load_model("verdict.json", VerdictRecord)
    for lang in ("en", "ru"):
        verdict = poolbench.load(finished[0], lang=lang).verdict
        assert str(verdict) == describe_verdict(record, lang)
        assert verdict == record
        assert record == verdict
        assert verdict.model_dump() == record.model_dump()
    assert verdict != record.model_copy(update={"repeats": 99})


@pytest.mark.full(seconds=5, always=True)
def test_a_finished_study_is_read_drawn_and_asked_without_torch(finished_copy):
    code = f"""
import sys
import matplotlib
matplotlib.use("agg")
import numpy as np
import poolbench
study = poolbench.load({str(finished_copy)!r})
str(study.verdict), str(study.leaderboard()), study._repr_html_(), study.figures, study.final
study.leaderboard().to_pandas()
study.best.predict(np.zeros((9, 9, 3), np.uint8))
study.plot("confusion"), study.report(), study.push("anna/fruit")
sys.exit("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
