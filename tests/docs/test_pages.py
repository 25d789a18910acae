"""What the documentation says, done in its order: every command, and every block of Python.

A training that takes minutes is replaced by the shortest thing that parses the very same command:
``--dry-run`` of a study, which reads its pictures, builds its networks and measures a step. In
tutorials one repeat of two folds is trained, so that the rest of the page has a run to work with.
"""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import poolbench
from pages import ROOT, list_commands, list_pages, read_blocks, split_commands
from patience import HANG_SECONDS
from poolbench.data.cifar import CIFAR100, load_cifar
from poolbench.data.sample import load_sample
from poolbench.operators import get_operator

ARCHIVE = ROOT.parent / "shared" / "data" / "cifar-100-python.tar.gz"
# Names of runs that pages take as given.
RUNS = ("runs/NAME", "ЗАПУСК")
# Names that pages take as given in Python, by page.
GIVEN = {
    "docs/operators/README.md": lambda: {"MyPool2d": get_operator("blur").cls},
    "docs/lab-report/lab-report.md": lambda: {"images": load_sample().pool.images[:2]},
}
SHORT = ("--folds", "2", "--repeats", "1")
# A machine that does much else would refuse a limit; few pictures would be met hundreds of times.
PATIENT = ("--time-limit", "1h", "--epochs", "20")
# One class each of other pictures, and one epoch: what is said last counts.
SHORT_PRETRAINING = ("--data", "sample", "--classes", "apple,lemon", "--epochs", "1")
# What is not even begun, and why; tests/docs/test_commands.py parses it.
LEFT_OUT = {
    r"calibrate": "takes minutes; tests/study runs it",
    r"page .*": "needs npm, or what it fetches; tests/serve makes pages",
    r".*--executor ray.*": "needs a cluster; tests/executors makes some",
    r"push .*--upload": "would publish; tests/export does it with a hub of its own",
}


def has_work(page):
    languages = {block.language for block in read_blocks(page)}
    return "python" in languages or any(words[0] == "poolbench" for words in list_commands(page))


def mark(page):
    """About so many seconds: a command takes three, those of a tutorial and contracts more."""
    python = sum(block.text.count("check_") for block in read_blocks(page))
    seconds = 5 + (12 if "/tutorials/" in page else 3) * len(list_commands(page)) + 5 * python
    return pytest.param(page, marks=pytest.mark.full(seconds=seconds))


@pytest.fixture(scope="session")
def cifar():
    """CIFAR-100 in the cache, as if it had been downloaded; its archive."""
    if ARCHIVE.is_file():
        load_cifar(CIFAR100, ARCHIVE)
    return ARCHIVE


@pytest.fixture
def desk(finished, tmp_path, cifar):
    """A folder with what pages take as given: pictures, runs and files of settings."""
    for name in RUNS:
        shutil.copytree(finished[0], tmp_path / name)
    sample = load_sample()
    rng = np.random.default_rng(0)

    def draw(path, number):
        path.parent.mkdir(parents=True, exist_ok=True)
        size = tuple(int(side) for side in rng.integers(40, 90, 2))
        Image.fromarray(sample.pool.images[number]).resize(size).save(path)

    for folder in ("photographs", "people"):
        for label, name in enumerate(("ants", "bees")):
            for number, place in enumerate(np.flatnonzero(sample.pool.labels == label)[:40]):
                who = "abcdefgh"[number % 8]
                draw(tmp_path / folder / name / f"{who}_{number}.jpg", place)
    for path in ("picture.jpg", "photo.jpg", "folder/1.png", "more/2.png", "new/1.jpg"):
        draw(tmp_path / path, 0)
    (tmp_path / "study.toml").write_text("repeats = 2\n")
    if cifar.is_file():
        (tmp_path / cifar.name).symlink_to(cifar)
    return tmp_path


class Reader:
    """Somebody who does what a page says."""

    def __init__(self, page, desk, poolbench_here):
        self.page, self.desk, self.run_here = page, desk, poolbench_here
        self.is_tutorial = "/tutorials/" in page
        self.names = GIVEN.get(page, dict)()

    def follow(self):
        for block in read_blocks(self.page):
            if block.file is not None:
                (self.desk / block.file).write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                # What reads the source of classes finds it in a file.
                file = self.desk / "block.py"
                file.write_text(block.text, encoding="utf-8")
                exec(compile(block.text, str(file), "exec"), self.names)  # noqa: S102
            elif block.language == "bash":
                for words in split_commands(block.text):
                    if words[0] == "poolbench":
                        self.give(words[1:])

    def give(self, words):
        said = " ".join(words)
        if any(re.fullmatch(pattern, said) for pattern in LEFT_OUT):
            return
        if "cifar100" in words and not ARCHIVE.is_file():
            return
        if words[0] == "serve":
            self.serve(words)
            return
        target = None
        if ">" in words:
            words, [target] = words[: words.index(">")], words[words.index(">") + 1 :]
        done = self.run_here(*self.shorten(words))
        assert done.returncode == 0, f"{self.page}: poolbench {said}\n{done.stderr}"
        if target is not None:
            (self.desk / target).write_text(done.stdout, encoding="utf-8")

    def shorten(self, words):
        if words[0] == "pretrain":
            return [*words, *SHORT_PRETRAINING]
        if words[0] not in ("run", "lab") or "--dry-run" in words:
            return words
        if words[0] == "lab" or not self.is_tutorial:
            return [*words, "--dry-run"]
        return [*words, *SHORT, *(PATIENT if "--time-limit" in words else ())]

    def serve(self, words):
        """The page tells its address; then it is ended."""
        command = [sys.executable, "-m", "poolbench", *words, "--port", "0"]
        served = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=self.desk)
        said = []
        for line in served.stderr:
            said.append(line)
            if "http://" in line:
                break
        served.terminate()
        served.communicate(timeout=HANG_SECONDS)
        assert "http://" in "".join(said), f"{self.page}: {' '.join(words)}: {said}"


@pytest.mark.parametrize("page", [mark(page) for page in list_pages() if has_work(page)])
def test_page_can_be_followed(page, desk, poolbench_here, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    monkeypatch.chdir(desk)
    monkeypatch.syspath_prepend(desk)
    for name in ("mypools", "mynets"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    if "/tutorials/" not in page:
        # The very same call is read and its settings are checked; then a study that is there.
        monkeypatch.setattr("poolbench.study.run.run_study", lambda *given: load_given())
    Reader(page, desk, poolbench_here).follow()
    asked = [words for words in list_commands(page) if "--open" in words and "run" not in words]
    assert len(opened) == len(asked)


def load_given():
    return poolbench.load(RUNS[0])
