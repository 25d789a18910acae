"""Peak memory of this process, where the system tells."""

import sys
from pathlib import Path

import torch

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
    """Highest resident memory (of the GPU: highest allocated) since the last reset."""
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
