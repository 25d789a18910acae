"""Whitened and identical starts do what they say; frozen parts stay."""

import pytest
import torch
from torch import nn

from poolbench.data.sample import load_sample
from poolbench.errors import UsageError
from poolbench.models import Network, get_backbone
from poolbench.models.start import freeze, make_dirac, whiten_first


def build(backbone="plain", operator="max"):
    torch.manual_seed(0)
    return get_backbone(backbone).build(operator, 4, (32, 32))


def load_pictures():
    return torch.from_numpy(load_sample().pool.images[::5]).permute(0, 3, 1, 2).float()


def test_whitened_filters_see_values_without_correlation():
    network, images = build(), load_pictures()
    whiten_first(network, images)
    seen = network.normalize(images).double()
    conv = network.stage1.conv1
    answers = torch.nn.functional.conv2d(seen, conv.weight.double()).transpose(0, 1).flatten(1)
    count = conv.out_channels // 2
    products = answers[:count] @ answers[:count].T / answers.shape[1]
    torch.testing.assert_close(products, products.diag().diag(), rtol=0, atol=1e-4)
    # Of deviation one, but for what is added to small variances.
    assert products.diag()[:5].min() > 0.98
    assert products.diag().max() <= 1 + 1e-5
    torch.testing.assert_close(conv.weight[:count], -conv.weight[count : 2 * count])


def test_whitening_needs_a_convolution_that_sees_colours():
    network = Network(nn.Flatten(), nn.Linear(12, 2))
    with pytest.raises(UsageError, match="three channels"):
        whiten_first(network, torch.zeros(2, 3, 2, 2))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_dirac_convolution_hands_its_input_on(layout):
    network = build().to(memory_format=layout)
    first = network.stage1.conv1.weight.clone()
    make_dirac(network)
    assert torch.equal(network.stage1.conv1.weight, first)
    x = torch.randn(2, 32, 9, 9)
    torch.testing.assert_close(network.stage1.conv2(x), x)
    torch.testing.assert_close(network.stage2.conv1(x)[:, :32], x)
    assert not torch.equal(network.stage2.conv1(x)[:, 32:], x)


def list_trained(network):
    return {name for name, value in network.named_parameters() if value.requires_grad}


@pytest.mark.parametrize("operator", ["max", "conv"])
def test_freezing_leaves_the_end_and_the_operators(operator):
    network = build("resnet", operator)
    everything = list_trained(network)
    sites = {name for name in everything if ".site." in name}
    assert bool(sites) == (operator == "conv")
    freeze(network, "last-stage")
    ends = {name for name in everything if name.startswith(("stage3.", "linear."))}
    assert list_trained(network) == ends | sites
    freeze(network, "head")
    assert list_trained(network) == {"linear.weight", "linear.bias"} | sites


def test_freezing_looks_into_a_network_of_ones_own():
    inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4, 2))
    network = Network()
    network.add_module("model", inner)
    freeze(network, "head")
    assert list_trained(network) == {"model.2.weight", "model.2.bias"}


def test_freezing_everything_is_refused():
    with pytest.raises(UsageError, match="nothing of this network to keep"):
        freeze(Network(nn.Flatten(), nn.Linear(12, 2)), "head")
