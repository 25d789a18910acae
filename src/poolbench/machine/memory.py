"""Measure the peak memory of a process, and how many like it there is memory for."""

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from poolbench.records import Speed
from poolbench.system import read_available_memory_bytes

# Share of the free memory that workers may fill.
MEMORY_SHARE = 0.8
# Bytes of a worker that has begun, before its first trial: 330 MB measured, and something for that
# one.
START_BYTES = 400 * 2**20

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def reset_peak_memory(device: str) -> None:
    """Begin a new measurement; on systems that cannot, the peak is that of the whole process."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        return
    try:
        # 5 resets the high-water mark of resident memory (Linux, proc_pid_clear_refs(5)).
        _CLEAR.write_text("5", encoding="ascii")
    except OSError:
        return


def read_peak_memory_bytes(device: str) -> int | None:
    """Read the highest resident memory (of the GPU: highest allocated) since the reset."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _read_process_peak()


def _read_process_peak() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, others count KiB.
    return peak if sys.platform == "darwin" else peak * 1024


def bound_starts(wanted: int, available_bytes: int | None = None, least: int = 1) -> int:
    """Return how many processes to begin: no more than memory is free for.

    What a trial takes besides is measured by the first of them; see :func:`bound_workers`.

    Args:
        available_bytes: ``None``: what the system says is free.
    """
    free = read_available_memory_bytes() if available_bytes is None else available_bytes
    most = wanted if free is None else int(free * MEMORY_SHARE) // START_BYTES
    return max(least, min(wanted, most))


def bound_workers(
    workers: int,
    speeds: Sequence[Speed],
    available_bytes: int | None = None,
    running: int | None = None,
) -> int:
    """Return as many workers as memory will hold, at least one.

    Args:
        available_bytes: ``None``: what the system says is free, and what the workers have now.
        running: How many have it now; ``None``: all.
    """
    peaks = [speed.peak_memory_bytes for speed in speeds if speed.peak_memory_bytes]
    if not peaks:
        return workers
    if available_bytes is None:
        free = read_available_memory_bytes()
        if free is None:
            return workers
        available_bytes = free + (workers if running is None else running) * max(peaks)
    return max(1, min(workers, int(available_bytes * MEMORY_SHARE) // max(peaks)))
