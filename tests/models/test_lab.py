"""The published networks have the published sizes, and are what they are said to be."""

import pytest
import torch
from torch import nn

from poolbench.errors import ShapeError, UnknownNameError
from poolbench.evaluation.cost import compute_cost
from poolbench.models import get_backbone, list_backbones
from poolbench.operators import Operator, register
from poolbench.training.seeds import initialize


def build(backbone, operator="max", num_classes=3, image_size=(32, 32)):
    return get_backbone(backbone).build(operator, num_classes, image_size)


@pytest.mark.parametrize("operator", ["stride", "max", "avg"])
@pytest.mark.parametrize("backbone", ["lab", "lab-published"])
def test_published_networks_have_33219_parameters(backbone, operator):
    assert compute_cost(build(backbone, operator), (32, 32)).parameters == 33_219


def test_example_network_has_21699_parameters():
    network = build("lab-example", "avg")
    assert compute_cost(network, (32, 32)).parameters == 21_699
    assert network.linear.in_features == 256


def test_published_stride_costs_a_sixteenth_of_the_convolutions():
    pooled = compute_cost(build("lab-published", "max"), (32, 32))
    assert pooled.conv_multiply_adds == 32 * 75 * 1024 + 64 * 288 * 1024 == 21_331_968
    strided = compute_cost(build("lab-published", "stride"), (32, 32))
    assert strided.conv_multiply_adds == 32 * 75 * 64 + 64 * 288 * 64 == 1_333_248


def test_decimation_after_a_convolution_counts_as_a_strided_one():
    cost = compute_cost(build("lab", "stride"), (32, 32))
    assert cost.conv_multiply_adds == 32 * 75 * 1024 + 64 * 288 * 64


def test_operator_that_counts_itself_is_counted_once():
    class Filter(Operator):
        """A convolution that says what it costs."""

        def __init__(self, channels, *, stride):
            super().__init__(channels, stride=stride)
            self.conv = nn.Conv2d(channels, channels, 1, stride=stride)

        def forward(self, x):
            return self.conv(x)

        def count_operations(self, height, width):
            return 5

    register("filter-test")(Filter)
    cost = compute_cost(build("lab", "filter-test"), (32, 32))
    assert cost.conv_multiply_adds == 21_331_968
    assert cost.multiply_adds == 21_331_968 + 5 + 4096 * 3


def test_pooling_and_linear_layer_are_counted_by_formula():
    cost = compute_cost(build("lab", "avg"), (32, 32))
    assert cost.multiply_adds - cost.conv_multiply_adds == 64 * 32 * 32 + 4096 * 3


def test_published_stride_equals_a_strided_first_convolution():
    network = build("lab-published", "stride")
    initialize(network, 0)
    conv1, conv2 = network.conv1, network.conv2
    course = nn.Sequential(
        network.normalize,
        nn.Conv2d(3, 32, 5, stride=4, padding=2),
        nn.ReLU(),
        conv2,
        nn.ReLU(),
        nn.Flatten(),
        network.linear,
    )
    course[1].weight, course[1].bias = conv1.weight, conv1.bias
    images = torch.randint(0, 256, (4, 3, 32, 32)).float()
    torch.testing.assert_close(network(images), course(images), rtol=1e-5, atol=1e-5)


def test_operator_is_the_only_difference_in_backbone_lab():
    layers = {
        operator: [type(layer).__name__ for layer in build("lab", operator)]
        for operator in ("stride", "max", "avg")
    }
    places = [
        [
            place
            for place, pair in enumerate(zip(layers["max"], other, strict=True))
            if pair[0] != pair[1]
        ]
        for other in (layers["stride"], layers["avg"])
    ]
    assert places == [[5], [5]]


def test_mlp_is_of_like_size():
    assert compute_cost(build("mlp"), (32, 32)).parameters == pytest.approx(33_219, rel=0.1)


@pytest.mark.parametrize("backbone", [entry.id for entry in list_backbones()])
def test_backbone_takes_other_picture_sizes(backbone):
    network = build(backbone, image_size=(20, 27), num_classes=5)
    assert network(torch.zeros(2, 3, 20, 27)).shape == (2, 5)


def test_normalisation_is_part_of_the_network():
    normalize = build("lab").normalize
    grey = torch.tensor([0.5074, 0.4867, 0.4411]).view(1, 3, 1, 1) * 255
    torch.testing.assert_close(normalize(grey), torch.zeros(1, 3, 1, 1), rtol=0, atol=1e-5)


def test_get_backbone_names_the_nearest():
    with pytest.raises(UnknownNameError, match="lab-published"):
        get_backbone("lab-publshed")


def test_custom_operator_that_needs_more_pixels_is_refused_with_a_hint():
    class Wide(nn.Module):
        """Needs at least nine pixels."""

        def __init__(self, channels, *, stride):
            super().__init__()
            self.conv = nn.Conv2d(channels, channels, 9, stride=stride)

        def forward(self, x):
            return self.conv(x)

    register("wide-test")(Wide)
    with pytest.raises(ShapeError, match="larger image_size"):
        build("lab", "wide-test", image_size=(8, 8))
