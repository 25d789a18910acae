"""Describe this machine, for the record and for the hash that says whether bits can be equal."""

import hashlib
import importlib.metadata
import json
import os
import platform
from functools import cache
from pathlib import Path
from typing import Any

import torch

from poolbench._version import __version__
from poolbench.system import count_cores

# Libraries that numbers depend on, beside poolbench itself.
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "pillow")
# Rooms whose source decides a trial's result; a change elsewhere does not repeat training.
DECIDING_ROOMS = ("data", "operators", "models", "evaluation", "training")
DECIDING_FILES = ("trials/build.py", "trials/run.py", "trials/tuning.py")
# Variables that tell processes that train how many threads each library has, whatever they were
# before.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Prefixes of environment variables by which libraries choose how they compute.
_DECIDING = (
    *("MKL_", "OMP_", "KMP_", "GOMP_", "ONEDNN_", "DNNL_", "OPENBLAS_", "GOTO_", "BLIS_"),
    *("VECLIB_", "ATEN_", "TORCH_", "PYTORCH_", "TORCHINDUCTOR_", "CUBLAS_", "CUBLASLT_"),
    *("CUDNN_", "NPY_", "NVIDIA_TF32_OVERRIDE", "GLIBC_TUNABLES"),
)
# Exceptions among these: where something lies, what is said, and what libraries set themselves when
# imported.
_IDLE = frozenset(
    (
        *("TORCH_HOME", "TORCH_EXTENSIONS_DIR", "TORCH_LOGS", "TORCH_CPP_LOG_LEVEL"),
        *("TORCH_SHOW_CPP_STACKTRACES", "TORCH_CUDA_ARCH_LIST", "TORCHINDUCTOR_CACHE_DIR"),
        *("PYTORCH_VERSION", "MKL_VERBOSE", "ONEDNN_VERBOSE", "DNNL_VERBOSE", "KMP_VERSION"),
        *("KMP_SETTINGS", "KMP_WARNINGS", "OMP_DISPLAY_ENV", "OMP_DISPLAY_AFFINITY"),
        *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
        *THREAD_VARIABLES,
    )
)


def describe_environment(device: str, num_threads: int) -> dict[str, Any]:
    """Return the contents of ``environment.json``."""
    return {
        "poolbench": get_poolbench_version(),
        "python": platform.python_version(),
        "libraries": {
            name: importlib.metadata.version(name) for name in (*LIBRARIES, "onnx", "onnxruntime")
        },
        "system": platform.platform(),
        "processor": describe_processor(),
        "cores": count_cores(),
        "memory_bytes": get_memory_bytes(),
        "device": describe_device(device),
        "variables": read_variables(),
        "fingerprint": compute_fingerprint(device, num_threads),
    }


def read_variables() -> dict[str, str]:
    """Return the environment variables that may change the last bit, as far as they are set."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(_DECIDING) and name not in _IDLE
    }


def compute_fingerprint(device: str, num_threads: int) -> str:
    """Hash of all that can change the last bit.

    Processor, system, threads, libraries, device, and where some are set the variables by which
    libraries choose how they compute.
    """
    parts = _describe_parts(device, num_threads)
    variables = read_variables()
    if variables:
        parts = {**parts, "variables": variables}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@cache
def _describe_parts(device: str, num_threads: int) -> dict[str, Any]:
    return {
        "processor": describe_processor(),
        "flags": _read_cpu_field("flags"),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "system": [platform.system(), platform.machine()],
        "threads": num_threads,
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "device": describe_device(device),
    }


@cache
def hash_package() -> str:
    """Compute the SHA-256 in hex of the source of poolbench, as this process found it first."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(path for kind in ("*.py", "*.toml") for path in root.rglob(kind)):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@cache
def get_poolbench_version() -> str:
    """Return the version, with a hash of the source that decides results.

    Releases have the hash too: a copy that somebody edited says the same number as the release.
    """
    return f"{__version__}+{hash_deciding_source(Path(__file__).parents[1])[:12]}"


def hash_deciding_source(root: Path) -> str:
    """Return the SHA-256, in hex, of what decides a trial's result in a package at ``root``."""
    files = [root / name for name in DECIDING_FILES]
    for room in DECIDING_ROOMS:
        files += sorted((root / room).rglob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def describe_device(device: str) -> str:
    """Return the name of the GPU, or ``cpu``."""
    return torch.cuda.get_device_name() if device == "cuda" else device


def describe_processor() -> str:
    """Return the model name of the processor, as far as the system tells."""
    return _read_cpu_field("model name") or platform.processor() or platform.machine()


def get_memory_bytes() -> int | None:
    """Return the physical memory; ``None`` where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


@cache
def _read_cpu_field(field: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return ""
