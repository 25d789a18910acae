"""The operators of the published lab, against hand-made numbers and each other.

What holds for every operator of the catalogue stands in ``test_catalogue.py``.
"""

import pytest
import torch

from poolbench.errors import UnknownNameError, UsageError
from poolbench.operators import build_operator, get_operator, register
from poolbench.operators.plain import avg_pool2d, decimate2d, max_pool2d

PLAIN = ("stride", "max", "avg")


@pytest.mark.parametrize("operator_id", PLAIN)
@pytest.mark.parametrize(
    ("size", "stride", "expected"),
    [((32, 32), 4, (8, 8)), ((7, 9), 4, (2, 3)), ((1, 5), 2, (1, 3)), ((3, 3), 1, (3, 3))],
)
def test_plain_output_is_the_ceiling_of_size_over_stride(operator_id, size, stride, expected):
    x = torch.randn(2, 5, *size, generator=torch.Generator().manual_seed(0))
    assert build_operator(operator_id, 5, stride=stride)(x).shape == (2, 5, *expected)


@pytest.mark.parametrize("operator_id", PLAIN)
def test_plain_operators_keep_blocks_that_are_constant(operator_id):
    coarse = torch.arange(2.0 * 3 * 4 * 4).view(2, 3, 4, 4)
    blocks = coarse.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.equal(build_operator(operator_id, 3, stride=4)(blocks), coarse)


def test_plain_operators_differ_on_one_bright_pixel():
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 2] = 16.0
    assert decimate2d(x, stride=4).item() == 0.0
    assert max_pool2d(x, stride=4).item() == 16.0
    assert avg_pool2d(x, stride=4).item() == 1.0


def test_cells_cut_by_the_border_use_what_they_have():
    x = torch.tensor([[[[1.0, 2.0, -3.0]]]])
    assert max_pool2d(x, stride=2).flatten().tolist() == [2.0, -3.0]
    assert avg_pool2d(x, stride=2).flatten().tolist() == [1.5, -3.0]


def test_get_operator_names_the_nearest():
    with pytest.raises(UnknownNameError, match="stride"):
        get_operator("strde")


def test_register_refuses_a_taken_id_and_a_strange_one():
    class Other(torch.nn.Module):
        """Some other module."""

    with pytest.raises(UsageError, match="belongs to MaxPool2d"):
        register("max")(Other)
    with pytest.raises(UsageError, match="cannot be an operator id"):
        register("a/b")(Other)
    assert get_operator("max").cls is not Other


@pytest.mark.parametrize(("channels", "stride"), [(0, 2), (3, 0)])
def test_operator_refuses_sizes_below_one(channels, stride):
    with pytest.raises(UsageError, match="at least 1"):
        build_operator("avg", channels, stride=stride)
