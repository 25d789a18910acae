"""A working folder with two finished runs, of the tiny ones that are kept for the formats."""

import os
import shutil
from pathlib import Path

import pytest

KEPT = Path(__file__).parents[1] / "rundir" / "kept"
# Dates of the two, in seconds since 1970.
OLD, NEW = 1_700_000_000, 1_750_000_000


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder ``runs`` of the working folder, with ``old`` and ``new``."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs"
    for name, schema, seconds in (("old", 1, OLD), ("new", 2, NEW)):
        shutil.copytree(KEPT / f"schema-{schema}", folder / name)
        os.utime(folder / name / "study.json", (seconds, seconds))
    return folder


@pytest.fixture
def unfinished(place):
    """A run whose study was stopped before its last trial."""
    path = Path(shutil.copytree(place / "new", place / "stopped"))
    (path / "study.json").unlink()
    (path / "verdict.json").unlink()
    first = min((path / "trials").iterdir())
    shutil.rmtree(first)
    for name in ("trials", "plan.json", "config.toml", "data.json"):
        os.utime(path / name, (NEW + 60, NEW + 60))
    return path
