"""One small run with awkward class names, a real server, a real browser and the static page."""

import asyncio
import csv
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

import poolbench
from patience import HANG_MS, HANG_SECONDS
from poolbench.serve.bundle import PACKAGE, TESTED
from small_studies import let_train_here

# Where the table of hostile questions lies.
sys.path.insert(0, str(Path(__file__).parent))

CLASSES = ("<script>alert(1)</script>", 'Кошка "№1"')
SIZE = 32


def make_picture(rng, label, height=40, width=52):
    """Noise with a bar: bright and upright, or dark and flat; somewhere."""
    pixels = rng.integers(60, 200, (height, width, 3), dtype=np.uint8)
    place = int(rng.integers(4, height - 12))
    if label == 0:
        pixels[:, place : place + 8] = (250, 220, 40)
    else:
        pixels[place : place + 8] = (20, 30, 90)
    return pixels


@pytest.fixture(scope="session")
def served(make_once) -> Path:
    """A finished run; not to be changed."""

    def fill(folder: Path) -> None:
        table = _write_pictures(folder / "pictures")
        with pytest.MonkeyPatch.context() as monkeypatch:
            let_train_here(monkeypatch)
            poolbench.compare(
                source=f"csv:{table}",
                image_size=SIZE,
                fit="crop",
                operators="max,avg",
                backbones="lab-example",
                epochs=4,
                folds=2,
                repeats=1,
                out=folder / "run",
                quiet=True,
            )

    return make_once("served", fill) / "run"


def _write_pictures(folder: Path) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for number in range(80):
        file = folder / f"{number}.png"
        Image.fromarray(make_picture(rng, number % 2)).save(file)
        rows.append({"path": file.name, "label": CLASSES[number % 2]})
    table = folder / "pictures.csv"
    with table.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, ["path", "label"])
        writer.writeheader()
        writer.writerows(rows)
    return table


@pytest.fixture
def served_copy(served, tmp_path) -> Path:
    """The run at another place, to be changed at will."""
    return Path(shutil.copytree(served, tmp_path / "copy"))


@pytest.fixture(scope="session")
def run_serve():
    """``poolbench serve`` as a process; its address, and the process."""

    @contextmanager
    def call(path, *options):
        command = [sys.executable, "-m", "poolbench", "serve", str(path), "--port", "0", *options]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            said = ""
            while "http://" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            yield re.search(r"http://\S+", said)[0], process
        finally:
            process.terminate()
            process.communicate(timeout=HANG_SECONDS)

    return call


@pytest.fixture(scope="session")
def server(served, run_serve):
    """The address of a server of the run."""
    with run_serve(served) as (address, _):
        yield address


@pytest.fixture(scope="session")
def open_server(served, run_serve):
    """The address of a server that other machines reach, with its token."""
    with run_serve(served, "--host", "0.0.0.0") as (address, _):
        yield address


@pytest.fixture(scope="session")
def bundle(make_once) -> Path:
    """onnxruntime-web as npm unpacks it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, which brings onnxruntime-web")
    version = next(iter(TESTED))

    def fill(folder: Path) -> None:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot get onnxruntime-web: {done.stderr.strip()[:200]}")
        with tarfile.open(folder / f"{PACKAGE}-{version}.tgz") as archive:
            for name in (*TESTED[version], "package.json"):
                archive.extract(f"package/{name}", folder, filter="data")

    return make_once("npm", fill) / "package"


@pytest.fixture(scope="session")
def static_folder(served, bundle, tmp_path_factory, poolbench_cli) -> Path:
    """What ``poolbench page`` writes."""
    out = tmp_path_factory.mktemp("static") / "page"
    done = poolbench_cli("page", served, "--out", out, "--bundle", bundle)
    assert done.returncode == 0, done.stderr
    return out


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def serve_folder():
    """A plain web server without any header of its own; its address."""

    @contextmanager
    def call(folder):
        handler = functools.partial(_Quiet, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as plain:
            threading.Thread(target=plain.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{plain.server_port}/"
            plain.shutdown()

    return call


@pytest.fixture(scope="session")
def static(static_folder, serve_folder):
    """The address of the static page."""
    with serve_folder(static_folder) as address:
        yield address


@pytest.fixture(scope="session")
def visit(browser):
    """The page, ready; afterwards it has to have been quiet and at home.

    Chromium itself writes a line for each answer of 4xx; ``refusals`` says how many there may be.
    """

    @contextmanager
    def call(address, refusals=0, **options):
        context = browser.new_context(**options)
        context.set_default_timeout(HANG_MS)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        page.wait_for_selector("#cards table")
        yield page
        hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("blob:", "data:"))}
        assert hosts == {urlsplit(address).netloc}
        lines = [line for line in said if "the server responded with a status of 4" not in line]
        assert lines == []
        assert len(said) == refusals
        context.close()

    return call


@pytest.fixture(scope="session")
def see():
    """Wait until an element says something."""
    expect = pytest.importorskip("playwright.sync_api").expect

    def call(page, element, text):
        expect(page.locator(element)).to_contain_text(text)

    return call


@pytest.fixture(scope="session")
def read_cards():
    """What every model says: class name to probability, by the caption's first words."""

    def call(page):
        return page.evaluate(
            """() => [...document.querySelectorAll("#cards table")].map((card) =>
              Object.fromEntries([...card.querySelectorAll("tr")].map((row) => [
                row.querySelector("th").textContent,
                Number(row.querySelector("data").value),
              ])))"""
        )

    return call


@pytest.fixture(scope="session")
def choose_file(see):
    """Choose a file and wait for what is said of it."""

    def call(page, file):
        page.evaluate("document.getElementById('spoken').textContent = ''")
        page.set_input_files("#file", file)
        see(page, "#truth", "Your image")
        see(page, "#spoken", "not moved")

    return call


@pytest.fixture(scope="session")
def predict_file(poolbench_cli):
    """What ``poolbench predict`` says of a file: class name to probability."""

    def call(model, file):
        done = poolbench_cli("predict", model, file, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)[0]["probabilities"]

    return call


@pytest.fixture(scope="session")
def check_same():
    """The same label, and every probability within the tolerance."""

    def call(found, expected, tolerance=1e-3):
        assert max(found, key=found.get) == max(expected, key=expected.get)
        assert found == pytest.approx(expected, abs=tolerance)

    return call


@pytest.fixture(scope="session")
def picture_files(tmp_path_factory) -> dict[str, Path]:
    """Pictures of other sizes than the network's, one of them lying on its side."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(7)
    png, turned = folder / "a.png", folder / "turned.jpg"
    Image.fromarray(make_picture(rng, 1, 150, 117)).save(png)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(make_picture(rng, 0, 64, 96)).save(turned, quality=95, exif=exif)
    return {"png": png, "turned": turned}


@pytest.fixture(scope="session")
def bad_files(tmp_path_factory) -> dict[str, Path]:
    """A text, a hundred megapixels in a small PNG, and half a picture."""
    folder = tmp_path_factory.mktemp("bad")
    text, bomb, half = folder / "a.png", folder / "bomb.png", folder / "half.png"
    text.write_text("This is no picture.", encoding="utf-8")
    Image.new("1", (10_000, 10_000)).save(bomb)
    Image.fromarray(make_picture(np.random.default_rng(1), 0, 80, 80)).save(half)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    assert bomb.stat().st_size < 1_000_000
    return {"format": text, "pixels": bomb, "broken": half}


@pytest.fixture
def run_async():
    """Runs a coroutine; not in this thread, in which a browser may have left a loop running."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda coroutine: thread.submit(asyncio.run, coroutine).result()
