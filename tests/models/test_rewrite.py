"""A rewritten network is the same function with the same gradients."""

import pytest
import torch
from torch import nn

from poolbench.models import Network, get_backbone
from poolbench.models.lab import Normalize
from poolbench.models.rewrite import ChannelsLastLinear, StridedConv, keep_plain, rewrite
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
    fast = compute_gradients(network, rewrite(network).whole, images)
    torch.testing.assert_close(fast[0], plain[0], rtol=1e-10, atol=1e-10)
    for mine, theirs in zip(fast[1], plain[1], strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.one_of_each(seconds=0.02)
@pytest.mark.parametrize("size", [(11, 11), (13, 8), (9, 17)])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("conv_stride", [1, 2])
@pytest.mark.parametrize(
    "between",
    [nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.GELU, nn.SiLU, nn.Mish, nn.BatchNorm2d, None],
)
@pytest.mark.parametrize("operator", [Decimate2d, MaxPool2d, AvgPool2d])
def test_rewrite_is_exact_for_odd_sizes_and_paddings(operator, between, conv_stride, padding, size):
    torch.manual_seed(3)
    conv = nn.Conv2d(3, 4, 3, stride=conv_stride, padding=padding, dilation=1)
    middle = [] if between is None else [between(4) if between is nn.BatchNorm2d else between()]
    features = Network(conv, *middle, operator(4, stride=3), nn.Flatten())
    width = features(torch.zeros(2, 3, *size)).shape[1]
    network = Network(*features, nn.Linear(width, 3)).double()
    # Far enough out for the flat ends of ReLU6 and the falling parts of GELU.
    images = 6 * torch.randn(3, 3, *size, dtype=torch.float64)
    plain = compute_gradients(network, network, images)
    fast = compute_gradients(network, rewrite(network).whole, images)
    torch.testing.assert_close(fast[0], plain[0], rtol=1e-10, atol=1e-10)
    for mine, theirs in zip(fast[1], plain[1], strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(4), nn.Dropout(0.5)])
def test_rewrite_never_moves_an_operator_past_a_layer_with_state_or_chance(layer):
    for operator in (Decimate2d, MaxPool2d):
        network = Network(nn.Conv2d(3, 4, 3), layer, operator(4, stride=2))
        assert list(rewrite(network).body) == list(network)


def test_keep_plain_is_the_network_itself():
    network = get_backbone("lab").build("max", 3, (32, 32))
    assert keep_plain(network).whole is network


@pytest.mark.parametrize("base", [Decimate2d, MaxPool2d, AvgPool2d])
def test_rewrite_leaves_subclasses_of_its_operators_alone(base):
    class Half(base):
        """Half of what its base gives."""

        def forward(self, x):
            return super().forward(x) / 2

    network = Network(nn.Conv2d(3, 4, 3), nn.ReLU(), Half(4, stride=2))
    images = torch.randn(2, 3, 10, 10)
    assert torch.equal(rewrite(network).whole(images), network(images))


def test_rewrite_shares_parameters():
    network = get_backbone("lab").build("stride", 3, (32, 32))
    form = rewrite(network)
    assert {id(p) for p in form.body.parameters()} == {id(p) for p in network.parameters()}


def test_rewrite_does_what_it_is_for():
    kinds = {
        operator: [
            type(layer) for layer in rewrite(get_backbone("lab").build(operator, 3, (32, 32))).body
        ]
        for operator in ("stride", "max", "avg")
    }
    assert StridedConv in kinds["stride"]
    assert kinds["max"].index(MaxPool2d) < kinds["max"].index(nn.ReLU, 2)
    assert all(kind[-1] is ChannelsLastLinear for kind in kinds.values())
    assert all(Normalize not in kind for kind in kinds.values())


def test_rewrite_leaves_alone_what_would_change_the_function():
    conv = nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect")
    layers = Network(conv, nn.GELU(), build_operator("max", 4, stride=2))
    assert [type(layer) for layer in rewrite(layers).body] == [type(layer) for layer in layers]
    decimated = Network(conv, build_operator("stride", 4, stride=2))
    assert [type(layer) for layer in rewrite(decimated).body] == [
        type(layer) for layer in decimated
    ]
