"""What a network began with, also where the file of weights has gone meanwhile."""

import hashlib

from poolbench.config import DataConfig, StudyConfig, dump_config
from poolbench.export.origin import describe_weights, find_weights
from poolbench.rundir.store import RunStore


def test_weights_that_are_gone_or_others_are_named_and_not_read(spec, tmp_path):
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"weights")
    config = StudyConfig(data=DataConfig(source="sample"), weights=weights)
    store = RunStore(tmp_path / "run")
    store.save_bytes("config.toml", dump_config(config).encode())
    begun = spec.model_copy(update={"weights": hashlib.sha256(b"weights").hexdigest()})
    assert find_weights(store, spec) is None
    assert find_weights(store, begun) == weights
    weights.write_bytes(b"others")
    assert find_weights(store, begun) is None
    weights.unlink()
    assert find_weights(store, begun) is None
    [told] = describe_weights(store, begun)
    assert (told.source, told.sha256, told.operator) == ("w.safetensors", begun.weights, None)
