"""Explain where the system does not let something be written."""

from pathlib import Path

from poolbench.errors import RunError
from poolbench.system import FULL, read_free_bytes

MIB = 2**20


def explain_refusal(error: OSError, path: Path, needed_bytes: int = 0) -> RunError:
    """Explain what the system would not let be written, and what to do about it."""
    if error.errno not in FULL:
        return RunError("write.refused", path=path, reason=error)
    free, needed = read_free_bytes(path.parent), needed_bytes / MIB
    if not needed:
        return RunError("write.full", path=path)
    if free is None:
        return RunError("write.full-needed", path=path, needed=needed)
    return RunError("write.full-measured", path=path, needed=needed, free=free / MIB)
