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
from hypothesis import HealthCheck, settings

from patience import HANG_MS
from poolbench.errors import Voice
from small_run import SMALL

# Several test processes and those that they start share the processor, where threads that wait for
# each other would cost more than they give; set before torch is imported.
os.environ["OMP_NUM_THREADS"] = "1"
# What is said here is English, whatever the system of the tester speaks; set before the command
# line is imported, whose help is in one language.
os.environ["LC_ALL"] = "C.UTF-8"
# Where nothing compiled may be kept, each of the hundreds of processes that the tests start would
# compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Which tests run; a small image set and plans of short trials, for the rooms that plan, run and
# keep trials.
pytest_plugins = ["choosing", "small_studies"]

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# A browser that keeps to itself: nothing is asked for but what the page asks for.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# How long an example takes, or is drawn, says something about the machine alone.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")

# The files that take longest: begun first, so that no process is left alone with one at the end.
LONGEST = (
    *("test_run.py", "test_app.py", "test_onnx.py", "test_examples.py", "test_factory.py"),
    *("test_changes.py", "test_pretrain.py", "test_plugins.py", "test_local.py"),
    "test_executor.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is read from or written to the cache of whoever runs the tests."""
    os.environ["POOLBENCH_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _own_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line sets for its process does not outlast the test that calls it."""
    monkeypatch.setattr(Voice, "lang", "en")
    monkeypatch.setattr(Voice, "spelling", "arguments")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user has neither a HOME nor an entry among the users, as in a container."""
    pwd = pytest.importorskip("pwd")

    def refuse(user: object) -> None:
        raise KeyError(user)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", refuse)
    monkeypatch.setattr(pwd, "getpwnam", refuse)


@pytest.fixture(scope="session")
def poolbench_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poolbench", *map(str, arguments)]
        options.setdefault("env", {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "120"})
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    return run


@pytest.fixture
def poolbench_here(
    tmp_path, monkeypatch, capsys
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in this process, which has imported what it needs, in ``tmp_path``."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        from poolbench.cli.app import main

        command = ["poolbench", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", command)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.chdir(tmp_path)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return subprocess.CompletedProcess(command, ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def make_once(tmp_path_factory) -> Callable[[str, Callable[[Path], object]], Path]:
    """A function from a name and what fills a folder to that folder; not to be changed.

    Test processes share it: the first one makes it.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = place / name, place / f"{name}.done"
        with FileLock(place / f"{name}.lock"):
            if not done.exists():
                # What a process that failed may have left.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def finished(make_once, poolbench_cli) -> tuple[Path, dict[str, object], str]:
    """A finished run, what it printed as JSON and what it said; not to be changed."""

    def fill(folder: Path) -> None:
        done = poolbench_cli("run", *SMALL, "--out", folder / "run", "--json")
        assert done.returncode == 0, done.stderr
        (folder / "said").write_text(done.stderr)
        (folder / "printed").write_text(done.stdout)

    made = make_once("finished", fill)
    return made / "run", json.loads((made / "printed").read_text()), (made / "said").read_text()


@pytest.fixture
def finished_copy(finished, tmp_path) -> Path:
    """The finished run at another place, to be changed at will."""
    place = tmp_path / "moved" / "elsewhere"
    shutil.copytree(finished[0], place)
    return place


@pytest.fixture(scope="session")
def browser():
    """Chromium."""
    if not Path(CHROMIUM).is_file():
        pytest.skip("chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        sync_api.expect.set_options(timeout=HANG_MS)
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=HANG_MS
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def check_accessible():
    """axe-core finds nothing serious."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def call(page):
        found = axe.run(page).response["violations"]
        grave = [
            f"{violation['id']}: {node['html']}: {node['failureSummary']}"
            for violation in found
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert grave == []

    return call
