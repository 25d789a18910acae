"""What a network of one's own costs, with an operator in the place of its layers."""

import pytest
import torch
from torch import nn

from poolbench.evaluation.cost import bound_pictures, compute_cost
from poolbench.models import Network
from poolbench.models.lab import Normalize
from poolbench.models.swap import swap
from poolbench.operators import Operator
from poolbench.operators._registry import lend_id


def compute(model, operator, size=(32, 32)):
    example = torch.zeros(1, 3, *size)
    return compute_cost(Network(Normalize(), swap(model, operator, example=example).model), size)


def test_convolution_before_an_operator_is_counted_without_its_stride():
    model = nn.Conv2d(3, 8, 3, 2, 1)
    strided, blurred = compute(model, "stride"), compute(model, "blur")
    assert strided.multiply_adds == strided.conv_multiply_adds == 16 * 16 * 8 * 3 * 9
    assert blurred.conv_multiply_adds == 4 * strided.conv_multiply_adds
    # Nine values for each one of the output.
    assert blurred.multiply_adds - blurred.conv_multiply_adds == 16 * 16 * 8 * 9


@pytest.mark.parametrize("size", [(32, 32), (17, 23)])
def test_full_size_of_a_swapped_convolution_is_what_its_operator_takes(size):
    conv = nn.Conv2d(3, 4, (5, 3), 2, (1, 0), dilation=(2, 1))
    swapped = swap(conv, "blur").model
    full = swapped.compute_full_size(*size)
    swapped.site = nn.Identity()
    assert swapped(torch.zeros(1, 3, *size)).shape[2:] == full
    assert compute(conv, "blur", size).conv_multiply_adds == full[0] * full[1] * 4 * 3 * 15


def test_layer_in_several_places_is_counted_once_for_each():
    pool = nn.MaxPool2d(2)
    model = nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1), pool), nn.Sequential(nn.ReLU(), pool))
    found = compute(model, "max")
    assert found.multiply_adds - found.conv_multiply_adds == 3 * (32 * 32 + 16 * 16)


@pytest.mark.parametrize("power", range(0, 14))
def test_bounded_pictures_cost_no_more_than_the_limit(power):
    pictures = bound_pictures(10**power, 18, 256)
    assert 0 <= pictures <= 256 and pictures * 18 * 10**power <= 10**12
    assert (pictures == 256) == (power <= 7) and (pictures == 0) == (power >= 10)
    # Few pictures are no reason to leave them out.
    assert bound_pictures(10**power, 18, 1) in (0, 1)


class Silent(Operator):
    """Says nothing of its cost, and has a layer of its own."""

    def __init__(self, channels, *, stride=2):
        super().__init__(channels, stride=stride)
        self.mix = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x):
        return nn.functional.max_pool2d(self.mix(x), self.stride)


class Bare(nn.Module):
    """An operator that does not even inherit."""

    def __init__(self, channels, *, stride=2):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return nn.functional.avg_pool2d(x, self.stride)


def test_operator_that_does_not_say_its_cost_counts_as_max_pooling_and_wins_no_tie():
    model = nn.Sequential(nn.Conv2d(3, 8, 1), nn.MaxPool2d(2))
    reads = 8 * 32 * 32
    wanted = {"max": reads, "test-silent": reads + 8 * reads, "test-bare": reads, "stride": 0}
    with lend_id("test-silent", Silent), lend_id("test-bare", Bare):
        found = {name: compute(model, name).multiply_adds for name in wanted}
    convolution = 3 * 8 * 32 * 32
    assert {name: cost - convolution for name, cost in found.items()} == wanted
