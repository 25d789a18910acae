"""Give a connection up when whoever opened it does not go on.

uvicorn waits without end for the rest of a request's head, and for a reader who does not read; a
hundred such connections would keep everybody else out.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

# Time for the head of a request: from the opening, or from the last response.
HEAD_SECONDS = 5.0
# Time for so many bytes of a response to be taken.
READ_SECONDS = 15.0
LEAST_READ_BYTES = 1 << 16
# Most connections on which no request is being answered; the oldest goes when there are more.
MOST_WAITING = 100


class Connection(H11Protocol):
    """One connection of a client; to be given to uvicorn as ``http``."""

    # Connections without a request, the oldest first.
    _waiting: ClassVar[dict["Connection", None]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a question."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        self._stop_watching()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Stop waiting when a question is there."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begin to wait again; also where the rest of a refused body is still coming."""
        self._wait()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Watch a reader that takes a response more slowly than it is made."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """Stop watching, since the response was taken."""
        super().resume_writing()
        self._stop_watching()

    def _wait(self) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)
        self._waiting[self] = None
        if len(self._waiting) > MOST_WAITING:
            oldest = next(iter(self._waiting))
            oldest._stop_waiting()
            oldest.transport.abort()

    def _stop_waiting(self) -> None:
        self._waiting.pop(self, None)
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._stop_waiting()
        # What is left of an answer may still be taken.
        self.transport.close()
        self._watch_reader()

    def _watch_reader(self) -> None:
        self._stop_watching()
        left = self.transport.get_write_buffer_size()
        self._reader = self.loop.call_later(READ_SECONDS, self._check_reader, left)

    def _check_reader(self, before: int) -> None:
        if self.transport.get_write_buffer_size() > before - LEAST_READ_BYTES:
            self.transport.abort()
        else:
            self._watch_reader()

    def _stop_watching(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
