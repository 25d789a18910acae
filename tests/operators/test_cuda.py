"""Every operator computes on a CUDA device what it computes on a processor."""

import pytest
import torch

from poolbench.operators import build_operator, list_operators

IDS = [entry.id for entry in list_operators() if entry.is_builtin]
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def draw(channels_last):
    x = torch.randn(2, 4, 16, 19, generator=torch.Generator().manual_seed(0)).double()
    return x.contiguous(memory_format=torch.channels_last) if channels_last else x


def run(module, x, slopes):
    """Values, and the gradients of the input and of the parameters."""
    leaf = x.requires_grad_()
    values = module(leaf)
    # Of one that chooses by chance in training alone, the parameters do nothing here.
    gradients = torch.autograd.grad(
        values, [leaf, *module.parameters()], slopes.to(x.device), allow_unused=True
    )
    return [part.detach().cpu() for part in (values, *gradients) if part is not None]


@needs_cuda
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("stride", [2, 4])
@pytest.mark.parametrize("operator_id", IDS)
def test_operator_is_the_same_on_a_cuda_device(operator_id, stride, channels_last):
    torch.manual_seed(1)
    module = build_operator(operator_id, 4, stride=stride).double().eval()
    x = draw(channels_last)
    slopes = torch.randn(module(x).shape, dtype=torch.float64)
    wanted = run(module, x.clone(), slopes)
    found = run(module.cuda(), x.cuda(), slopes)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)


@needs_cuda
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("operator_id", IDS)
def test_operator_trains_on_a_cuda_device_in_every_format(operator_id, dtype):
    module = build_operator(operator_id, 4, stride=2).cuda()
    leaf = draw(True).float().cuda().requires_grad_()
    with torch.autocast("cuda", dtype=dtype, enabled=dtype != torch.float32):
        values = module(leaf.to(dtype))
    gradients = torch.autograd.grad(values.float().square().sum(), [leaf, *module.parameters()])
    assert values.device == leaf.device
    assert all(bool(torch.isfinite(part).all()) for part in (values, *gradients))
