"""The site of the documentation is whole, and fetches nothing from elsewhere."""

import re
import subprocess
import sys

import pytest

from pages import ROOT

ELSEWHERE = re.compile(
    r'<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href|srcset)="((?:https?:)?//[^"]+)"'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place


@pytest.mark.full(seconds=40)
def test_pages_fetch_nothing_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    fetched = {page.name: ELSEWHERE.findall(page.read_text(encoding="utf-8")) for page in pages}
    assert len(pages) > 80
    assert {page: found for page, found in fetched.items() if found} == {}


@pytest.mark.full(seconds=40)
def test_what_is_made_for_the_site_is_there(site):
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "poolbench compares pooling operators" in home
    assert "docs/how-to" not in re.findall(r'href="([^"]+)"', home)
    fields = (site / "reference" / "configuration" / "index.html").read_text(encoding="utf-8")
    assert "<code>margin_points</code>" in fields and "<!-- fields" not in fields
    names = (site / "reference" / "python-api" / "index.html").read_text(encoding="utf-8")
    assert "poolbench.compare" in names and ":class:" not in names
    assert (site / "repository" / "examples" / "new_operator.py").is_file()
    assert (site / "search" / "search_index.json").is_file()
