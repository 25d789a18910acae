"""Describe what trials run on: the same facts of one machine and of the nodes of a cluster."""

from dataclasses import dataclass
from typing import Any

import torch

from poolbench.config import Precision, StudyConfig
from poolbench.machine.environment import (
    compute_fingerprint,
    describe_environment,
    get_poolbench_version,
    hash_package,
)
from poolbench.system import count_cores
from poolbench.training.precision import choose_device, list_precisions

# Threads that compute one slice of a batch; how many slices are computed at once changes no result.
NUM_THREADS = 1


@dataclass(frozen=True)
class Machine:
    """What decides results to the last bit, and how much can be done at once.

    Attributes:
        precisions: Formats that may be used, float32 first; which is fastest is measured.
        code: SHA-256 of the source of poolbench.
        fingerprint: Hash of processor, system, threads, libraries and device.
        workers: Number of trials at the same time.
        cores: Number of cores that a trial may use if it is alone.
        environment: The contents of ``environment.json``.
    """

    device: str
    precisions: tuple[Precision, ...]
    fingerprint: str
    code: str
    poolbench: str
    torch: str
    workers: int
    cores: int
    environment: dict[str, Any]


def describe_machine(config: StudyConfig) -> Machine:
    """Describe this machine as a study uses it.

    Raises:
        UsageError: If it lacks the device that the config names.
    """
    device = choose_device(config.device)
    cores = count_cores() if device == "cpu" else 1
    return Machine(
        device=device,
        precisions=list_precisions(config.precision, device),
        fingerprint=compute_fingerprint(device, NUM_THREADS),
        code=hash_package(),
        poolbench=get_poolbench_version(),
        torch=torch.__version__,
        # One for each core, or one for a GPU.
        workers=config.workers or cores,
        cores=cores,
        environment=describe_environment(device, NUM_THREADS),
    )
