"""Read request bodies: up to a size, for a time, and all together into bounded memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 15
# Most bytes of all bodies in memory, and most bodies that are still coming: the one that began
# first is given up for the others, so that slow ones keep nobody out.
MOST_HELD_BYTES = 80_000_000
MOST_COMING = 32
# Most bodies that are whole and wait for a response, which a large picture may take a second for:
# the next is refused, so that nobody waits long and nothing is left to do when a flood is over.
MOST_WAITING = 16


class RefusedError(Exception):
    """A request is not answered; ``reason`` names a text."""

    def __init__(self, reason: str, status: int, **values: object) -> None:
        super().__init__(reason)
        self.reason, self.status, self.values = reason, status, values


@dataclass(eq=False)
class _Body:
    patience: asyncio.Timeout
    content: bytearray = field(default_factory=bytearray)
    is_coming: bool = True
    is_given_up: bool = False


class Bodies:
    """The bodies of one kind that a server holds."""

    def __init__(self) -> None:
        self._held: list[_Body] = []

    @asynccontextmanager
    async def hold(
        self, request: Request, most: int, refused: RefusedError
    ) -> AsyncIterator[bytes]:
        """Read the body of a request and hold it for as long as it is worked on.

        Args:
            most: Bytes; reading stops there, whatever length was announced.
            refused: Raised when there are more.

        Raises:
            RefusedError: Also where it comes too slowly, others need its memory, or too many wait.
        """
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise refused
        body = _Body(asyncio.timeout(BODY_SECONDS))
        self._held.append(body)
        try:
            await self._read(request, body, most, refused)
            yield bytes(body.content)
        finally:
            self._held.remove(body)

    async def _read(self, request: Request, body: _Body, most: int, refused: RefusedError) -> None:
        try:
            async with body.patience:
                self._make_space()
                async for part in request.stream():
                    body.content += part
                    if len(body.content) > most:
                        raise refused
                    self._make_space()
        except TimeoutError:
            body.is_given_up = True
        except ClientDisconnect:
            raise RefusedError("empty", 400) from None
        if body.is_given_up:
            raise RefusedError("slow", 408)
        if sum(not other.is_coming for other in self._held) >= MOST_WAITING:
            raise RefusedError("busy", 429)
        body.is_coming = False

    def _make_space(self) -> None:
        kept = [body for body in self._held if not body.is_given_up]
        coming = [body for body in kept if body.is_coming]
        held = sum(len(body.content) for body in kept)
        while coming and (len(coming) > MOST_COMING or held > MOST_HELD_BYTES):
            oldest = coming.pop(0)
            oldest.is_given_up = True
            held -= len(oldest.content)
            if not oldest.patience.expired():
                oldest.patience.reschedule(asyncio.get_running_loop().time())
