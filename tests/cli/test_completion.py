"""Names are completed in a shell, from what is really there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from patience import HANG_SECONDS
from poolbench.cli import completion
from poolbench.models import list_backbones
from poolbench.operators import list_operators
from poolbench.training.recipes import NAMES

BIN = Path(sys.executable).parent


def test_operators_backbones_and_recipes_are_those_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    builtin = {entry.id for entry in list_operators() if entry.is_builtin}
    assert builtin <= set(completion.list_operator_ids())
    ours = {backbone.id for backbone in list_backbones() if backbone.factory is None}
    assert set(completion.BACKBONES) <= ours
    assert set(completion.BACKBONES) >= {name for name in ours if "-x" not in name}
    assert completion.list_recipe_names() == sorted(NAMES)


def test_last_of_several_names_is_completed_and_none_twice():
    assert "max,avg" in completion.complete_operators("max,av")
    assert "max,max" not in completion.complete_operators("max,m")
    assert "all" in completion.complete_operators("al")


def test_names_that_mean_something_to_a_shell_are_not_offered(two_runs, monkeypatch):
    monkeypatch.chdir(two_runs.parent)
    (two_runs / "new").rename(two_runs / "$(touch x) y")
    (two_runs.parent / "a;b.toml").touch()
    assert completion.list_run_names() == ["@last", "@old"]
    assert "a;b.toml" not in completion.list_recipe_names()


def test_completion_needs_no_torch(two_runs):
    code = (
        "import sys; sys.argv = ['poolbench']\n"
        "from poolbench.cli.app import main\n"
        "try: main()\n"
        "finally: print([m for m in ('torch', 'numpy', 'matplotlib') if m in sys.modules])"
    )
    asked = {
        "_POOLBENCH_COMPLETE": "complete_bash",
        "COMP_WORDS": "poolbench\nreport\n@\nne",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **asked},
        cwd=two_runs.parent,
    )
    assert done.stdout.split() == ["@new", "[]"]


@pytest.fixture
def shell(tmp_path):
    """A bash whose home is empty, into which completion has been installed."""
    pexpect = pytest.importorskip("pexpect")
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COMP")},
        "HOME": str(home),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "TERM": "dumb",
    }
    install = ["bash", "-c", "poolbench --install-completion; true"]
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=True)
    assert "bash completion installed" in done.stdout, done
    child = pexpect.spawn(
        "bash",
        ["--noprofile", "--rcfile", str(home / ".bashrc"), "-i"],
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        dimensions=(50, 200),
        timeout=HANG_SECONDS,
    )
    settings = ("bell-style none", "show-all-if-ambiguous on", "enable-bracketed-paste off")
    child.sendline("; ".join(f"bind 'set {setting}'" for setting in settings))
    child.sendline("PS1='READY''> '")
    child.expect_exact("READY> ")
    yield child
    child.close(force=True)


@pytest.mark.full(seconds=12, always=True)
def test_bash_completes_after_a_real_installation(shell, two_runs):
    for typed, completed in (
        ("poolbench run --operators max,ga", "max,gated "),
        ("poolbench run --operators max ga", "max gated "),
        ("poolbench run --operators=ga", "--operators=gated "),
        ("poolbench run --backbones lab-p", "lab-published "),
        ("poolbench run --recipes stan", "standard "),
        ("poolbench run --preset thor", "thorough "),
        ("poolbench report @la", "report @last "),
        ("poolbench runs diff @old @n", "@old @new "),
        ("poolbench predict @ol", "predict @old "),
    ):
        # What is on the line when the key has been pressed is what a person sees.
        shell.send(f"{typed}\t")
        shell.expect_exact(completed)
        shell.send("\x15\r")
        shell.expect_exact("READY> ")
