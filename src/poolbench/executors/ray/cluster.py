"""Join a Ray cluster, or start one, after what can be refused without Ray is refused."""

import os
import secrets
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from poolbench.config import StudyConfig
from poolbench.errors import RunError, UsageError
from poolbench.executors.ray.nodes import combine_nodes
from poolbench.hosts import is_loopback
from poolbench.machine.description import Machine
from poolbench.texts.told import take_first_line

CONNECT_SECONDS = 5.0
# The folder for sockets, whose paths may have about a hundred letters.
SHORT_FOLDER = "/tmp" if os.name == "posix" else None
# Where ``ray start`` and ``ray.init`` write the address of the cluster that they began.
ADDRESS_FILE = Path("ray", "ray_current_cluster")
INSTALL = "pip install 'poolbench[ray]'"


@contextmanager
def open_cluster(config: StudyConfig) -> Iterator[Machine]:
    """Join a Ray cluster, or start one on this machine, for as long as it is needed.

    Raises:
        UsageError: If Ray is not installed, no node has the device that the config names, or nodes
            differ in what changes results.
        RunError: If the cluster cannot be joined, or lets in everyone.
    """
    address = find_address() if config.address == "auto" else config.address
    if address is not None:
        check_reachable(address)
    with (
        tempfile.TemporaryDirectory(
            prefix="poolbench-", dir=SHORT_FOLDER, ignore_cleanup_errors=True
        ) as folder,
        _change_environment(choose_environment(address)),
    ):
        try:
            from poolbench.executors.ray import executor as ray
        except ImportError as error:
            said = take_first_line(error)
            raise UsageError("ray.missing", said=said, install=INSTALL) from None
        with ray.connect(address, config, folder) as nodes:
            yield combine_nodes(nodes, config)


def find_address() -> str:
    """Return the address of a cluster that runs on this machine.

    Raises:
        RunError: If there is none.
    """
    known = os.environ.get("RAY_ADDRESS")
    file = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir(), ADDRESS_FILE)
    if not known and file.is_file():
        known = file.read_text(encoding="utf-8").strip()
    if not known:
        raise RunError("ray.none-here")
    return known


def check_reachable(address: str) -> None:
    """Refuse within seconds an address that Ray would try for minutes.

    Args:
        address: ``host:port`` or ``ray://host:port``.

    Raises:
        UsageError: If it is neither.
        RunError: If nothing listens there.
    """
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme not in ("", "ray"):
        raise UsageError("ray.bad-address", address=address)
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as error:
        raise RunError("ray.no-answer", address=address, reason=error) from None


def choose_environment(address: str | None) -> dict[str, str]:
    """Return the variables that Ray reads, for a cluster at an address or (``None``) a new one."""
    chosen = {"RAY_USAGE_STATS_ENABLED": "0"}
    host = "" if address is None else urlsplit(f"//{address.split('://')[-1]}").hostname or ""
    if address is None or is_loopback(host):
        # On macOS and Windows it is always so. Elsewhere Ray would listen on, and look for, this
        # machine's address in its network.
        chosen["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if address is None:
        # A token of its own, that is gone with the cluster. And trials that wait for nobody else
        # on this machine, where Ray would give way: as local workers, so that times compare.
        chosen |= {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_worker_niceness": "0",
        }
    return chosen


@contextmanager
def _change_environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
