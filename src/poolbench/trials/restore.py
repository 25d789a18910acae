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
        said = " ".join(line.strip() for line in str(error).splitlines())[:300].removesuffix(".")
        raise RunError("trial.weights", trial=trial_id, said=said) from None
    return network.eval()


def _check_sources(record: TrialRecord) -> None:
    known = {entry.id: entry.source_hash for entry in list_operators() if not entry.is_builtin}
    for backbone in list_backbones():
        name = f"{BACKBONE_SOURCE}{backbone.id}"
        if name in record.spec.conditions.sources and backbone.factory is not None:
            known[name] = backbone.hash_source(record.spec.num_classes)
    for name, source_hash in record.spec.conditions.sources.items():
        if known.get(name) != source_hash:
            raise _explain(record.id, name, is_gone=name not in known)


def _explain(trial: str, source: str, *, is_gone: bool) -> RunError:
    if source.startswith(BACKBONE_SOURCE):
        backbone = source.removeprefix(BACKBONE_SOURCE)
        if is_gone:
            return RunError("trial.no-backbone", trial=trial, name=backbone)
        return RunError("trial.other-backbone", trial=trial, name=backbone)
    if is_gone:
        return RunError("trial.no-operator", trial=trial, name=source)
    return RunError("trial.other-operator", trial=trial, name=source)
