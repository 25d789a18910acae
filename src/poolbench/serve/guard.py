"""Guard who may ask: the right host, a page of this server, and the token where one is needed."""

import secrets
import socket
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from poolbench.hosts import is_address, is_loopback
from poolbench.serve.address import split_host
from poolbench.texts import TEXTS, text

COOKIE = "poolbench-token"
# Most bytes of the address and the headers of a request; what browsers send has a tenth.
MOST_HEAD_BYTES = 1 << 14
TOKEN_HEADER = "x-poolbench-token"
LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
# Policy of all pages: no script, style or picture from elsewhere, none written into a page, and no
# page around this one.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Stands before the app; refuses in words, and adds the headers that browsers obey.

    Args:
        host: What the server is bound to.
        token: What a person must show; ``None``: nothing.
        lang: The language of a refusal where the browser names none that is spoken here.
        allowed: Names that a proxy before this server goes by.
    """

    def __init__(
        self, app: ASGIApp, host: str, token: str | None, lang: str, allowed: Collection[str] = ()
    ) -> None:
        self._app = app
        self._token = token
        self._lang = lang
        self._is_loopback = is_loopback(host)
        self._allowed = frozenset(allowed)
        self._names = LOOPBACK_NAMES | {host.lower()} | self._allowed
        if not self._is_loopback:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refuse(scope) or self._app
        await answer(scope, receive, send_with_headers)

    def _refuse(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        lang = choose_answer_language(headers, self._lang)
        if _measure_head(scope) > MOST_HEAD_BYTES:
            return refuse("head", 431, lang)
        # A name that someone else's name server points here would be that person's page.
        if not self._is_known_host(headers.get("host", "")):
            return refuse("host", 400, lang)
        origin = headers.get("origin")
        if origin is not None and not self._is_own_origin(origin.lower(), headers["host"].lower()):
            return refuse("origin", 403, lang)
        # What a page of another site may still ask for without an origin is a picture or a script.
        if origin is None and headers.get("sec-fetch-site") == "cross-site":
            is_visit = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
            if not is_visit:
                return refuse("origin", 403, lang)
        return None if self._token is None else self._check_token(scope, headers, lang)

    def _is_known_host(self, value: str) -> bool:
        name = split_host(value)
        # An address cannot be pointed elsewhere, so only names are dangerous.
        return name in self._names or (not self._is_loopback and is_address(name))

    def _is_own_origin(self, origin: str, host: str) -> bool:
        authority = origin.partition("://")[2]
        # Some proxies ask in a name of this machine for the pages of their own.
        return authority == host or split_host(authority) in self._allowed

    def _check_token(self, scope: Scope, headers: Headers, lang: str) -> Response | None:
        assert self._token is not None
        given = QueryParams(scope["query_string"]).get("token")
        if given is not None and scope["path"] == "/" and _is_same(given, self._token):
            # Out of the address, so that it is neither in the history nor on the screen; a proxy
            # may show this server under a path of its own.
            answer = RedirectResponse("./" if self._allowed else "/", 303)
            answer.set_cookie(_name_cookie(headers), self._token, httponly=True, samesite="strict")
            return answer
        shown = headers.get(TOKEN_HEADER) or cookie_parser(headers.get("cookie", "")).get(
            _name_cookie(headers)
        )
        if shown is None or not _is_same(shown, self._token):
            return refuse("token", 401, lang)
        return None


def _name_cookie(headers: Headers) -> str:
    """Name the cookie, one for each port: a browser sends a cookie to all servers of a host."""
    port = headers.get("host", "").rpartition(":")[2]
    return f"{COOKIE}-{port}" if port.isdigit() else COOKIE


def choose_answer_language(headers: Headers, default: str) -> str:
    """Choose the language of the page, which it says with each request, or that of the browser."""
    wanted = (name.strip()[:2].lower() for name in headers.get("accept-language", "").split(","))
    return next((name for name in wanted if name in TEXTS), default)


def refuse(reason: str, status: int, lang: str, **values: object) -> Response:
    """Return a response that says why not: JSON ``{"error": …}``."""
    return JSONResponse({"error": text(f"serve.refused-{reason}", lang, **values)}, status)


def _measure_head(scope: Scope) -> int:
    """Count the bytes of an address and of all headers."""
    fields = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope["path"]) + len(scope["query_string"]) + fields


def _is_same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())
