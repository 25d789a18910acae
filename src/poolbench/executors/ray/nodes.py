"""The nodes of a Ray cluster: what each of them is, and whether a study may use them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from poolbench.config import StudyConfig
from poolbench.errors import RunError, UsageError
from poolbench.hosts import is_loopback
from poolbench.machine.description import Machine, describe_machine
from poolbench.training.precision import list_devices

# Letters of Ray's own message that are shown: its end, since it begins with a traceback.
MOST_WORDS = 300
# The fastest first.
DEVICES = ("cuda", "mps", "cpu")


@dataclass(frozen=True)
class Node:
    """One machine of a cluster.

    Attributes:
        machines: What it is with each device that it has.
        has_token: Whether it asks for a token.
    """

    address: str
    cpus: int
    gpus: int
    memory_bytes: int
    has_token: bool
    machines: Mapping[str, Machine]


def describe_devices(config: StudyConfig) -> dict[str, Machine]:
    """Describe this machine with each of its devices."""
    return {
        device: describe_machine(config.model_copy(update={"device": device}))
        for device in list_devices()
    }


def combine_nodes(nodes: Sequence[Node], config: StudyConfig) -> Machine:
    """Combine the nodes that can train into one machine.

    Raises:
        RunError: If the cluster lets in everyone who reaches it.
        UsageError: If no node has the device, or they differ and the config does not allow it.
    """
    open_nodes = [node.address for node in nodes if not node.has_token]
    if open_nodes and not all(is_loopback(node.address) for node in nodes):
        raise RunError("ray.open", address=open_nodes[0])
    device = _choose_device(nodes, config)
    able = [node for node in nodes if device in node.machines]
    machines = [node.machines[device] for node in able]
    _check_equal(able, device, config)
    first = machines[0]
    kinds = sorted({machine.fingerprint for machine in machines})
    slots = sum(node.cpus if device == "cpu" else node.gpus for node in able)
    return replace(
        first,
        fingerprint=first.fingerprint if len(kinds) == 1 else f"mixed-{'-'.join(kinds)}",
        precisions=tuple(
            name for name in first.precisions if all(name in m.precisions for m in machines)
        ),
        workers=config.workers or max(1, slots),
        # A trial that is alone goes to any of them.
        cores=max(1, min(node.cpus for node in able)) if device == "cpu" else 1,
        environment={
            **first.environment,
            "nodes": [describe_node(node, device) for node in nodes],
        },
    )


def describe_node(node: Node, device: str) -> dict[str, object]:
    """Describe a node in plain values; ``fingerprint`` is ``None`` if it lacks the device."""
    machine = node.machines.get(device)
    any_machine = next(iter(node.machines.values()))
    return {
        "address": node.address,
        "cpus": node.cpus,
        "gpus": node.gpus,
        "memory_bytes": node.memory_bytes,
        "has_token": node.has_token,
        "processor": any_machine.environment["processor"],
        "fingerprint": None if machine is None else machine.fingerprint,
    }


def _choose_device(nodes: Sequence[Node], config: StudyConfig) -> str:
    found = {device for node in nodes for device in node.machines}
    wanted = DEVICES if config.device == "auto" else (config.device,)
    device = next((device for device in wanted if device in found), None)
    if device is None:
        raise UsageError("ray.no-device", device=config.device, known=sorted(found))
    return device


def _check_equal(nodes: Sequence[Node], device: str, config: StudyConfig) -> None:
    machines = [node.machines[device] for node in nodes]
    versions = {(machine.poolbench, machine.code, machine.torch) for machine in machines}
    kinds = {machine.fingerprint for machine in machines}
    if len(versions) == 1 and (len(kinds) == 1 or config.allow_mixed):
        return
    listed = "\n".join(
        f"  {node.address}: {machine.fingerprint}, {machine.environment['processor']}, poolbench "
        f"{machine.poolbench}, torch {machine.torch}"
        for node, machine in zip(nodes, machines, strict=True)
    )
    if len(versions) > 1:
        raise UsageError("ray.versions-differ", listed=listed)
    raise UsageError("ray.kinds-differ", listed=listed)


def explain_failure(address: str | None, error: Exception) -> RunError:
    """Say in one message why Ray cannot be joined or started."""
    words = " ".join(str(error.__cause__ or error).split())
    said = words[-MOST_WORDS:].removesuffix(".")
    if address is None:
        return RunError("ray.not-started", said=said)
    # Ray Client does not say why it gets no answer.
    if "auth" in words.lower() or address.startswith("ray://"):
        return RunError("ray.refused", address=address, said=said)
    return RunError("ray.not-joined", address=address, said=said)
