"""Every loader of files from elsewhere, fuzzed with atheris, one after the other.

    python -m benchmarks.reliability.fuzz SECONDS [LOADER ...]

So many seconds of processor time for each loader, on one core. What comes out of a loader that is
no ``PoolbenchError``, takes more than ten seconds or more than a gigabyte ends its run; the input
stands in the result. Needs the extra ``fuzz``.
"""

import argparse
import base64
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import machine
from benchmarks.reliability.fuzz_targets import TARGETS

LIBRARIES = ("atheris", "pillow", "pydantic", "safetensors")
_STATISTICS = {
    "executions": r"(?:number_of_executed_units:\s+|(?m:^)#)(\d+)",
    "slowest_seconds": r"slowest_unit_time_sec:\s+(\d+)",
    "peak_rss_mib": r"(?:peak_rss_mb|\brss):\s+(\d+)",
    "edges": r" cov: (\d+)",
    "corpus": r" corp: (\d+)",
}


def main() -> None:
    """Fuzz the loaders that are asked for, and save figures of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seconds", type=int)
    parser.add_argument("loaders", nargs="*", metavar="loader", help=f"of {', '.join(TARGETS)}")
    arguments = parser.parse_args()
    for name in arguments.loaders or TARGETS:
        figures = {"seconds": arguments.seconds, **fuzz(name, arguments.seconds)}
        print(name, figures, flush=True)
        machine.save(f"fuzz-{name}", figures, LIBRARIES, room="reliability")


def fuzz(name: str, seconds: int) -> dict[str, Any]:
    """Figures of one loader; ``finding``: the input that ended it, in base64, or ``None``."""
    with tempfile.TemporaryDirectory() as folder:
        program = "benchmarks.reliability.fuzz_one"
        command = [sys.executable, "-m", program, name, f"{folder}/corpus"]
        options = ["-print_final_stats=1", f"-artifact_prefix={folder}/finding-"]
        before = _count_seconds()
        with Path(folder, "said").open("wb") as said_file:
            process = subprocess.Popen(
                [*command, *options],
                stdout=subprocess.DEVNULL,
                stderr=said_file,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            stop_after(process, seconds)
        said = Path(folder, "said").read_text(encoding="utf-8", errors="replace")
        inputs = [path.read_bytes() for path in Path(folder).glob("finding-*")]
    # What was interrupted in the midst of compiled code says no last word; its progress is there.
    if _read_number(_STATISTICS["executions"], said) is None:
        raise RuntimeError(said[-2000:])
    return {
        **{key: _read_number(pattern, said) for key, pattern in _STATISTICS.items()},
        "processor_seconds": round(_count_seconds() - before),
        "finding": base64.b64encode(inputs[0]).decode() if inputs else None,
        "said": said[-2000:] if inputs else None,
    }


def stop_after(process: subprocess.Popen[bytes], seconds: int) -> None:
    """Interrupt a process that has had so much processor time."""
    # Not by the clock: on a busy machine that says nothing.
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if sum(psutil.Process(process.pid).cpu_times()[:2]) >= seconds:
                process.terminate()
                process.wait()
        time.sleep(0.5)


def _read_number(pattern: str, text: str) -> int | None:
    """The last one."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else None


def _count_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
