"""Every built-in backbone keeps the contract, and each broken on purpose breaks one check."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from poolbench.errors import UnknownNameError
from poolbench.models import Backbone, Network, list_backbones
from poolbench.testing import check_backbone, list_backbone_checks

# poolbench's own: other tests of the same process may register more.
IDS = [backbone.id for backbone in list_backbones() if backbone.factory is None]
# The large ones, which take seconds for each check.
LARGE = [name for name in IDS if name.startswith(("resnet18", "resnet34", "resnet50"))]


def get_kind(case):
    """Every check, and every backbone; of the large ones one is enough."""
    large = "large" if case["backbone_id"] in LARGE else case["backbone_id"]
    return {"check": case["check"], "backbone": large}


@pytest.mark.one_of_each(by=get_kind, seconds=2)
@pytest.mark.parametrize("check", list_backbone_checks())
@pytest.mark.parametrize("backbone_id", IDS)
def test_backbone_keeps_the_contract(backbone_id, check):
    check_backbone(backbone_id, check)


class Layer(nn.Module):
    """A layer that breaks something, by what it does."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    def forward(self, x):
        return self.act(x)


class Counts(nn.Module):
    """Changes a buffer in evaluation."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        self.count += 1
        return x


class Forgets(nn.Module):
    """Keeps a value that decides the logits outside of its state."""

    number = 0.0

    def __init__(self):
        super().__init__()
        Forgets.number += 1.0
        self.factor = Forgets.number

    def forward(self, x):
        return self.factor * x


def build(make_operator, num_classes, image_size, *, first=None, site=None, last=None, width=1):
    """A right backbone, into which a layer is put that breaks it."""
    channels = 8 * width
    network = Network()
    network.add_module("first", first or nn.Identity())
    network.add_module("scale", Layer(lambda x: x / 255))
    network.add_module("conv", nn.Conv2d(3, channels, 3, padding=1))
    network.add_module("site", site or make_operator(channels, 4))
    network.add_module("pool", nn.AdaptiveAvgPool2d(1))
    network.add_module("flatten", nn.Flatten())
    network.add_module("last", last or nn.Identity())
    network.add_module("linear", nn.Linear(channels, num_classes))
    return network


def with_layer(**makes):
    """The same with layers that are made anew for each network."""

    def builder(make_operator, num_classes, image_size, **shape):
        layers = {name: make() for name, make in makes.items()}
        return build(make_operator, num_classes, image_size, **layers, **shape)

    return builder


def build_unused(make_operator, num_classes, image_size):
    make_operator(8, 4)
    return build(make_operator, num_classes, image_size)


def build_wrong_channels(make_operator, num_classes, image_size):
    return build(lambda channels, stride: make_operator(2 * channels, stride), num_classes, (1, 1))


def build_other_name(make_operator, num_classes, image_size):
    network = build(make_operator, num_classes, image_size, site=nn.Identity())
    network.pool = nn.Sequential(make_operator(8, 4), network.pool)
    return network


def build_noise_after_site(make_operator, num_classes, image_size):
    network = build(make_operator, num_classes, image_size)
    network.last.register_buffer("noise", torch.randn(1))
    return network


def build_dead_layer(make_operator, num_classes, image_size):
    network = build(make_operator, num_classes, image_size)
    network.first.register_module("dead", nn.Linear(2, 2))
    return network


def build_transposed(make_operator, num_classes, image_size):
    """Gives the logits of all pictures along the wrong axis."""
    network = build(make_operator, num_classes, image_size)
    network.append(Layer(lambda x: x.T))
    return network


def build_same_start(make_operator, num_classes, image_size):
    """No layer of it is one whose values are drawn."""
    network = Network()
    network.add_module("site", make_operator(3, 4))
    network.add_module("pool", nn.AdaptiveAvgPool2d(1))
    network.add_module("flatten", nn.Flatten())
    network.add_module("logits", Layer(lambda x: F.pad(x, (0, num_classes - 3)) / 255))
    return network


def forget_shape(make_operator, num_classes, image_size, *, width=1):
    return build(make_operator, num_classes, image_size)


def see_batch(x):
    return x - x.mean(0, keepdim=True)


def read_memory(x):
    return torch.as_strided(x, x.shape, torch.empty(x.shape).stride())


RIGHT = Backbone("right", "one site", "одно место", build, any_size=True, shape={"width": 1})
BROKEN = {
    "logits": replace(RIGHT, builder=build_transposed),
    "pictures_alone": replace(RIGHT, builder=with_layer(last=lambda: Layer(see_batch))),
    "input_untouched": replace(
        RIGHT, builder=with_layer(first=lambda: Layer(lambda x: x.mul_(0.5)))
    ),
    "memory_format": replace(RIGHT, builder=with_layer(first=lambda: Layer(read_memory))),
    "sites": replace(RIGHT, builder=build_unused),
    "fair": replace(RIGHT, builder=build_noise_after_site),
    "seeds": replace(RIGHT, builder=build_same_start),
    "modes": replace(RIGHT, builder=with_layer(last=Counts)),
    "gradients": replace(RIGHT, builder=build_dead_layer),
    "persistence": replace(RIGHT, builder=with_layer(last=Forgets)),
    "any_size": replace(RIGHT, any_size=False),
    "shape": replace(RIGHT, builder=forget_shape),
}
# What the check of sites sees besides.
BROKEN_SITES = {
    "not in the network": replace(RIGHT, builder=build_unused),
    "was built for 16 channels": replace(RIGHT, builder=build_wrong_channels),
    "under no module named site": replace(RIGHT, builder=build_other_name),
    "no operator was built": replace(RIGHT, builder=with_layer(site=lambda: nn.AvgPool2d(4))),
    "has_site is False": replace(RIGHT, has_site=False),
}


@pytest.mark.parametrize("check", [name for name in list_backbone_checks() if name != "onnx"])
def test_right_backbone_passes(check):
    check_backbone(RIGHT, check)


@pytest.mark.parametrize("check", BROKEN)
def test_broken_backbone_is_seen(check):
    with pytest.raises(AssertionError, match=f"right, check {check}: "):
        check_backbone(BROKEN[check], check)


def test_each_check_has_a_backbone_that_breaks_it():
    # What a file cannot hold is what the exporter refuses: tests/export has it.
    assert {*BROKEN, "onnx"} == set(list_backbone_checks())


@pytest.mark.parametrize("what", BROKEN_SITES)
def test_site_that_is_not_what_it_says_is_seen(what):
    with pytest.raises(AssertionError, match=what):
        check_backbone(BROKEN_SITES[what], "sites")


def make_own(num_classes):
    """A network of a person's own."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, num_classes),
    )  # fmt: skip


def test_network_of_ones_own_is_held_to_it_and_not_registered():
    for check in list_backbone_checks():
        if check != "onnx":
            check_backbone(make_own, check)
    assert "make_own" not in [backbone.id for backbone in list_backbones()]


def test_unknown_check_is_refused():
    with pytest.raises(UnknownNameError, match="sites"):
        check_backbone("lab", "site")
