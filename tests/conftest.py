"""One small study, run once by the real command line and shared by the tests."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

SMALL = ["--backbones", "lab-example", "--epochs", "2", "--folds", "2", "--repeats", "1"]


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is read from or written to the cache of whoever runs the tests."""
    os.environ["POOLBENCH_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def poolbench_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poolbench", *map(str, arguments)]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, **options
        )

    return run


@pytest.fixture(scope="session")
def finished(tmp_path_factory, poolbench_cli) -> tuple[Path, dict[str, object], str]:
    """A finished run, what it printed as JSON and what it said; not to be changed.

    Test processes share it: the first one makes it.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    path, printed, said = (place / name for name in ("finished-run", "printed", "said"))
    with FileLock(place / "finished.lock"):
        if not printed.is_file():
            done = poolbench_cli("run", *SMALL, "--out", path, "--json")
            assert done.returncode == 0, done.stderr
            said.write_text(done.stderr)
            printed.write_text(done.stdout)
    return path, json.loads(printed.read_text()), said.read_text()


@pytest.fixture
def finished_copy(finished, tmp_path) -> Path:
    """The finished run at another place, to be changed at will."""
    place = tmp_path / "moved" / "elsewhere"
    shutil.copytree(finished[0], place)
    return place
