"""What enters a trial's id of poolbench itself."""

import shutil
from pathlib import Path

import pytest

import poolbench
from poolbench.machine.environment import get_poolbench_version, hash_deciding_source

PACKAGE = Path(poolbench.__file__).parent


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the package that a test may edit."""
    place = tmp_path_factory.mktemp("copy") / "poolbench"
    shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def test_poolbench_version_is_the_number_and_a_hash_of_the_source():
    number, _, digest = get_poolbench_version().partition("+")
    assert number == poolbench.__version__
    assert hash_deciding_source(PACKAGE).startswith(digest)
    assert len(digest) == 12


@pytest.mark.parametrize("edited", ["operators/plain.py", "training/loop.py", "trials/run.py"])
def test_poolbench_version_of_an_edited_release_is_not_that_of_the_release(package, edited):
    assert hash_deciding_source(package) == hash_deciding_source(PACKAGE)
    file = package / edited
    source = file.read_bytes()
    file.write_bytes(source + b"# edited\n")
    try:
        assert hash_deciding_source(package) != hash_deciding_source(PACKAGE)
    finally:
        file.write_bytes(source)


def test_poolbench_version_stays_where_only_words_change(package):
    (package / "texts" / "en" / "more.py").write_text("MORE = 1", encoding="utf-8")
    assert hash_deciding_source(package) == hash_deciding_source(PACKAGE)
