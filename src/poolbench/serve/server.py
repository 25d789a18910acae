"""``poolbench serve``: bind, say where, and serve until Ctrl-C."""

import secrets
import socket
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import get_args

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from threadpoolctl import threadpool_limits

from poolbench.errors import RunError, UsageError
from poolbench.export.confined import Purpose, get_confined
from poolbench.hosts import is_loopback
from poolbench.runs.find import RUNS, list_runs, looks_like_run
from poolbench.serve.address import check_allowed, make_url
from poolbench.serve.app import make_app
from poolbench.serve.connection import Connection
from poolbench.serve.guard import MOST_HEAD_BYTES
from poolbench.serve.read import check_is_run, is_finished
from poolbench.serve.runs import make_list_app
from poolbench.system import was_ended
from poolbench.texts import text
from poolbench.texts.plain import make_plain_lines

# Number of ports that are tried, from the wanted one on.
MORE_PORTS = 20


def run_server(
    path: Path | None,
    host: str,
    port: int,
    lang: str,
    allow_hosts: Iterable[str] = (),
    *,
    is_wanted: bool = False,
) -> None:
    """Serve a run, or a list of runs; comes back when it is interrupted.

    Args:
        path: The run directory, whose study need not be finished; or a folder that holds runs.
            ``None``: the folder ``runs``.
        host: An address or name of this machine; anything but loopback needs a token.
        port: 0: any free one; the next free one if it is taken.
        lang: Language of the page until the person chooses another.
        allow_hosts: Names that a proxy before this server goes by.
        is_wanted: Whether somebody asked for ``lang``; else that of the browser goes before it.

    Raises:
        RunError: If ``path`` is no run directory, and holds none.
        UsageError: If the address cannot be used.
    """
    # Such a picture is refused in words; whoever started the server need not hear of it.
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    # The products of a resize are small: more threads only wait for each other.
    threadpool_limits(1, user_api="blas")
    allowed = check_allowed(allow_hosts)
    folder, is_list = _find_folder(path)
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    with bind(host, port) as bound:
        found = bound.getsockname()[1]
        if found != port and port != 0:
            _say("serve.port-taken", lang, port=port, found=found)
        _tell_place(folder, make_url(host, found, token), lang, is_list=is_list)
        if token is not None:
            _say("serve.token", lang)
        make = make_list_app if is_list else make_app
        app = make(folder, host=host, token=token, lang=lang, is_wanted=is_wanted, allowed=allowed)
        server = _make_server(app)
        handle_exit = server.handle_exit

        def stop(number: int, frame: FrameType | None) -> None:
            _stop_computing()
            handle_exit(number, frame)

        # First, so that nobody waits for what is decoded or computed at this moment.
        server.handle_exit = stop  # type: ignore[method-assign,assignment]
        try:
            with suppress(KeyboardInterrupt):
                server.run(sockets=[bound])
        finally:
            _stop_computing()
    _say("serve.stopped", lang)


class _Server(uvicorn.Server):
    """A server that also ends for a signal which came before it could listen to signals."""

    async def on_tick(self, counter: int) -> bool:
        """Return whether it should stop; asked ten times a second."""
        return was_ended() or await super().on_tick(counter)


def _make_server(app: Starlette) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=Connection,
            h11_max_incomplete_event_size=MOST_HEAD_BYTES,
            # A malformed request is no news to whoever started the server.
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
    )


def _tell_place(folder: Path, url: str, lang: str, *, is_list: bool) -> None:
    if not (is_list or is_finished(folder)):
        _say("serve.unfinished", lang, path=folder)
    _say("runs.page-serve" if is_list else "serve.place", lang, path=folder, url=url)


def _find_folder(path: Path | None) -> tuple[Path, bool]:
    """Find the folder to show, and whether it is one of runs and no run itself.

    Raises:
        RunError: If it is neither.
    """
    folder = RUNS if path is None else path
    if not looks_like_run(folder):
        if path is None and not folder.is_dir():
            raise RunError("serve.no-runs", folder=folder.absolute())
        if path is None or (folder.is_dir() and list_runs(folder)):
            return folder, True
    check_is_run(folder)
    return folder, False


def _stop_computing() -> None:
    for purpose in get_args(Purpose):
        get_confined(purpose).close()


@contextmanager
def bind(host: str, port: int) -> Iterator[socket.socket]:
    """Bind a listening socket at the wanted port or one of the next.

    Raises:
        UsageError: If the host is none of this machine, or no port is free.
    """
    ports = [0] if port == 0 else range(port, min(port + MORE_PORTS, 65536))
    refused: OSError | None = None
    for candidate in ports:
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                host, candidate, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            bound = socket.socket(family, kind)
        except (socket.gaierror, UnicodeError):
            raise UsageError("serve.unknown-host", host=host) from None
        except OSError as error:
            raise UsageError("serve.bad-host", host=host, reason=error) from None
        with bound:
            # Otherwise a server that was just stopped keeps its port for a minute.
            if sys.platform != "win32":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                bound.bind(address)
                bound.listen()
            except OSError as error:
                refused = error
                continue
            yield bound
            return
    raise UsageError(
        "serve.no-port", host=host, first=ports[0], last=ports[-1], reason=refused or ""
    )


def _say(key: str, lang: str, **values: object) -> None:
    line = make_plain_lines(text(key, lang, **values))
    print(line, file=sys.stderr, flush=True)  # noqa: T201
