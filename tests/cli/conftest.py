"""A working folder with two tiny finished runs."""

import os
import shutil
from pathlib import Path

import pytest

KEPT = Path(__file__).parents[1] / "rundir" / "kept"


@pytest.fixture
def two_runs(tmp_path):
    """``runs/old`` and ``runs/new`` in the folder in which ``poolbench_here`` works."""
    for name, schema, seconds in (("old", 1, 1_700_000_000), ("new", 2, 1_750_000_000)):
        path = shutil.copytree(KEPT / f"schema-{schema}", tmp_path / "runs" / name)
        os.utime(path / "study.json", (seconds, seconds))
    return tmp_path / "runs"
