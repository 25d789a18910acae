"""``poolbench page``: the page as files for any web host; the models run in the browser."""

import json
import shutil
import tempfile
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.serve.bundle import load_bundle
from poolbench.serve.front import list_files, make_texts, render_index
from poolbench.serve.read import REPORT, FinishedRun, read_finished

# By which a folder is known that an earlier call wrote.
_MARKS = ("index.html", "run.json", "ort")


def build_page(path: Path, out: Path, bundle: Path | None, lang: str) -> Path:
    """Write the page of a finished run.

    Args:
        path: The run directory.
        out: The folder; a page that is there already is replaced.
        bundle: The unpacked npm package onnxruntime-web.
        lang: Spoken until the person chooses another.

    Returns:
        The path of ``index.html``.

    Raises:
        RunError: If ``path`` is no finished run.
        UsageError: If ``bundle`` is missing or another one, or ``out`` holds something else.
    """
    runtime = load_bundle(bundle)
    run = read_finished(path)
    _check_is_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent) as folder:
        part = Path(folder, "page")
        _write_page(part, run, runtime, lang)
        if out.exists():
            shutil.rmtree(out)
        part.rename(out)
    return out / "index.html"


def _check_is_free(out: Path) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not all((out / name).exists() for name in _MARKS):
        raise UsageError(f"{out} holds something else than a page: choose another --out.")


def _write_page(place: Path, run: FinishedRun, runtime: dict[str, bytes], lang: str) -> None:
    facts = run.describe()
    for number, model in enumerate(run.models):
        # A name of its own: a variant may be called what a web host does not serve.
        file = f"models/{number}.onnx"
        facts["models"][number]["file"] = file
        _write(place / file, (run.path / model.file).read_bytes())
    for name, content in (list_files("wasm") | {"texts.json": make_texts()}).items():
        _write(place / name, content)
    for name, content in runtime.items():
        _write(place / "ort" / name, content)
    if run.has_report:
        _write(place / REPORT, (run.path / REPORT).read_bytes())
    _write(place / "pictures.bin", run.pictures[0].tobytes())
    _write(place / "run.json", json.dumps(facts, ensure_ascii=False).encode())
    _write(place / "index.html", render_index("wasm", lang).encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
