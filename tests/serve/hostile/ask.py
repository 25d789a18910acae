"""A question as bytes, how it is sent, and what came of it."""

import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

HOST = "@HOST@"
CLOSED = 0
LOST_BYTES = 1 << 16
# What the server waits for a head and for a body, and a second for it to be seen.
HEAD_SECONDS, BODY_SECONDS = 5.0 + 1, 15.0 + 1
# The longest that a test waits for anything; a service that hangs is found, and no time judged.
PATIENCE_SECONDS = 1200.0


@dataclass(frozen=True)
class Question:
    """One of them.

    Attributes:
        expected: Possible statuses of the first answer; ``CLOSED``: none came.
        drip: Sent after the content once a second, without end.
        bound_seconds: In which an answer is to be there and the connection closed.
        is_open: Of a server that other machines reach, which wants a token.
    """

    name: str
    content: bytes
    expected: tuple[int, ...]
    drip: bytes = b""
    bound_seconds: float = 1.0
    is_open: bool = False

    def is_answered(self, statuses: tuple[int, ...]) -> bool:
        """Whether this is what is to come of it, and no error of the server is among it."""
        # While much is still being sent, a connection that is closed takes the answer with it.
        first = statuses[0] if statuses else CLOSED
        is_lost = not statuses and len(self.content) > LOST_BYTES
        return (first in self.expected or is_lost) and all(status < 500 for status in statuses)


@dataclass(frozen=True)
class Answer:
    """What came.

    Attributes:
        statuses: Of all answers; none if the connection was closed without one.
        seconds: Until the answer was whole or the connection closed; ``None``: neither happened.
    """

    statuses: tuple[int, ...]
    seconds: float | None


def ask(
    target="/run.json", method="GET", headers=(), body=b"", host=HOST, version="HTTP/1.1"
) -> bytes:
    """A question; its length is said unless the headers say one."""
    lines = [f"{method} {target} {version}", *([] if host is None else [f"Host: {host}"])]
    lines += ["Connection: close", *headers]
    names = {line.partition(":")[0].strip().lower() for line in headers}
    if body and not names & {"content-length", "transfer-encoding"}:
        lines.append("Content-Length: @LENGTH@")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def post(target, body=b"", headers=()) -> bytes:
    return ask(target, "POST", headers, body)


def send(question: Question, port: int, values: Mapping[bytes, bytes]) -> Answer:
    """Send a question as it is, and read until the server closes the connection.

    Args:
        values: For the names between ``@``.
    """
    content = fill(question.content, values)
    found = b""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as opened:
        _send_all(opened, content)
        opened.settimeout(1.0 if question.drip else PATIENCE_SECONDS)
        while time.perf_counter() < started + PATIENCE_SECONDS:
            try:
                part = opened.recv(1 << 16)
            except TimeoutError:
                _send_all(opened, question.drip)
                continue
            except ConnectionResetError:
                part = b""
            if not part:
                return Answer(read_statuses(found), time.perf_counter() - started)
            found += part
    return Answer(read_statuses(found), None)


def fill(content: bytes, values: Mapping[bytes, bytes]) -> bytes:
    """A question with what stands for its names, and with the length that its body has then."""
    for name, value in values.items():
        content = content.replace(name, value)
    length = len(content) - content.find(b"\r\n\r\n") - 4
    return content.replace(b"@LENGTH@", str(length).encode(), 1)


def _send_all(opened: socket.socket, content: bytes) -> None:
    """As far as the server takes it."""
    with suppress(BrokenPipeError, ConnectionResetError):
        opened.sendall(content)


def read_statuses(content: bytes) -> tuple[int, ...]:
    """Of all answers."""
    return tuple(int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", content))
