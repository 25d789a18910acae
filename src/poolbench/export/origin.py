"""Describe what a network that is handed over began with, where that was not drawn."""

from contextlib import suppress
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.files import hash_file
from poolbench.models import get_backbone
from poolbench.models.transfer import read_facts
from poolbench.records import TrialSpec, WeightsRecord
from poolbench.rundir.store import RunStore


def describe_weights(store: RunStore, spec: TrialSpec) -> tuple[WeightsRecord, ...]:
    """Describe the file of weights of the study, and what the network's own factory loads."""
    found = []
    kept = get_backbone(spec.variant.backbone).find_kept(spec.num_classes)
    if kept.names:
        source = f"factory of {spec.variant.backbone}"
        found.append(WeightsRecord(source=source, sha256=kept.digest))
    path = store.load_config().weights
    if spec.weights is not None and path is not None:
        there = find_weights(store, spec)
        facts = {} if there is None else read_facts(there)
        found.append(
            WeightsRecord(
                source=path.name,
                sha256=spec.weights,
                operator=facts.get("operator"),
                license=facts.get("license") or facts.get("licence"),
            )
        )
    return tuple(found)


def find_weights(store: RunStore, spec: TrialSpec) -> Path | None:
    """Find the weights that a trial began with, if the file is still there and what it was."""
    path = store.load_config().weights
    if spec.weights is not None and path is not None:
        with suppress(UsageError):
            return path if hash_file(path) == spec.weights else None
    return None
