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
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, text
from poolbench.training.precision import list_devices

GIB = 2**30
# Beginning of the name of a finding on one node.
_NODE = "node "


def examine(lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """Return findings by name, ready to print; names are the same in every language."""
    machine = describe_machine(StudyConfig())
    device = machine.device
    environment = describe_environment(device, NUM_THREADS)
    memory = environment["memory_bytes"]
    has_ipython = importlib.util.find_spec("IPython") is not None
    return {
        "poolbench": environment["poolbench"],
        "python": f"{environment['python']} ({sys.executable})",
        "system": environment["system"],
        "processor": text(
            "doctor.processor", lang, name=environment["processor"], cores=environment["cores"]
        ),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "memory": (
            text("doctor.gibibytes", lang, size=memory / GIB)
            if memory
            else text("doctor.unknown", lang)
        ),
        "devices": ", ".join(list_devices()),
        "used": f"{device} ({environment['device']})",
        "precision": _describe_precision(machine.precisions, lang),
        "workers": text("doctor.processes", lang, count=machine.workers, threads=NUM_THREADS),
        "steps": text("doctor.graphs" if device == "cuda" else "doctor.eager", lang),
        "cache": _describe_cache(lang),
        **environment["libraries"],
        "ipython": text("doctor.there" if has_ipython else "doctor.not-there", lang),
    }


def examine_cluster(config: StudyConfig, lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
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
        "workers": text("doctor.processes", lang, count=machine.workers, threads=NUM_THREADS),
        "precision": _describe_precision(machine.precisions, lang),
        "fingerprint": machine.fingerprint,
        "poolbench": machine.poolbench,
        "torch": machine.torch,
    }
    for number, node in enumerate(nodes, 1):
        findings[f"{_NODE}{number}"] = text(
            "doctor.node-with-token" if node["has_token"] else "doctor.node-without-token",
            lang,
            **{key: node[key] for key in ("address", "processor", "cpus", "gpus", "fingerprint")},
            size=node["memory_bytes"] / GIB,
        )
    return findings


def name_finding(name: str, lang: str) -> str:
    """Return what a finding is called in a language; a package has one name."""
    if name.startswith(_NODE):
        return text("doctor.name-node", lang, number=name.removeprefix(_NODE))
    return TEXTS[lang].get(f"doctor.name-{name}", name)


def _describe_precision(names: Sequence[str], lang: str) -> str:
    return names[0] if len(names) == 1 else text("doctor.measured", lang, names=list(names))


def _describe_cache(lang: str) -> str:
    folder = get_cache_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        return text("doctor.no-cache", lang)
    return text("doctor.cache", lang, path=folder, free=shutil.disk_usage(there).free / GIB)
