"""What this machine has, and what a study would use."""

import importlib.util
import shutil
import sys
from typing import Any

import torch

from poolbench.config import StudyConfig
from poolbench.data.cache import get_cache_folder
from poolbench.execution.environment import describe_environment
from poolbench.execution.plan import THREADS, choose_workers
from poolbench.training.precision import choose_device, list_devices, list_precisions

GIB = 2**30


def examine() -> dict[str, Any]:
    """Findings by name, ready to print."""
    device = choose_device("auto")
    workers = choose_workers(StudyConfig(), device)
    environment = describe_environment(device, THREADS)
    memory = environment["memory_bytes"]
    return {
        "poolbench": environment["poolbench"],
        "python": f"{environment['python']} ({sys.executable})",
        "system": environment["system"],
        "processor": f"{environment['processor']}, {environment['cores']} cores",
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "memory": f"{memory / GIB:.1f} GiB" if memory else "unknown",
        "devices": ", ".join(list_devices()),
        "used": f"{device} ({environment['device']})",
        "precision": _describe_precision(device),
        "workers": f"{workers} of {THREADS} thread",
        "steps": "recorded as CUDA graphs" if device == "cuda" else "eager; no compiler is used",
        "cache": _describe_cache(),
        **environment["libraries"],
        "ipython": "there" if importlib.util.find_spec("IPython") else "not there",
    }


def _describe_precision(device: str) -> str:
    names = list_precisions("auto", device)
    return names[0] if len(names) == 1 else f"{' or '.join(names)}, by a measurement at the start"


def _describe_cache() -> str:
    folder = get_cache_folder()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return f"{folder} ({shutil.disk_usage(there).free / GIB:.0f} GiB free)"
