"""A fused region is what its layers are one after the other, forward and backward."""

import copy

import pytest
import torch
from torch import nn

from poolbench.models import Network, fused
from poolbench.models.fused import AveragedConv, is_fusible
from poolbench.models.rewrite import rewrite
from poolbench.operators.plain import AvgPool2d

# The largest difference that rounding makes, as a part of the largest value.
TOLERANCES = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 0.02}


def run(layers, x, slopes, dtype):
    """Means, and the gradients of the input and of the parameters."""
    leaf = x.detach().clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        means = layers(leaf)
    parts = [leaf, *layers.parameters()]
    return means.detach(), *torch.autograd.grad(means, parts, slopes.to(means.dtype))


@pytest.mark.parametrize("has_kernel", [True, False])
@pytest.mark.parametrize("dtype", list(TOLERANCES))
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("options", "size", "average"),
    [
        ({"padding": 1}, (32, 32), 4),
        ({"padding": 1, "bias": False}, (12, 8), 2),
        ({"stride": 2, "dilation": 2}, (21, 30), 3),
        ({"groups": 2}, (9, 14), 4),
    ],
    ids=str,
)
def test_averaged_convolution_equals_its_layers(
    options, size, average, layout, dtype, has_kernel, monkeypatch
):
    if not has_kernel:
        monkeypatch.setattr(fused, "has_fused_kernel", lambda dtype: False)
    torch.manual_seed(1)
    conv = nn.Conv2d(4, 6, 3, **options)
    plain = nn.Sequential(conv, nn.ReLU(), AvgPool2d(6, stride=average))
    region = AveragedConv(copy.deepcopy(conv), average)
    if dtype == torch.float64:
        plain, region = plain.double(), region.double()
    x = torch.randn(3, 4, *size).to(next(plain.parameters()).dtype)
    x = x.contiguous(memory_format=layout)
    slopes = torch.randn(plain(x).shape)
    for mine, wanted in zip(
        run(region, x, slopes, dtype), run(plain, x, slopes, dtype), strict=True
    ):
        assert mine.dtype == wanted.dtype
        error = (mine.double() - wanted.double()).abs().max()
        assert error <= TOLERANCES[dtype] * wanted.double().abs().max()


def test_region_is_made_where_its_layers_follow_each_other():
    conv = nn.Conv2d(4, 6, 3)

    def count(*layers):
        return sum(type(layer) is AveragedConv for layer in rewrite(Network(*layers)).body)

    assert count(conv, nn.ReLU(), AvgPool2d(6, stride=2)) == 1
    assert count(conv, nn.GELU(), AvgPool2d(6, stride=2)) == 0
    assert count(conv, nn.BatchNorm2d(6), nn.ReLU(), AvgPool2d(6, stride=2)) == 0
    assert count(conv, nn.ReLU(), AvgPool2d(6, stride=2, kernel_size=3)) == 0
    assert count(nn.ReLU(), AvgPool2d(6, stride=2)) == 0


def test_convolution_that_something_else_decides_is_left_alone():
    hooked = nn.Conv2d(4, 6, 3)
    hooked.register_forward_hook(lambda module, inputs, output: 2 * output)
    others = [
        hooked,
        nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(4, 6, 3, padding="same"),
        nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 6, 3)),
        nn.Linear(4, 6),
    ]
    assert is_fusible(nn.Conv2d(4, 6, 3))
    assert not any(map(is_fusible, others))
