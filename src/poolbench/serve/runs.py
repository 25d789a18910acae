"""Serve the list of runs and the report of each: read anew with each visit, nothing is written."""

import asyncio
import re
import shlex
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from poolbench.errors import PoolbenchError
from poolbench.runs.find import RUNS, SIGN, list_runs
from poolbench.runs.summary import RunSummary, summarize_runs
from poolbench.runs.words import (
    describe_count,
    describe_date,
    describe_fault,
    describe_size,
    describe_state,
)
from poolbench.serve.front import load_file, make_environment
from poolbench.serve.guard import Guard, choose_answer_language, refuse
from poolbench.serve.read import REPORT, REPORT_HEADERS, has_report
from poolbench.serve.stream import make_sender, stream_file
from poolbench.texts import TEXTS, text
from poolbench.texts.class_names import name_classes
from poolbench.texts.plain import make_plain

# What a shell takes as it is; @ among them, which shlex.quote does not know.
_PLAIN = re.compile(r"[\w.+/@-]+")
_FILES = ("style.css", "runs.css", "icon.svg")


def make_list_app(
    folder: Path,
    *,
    host: str,
    token: str | None,
    lang: str,
    is_wanted: bool = False,
    allowed: Collection[str] = (),
) -> Starlette:
    """Build the app for a folder of runs; the other arguments are those of ``make_app``."""
    pages = _ListPages(folder, lang, is_wanted=is_wanted)
    routes = [
        Route("/", pages.show_list),
        Route(f"/report/{{name}}/{REPORT}", pages.show_report),
        *(Route(f"/{name}", make_sender(name, load_file(name))) for name in _FILES),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, host=host, token=token, lang=lang, allowed=allowed)],
        exception_handlers={
            HTTPException: pages.explain,
            OSError: pages.explain,
            PoolbenchError: pages.explain,
            Exception: pages.explain,
        },
    )


class _ListPages:
    """The handlers of the routes."""

    def __init__(self, folder: Path, lang: str, *, is_wanted: bool) -> None:
        self._folder = folder
        self._lang = lang
        self._is_wanted = is_wanted
        # Sizes are measured by looking at every file: for one visitor at a time.
        self._reading = asyncio.Lock()

    async def show_list(self, request: Request) -> Response:
        lang = request.query_params.get("lang", "")
        if lang not in TEXTS:
            browsers = choose_answer_language(request.headers, self._lang)
            lang = self._lang if self._is_wanted else browsers
        async with self._reading:
            found = await asyncio.to_thread(summarize_runs, self._folder)
        return HTMLResponse(_render_list(self._folder, found, lang))

    async def show_report(self, request: Request) -> Response:
        """Send the report of a run in the folder; what is called otherwise is not looked for."""
        found = await asyncio.to_thread(list_runs, self._folder)
        wanted = request.path_params["name"]
        path = next((path for path in found if path.absolute().name == wanted), None)
        if path is None or not has_report(path):
            raise HTTPException(404)
        return await stream_file(path / REPORT, "text/html", REPORT_HEADERS)

    async def explain(self, request: Request, error: Exception) -> Response:
        lang = choose_answer_language(request.headers, self._lang)
        status = error.status_code if isinstance(error, HTTPException) else 500
        reason = {404: "path", 405: "method"}.get(status, "other")
        return refuse(reason, status, lang)


def _render_list(folder: Path, found: list[RunSummary], lang: str) -> str:
    def say(key: str, **values: object) -> str:
        return text(f"runs.{key}", lang, **values)

    rows = [
        {
            "name": make_plain(run.name),
            "report": f"report/{quote(run.path.absolute().name, safe='')}/{REPORT}?lang={lang}"
            if has_report(run.path)
            else None,
            "date": describe_date(run.date),
            "pictures": describe_count(run.pictures, lang),
            "classes": describe_count(None if run.classes is None else len(run.classes), lang),
            "names": make_plain(", ".join(name_classes(run.classes or (), run.source or "", lang))),
            "state": describe_state(run, lang),
            "kind": run.state,
            "size": describe_size(run.size_bytes, lang),
            "reason": describe_fault(run, lang),
        }
        for run in found
    ]
    languages = {known: text("report.language", known) for known in TEXTS}
    template = make_environment().get_template("runs.html.j2")
    return template.render(
        lang=lang,
        languages=languages,
        rows=rows,
        place=make_plain(str(folder.absolute())),
        example=_name_example(folder, found),
        t=say,
    )


def _name_example(folder: Path, found: list[RunSummary]) -> str:
    """Name the first run as a person types it."""
    if not found:
        return ""
    is_usual = folder.absolute() == RUNS.absolute()
    name = f"{SIGN}{found[0].name}" if is_usual else str(found[0].path)
    return shlex.quote(make_plain(name)) if not _PLAIN.fullmatch(name) else name
