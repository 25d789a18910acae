"""What every operator of the catalogue must do."""

import pytest
import torch

from poolbench.operators import build_operator, list_operators

# poolbench's own: other tests of the same process may register more.
IDS = [entry.id for entry in list_operators() if entry.is_own]


def make_map(*size, seed=0):
    return torch.randn(2, 5, *size, generator=torch.Generator().manual_seed(seed))


def build(operator_id, stride=4):
    torch.manual_seed(0)
    return build_operator(operator_id, 5, stride=stride)


def test_catalogue_begins_with_the_published_lab():
    assert IDS[:3] == ["stride", "max", "avg"]
    assert {"blur", "space-to-depth"} <= set(IDS)
    assert all(entry.title and entry.title_ru for entry in list_operators() if entry.is_own)


@pytest.mark.parametrize("operator_id", IDS)
@pytest.mark.parametrize(
    ("size", "stride", "expected"),
    [((32, 32), 4, (8, 8)), ((7, 9), 4, (2, 3)), ((2, 5), 2, (1, 3)), ((3, 3), 1, (3, 3))],
)
def test_operator_output_is_the_ceiling_of_size_over_stride(operator_id, size, stride, expected):
    assert build(operator_id, stride)(make_map(*size)).shape == (2, 5, *expected)


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_passes_a_gradient_to_its_input(operator_id):
    x = make_map(8, 8).requires_grad_()
    build(operator_id)(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize("operator_id", IDS)
@pytest.mark.parametrize("size", [(8, 8), (9, 7)])
def test_operator_does_not_depend_on_the_memory_format(operator_id, size):
    x = make_map(*size)
    operator = build(operator_id)
    found = operator(x.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(found, operator(x), atol=1e-6)


@pytest.mark.parametrize("operator_id", IDS)
@pytest.mark.parametrize(
    ("dtype", "atol"), [(torch.float64, 1e-6), (torch.bfloat16, 0.05), (torch.float16, 0.01)]
)
def test_operator_takes_every_float_dtype(operator_id, dtype, atol):
    x = make_map(9, 8)
    expected = build(operator_id)(x)
    found = build(operator_id).to(dtype)(x.to(dtype))
    assert found.dtype == dtype
    assert torch.allclose(found.float(), expected, atol=atol)


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_works_under_autocast(operator_id):
    x = make_map(9, 8)
    operator = build(operator_id)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.allclose(operator(x).float(), operator(x.bfloat16()).float(), atol=0.05)
        assert torch.allclose(operator(x).float(), build(operator_id)(x).float(), atol=0.05)
    assert torch.allclose(operator(x).float(), operator(x), atol=0.05)


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_treats_each_picture_alone(operator_id):
    x = make_map(8, 12)
    operator = build(operator_id).eval()
    assert torch.allclose(operator(x)[1:], operator(x[1:]), atol=1e-6)


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_leaves_its_input_as_it_was(operator_id):
    x = make_map(9, 8)
    before = x.clone()
    build(operator_id)(x)
    assert torch.equal(x, before)
