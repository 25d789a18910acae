"""Tell what names of hosts are: addresses, and those that only this machine reaches."""

import ipaddress


def is_address(name: str) -> bool:
    """Return whether this is an address, which no name server can point elsewhere.

    Example:
        >>> is_address("::1"), is_address("example.org")
        (True, False)
    """
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what is bound to this host.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    return ipaddress.ip_address(host).is_loopback if is_address(host) else host == "localhost"
