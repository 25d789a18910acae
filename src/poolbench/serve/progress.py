"""Tell how far a study is: counted at most once a second, whoever and however many ask."""

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.requests import Request

from poolbench.errors import PoolbenchError
from poolbench.serve.read import measure_progress

PROGRESS_SECONDS = 1
# Most watchers of the progress; whoever began first has to ask again when there are more.
MOST_WATCHING = 100
# Steps without news after which a sign of life is sent: proxies and browsers drop a connection on
# which nothing is said for long.
QUIET_STEPS = 15


class Progress:
    """The progress of one run directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A thread of its own, not one that everybody waits for when the server stops.
        self._worker = ThreadPoolExecutor(1, "poolbench-progress")
        self._counting: asyncio.Task[tuple[dict[str, Any], str]] | None = None
        self._due = 0.0
        # Requests that watch, the oldest first.
        self._watching: dict[Request, None] = {}

    async def read(self) -> tuple[dict[str, Any], str]:
        """Return what was counted last, and the same as JSON.

        Raises:
            RunError: If there is no run, or it cannot be read.
        """
        loop = asyncio.get_running_loop()
        if self._counting is None or (self._counting.done() and loop.time() >= self._due):
            self._counting = loop.create_task(self._count())
            self._counting.add_done_callback(_take_note)
        # Whoever goes while it is being counted does not stop it for the others.
        return await asyncio.shield(self._counting)

    async def _count(self) -> tuple[dict[str, Any], str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._worker, measure_progress, self._path)
        finally:
            self._due = loop.time() + PROGRESS_SECONDS
        return found, json.dumps(found)

    async def watch(self, request: Request) -> AsyncIterator[str]:
        """Yield server-sent events for as long as somebody watches and is not pushed out."""
        self._watching[request] = None
        if len(self._watching) > MOST_WATCHING:
            del self._watching[next(iter(self._watching))]
        try:
            async for line in self._tell(request):
                yield line
        finally:
            self._watching.pop(request, None)

    async def _tell(self, request: Request) -> AsyncIterator[str]:
        told, quiet = "", 0
        while request in self._watching and not await request.is_disconnected():
            try:
                found, line = await self.read()
            except PoolbenchError:
                # The page asks again, and is told what is wrong.
                return
            quiet = 0 if line != told else quiet + 1
            if line != told:
                yield f"data: {line}\n\n"
            elif quiet % QUIET_STEPS == 0:
                yield ": still here\n\n"
            if found["state"] == "finished":
                return
            told = line
            await asyncio.sleep(PROGRESS_SECONDS)


def _take_note(counted: "asyncio.Task[tuple[dict[str, Any], str]]") -> None:
    """Take note of a failure that nobody waited for: it is told to the next who asks."""
    if not counted.cancelled():
        counted.exception()
