"""Restore the network of a finished trial from disk."""

import torch

from poolbench.errors import RunError
from poolbench.models import Network, list_backbones
from poolbench.models.views import add_views
from poolbench.operators import list_operators
from poolbench.records import BACKBONE_SOURCE, TrialRecord
from poolbench.rundir.store import RunStore
from poolbench.trials.build import build_network


def restore_network(store: RunStore, trial_id: str) -> Network:
    """Restore the trained network of a trial as it predicts, on the CPU, in evaluation mode.

    Raises:
        RunError: As :func:`restore_inner`.
    """
    views = store.load_trial(trial_id).spec.variant.recipe.test_views
    return add_views(restore_inner(store, trial_id), views).eval()


def restore_inner(store: RunStore, trial_id: str) -> Network:
    """Restore the trained network of a trial, which looks at one view of a picture.

    On the CPU, in evaluation mode.

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
        lines = [line.strip() for line in str(error).splitlines()]
        raise RunError(
            f"The weights of {trial_id} do not fit its network: {' '.join(lines)[:300]}"
        ) from None
    return network.eval()


def _check_sources(record: TrialRecord) -> None:
    known = {entry.id: entry.source_hash for entry in list_operators() if not entry.is_builtin}
    for backbone in list_backbones():
        name = f"{BACKBONE_SOURCE}{backbone.id}"
        if name in record.spec.conditions.sources and backbone.factory is not None:
            known[name] = backbone.hash_source(record.spec.num_classes)
    for name, source_hash in record.spec.conditions.sources.items():
        kind = "backbone" if name.startswith(BACKBONE_SOURCE) else "operator"
        said = f"the {kind} {name.removeprefix(BACKBONE_SOURCE)!r}"
        if name not in known:
            raise RunError(
                f"Trial {record.id} used {said}, which is not there now: define and register its "
                "class first (poolbench.register)."
            )
        if known[name] != source_hash:
            raise RunError(
                f"Trial {record.id} used another version of {said} than the one that is "
                "registered now. Bring back that version, or run the study again."
            )
