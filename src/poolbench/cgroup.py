"""Read what the control groups of Linux leave this process: memory and processor time.

A process is in one group of each hierarchy, and bound by that group and by all above it, version 1
or 2, with a namespace of its own or without (cgroups(7), and cgroup-v1 and -v2 of the kernel).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# Files of the limit and of what is taken of it, and the name of the file cache in ``memory.stat``.
_MEMORY_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.high", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


@dataclass(frozen=True)
class _Mount:
    """Where a hierarchy is seen.

    Attributes:
        root: The group that is seen at ``mount_point``.
        controllers: Controllers of version 1; none: version 2.
    """

    root: PurePosixPath
    mount_point: Path
    controllers: frozenset[str]


def read_free_memory_bytes(proc: Path = Path("/proc/self")) -> int | None:
    """Read what may still be taken before the tightest limit; file cache counts as free.

    Args:
        proc: Folder of the process in ``/proc``.

    Returns:
        ``None`` where nothing is limited.
    """
    free = [
        amount
        for folder in _list_groups("memory", proc)
        for files in _MEMORY_FILES
        if (amount := _read_free(folder, *files)) is not None
    ]
    return min(free, default=None)


def read_cores(proc: Path = Path("/proc/self")) -> int | None:
    """Read how many processors' worth of time the tightest limit allows, at least 1.

    A part of one more counts as one. ``None`` where nothing is limited.
    """
    shares = [
        share for folder in _list_groups("cpu", proc) if (share := _read_share(folder)) is not None
    ]
    return max(1, math.ceil(min(shares))) if shares else None


def _read_free(folder: Path, limit: str, usage: str, cache: str) -> int | None:
    most, used = _read_number(folder / limit), _read_number(folder / usage)
    if most is None or used is None:
        return None
    return most - used + read_table(folder / "memory.stat").get(cache, 0)


def _read_share(folder: Path) -> float | None:
    quota, period = [*_read_text(folder / "cpu.max").split(), "", ""][:2]
    if not quota:
        quota = _read_text(folder / "cpu.cfs_quota_us").strip()
        period = _read_text(folder / "cpu.cfs_period_us").strip()
    # Without a limit version 2 says "max" and version 1 "-1".
    if quota.isdigit() and period.isdigit() and int(quota) > 0 and int(period) > 0:
        return int(quota) / int(period)
    return None


def _list_groups(controller: str, proc: Path) -> Iterator[Path]:
    """Yield the folders of the groups that bind this process, from its own to the highest seen."""
    groups = dict(_read_groups(proc))
    for mount in _read_mounts(proc):
        name = controller if controller in mount.controllers else ""
        if name not in groups or bool(mount.controllers) != bool(name):
            continue
        group = groups[name]
        # Another root than that is no part of its path: it was moved, or the mount is another's.
        inner = group.relative_to(mount.root) if group.is_relative_to(mount.root) else None
        parts = () if inner is None or ".." in inner.parts else inner.parts
        for depth in range(len(parts), -1, -1):
            yield mount.mount_point.joinpath(*parts[:depth])


def _read_groups(proc: Path) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield controllers (version 2: the empty name), each with the group of the process."""
    for line in _read_text(proc / "cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller in controllers.split(","):
            yield controller, PurePosixPath(path)


def _read_mounts(proc: Path) -> Iterator[_Mount]:
    for line in _read_text(proc / "mountinfo").splitlines():
        fields, _, rest = line.partition(" - ")
        kind, *options = rest.split()
        if not kind.startswith("cgroup"):
            continue
        root, mount_point = (_unescape(field) for field in fields.split()[3:5])
        controllers = options[-1].split(",") if kind == "cgroup" else ()
        yield _Mount(PurePosixPath(root), Path(mount_point), frozenset(controllers))


def _unescape(field: str) -> str:
    r"""Undo the escapes of blanks, tabs and the like, such as ``\040``."""
    for code in ("040", "011", "012", "134"):
        field = field.replace(f"\\{code}", chr(int(code, 8)))
    return field


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _read_number(path: Path) -> int | None:
    text = _read_text(path).strip()
    return int(text) if text.isdigit() else None


def read_table(path: Path) -> dict[str, int]:
    """Read lines of a name, a whole number and perhaps a unit, as the kernel writes them."""
    rows = [line.split() for line in _read_text(path).splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
