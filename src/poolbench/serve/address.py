"""Check names and addresses of a server."""

import re
import socket
from collections.abc import Iterable

from poolbench.errors import UsageError
from poolbench.hosts import is_address

_HOST = re.compile(r"(?:\[(?P<address>[^\]]*)\]|(?P<name>[^][:@/?#\s]*))(?::\d{0,5})?")


def split_host(value: str) -> str:
    """Return the name in a ``Host`` header, without its port and brackets; empty if it is none.

    Example:
        >>> split_host("LOCALHOST:8000"), split_host("[::1]:8000"), split_host("::1:80@x")
        ('localhost', '::1', '')
    """
    value = value.strip().lower()
    if is_address(value):
        return value
    found = _HOST.fullmatch(value)
    return (found["address"] or found["name"] or "") if found else ""


def check_allowed(names: Iterable[str]) -> frozenset[str]:
    """Return the names of proxies as a ``Host`` header has them, without port.

    Raises:
        UsageError: If one is none.

    Example:
        >>> sorted(check_allowed(["Hub.example.org", "[::1]:8000"]))
        ['::1', 'hub.example.org']
    """
    found = set()
    for name in names:
        host = split_host(name)
        if not host or "*" in host or host.endswith(".") or not host.isprintable():
            within = split_host(name.partition("://")[2].partition("/")[0])
            if within:
                raise UsageError("serve.bad-name-near", name=name, near=within)
            raise UsageError("serve.bad-name", name=name)
        found.add(host)
    return frozenset(found)


def make_url(host: str, port: int, token: str | None) -> str:
    """Return where a person opens the page.

    Example:
        >>> make_url("::1", 8000, None)
        'http://[::1]:8000/'
    """
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
    name = f"[{shown}]" if ":" in shown else shown
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")
