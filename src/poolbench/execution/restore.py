"""From a finished trial on disk back to its network."""

import torch

from poolbench.errors import RunError
from poolbench.execution.store import RunStore
from poolbench.execution.trial import build_network
from poolbench.models import Network
from poolbench.operators import list_operators
from poolbench.records import TrialRecord


def restore_network(store: RunStore, trial_id: str) -> Network:
    """The trained network of a trial, on the CPU, in evaluation mode.

    Raises:
        RunError: If the trial is not there, its weights do not fit its network, or it used an
            operator that is not registered now, or another version of it.
    """
    record = store.load_trial(trial_id)
    _check_sources(record)
    network = build_network(record.spec)
    weights = {
        name: torch.from_numpy(value) for name, value in store.load_weights(trial_id).items()
    }
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise RunError(f"The weights of {trial_id} do not fit its network: {error}") from None
    return network.eval()


def _check_sources(record: TrialRecord) -> None:
    for operator_id, source_hash in record.spec.conditions.sources.items():
        known = {entry.id: entry for entry in list_operators()}
        if operator_id not in known:
            raise RunError(
                f"Trial {record.id} used the operator {operator_id!r}, which is not there now: "
                "define and register its class first (poolbench.register)."
            )
        if known[operator_id].source_hash != source_hash:
            raise RunError(
                f"Trial {record.id} used another version of the operator {operator_id!r} than the "
                "one that is registered now. Bring back that version, or run the study again."
            )
