"""Fuse a convolution, the ReLU after it and an average after that, with its own gradient.

Done one by one, each of them writes the whole feature map and the next one reads it again. Here
oneDNN applies the ReLU while the convolution's values are still in registers, and one pass over the
map undoes average and ReLU in the backward pass. What is computed, and in what order it is rounded,
stays the same. A convolution and a ReLU without an average gain nothing from it.
"""

import functools
import platform
from collections.abc import Sequence
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.operators.plain import avg_pool2d


class AveragedConv(nn.Module):
    """Convolution, then ReLU, then the mean of every ``stride`` x ``stride`` cell.

    On other devices than an x86 processor, and where oneDNN is not there, the convolution is by
    itself.

    Args:
        conv: Such as :func:`is_fusible` says yes to.
    """

    def __init__(self, conv: nn.Conv2d, stride: int) -> None:
        super().__init__()
        self.conv = conv
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
        if x.device.type == "cpu" and has_fused_kernel(dtype):
            bias = None if self.conv.bias is None else self.conv.bias.to(dtype)
            means, _ = _FusedConv.apply(  # type: ignore[no-untyped-call]
                x.to(dtype), self.conv.weight.to(dtype), bias, self.conv, self.stride
            )
        else:
            means, _ = _ReLUMean.apply(self.conv(x), self.stride)  # type: ignore[no-untyped-call]
        return cast(Tensor, means)


def is_fusible(conv: nn.Module) -> bool:
    """Return whether it is a convolution that only its own values and geometry decide."""
    return (
        type(conv) is nn.Conv2d
        and conv.padding_mode == "zeros"
        and not isinstance(conv.padding, str)
        and not conv._forward_hooks
        and not conv._forward_pre_hooks
    )


class _FusedConv(torch.autograd.Function):
    """What :class:`AveragedConv` does, in one region."""

    generate_vmap_rule = True

    @staticmethod
    def forward(
        x: Tensor, weight: Tensor, bias: Tensor | None, conv: nn.Conv2d, stride: int
    ) -> tuple[Tensor, Tensor]:
        maps: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, weight, bias, conv.padding, conv.stride, conv.dilation, conv.groups, "relu", [], ""
        )
        return avg_pool2d(maps, stride=stride), maps

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        x, weight, bias, ctx.conv, ctx.stride = inputs
        _, maps = output
        ctx.mark_non_differentiable(maps)
        ctx.save_for_backward(x, weight, maps)
        ctx.bias_size = None if bias is None else list(bias.shape)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Any, ...]:
        x, weight, maps = ctx.saved_tensors
        conv = ctx.conv
        gradients: Sequence[Tensor | None] = torch.ops.aten.convolution_backward(
            _undo(gradient, maps, ctx.stride), x, weight, ctx.bias_size, conv.stride,
            conv.padding, conv.dilation, False, [0, 0], conv.groups, ctx.needs_input_grad[:3],
        )  # fmt: skip
        return *gradients, None, None


class _ReLUMean(torch.autograd.Function):
    """ReLU and the mean of every cell, undone in one pass over the map."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, stride: int) -> tuple[Tensor, Tensor]:
        maps = F.relu(x)
        return avg_pool2d(maps, stride=stride), maps

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        _, ctx.stride = inputs
        _, maps = output
        ctx.mark_non_differentiable(maps)
        ctx.save_for_backward(maps)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Tensor, None]:
        (maps,) = ctx.saved_tensors
        return _undo(gradient, maps, ctx.stride), None


def _undo(gradient: Tensor, maps: Tensor, stride: int) -> Tensor:
    """Compute the gradient of what went into the ReLU from that of the means; it gave ``maps``."""
    batch, channels, height, width = maps.shape
    if height % stride or width % stride:
        # Cells that the border cuts are means of fewer values.
        rows, columns = (_count_values(size, stride, maps) for size in (height, width))
        cells = gradient / (rows[:, None] * columns).to(gradient.dtype)
        spread = cells.repeat_interleave(stride, 2).repeat_interleave(stride, 3)
        cut: Tensor = torch.ops.aten.threshold_backward(spread[:, :, :height, :width], maps, 0)
        return cut
    # Spread to rows first, so that the pass over the whole map reads long runs.
    cells = (gradient / stride**2).permute(0, 2, 3, 1).unsqueeze(3)
    rows = cells.expand(-1, -1, -1, stride, -1).reshape(batch, -1, 1, width * channels)
    values = maps.permute(0, 2, 3, 1).reshape(batch, -1, stride, width * channels)
    undone: Tensor = torch.ops.aten.threshold_backward(rows.expand_as(values), values, 0)
    return undone.view(batch, height, width, channels).permute(0, 3, 1, 2)


def _count_values(size: int, stride: int, maps: Tensor) -> Tensor:
    """Count the values of each cell along an axis."""
    starts = torch.arange(0, size, stride, device=maps.device)
    return (size - starts).clamp(max=stride)


@functools.cache
def has_fused_kernel(dtype: torch.dtype) -> bool:
    """Return whether this processor has a convolution with a ReLU in it, for this format."""
    # No public call gives it; inductor uses this one.
    if platform.machine() not in ("x86_64", "AMD64") or not hasattr(
        torch.ops.mkldnn, "_convolution_pointwise"
    ):
        return False
    if dtype == torch.bfloat16:
        # Without AVX-512 it raises where F.conv2d falls back on a slower one.
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return dtype == torch.float32 and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
