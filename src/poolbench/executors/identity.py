"""Check that a process that trains is what the plan names: its code and its environment."""

from collections.abc import Mapping
from typing import Any

import torch

from poolbench.errors import TrainingError
from poolbench.machine.description import NUM_THREADS, Machine
from poolbench.machine.environment import (
    compute_fingerprint,
    get_poolbench_version,
    hash_package,
    read_variables,
)
from poolbench.operators import compute_source_hash, is_imported
from poolbench.records import BACKBONE_SOURCE
from poolbench.texts import Phrase

Identity = dict[str, str]
# What the parts of an identity are called.
_PARTS: Mapping[str, object] = {
    "poolbench": "poolbench",
    "source": Phrase("identity.source"),
    "torch": "torch",
    "fingerprint": Phrase("identity.fingerprint"),
}


def name_identity(machine: Machine) -> Identity:
    """Return what a process on this machine must be, in plain values."""
    return {
        "poolbench": machine.poolbench,
        "source": machine.code,
        "torch": machine.torch,
        "fingerprint": machine.fingerprint,
        "device": machine.device,
    }


def check_identity(planned: Mapping[str, str]) -> None:
    """Refuse to train in a process that is another than the plan names.

    Args:
        planned: As :func:`name_identity` gives it.

    Raises:
        TrainingError: If poolbench, torch or what changes the last bit is another here.
    """
    found = {
        "poolbench": get_poolbench_version(),
        "source": hash_package(),
        "torch": torch.__version__,
        "fingerprint": compute_fingerprint(planned["device"], NUM_THREADS),
    }
    other = [name for name in found if found[name] != planned[name]]
    if not other:
        return
    listed = [
        Phrase("identity.part", part=_PARTS[name], found=found[name], planned=planned[name])
        for name in other
    ]
    variables = [f"{name}={value}" for name, value in read_variables().items()]
    if variables:
        raise TrainingError("process.other-with", listed=listed, variables=variables)
    raise TrainingError("process.other", listed=listed)


def check_source(name: str, thing: Any, planned: str) -> None:
    """Refuse a custom operator or backbone that was edited since the study was planned.

    What was sent as it is needs no look; what is imported here comes from a file.

    Args:
        name: As among the sources of a trial.
        planned: The hash there.

    Raises:
        TrainingError: If it was.
    """
    if not is_imported(thing) or compute_source_hash(thing) == planned.partition("-")[0]:
        return
    if name.startswith(BACKBONE_SOURCE):
        backbone = name.removeprefix(BACKBONE_SOURCE)
        raise TrainingError("backbone.edited", name=backbone, module=thing.__module__)
    raise TrainingError("operator.edited", name=name, module=thing.__module__)
