"""Explain where the system does not let something be written."""

from pathlib import Path

from poolbench.errors import RunError
from poolbench.system import FULL, read_free_bytes

MIB = 2**20


def explain_refusal(error: OSError, path: Path, needed_bytes: int = 0) -> RunError:
    """Explain what the system would not let be written, and what to do about it."""
    if error.errno not in FULL:
        return RunError(
            f"{path} cannot be written ({error.strerror or error}). Choose another --out, or "
            "copy the run to a place that can be written to."
        )
    free = read_free_bytes(path.parent)
    there = "" if free is None else f", {free / MIB:.1f} MiB are free"
    wanted = f" ({needed_bytes / MIB:.1f} MiB are needed{there})" if needed_bytes else ""
    return RunError(
        f"There is no room for {path}{wanted}: the disk or a quota is full. Make room and run the "
        "same command again; what was finished is kept."
    )
