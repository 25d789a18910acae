"""Weights are taken over as far as names and shapes fit, and what became of them is told."""

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from poolbench.errors import UsageError
from poolbench.models import Network, get_backbone
from poolbench.models.transfer import add_facts, load_weights, read_facts, transfer


def build(operator="max", num_classes=3, backbone="resnet"):
    return get_backbone(backbone).build(operator, num_classes, (16, 16))


def test_another_operator_and_other_classes_keep_all_else():
    source, target = build("max", 5), build("conv", 3)
    found = transfer(target, source.state_dict())
    assert all("site" in name or name.startswith("linear.") for name in found.fresh)
    assert set(found.unused) == {"linear.weight", "linear.bias"}
    assert torch.equal(
        target.stage2.block1.main.conv1.weight, source.stage2.block1.main.conv1.weight
    )
    assert torch.equal(target.stem.norm1.running_var, source.stem.norm1.running_var)


def test_normalisation_of_pictures_is_not_taken_over():
    target = build()
    before = target.normalize.mean.clone()
    source = {"normalize.mean": torch.zeros(1, 3, 1, 1), "linear.bias": torch.ones(3)}
    found = transfer(target, source)
    assert torch.equal(target.normalize.mean, before)
    assert found.taken == ("linear.bias",)
    assert found.unused == ()


def test_network_of_ones_own_is_found_by_its_own_names():
    inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4, 2))
    target = Network()
    target.add_module("model", inner)
    weights = {name: torch.full_like(value, 0.5) for name, value in inner.state_dict().items()}
    assert len(transfer(target, weights).taken) == 4
    assert (inner[0].weight == 0.5).all()


def test_published_names_fit_the_network_with_any_operator():
    source = build("none", 1000, "resnet18-stock").state_dict()
    found = transfer(build("blur", 3, "resnet18"), source)
    assert set(found.unused) == {"fc.weight", "fc.bias"}
    assert all(".site." in name or name.startswith(("fc.", "maxpool.")) for name in found.fresh)


def test_file_of_another_kind_is_refused(tmp_path):
    torch.save({"a": torch.zeros(1)}, tmp_path / "weights.pt")
    with pytest.raises(UsageError, match="is not a safetensors file"):
        load_weights(tmp_path / "weights.pt")
    with pytest.raises(UsageError, match="cannot be read"):
        load_weights(tmp_path / "gone.safetensors")
    save_file({"a": torch.ones(2)}, tmp_path / "good.safetensors")
    assert load_weights(tmp_path / "good.safetensors")["a"].tolist() == [1, 1]


def test_facts_beside_weights_are_added_and_read(tmp_path):
    path = tmp_path / "w.safetensors"
    values = {"a": torch.arange(3.0), "b": torch.ones(2, dtype=torch.int64)}
    save_file(values, path, metadata={"license": "apache-2.0"})
    path.write_bytes(add_facts(path.read_bytes(), {"operator": "möx"}))
    assert read_facts(path) == {"license": "apache-2.0", "operator": "möx"}
    assert all(torch.equal(load_weights(path)[name], value) for name, value in values.items())
    assert read_facts(tmp_path / "gone") == {}
    (tmp_path / "text").write_text("no weights")
    assert read_facts(tmp_path / "text") == {}
