"""Networks for larger pictures: timm's names and sizes, whatever operator sits at the sites."""

import pytest
import torch
from torch import nn

from poolbench.evaluation.cost import compute_cost
from poolbench.models import get_backbone
from poolbench.models.swap import SwappedConv, SwappedPool

# With a thousand classes, as torchvision and timm publish them.
PARAMETERS = {"resnet18": 11_689_512, "resnet34": 21_797_672, "resnet50": 25_557_032}
# In 3x3 blocks every further stage has one of each, in the stem one of each.
SITES = 1 + 1 + 2 * 3


def build(backbone, operator, size=(64, 64), num_classes=3):
    return get_backbone(backbone).build(operator, num_classes, size)


@pytest.mark.parametrize("backbone", PARAMETERS)
def test_parameters_are_as_many_as_published(backbone):
    network = build(f"{backbone}-stock", "none", num_classes=1000)
    assert sum(value.numel() for value in network.parameters()) == PARAMETERS[backbone]


def test_multiply_adds_are_those_of_the_paper():
    # He 2016, table 1: 1.8 and 3.8 billion (the latter with the stride in the first convolution,
    # 4.1 with it in the second, as here).
    for backbone, billions in (("resnet18", 1.8), ("resnet50", 4.1)):
        network = build(f"{backbone}-stock", "none", num_classes=1000)
        found = compute_cost(network, (224, 224)).multiply_adds
        assert found / 1e9 == pytest.approx(billions, abs=0.05)


@pytest.mark.parametrize("operator", ["stride", "max", "blur"])
@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_operator_keeps_every_name_shape_and_output_size(backbone, operator):
    stock, swapped = build(f"{backbone}-stock", "none"), build(backbone, operator)
    wanted = {name: value.shape for name, value in stock.state_dict().items()}
    found = {name: value.shape for name, value in swapped.state_dict().items()}
    assert {name for name in found if ".site." not in name} == set(wanted)
    assert all(found[name] == shape for name, shape in wanted.items())
    sites = [layer for layer in swapped.modules() if isinstance(layer, (SwappedConv, SwappedPool))]
    # A strided convolution is what operator stride makes of one.
    assert len(sites) == (1 if operator == "stride" else SITES)
    x = torch.rand(2, 3, 75, 64) * 255
    sizes = []
    for network in (stock, swapped):
        maps = []
        network.layer4.register_forward_hook(lambda _, __, out, maps=maps: maps.append(out.shape))
        network.eval()(x)
        sizes += maps
    assert sizes[0] == sizes[1]


def test_names_are_those_of_timm():
    names = set(build("resnet50-stock", "none").state_dict())
    expected = {
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.conv3.weight",
        "layer1.0.bn3.bias",
        "layer1.0.downsample.0.weight",
        "layer1.0.downsample.1.running_var",
        "layer4.2.conv1.weight",
        "fc.weight",
        "fc.bias",
    }
    assert expected <= names
    own = {"normalize.mean", "normalize.sd"}
    assert all(
        name.split(".")[0] in ("conv1", "bn1", "fc") or name.startswith("layer")
        for name in names - own
    )
    assert not any(isinstance(layer, nn.Dropout) for layer in build("resnet18", "max").modules())
