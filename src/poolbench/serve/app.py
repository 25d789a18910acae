"""Build the server: the page, and the requests that it makes.

Nothing is written to disk but what somebody asks to be kept for the report.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar, cast, get_args

import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from poolbench.config import Fit
from poolbench.data.decode import MOST_GIVEN_PIXELS, RefusedPictureError
from poolbench.errors import PoolbenchError
from poolbench.export.confined import Purpose, get_confined
from poolbench.serve.bodies import Bodies, RefusedError
from poolbench.serve.front import list_files, make_texts, render_index
from poolbench.serve.guard import Guard, choose_answer_language, refuse
from poolbench.serve.models import Models, open_models
from poolbench.serve.pictures import prepare_picture
from poolbench.serve.progress import Progress
from poolbench.serve.read import (
    REPORT,
    REPORT_HEADERS,
    FinishedRun,
    has_report,
    is_finished,
    read_finished,
)
from poolbench.serve.stream import make_sender, stream_content, stream_file
from poolbench.serve.tried import Place, keep_picture, read_place
from poolbench.texts.plain import make_plain_lines

MOST_UPLOAD_BYTES = 20_000_000
# Most pictures of a request: one row of the map of all shifts.
MOST_PICTURES = 17

Result = TypeVar("Result")


def make_app(
    path: Path,
    *,
    host: str,
    token: str | None,
    lang: str,
    is_wanted: bool = False,
    allowed: Collection[str] = (),
) -> Starlette:
    """Build the app for one run directory.

    Args:
        path: The run; it may still be growing.
        host: What the server is bound to.
        token: What a person must show; ``None``: nothing.
        lang: Language of the page until the person chooses another.
        is_wanted: Whether somebody asked for it; else that of the browser goes before it.
        allowed: Names that a proxy before this server goes by.
    """
    pages = _Pages(path, lang, is_wanted=is_wanted)
    routes = [
        Route("/", pages.show_index),
        Route("/run.json", pages.describe_run),
        Route("/pictures.bin", pages.send_pictures),
        Route("/progress", pages.stream_progress),
        Route(f"/{REPORT}", pages.show_report),
        Route("/picture", pages.prepare_picture, methods=["POST"]),
        Route("/predict", pages.predict, methods=["POST"]),
        Route("/keep", pages.keep, methods=["POST"]),
    ]
    files = {**list_files("server"), "texts.json": make_texts()}
    for name, content in files.items():
        routes.append(Route(f"/{name}", make_sender(name, content)))
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, host=host, token=token, lang=lang, allowed=allowed)],
        exception_handlers={
            RefusedError: pages.explain_refusal,
            OSError: pages.explain_change,
            PoolbenchError: pages.explain_error,
            HTTPException: pages.explain_http,
            Exception: pages.explain_failure,
        },
        lifespan=pages.live,
    )


@dataclass(frozen=True)
class _Opened:
    """A finished run in memory.

    Attributes:
        stamp: Which ``study.json`` and report there were.
        described: ``run.json``.
    """

    stamp: tuple[int, int, bool]
    run: FinishedRun
    models: Models
    described: bytes


class _Pages:
    """The handlers of the routes."""

    def __init__(self, path: Path, lang: str, *, is_wanted: bool) -> None:
        self._path = path
        self._lang = lang
        self._is_wanted = is_wanted
        self._opened: _Opened | None = None
        self._opening = asyncio.Lock()
        # One picture at a time: decoding takes the most memory of all. Models need not wait for it.
        self._decoding = asyncio.Lock()
        self._worker = ThreadPoolExecutor(1, "poolbench-serve")
        self._pictures, self._pixels = Bodies(), Bodies()
        self._progress = Progress(path)

    @asynccontextmanager
    async def live(self, _: Starlette) -> AsyncIterator[None]:
        """End what still works when the server stops."""
        yield
        self._worker.shutdown(wait=False, cancel_futures=True)
        for purpose in get_args(Purpose):
            get_confined(purpose).interrupt()

    async def show_index(self, request: Request) -> Response:
        found = choose_answer_language(request.headers, self._lang)
        lang = self._lang if self._is_wanted else found
        return HTMLResponse(render_index("server", lang, is_wanted=self._is_wanted))

    async def describe_run(self, _: Request) -> Response:
        if not is_finished(self._path):
            return JSONResponse({"progress": (await self._progress.read())[0]})
        opened = await self._open()
        return stream_content(opened.described, "application/json")

    async def send_pictures(self, _: Request) -> Response:
        pictures = (await self._open()).run.pictures[0]
        return stream_content(pictures.data, "application/octet-stream")

    async def show_report(self, _: Request) -> Response:
        if not (is_finished(self._path) and has_report(self._path)):
            raise RefusedError("unfinished", 404)
        return await stream_file(self._path / REPORT, "text/html", REPORT_HEADERS)

    async def stream_progress(self, request: Request) -> Response:
        return StreamingResponse(self._progress.watch(request), media_type="text/event-stream")

    async def prepare_picture(self, request: Request) -> Response:
        """Turn a picture file into the picture as the network sees it, as raw bytes."""
        run = (await self._open()).run
        fit = _read_fit(request.query_params.get("fit"), run)
        large = RefusedError("size", 413, most=MOST_UPLOAD_BYTES // 1_000_000)
        async with self._pictures.hold(request, MOST_UPLOAD_BYTES, large) as content:
            if not content:
                raise RefusedError("empty", 400)
            async with self._decoding:
                # Whoever has gone meanwhile keeps nobody waiting.
                if await request.is_disconnected():
                    raise RefusedError("empty", 400)
                pixels = await asyncio.to_thread(_prepare, content, run, fit)
        return Response(pixels, media_type="application/octet-stream")

    async def predict(self, request: Request) -> Response:
        """Predict probabilities ``[models][n][classes]`` for raw pictures of the input size."""
        opened = await self._open()
        run, models = opened.run, opened.models
        wanted = _read_number(request.query_params.get("model"), len(run.models))
        async with self._take_pixels(request, run, MOST_PICTURES) as images:
            found = await self._work(partial(models.predict, images, wanted))
        return JSONResponse({"probabilities": found})

    async def keep(self, request: Request) -> Response:
        """Keep one raw picture, and what all models say of it, in the run."""
        opened = await self._open()
        place = read_place(request.query_params, opened.run)
        async with self._take_pixels(request, opened.run, 1) as images:
            # In the one thread that works: nobody else reads or writes the file meanwhile.
            count = await self._work(partial(_keep, opened, images, place))
        return JSONResponse({"count": count})

    @asynccontextmanager
    async def _take_pixels(
        self, request: Request, run: FinishedRun, most: int
    ) -> AsyncIterator[NDArray[np.uint8]]:
        """Take raw pictures uint8 ``[n, H, W, 3]`` of the input size, at most so many."""
        height, width = run.data.image_size
        size = height * width * 3
        large = RefusedError("pixels-shape", 413, height=height, width=width)
        async with self._pixels.hold(request, most * size, large) as content:
            if not content or len(content) % size:
                raise RefusedError("pixels-shape", 400, height=height, width=width)
            yield np.frombuffer(content, np.uint8).reshape(-1, height, width, 3)

    async def explain_refusal(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)
        lang = choose_answer_language(request.headers, self._lang)
        return refuse(error.reason, error.status, lang, **error.values)

    async def explain_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, PoolbenchError)
        lang = choose_answer_language(request.headers, self._lang)
        return JSONResponse({"error": error.tell(lang)}, 500)

    async def explain_change(self, request: Request, _: Exception) -> Response:
        """Say that a file of the run went while it was asked for."""
        return refuse("changing", 503, choose_answer_language(request.headers, self._lang))

    async def explain_failure(self, request: Request, _: Exception) -> Response:
        """Say that something failed; whoever started the server reads what it was."""
        return refuse("other", 500, choose_answer_language(request.headers, self._lang))

    async def explain_http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        lang = choose_answer_language(request.headers, self._lang)
        reason = {404: "path", 405: "method"}.get(error.status_code, "other")
        return refuse(reason, error.status_code, lang)

    async def _open(self) -> _Opened:
        """Return the run and its models, read anew when the study was run again meanwhile."""
        async with self._opening:
            stamp = self._read_stamp()
            if self._opened is None or self._opened.stamp != stamp:
                try:
                    self._opened = await self._work(
                        partial(_open_run, self._path, stamp, self._lang)
                    )
                except (PoolbenchError, OSError):
                    # What is wrong with a run that has changed meanwhile is no news.
                    if self._read_stamp() != stamp:
                        raise RefusedError("changing", 503) from None
                    raise
            return self._opened

    def _read_stamp(self) -> tuple[int, int, bool]:
        try:
            found = (self._path / "study.json").stat()
        except OSError:
            raise RefusedError("unfinished", 409) from None
        return found.st_mtime_ns, found.st_ino, has_report(self._path)

    async def _work(self, task: Callable[[], Result]) -> Result:
        """Run a task beside the event loop, which goes on answering."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)


def _open_run(path: Path, stamp: tuple[int, int, bool], lang: str) -> _Opened:
    run, models = open_models(read_finished(path), partial(_tell, lang))
    facts = {**run.describe(), "uploadBytes": MOST_UPLOAD_BYTES}
    return _Opened(stamp, run, models, json.dumps(facts, ensure_ascii=False).encode())


def _keep(opened: _Opened, images: NDArray[np.uint8], place: Place) -> int:
    return keep_picture(opened.run, images[0], place, opened.models.predict(images))


def _tell(lang: str, error: PoolbenchError) -> None:
    """Tell whoever started the server."""
    print(make_plain_lines(error.tell(lang)), file=sys.stderr, flush=True)  # noqa: T201


def _prepare(content: bytes, run: FinishedRun, fit: Fit) -> bytes:
    try:
        return prepare_picture(content, run.data.image_size, fit)
    except RefusedPictureError as error:
        status = {"pixels": 413, "format": 415}.get(error.reason, 422)
        raise RefusedError(error.reason, status, most=MOST_GIVEN_PIXELS // 1_000_000) from None


def _read_fit(given: str | None, run: FinishedRun) -> Fit:
    if given is None:
        return run.data.fit
    if given not in get_args(Fit):
        raise RefusedError("fit", 404)
    return cast(Fit, given)


def _read_number(given: str | None, count: int) -> int | None:
    if given is None:
        return None
    if len(given) > 6 or not (given.isascii() and given.isdigit()) or int(given) >= count:
        raise RefusedError("model", 404)
    return int(given)
