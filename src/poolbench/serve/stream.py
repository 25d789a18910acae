"""Send files: small ones whole, large ones in pieces, of which a slow reader holds one."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

Answer = Callable[[Request], Awaitable[Response]]

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

# Bytes that a connection is given at once.
PIECE_BYTES = 1 << 16


def make_sender(name: str, content: bytes) -> Answer:
    """Make what answers with a file of the front end; its name says what it is."""

    async def send(_: Request) -> Response:
        return Response(content, media_type=MEDIA_TYPES[Path(name).suffix])

    return send


def stream_content(
    content: bytes | memoryview, media_type: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Make a response from memory that all readers share."""
    whole = memoryview(content).cast("B")

    async def send() -> AsyncIterator[memoryview]:
        for start in range(0, len(whole), PIECE_BYTES):
            yield whole[start : start + PIECE_BYTES]

    return _answer(send(), len(whole), media_type, headers)


async def stream_file(
    path: Path, media_type: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Make a response from a file, as it was when the request came.

    Raises:
        OSError: If it cannot be read.
    """
    file = await asyncio.to_thread(path.open, "rb", buffering=0)
    size = os.fstat(file.fileno()).st_size

    async def send() -> AsyncIterator[bytes]:
        left = size
        with file:
            while left and (piece := await asyncio.to_thread(file.read, min(left, PIECE_BYTES))):
                left -= len(piece)
                yield piece

    return _answer(send(), size, media_type, headers)


def _answer(
    pieces: AsyncIterator[bytes] | AsyncIterator[memoryview],
    size: int,
    media_type: str,
    headers: Mapping[str, str] | None,
) -> StreamingResponse:
    told = {**(headers or {}), "content-length": str(size)}
    return StreamingResponse(pieces, media_type=media_type, headers=told)
