"""Broken and odd inputs: each gets its exit code and one message that names it."""

import os
import re
from collections import Counter

import pytest

from corpus import GROUPS, list_cases
from corpus.running import check_inside

CASES = list_cases()


def _is_possible(needs: str) -> bool:
    if os.name == "nt":
        return needs == ""
    return needs != "user" or os.geteuid() != 0


def get_kind(params):
    """What is given to which command with which exit code, and by its first word what is wrong."""
    case = params["case"]
    return {
        "kind": (case.group, case.arguments[0], case.code),
        "fault": re.split("[-. ]", case.name)[0],
    }


def test_corpus_is_large_and_no_case_stands_for_another():
    assert len(CASES) >= 300
    assert {case.group for case in CASES} == set(GROUPS)
    assert max(Counter(case.id for case in CASES).values()) == 1


@pytest.mark.one_of_each(by=get_kind, seconds=0.1)
@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_bad_input(case, tmp_path, finished, monkeypatch):
    if not _is_possible(case.needs):
        pytest.skip(f"needs {case.needs}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert check_inside(case, tmp_path, finished[0]) == []
