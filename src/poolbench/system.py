"""Do what operating systems do each in their own way: files, locks, signals, space, memory.

Linux was run; the branches for macOS and Windows follow the documentation of the calls they name.
"""

import errno
import json
import os
import platform
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from filelock import FileLock, Timeout

from poolbench.cgroup import read_cores, read_free_memory_bytes, read_table

# Error codes of a full disk, or of a quota that is used up (Windows has no quotas of this kind).
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
# Error codes of fsync(2) where the file system knows no such thing, as with folders of network and
# user-space ones: nothing more can be done there, and nothing went wrong.
UNFLUSHABLE = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
# Attempts to rename a file that another program looks at, such as a virus scanner on Windows.
RENAME_ATTEMPTS = 10
RENAME_PAUSE_SECONDS = 0.1
# Attempts to replace a file whose unfinished half somebody else removed.
REPLACE_ATTEMPTS = 3
# Variables in which people, schedulers and containers say how many cores a program may use:
# OpenMP's, and Python's own from 3.13 on.
_CORE_VARIABLES = ("OMP_NUM_THREADS", "PYTHON_CPU_COUNT")
# Files of a folder that is held: the lock, and who has it.
LOCK_FILES = (".lock", ".holder.json")


class HeldError(Exception):
    """Another process has the lock.

    Attributes:
        holder: Its ``process``, its ``machine`` and ``since`` when, as far as that is known.
    """

    def __init__(self, holder: Mapping[str, str]) -> None:
        named = "process {process} on {machine!r} since {since}"
        super().__init__(named.format(**holder) if holder else "another process")
        self.holder = holder


def write_file(path: Path, content: bytes) -> None:
    """Write a new file that is on disk when this returns.

    Raises:
        OSError: If there is one, or a link; if it cannot be written: a part may then be there.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            # One call may take less than it is given.
            rest = rest[os.write(descriptor, rest) :]
        _flush(descriptor)
    finally:
        os.close(descriptor)


def make_part_folder(parent: Path) -> Path:
    """Make a folder for half of something; the process's umask says who may read it."""
    while True:
        # Not tempfile, whose folders only their owner may read.
        part = parent / f".part-{secrets.token_hex(4)}"
        with suppress(FileExistsError):
            part.mkdir()
            return part


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file whole: what was there before, or all of the new one, and nothing between.

    Raises:
        OSError: If it cannot be written; what was there before is then still there.
    """
    for attempt in range(1, REPLACE_ATTEMPTS + 1):
        # A name of its own: others may be writing the same file.
        part = path.with_name(f".part-{secrets.token_hex(8)}")
        try:
            write_file(part, content)
            rename(part, path)
            break
        except BaseException as error:
            # The space that half of it takes may be the last.
            with suppress(OSError):
                part.unlink(missing_ok=True)
            # A study that begins in the folder takes it for what a killed process left.
            is_taken = isinstance(error, FileNotFoundError) and path.parent.is_dir()
            if not is_taken or attempt == REPLACE_ATTEMPTS:
                raise
    flush_folder(path.parent)


def rename(part: Path, path: Path) -> None:
    """Rename a file over another, or a folder to where there is none."""
    attempts = RENAME_ATTEMPTS if sys.platform == "win32" else 1
    for attempt in range(1, attempts + 1):
        try:
            part.replace(path)
            return
        except PermissionError:
            if attempt == attempts:
                raise
        time.sleep(RENAME_PAUSE_SECONDS)


def flush_folder(folder: Path) -> None:
    """Make what was renamed in a folder last, where the system lets a program say so."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        # It may be written to and not listed, so it cannot be opened either.
        return
    try:
        _flush(descriptor)
    finally:
        os.close(descriptor)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # fsync(2) of macOS leaves it in the memory of the drive; not every file system does more.
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNFLUSHABLE:
            raise


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the system lets go when the process ends, however it ends.

    Raises:
        HeldError: If another process holds it.
        OSError: If the folder cannot be written, or its file system has no locks.
    """
    path, holder = (folder / name for name in LOCK_FILES)
    try:
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout:
        raise HeldError(_read_holder(holder)) from None
    except NotImplementedError:
        raise OSError(errno.ENOLCK, "its file system has no locks", str(folder)) from None
    try:
        facts = {
            "process": os.getpid(),
            "machine": platform.node(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        replace_file(holder, json.dumps(facts).encode())
        yield
    finally:
        # While the lock is still held: afterwards it might be the next one's.
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def is_held(folder: Path) -> bool:
    """Return whether another process holds a folder, as far as can be seen from here.

    The lock is tried for a moment only where its holder has left a note, so that a folder that
    nobody holds is not held by looking.
    """
    path, holder = (folder / name for name in LOCK_FILES)
    if not (holder.is_file() and path.is_file()):
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        # It is another user's, or on media that cannot be written.
        return False


def _read_holder(path: Path) -> dict[str, str]:
    """Read who holds a folder; nothing, where that has not been written yet."""
    try:
        # A pipe of that name would be waited for.
        facts = json.loads(path.read_text(encoding="utf-8") if path.is_file() else "")
        return {name: str(facts[name]) for name in ("process", "machine", "since")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let the signals that end a program act as Ctrl-C within: it cleans up and says so.

    SIGTERM comes from ``kill``, service managers and schedulers, SIGHUP from a closed terminal; a
    closed console window of Windows sends SIGBREAK. What was ignored before, as under ``nohup``,
    stays so.
    """
    names = ("SIGTERM", "SIGBREAK" if sys.platform == "win32" else "SIGHUP")
    before = {
        number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)
    }
    for number, handler in before.items():
        if handler == signal.SIG_DFL:
            signal.signal(number, _interrupt)
    _ended.clear()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def was_ended() -> bool:
    """Return whether a signal has asked this process to end.

    Python drops what is raised in a callback of its own (a finalizer, a weak reference): a signal
    that arrives at such a moment shows here alone.
    """
    return bool(_ended)


# Signals that have arrived.
_ended: list[int] = []


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    _ended.append(number)
    raise KeyboardInterrupt


def ignore_interrupt() -> None:
    """Ignore Ctrl-C in this process; it reaches all processes of a terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def read_free_bytes(folder: Path) -> int | None:
    """Read the free space of the disk that a folder is or will be on; ``None``: not known.

    What a quota leaves is not known beforehand.
    """
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    try:
        return shutil.disk_usage(existing).free
    except OSError:
        return None


def read_processor_seconds(process: int) -> float | None:
    """Read the processor time of all threads of a process; ``None`` where the system hides it."""
    try:
        # After the name, which may hold anything: utime and stime, the 14th and 15th of proc(5).
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def read_process_age_seconds() -> float | None:
    """Read for how long this process has been there; ``None`` where the system hides it."""
    try:
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        # starttime, the 22nd of proc(5), since the machine began.
        begun = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, float(Path("/proc/uptime").read_text().split()[0]) - begun)
    except (OSError, ValueError, IndexError):
        return None


def count_cores() -> int:
    """Count the cores that this process may use.

    They are bounded by its affinity, by its share of time, and by the variables in which people
    and schedulers say how many to use.
    """
    is_bound = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if is_bound else os.cpu_count() or 1
    bounds = [cores, read_cores(), *map(_read_count, _CORE_VARIABLES)]
    return min(bound for bound in bounds if bound is not None)


def _read_count(variable: str) -> int | None:
    """Read a positive whole number; OpenMP takes a list of them, one for each level."""
    with suppress(ValueError):
        count = int(os.environ.get(variable, "").split(",")[0])
        return count if count > 0 else None
    return None


def read_available_memory_bytes() -> int | None:
    """Read the memory that this process can still get; ``None`` where the system does not tell."""
    free = [amount for amount in (_read_meminfo(), read_free_memory_bytes()) if amount is not None]
    if free:
        return max(0, min(free))
    try:
        # macOS does not count what is free: half of all there is.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return None


def _read_meminfo() -> int | None:
    values = read_table(Path("/proc/meminfo"))
    return values["MemAvailable:"] * 1024 if "MemAvailable:" in values else None


def limit_memory(more_bytes: int | None) -> None:
    """Let this process have so much more memory than it has now; ``None``: as much as before.

    Linux counts the addresses that a process has taken; what it was not allowed before stays so.
    Where a system cannot hold a process to that, nothing happens.
    """
    if sys.platform != "linux":
        # macOS knows the limit and does not keep it; Windows has none for a running process.
        return
    import resource

    most = resource.RLIM_INFINITY
    if more_bytes is not None:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + more_bytes
    _set_limit(resource.RLIMIT_AS, most)


def limit_seconds(more_seconds: int) -> None:
    """End this process when it has computed for so many seconds more, all its threads together."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + more_seconds)


def leave_no_core() -> None:
    """Keep this process from writing its memory to disk when it breaks off."""
    if sys.platform != "win32":
        import resource

        _set_limit(resource.RLIMIT_CORE, 0)


def _set_limit(kind: int, most: int) -> None:
    """Set the soft limit, the one of the two that can be set again."""
    import resource

    hard = resource.getrlimit(kind)[1]
    given = [value for value in (most, hard) if value != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(given, default=resource.RLIM_INFINITY), hard))


def end_process(code: int) -> NoReturn:
    """End at once, whatever the threads of this process are still waiting for."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
