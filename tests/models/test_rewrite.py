"""A rewritten network is the same function with the same gradients."""

import pytest
import torch
from torch import nn

from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import ReLUAvgPool2d, StridedConv, rewrite
from poolbench.operators import build_operator
from poolbench.operators.plain import AvgPool2d, Decimate2d, MaxPool2d
from poolbench.training.seeds import initialize


def compute_gradients(network, form, images):
    network.zero_grad()
    outputs = form(images)
    outputs.square().sum().backward()
    return outputs.detach(), [parameter.grad.clone() for parameter in network.parameters()]


@pytest.mark.parametrize("size", [(32, 32), (18, 21)])
@pytest.mark.parametrize("operator", ["stride", "max", "avg"])
@pytest.mark.parametrize("backbone", ["lab", "lab-published", "lab-example"])
def test_rewrite_keeps_outputs_and_gradients(backbone, operator, size):
    network = get_backbone(backbone).build(operator, 3, size).double()
    initialize(network, 1)
    images = torch.rand(3, 3, *size, generator=torch.Generator().manual_seed(2)).double() * 255
    plain = compute_gradients(network, network, images)
    fast = compute_gradients(network, rewrite(network), images)
    torch.testing.assert_close(fast[0], plain[0], rtol=1e-10, atol=1e-10)
    for mine, theirs in zip(fast[1], plain[1], strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("base", [Decimate2d, MaxPool2d, AvgPool2d])
def test_rewrite_leaves_subclasses_of_its_operators_alone(base):
    class Half(base):
        """Half of what its base gives."""

        def forward(self, x):
            return super().forward(x) / 2

    network = Network(nn.Conv2d(3, 4, 3), nn.ReLU(), Half(4, stride=2))
    images = torch.randn(2, 3, 10, 10)
    assert torch.equal(rewrite(network)(images), network(images))


def test_rewrite_shares_parameters():
    network = get_backbone("lab").build("stride", 3, (32, 32))
    form = rewrite(network)
    assert {id(p) for p in form.parameters()} == {id(p) for p in network.parameters()}


def test_rewrite_does_what_it_is_for():
    kinds = {
        operator: [
            type(layer) for layer in rewrite(get_backbone("lab").build(operator, 3, (32, 32)))
        ]
        for operator in ("stride", "max", "avg")
    }
    assert StridedConv in kinds["stride"]
    assert kinds["max"].index(nn.ReLU, 3) > len(kinds["max"]) - 4
    assert ReLUAvgPool2d in kinds["avg"]


def test_rewrite_leaves_alone_what_would_change_the_function():
    conv = nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect")
    layers = Network(conv, nn.GELU(), build_operator("max", 4, stride=2))
    assert [type(layer) for layer in rewrite(layers)] == [type(layer) for layer in layers]
    decimated = Network(conv, build_operator("stride", 4, stride=2))
    assert [type(layer) for layer in rewrite(decimated)] == [type(layer) for layer in decimated]
