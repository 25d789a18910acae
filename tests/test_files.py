"""Paths that people name."""

from pathlib import Path

import pytest

from poolbench.errors import UsageError
from poolbench.files import expand_home


def test_expand_home_knows_the_own_home_and_that_of_others(monkeypatch, tmp_path):
    pwd = pytest.importorskip("pwd")
    monkeypatch.setenv("HOME", str(tmp_path))
    user = pwd.getpwuid(0)
    assert expand_home("~") == tmp_path
    assert expand_home("~/a b/c") == expand_home(Path("~/a b/c")) == tmp_path / "a b" / "c"
    assert expand_home(f"~{user.pw_name}/x") == Path(user.pw_dir, "x")


@pytest.mark.parametrize("path", ["", ".", "a/~/b", "a~", "/x/~", "relative/file", "-", "a:b"])
def test_expand_home_leaves_other_paths_as_they_are(path):
    assert expand_home(path) == Path(path)


def test_name_that_begins_with_the_sign_can_be_written_and_stays(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    named = expand_home("./~/run")
    assert named == tmp_path / "~" / "run"
    # As where an option is expanded, and the setting that it becomes once more.
    assert expand_home(named) == named
    (tmp_path / "~$lesson.png").write_text("")
    assert expand_home("~$lesson.png") == tmp_path / "~$lesson.png"


def test_unknown_user_is_one_message(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no user 'nobody-here'.*\./~nobody-here/run"):
        expand_home("~nobody-here/run")


def test_user_without_a_home_is_one_message(nobody):
    with pytest.raises(UsageError, match="HOME is not set"):
        expand_home("~/run")
