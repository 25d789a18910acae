"""Networks of several stages: their sites, their widths, and that they train and export."""

import pytest
import torch
from torch import nn

from poolbench.errors import ShapeError, UnknownNameError, UsageError
from poolbench.evaluation.cost import compute_cost
from poolbench.models import find_backbone, get_backbone, reshape_backbone
from poolbench.models.rewrite import rewrite
from poolbench.operators.plain import AvgPool2d, MaxPool2d
from poolbench.training.seeds import initialize

BACKBONES = ("plain", "resnet", "speed")
SIZE = (16, 20)


def build(backbone, operator, size=SIZE):
    network = get_backbone(backbone).build(operator, 3, size)
    initialize(network, 1)
    return network


@pytest.mark.parametrize(("backbone", "sites"), [("plain", 3), ("resnet", 4), ("speed", 3)])
def test_every_transition_is_a_site(backbone, sites):
    network = build(backbone, "max")
    found = [name for name, layer in network.named_modules() if type(layer) is MaxPool2d]
    assert len(found) == sites
    assert all(name.endswith(".site") for name in found)
    # Nothing else lowers the resolution.
    strides = [layer.stride for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert set(strides) == {(1, 1)}


@pytest.mark.parametrize("operator", ["stride", "max", "avg", "blur", "space-to-depth"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_rewritten_network_is_the_same_function_with_the_same_gradients(backbone, operator):
    network = build(backbone, operator).double()
    images = torch.rand(4, 3, *SIZE, dtype=torch.float64) * 255
    results = []
    for form in (network, rewrite(network).whole):
        logits = form(images)
        gradients = torch.autograd.grad(logits.square().sum(), list(network.parameters()))
        results.append((logits.detach(), *gradients))
    torch.testing.assert_close(results[1], results[0], rtol=1e-8, atol=1e-8)


def test_maximum_moves_before_the_relu_inside_a_stage():
    kinds = [type(layer) for layer in rewrite(build("plain", "max")).body]
    place = kinds.index(MaxPool2d)
    assert (kinds[place - 1], kinds[place + 1]) == (nn.BatchNorm2d, nn.ReLU)
    assert AvgPool2d in [type(layer) for layer in rewrite(build("plain", "avg")).body]


@pytest.mark.parametrize("backbone", BACKBONES)
def test_width_multiplies_channels(backbone):
    narrow, wide = (
        find_backbone(name).build("max", 3, SIZE) for name in (backbone, f"{backbone}-x2")
    )
    pairs = zip(narrow.modules(), wide.modules(), strict=True)
    widths = {(a.out_channels, b.out_channels) for a, b in pairs if isinstance(a, nn.Conv2d)}
    # The whitened filters are as many as a patch has directions, whatever comes after them.
    assert widths - {(24, 24)} == {(32, 64), (64, 128), (128, 256)}
    ratio = compute_cost(wide, SIZE).multiply_adds / compute_cost(narrow, SIZE).multiply_adds
    assert 3 < ratio < 4


def test_shape_is_a_part_of_the_id():
    assert find_backbone("resnet-x1") is get_backbone("resnet")
    assert find_backbone("resnet-x3").id == "resnet-x3"
    assert get_backbone("resnet-x3").build is not get_backbone("resnet").build
    assert get_backbone("lab-x2-k7-l3").id == "lab-x2-k7-l3"
    assert get_backbone("lab-k5-l2") is get_backbone("lab")
    assert get_backbone("lab-published").id == "lab-published"
    for name in ("resnet-x0", "resnet-x100", "nothing-x2"):
        with pytest.raises(UnknownNameError):
            find_backbone(name)


def test_shape_can_be_chosen_again():
    wide = get_backbone("lab-x2")
    assert reshape_backbone(wide, kernel=7).id == "lab-x2-k7"
    assert reshape_backbone(wide, width=3).id == "lab-x3"
    assert reshape_backbone(wide, width=1) is get_backbone("lab")
    assert get_backbone(reshape_backbone(get_backbone("lab-l3"), kernel=3).id).id == "lab-k3-l3"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mlp-x2", "no adjustable width"),
        ("resnet-k5", "no adjustable kernel"),
        ("lab-k4", "expected an odd number"),
        ("resnet:2", "it is called resnet-x2"),
    ],
)
def test_shape_that_a_backbone_does_not_have_is_refused(name, message):
    with pytest.raises(UsageError, match=message):
        find_backbone(name)


@pytest.mark.parametrize(
    ("name", "kernels"),
    [
        ("lab", [5, 3]),
        ("lab-k7", [7, 3]),
        ("lab-l1", [5]),
        ("lab-l3", [5, 3, 3]),
        ("plain-k5-l1", [5, 5, 5]),
    ],
)
def test_kernel_and_layers_are_what_the_id_says(name, kernels):
    network = build(name, "max")
    found = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.kernel_size[0] for layer in found] == kernels
    assert network(torch.zeros(2, 3, *SIZE)).shape == (2, 3)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_too_small_a_picture_is_refused(backbone):
    with pytest.raises(ShapeError, match="pixels; expected more than 1"):
        get_backbone(backbone).build("blur", 3, (2, 2))
