"""Examine what this machine has, and what a study would use."""

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from typing import Any

import torch

from poolbench.config import StudyConfig
from poolbench.data.cache import get_cache_folder
from poolbench.executors.ray.cluster import open_cluster
from poolbench.machine.description import NUM_THREADS, describe_machine
from poolbench.machine.environment import describe_environment
from poolbench.training.precision import list_devices

GIB = 2**30


def examine() -> dict[str, Any]:
    """Return findings by name, ready to print."""
    machine = describe_machine(StudyConfig())
    device = machine.device
    environment = describe_environment(device, NUM_THREADS)
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
        "precision": _describe_precision(machine.precisions),
        "workers": f"{machine.workers} of {NUM_THREADS} thread",
        "steps": "recorded as CUDA graphs" if device == "cuda" else "eager; no compiler is used",
        "cache": _describe_cache(),
        **environment["libraries"],
        "ipython": "there" if importlib.util.find_spec("IPython") else "not there",
    }


def examine_cluster(config: StudyConfig) -> dict[str, Any]:
    """Return findings on the Ray cluster that the config names, node by node.

    Raises:
        PoolbenchError: As :func:`~poolbench.executors.ray.cluster.open_cluster`.
    """
    # Nodes that differ are a finding here.
    with open_cluster(config.model_copy(update={"allow_mixed": True})) as machine:
        nodes = machine.environment["nodes"]
    findings = {
        "nodes": len(nodes),
        "used": machine.device,
        "workers": f"{machine.workers} of {NUM_THREADS} thread",
        "precision": _describe_precision(machine.precisions),
        "fingerprint": machine.fingerprint,
        "poolbench": machine.poolbench,
        "torch": machine.torch,
    }
    for number, node in enumerate(nodes, 1):
        token = "asks for a token" if node["has_token"] else "asks for no token"
        findings[f"node {number}"] = (
            f"{node['address']}: {node['processor']}, {node['cpus']} cores, {node['gpus']} GPUs, "
            f"{node['memory_bytes'] / GIB:.1f} GiB, {token}, fingerprint {node['fingerprint']}"
        )
    return findings


def _describe_precision(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{' or '.join(names)}, by a measurement at the start"


def _describe_cache() -> str:
    folder = get_cache_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        return "none: there is no home folder; the environment variable POOLBENCH_CACHE names one"
    return f"{folder} ({shutil.disk_usage(there).free / GIB:.0f} GiB free)"
