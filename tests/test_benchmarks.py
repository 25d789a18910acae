"""The scripts that measured the documentation's figures still start; one of each folder runs."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
SCRIPTS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in FOLDER.glob("*/*.py")
    if "__main__" in path.read_text(encoding="utf-8")
)
SHORT = {
    "accuracy": ("small_sets", "--parts", "steps"),
    "cluster": ("large_set",),
    "data": ("duplicates",),
    "lab": ("rejudge",),
    "operators": ("catalogue", "cost"),
    "peers": ("compare",),
    "reliability": ("runtimes",),
    "serve": ("load", "tests/rundir/kept/schema-2"),
    "speed": ("roofline",),
    "verdict": ("coverage_test_half",),
}


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("script", SCRIPTS)
def test_script_starts(script, monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    # Some say how many threads there are to be, before NumPy is loaded.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(script, run_name="__main__", alter_sys=True)
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_every_folder_has_a_short_form():
    folders = {path.name for path in FOLDER.iterdir() if any(path.glob("*.py"))}
    assert folders == set(SHORT)


@pytest.mark.full(seconds=10, always=True)
@pytest.mark.parametrize("folder", SHORT)
def test_short_form_leaves_figures_elsewhere(folder, tmp_path):
    script, *options = SHORT[folder]
    before = _list_measured()
    subprocess.run(
        [sys.executable, "-m", f"benchmarks.{folder}.{script}", "--short", *options],
        check=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    written = [path for path in (tmp_path / "poolbench-short").rglob("*") if path.is_file()]
    assert written
    assert all(path.stat().st_size for path in written)
    assert _list_measured() == before


def test_readme_names_every_script():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"python -m (benchmarks[.\w]+)", text))
    parts = {"benchmarks.reliability.fuzz_one"}
    assert commands == set(SCRIPTS) - parts


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "README.ru.md",
        "CHANGELOG.md",
        *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")),
    ],
)
def test_documents_name_scripts_that_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {
        match.replace(".", "/") + ".py" for match in re.findall(r"-m (benchmarks[.\w]+)", text)
    }
    named |= set(re.findall(r"benchmarks/[\w/]+\.py", text))
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def _list_measured():
    return {path: path.stat().st_mtime_ns for path in (FOLDER / "results").rglob("*")}
