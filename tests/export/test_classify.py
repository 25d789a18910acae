"""The table of answers: no formula in it, no column twice, whole or not there."""

import csv
from pathlib import Path

import pytest

from poolbench.export.classify import Answer, save_answers


def test_table_has_no_formula_and_no_column_twice(tmp_path):
    answers = [Answer(Path("=1+1.png"), {"=cmd()": 0.25, "error": 0.75})]
    assert list(save_answers(tmp_path / "t.csv", ("=cmd()", "error"), answers)) == answers
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["path", "class", "probability", "'=cmd()", "error (class)", "error"]
    assert row == ["'=1+1.png", "error", "0.750000", "0.250000", "0.750000", ""]


def test_table_that_is_not_written_to_its_end_leaves_nothing(tmp_path):
    def break_off():
        yield Answer(Path("a.png"), {"a": 1.0})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(save_answers(tmp_path / "t.csv", ("a",), break_off()))
    assert list(tmp_path.iterdir()) == []
