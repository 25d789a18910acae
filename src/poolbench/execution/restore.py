"""From a finished trial on disk back to its network."""

import torch

from poolbench.errors import RunError
from poolbench.execution.store import RunStore
from poolbench.execution.trial import build_network
from poolbench.models import Network


def restore_network(store: RunStore, trial_id: str) -> Network:
    """The trained network of a trial, on the CPU, in evaluation mode.

    Raises:
        RunError: If the trial is not there, or its weights do not fit its network.
    """
    record = store.load_trial(trial_id)
    network = build_network(record.spec)
    weights = {
        name: torch.from_numpy(value) for name, value in store.load_weights(trial_id).items()
    }
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise RunError(f"The weights of {trial_id} do not fit its network: {error}") from None
    return network.eval()
