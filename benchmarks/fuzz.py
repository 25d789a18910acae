"""Every loader of files from elsewhere, fuzzed with atheris, one after the other.

``python benchmarks/fuzz.py SECONDS``: so many for each loader, on one core. What comes out of a
loader that is no ``PoolbenchError``, takes more than ten seconds or more than a gigabyte ends its
run; the input stands in the result. Needs the extra ``fuzz``.
"""

import base64
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import machine
from fuzz_targets import TARGETS

_STATISTICS = {
    "executions": r"number_of_executed_units:\s+(\d+)",
    "slowest_seconds": r"slowest_unit_time_sec:\s+(\d+)",
    "peak_rss_mib": r"peak_rss_mb:\s+(\d+)",
    "edges": r"DONE\s+cov: (\d+)",
    "corpus": r"DONE.* corp: (\d+)",
}


def main() -> None:
    seconds = int(sys.argv[1])
    found = {}
    for name in TARGETS:
        found[name] = fuzz(name, seconds)
        print(name, found[name], flush=True)
    machine.save(
        "fuzz",
        {"seconds": seconds, "loaders": found},
        ("atheris", "pillow", "pydantic", "safetensors"),
        room="reliability",
    )


def fuzz(name: str, seconds: int) -> dict[str, Any]:
    """Figures of one loader; ``finding``: the input that ended it, in base64, or ``None``."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(__file__).with_name("fuzz_one.py")
        command = [sys.executable, str(program), name, f"{folder}/corpus"]
        options = [f"-max_total_time={seconds}", "-print_final_stats=1"]
        before = _count_seconds()
        done = subprocess.run(
            [*command, *options, f"-artifact_prefix={folder}/finding-"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace")
        inputs = [path.read_bytes() for path in Path(folder).glob("finding-*")]
    if done.returncode and not inputs:
        raise RuntimeError(said[-2000:])
    return {
        **{key: _read_number(pattern, said) for key, pattern in _STATISTICS.items()},
        "processor_seconds": round(_count_seconds() - before),
        "finding": base64.b64encode(inputs[0]).decode() if inputs else None,
        "said": said[-2000:] if inputs else None,
    }


def _read_number(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text)
    return int(found[1]) if found else None


def _count_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
