"""onnxruntime-web is fetched by npm, and taken by its hash alone."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from poolbench.errors import UsageError
from poolbench.serve.bundle import INTEGRITY, PACKAGE, TESTED, fetch_bundle, load_bundle

VERSION = next(iter(TESTED))


def put_npm(folder, monkeypatch, script):
    """A program called npm in front of all others."""
    if sys.platform == "win32":
        pytest.skip("a shell script is no program here")
    npm = Path(folder) / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_every_tested_version_has_its_integrity():
    assert INTEGRITY.keys() == TESTED.keys()
    assert all(value.startswith("sha512-") and value.endswith("==") for value in INTEGRITY.values())


def test_without_npm_the_way_out_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UsageError, match=r"npm is not installed on this computer.*with bundle\."
    ) as refused:
        fetch_bundle()
    assert f"npm pack {PACKAGE}@{VERSION}" in str(refused.value)


def test_what_npm_says_when_it_fails_is_told(tmp_path, monkeypatch):
    put_npm(tmp_path, monkeypatch, "echo 'npm error code E404' >&2; exit 1")
    with pytest.raises(UsageError, match=r"cannot fetch .*npm error code E404.*with bundle\."):
        fetch_bundle()


@pytest.mark.parametrize("script", ["true", f"printf wrong > {PACKAGE}-{VERSION}.tgz"])
def test_another_package_than_the_published_one_is_refused_unopened(tmp_path, monkeypatch, script):
    put_npm(tmp_path, monkeypatch, script)
    with pytest.raises(UsageError, match="SHA-512 differs, so none of it was opened"):
        fetch_bundle()


@pytest.mark.full(seconds=30)
def test_npm_fetches_the_very_files_that_were_tested(bundle):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    assert fetch_bundle() == load_bundle(bundle)
