"""Names and addresses of a server."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is bound to this host.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    return ipaddress.ip_address(host).is_loopback if is_address(host) else host == "localhost"


def is_address(name: str) -> bool:
    """Whether this is an address, which no name server can point elsewhere.

    Example:
        >>> is_address("::1"), is_address("example.org")
        (True, False)
    """
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def split_host(value: str) -> str:
    """The name in a ``Host`` header, without its port and brackets.

    Example:
        >>> split_host("LOCALHOST:8000"), split_host("[::1]:8000"), split_host("::1")
        ('localhost', '::1', '::1')
    """
    value = value.strip().lower()
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value if value.count(":") > 1 else value.partition(":")[0]


def make_url(host: str, port: int, token: str | None) -> str:
    """Where a person opens the page.

    Example:
        >>> make_url("::1", 8000, None)
        'http://[::1]:8000/'
    """
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
    place = f"[{shown}]" if ":" in shown else shown
    return f"http://{place}:{port}/" + (f"?token={token}" if token else "")
