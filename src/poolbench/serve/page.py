"""``poolbench page``: the page as files for any web host; the models run in the browser."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from poolbench.errors import RunError, UsageError
from poolbench.export.check_model import read_model
from poolbench.files import check_file_path, check_regular, is_within, parse_json
from poolbench.rundir.store import RunStore
from poolbench.serve.bundle import fetch_bundle, load_bundle
from poolbench.serve.front import list_files, make_texts, render_index
from poolbench.serve.read import REPORT, FinishedRun, read_finished
from poolbench.texts.policy import make_report_policy

# Head that is put before whatever the report of the run holds, which nobody made anew.
_POLICY = (
    "<!DOCTYPE html>\n<meta http-equiv='Content-Security-Policy' "
    f'content="{make_report_policy()}">\n'
).encode()
# List of the files of the page: an earlier one is replaced file by file, and nothing else is
# touched.
LIST = "page-files.json"


def build_page(
    path: Path,
    out: Path,
    bundle: Path | None,
    lang: str,
    *,
    is_wanted: bool = False,
    may_download: bool = False,
) -> Path:
    """Write the page of a finished run.

    Args:
        path: The run directory.
        out: The folder; the files of an earlier page are replaced, others stay as they are.
        bundle: The unpacked npm package onnxruntime-web.
        lang: Language of the page until the person chooses another.
        is_wanted: Whether somebody asked for it; else that of the browser goes before it.
        may_download: Let npm fetch the package where there is no ``bundle``.

    Returns:
        The path of ``index.html``.

    Raises:
        DataError: If a model of the run asks for more than arithmetic.
        RunError: If ``path`` is no finished run, or the disk of ``out`` is full.
        UsageError: If ``bundle`` is missing or another one, npm is missing or cannot fetch it;
            ``out`` lies in the run, cannot be a folder, or holds files of somebody else that are
            called like those of the page.
    """
    if is_within(out, path):
        raise UsageError("page.inside-run", out=out)
    try:
        check_file_path(out / LIST)
    except OSError as error:
        raise UsageError("page.unwritten", out=out, reason=error) from None
    RunStore(path).check_has_model()
    run = read_finished(path)
    runtime = fetch_bundle() if may_download and bundle is None else load_bundle(bundle)
    index = render_index("wasm", lang, is_wanted=is_wanted)
    _replace(out, {**dict(_make_files(run, runtime)), "index.html": index.encode()})
    return out / "index.html"


def _replace(out: Path, files: dict[str, bytes]) -> None:
    before = _list_written(out)
    others = [
        name
        for name in files
        if os.path.lexists(out / name) and not _is_from_page(out, name, before)
    ]
    if others:
        raise UsageError("page.occupied", out=out, names=sorted(others)[:3])
    store = RunStore(out)
    hashes = {name: [hashlib.sha256(content).hexdigest()] for name, content in files.items()}
    gone = {name for name in before.keys() - files.keys() if _is_from_page(out, name, before)}
    # First, so that whatever happens now, the next call knows what is its own.
    either = {name: before.get(name, []) + hashes.get(name, []) for name in {*before, *hashes}}
    store.save_bytes(LIST, json.dumps(either, sort_keys=True).encode())
    store.remove(*gone)
    for name, content in files.items():
        store.save_bytes(name, content)
    store.save_bytes(LIST, json.dumps(hashes, sort_keys=True).encode())


def _list_written(out: Path) -> dict[str, list[str]]:
    """Return what an earlier page wrote: the SHA-256 of what may lie there, by name.

    Names that lead elsewhere are nobody's.
    """
    with suppress(OSError, RunError, ValueError, TypeError, AttributeError):
        written: Any = parse_json(RunStore(out).read(LIST))
        return {
            name: list(hashes) for name, hashes in written.items() if is_within(out / name, out)
        }
    return {}


def _is_from_page(out: Path, name: str, written: dict[str, list[str]]) -> bool:
    """Return whether a file is as an earlier page wrote it."""
    with suppress(OSError):
        check_regular(out / name)
        return hashlib.sha256((out / name).read_bytes()).hexdigest() in written.get(name, ())
    return False


def _make_files(run: FinishedRun, runtime: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of all files but ``index.html``, which comes last."""
    facts = run.describe()
    for number, model in enumerate(run.models):
        # A name of its own: a variant may be called what a web host does not serve.
        file = f"models/{number}.onnx"
        facts["models"][number]["file"] = file
        yield file, read_model(run.path / model.file)
    yield from (list_files("wasm") | {"texts.json": make_texts()}).items()
    yield from ((f"ort/{name}", content) for name, content in runtime.items())
    if run.has_report:
        yield REPORT, _POLICY + (run.path / REPORT).read_bytes()
    yield "pictures.bin", run.pictures[0].tobytes()
    yield "run.json", json.dumps(facts, ensure_ascii=False).encode()
