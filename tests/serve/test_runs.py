"""The list of runs as a page: what it shows, what it refuses, and how it looks in a browser."""

import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from patience import HANG_MS
from poolbench.errors import RunError
from poolbench.report.build import build_report
from poolbench.serve.guard import POLICY
from poolbench.serve.runs import make_list_app
from poolbench.serve.server import run_server
from poolbench.texts.policy import make_report_policy

KEPT = Path(__file__).parents[1] / "rundir" / "kept"
HOST = "http://127.0.0.1:8000"
# A name that would be markup in a page and another place in an address.
EVIL = '<img src=x onerror=alert(1)> & "имя" #1?'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A tiny finished run with its report; not to be changed."""
    path = tmp_path_factory.mktemp("built") / "run"
    shutil.copytree(KEPT / "schema-2", path)
    build_report(path)
    return path


@pytest.fixture
def folder(built, tmp_path):
    """A folder with one run of an evil name, one that is broken and one that has no report."""
    runs = tmp_path / "runs"
    for name in (EVIL, "broken", "plain"):
        shutil.copytree(built, runs / name)
    (runs / "broken" / "verdict.json").write_text("{")
    (runs / "plain" / "report.html").unlink()
    (runs / "photos").mkdir()
    return runs


@contextmanager
def open_list(folder, host="127.0.0.1", token=None, address=HOST):
    app = make_list_app(folder, host=host, token=token, lang="en")
    with TestClient(app, address, follow_redirects=False) as client:
        yield client


def test_list_names_every_run_and_its_state_as_text(folder):
    with open_list(folder) as client:
        page = client.get("/")
    assert page.headers["content-security-policy"] == POLICY
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#34;имя&#34; #1?" in page.text
    assert "<img" not in page.text and "<script" not in page.text
    assert "undecided; best so far: none.brief" in page.text
    assert "not JSON" in page.text
    assert "no report" in page.text
    assert "photos" not in page.text


def test_list_speaks_the_chosen_language(folder):
    with open_list(folder) as client:
        assert "Отчёт" in client.get("/?lang=ru").text
        assert "Report" in client.get("/?lang=zz").text


def test_report_of_a_run_has_the_policy_of_reports(folder, built):
    with open_list(folder) as client:
        links = re.findall(r'href="(report/[^"]+)"', client.get("/").text)
        assert len(links) == 2
        for link in links:
            report = client.get(f"/{link}")
            assert report.content == (built / "report.html").read_bytes()
            policy = report.headers["content-security-policy"]
            assert policy.startswith(make_report_policy())
            assert "sandbox allow-scripts" in policy


@pytest.mark.parametrize(
    "place",
    [
        "/report/gone/report.html",
        "/report/plain/report.html",
        "/report/../report.html",
        "/report/..%2Fsecret/report.html",
        "/report/%2e%2e/report.html",
        "/report/broken/verdict.json",
        "/report/link/report.html",
        "/broken/verdict.json",
        "/run.json",
    ],
)
def test_nothing_but_reports_of_listed_runs_is_sent(folder, place):
    secret = folder.parent / "secret"
    shutil.copytree(folder / "broken", secret)
    shutil.copytree(folder / "plain", folder / "link")
    (folder / "link" / "report.html").symlink_to(secret / "report.html")
    with open_list(folder) as client:
        answer = client.get(place)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error"}


def test_list_is_read_anew_and_writes_nothing(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with open_list(folder) as client:
        client.get("/")
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
        shutil.rmtree(folder / "plain")
        assert ">plain" not in client.get("/").text


def test_list_is_guarded_as_a_run_is(folder):
    with open_list(folder) as client:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400
        assert client.get("/", headers={"origin": "http://evil.example"}).status_code == 403
        assert client.post("/").status_code == 405
    with open_list(folder, "0.0.0.0", "a-token", "http://192.0.2.7:8000") as client:
        assert client.get("/").status_code == 401
        assert client.get("/?token=a-token").status_code == 303


def test_folder_without_runs_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="the first one with poolbench run"):
        run_server(None, "127.0.0.1", 0, "en")
    (tmp_path / "photos").mkdir()
    with pytest.raises(RunError, match="is not a run"):
        run_server(tmp_path / "photos", "127.0.0.1", 0, "en")


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=3)
@pytest.mark.parametrize(("width", "scheme", "lang"), [(1440, "light", "en"), (390, "dark", "ru")])
def test_page_in_a_browser_is_quiet_accessible_and_leads_to_the_report(
    browser, check_accessible, run_serve, folder, width, scheme, lang
):
    with run_serve(folder) as (address, _):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.set_default_timeout(HANG_MS)
        page = context.new_page()
        said = []
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(f"{address}?lang={lang}")
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("row").filter(has_text=EVIL).count() == 1
        page.get_by_role("link", name="Report" if lang == "en" else "Отчёт").first.click()
        page.wait_for_url(f"**/report.html?lang={lang}")
        assert "poolbench" in page.title()
        assert page.locator("h1").count() == 1
        assert said == []
        context.close()
