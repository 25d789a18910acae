"""What is installed: the lock, the licences, and the look for holes that are known."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# What a person runs; requirements.lock has all of it.
LOCKED_EXTRAS = ("", "ray")


def _load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


licences, audit = _load("licences"), _load("audit")


def _read_versions(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {licences.normalize(package): version for package, version in found}


def test_lock_has_the_versions_of_the_constraints():
    locked, tested = _read_versions("requirements.lock"), _read_versions("constraints.txt")
    assert {name: tested.get(name, version) for name, version in locked.items()} == locked
    assert locked["torch"] == "2.13.0"


def test_lock_has_all_that_is_needed_here():
    needed = set().union(*map(licences.list_needed, LOCKED_EXTRAS))
    assert needed <= licences.list_locked()
    # What is needed here and not in the constraints could part from the lock; but for what PyPI's
    # build of torch brings for GPUs, the versions of which torch itself decides.
    own = {name for name in needed if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert own <= _read_versions("constraints.txt").keys()


def test_lock_has_a_hash_for_each_package_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(licences.list_locked())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_every_package_has_its_licence_listed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    named = [each for group in groups for each in group]
    names = {licences.normalize(Requirement(each).name) for each in named} - {"poolbench"}
    needed = licences.list_needed("dev") | licences.list_locked() | names
    assert needed - licences.list_listed() == set()


@pytest.mark.parametrize(
    ("packages", "message", "is_bad"),
    [
        ([], "skipped", False),
        ([{"name": "a", "skip_reason": "not found"}], "skipped", False),
        (
            [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "no"}],
            "no hole is known in 1 packages; 1 are not listed",
            False,
        ),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}], "a 1: CVE-1", True),
    ],
)
def test_judge_fails_on_a_hole_alone(packages, message, is_bad):
    said, failed = audit.judge(packages, "constraints.txt")
    assert message in said
    assert failed == is_bad
