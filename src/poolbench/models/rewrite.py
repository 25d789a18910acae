"""Exact rewrites: the same function, computed with less work.

A rewritten network shares its parameters with the network that it was made from, so training the
one trains the other, and what is saved is always the plain network.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from poolbench.models._registry import Network
from poolbench.operators.plain import AvgPool2d, Decimate2d, MaxPool2d, avg_pool2d

# Layers that act on each value alone, so that dropping values commutes with them.
POINTWISE = (nn.ReLU, nn.LeakyReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Mish, nn.Identity)
# Of those, the ones that never fall, so that the largest value stays the largest (leaky ReLU too,
# by its slope). GELU, SiLU and Mish fall for some negative numbers.
MONOTONE = (nn.ReLU, nn.ReLU6, nn.Identity)


def rewrite(network: Network) -> Network:
    """An equal network that trains faster; parameters are shared with ``network``.

    Decimation is fused into the convolution before it, max pooling moves before a monotone
    pointwise layer, ReLU and average pooling become one step. A subclass of such a layer may do
    something else, so it is left alone.
    """
    layers = list(network)
    layers = _fuse_decimation(layers)
    layers = _move_max_first(layers)
    layers = _fuse_relu_average(layers)
    return Network(*layers)


def fuse_decimation(network: Network) -> Network:
    """The network with every decimation after a convolution written as a strided convolution."""
    return Network(*_fuse_decimation(list(network)))


class StridedConv(nn.Module):
    """A convolution that computes only the values which a decimation after it would keep."""

    def __init__(self, conv: nn.Conv2d, stride: int) -> None:
        super().__init__()
        self.conv = conv
        self.weight = conv.weight
        self.stride = (conv.stride[0] * stride, conv.stride[1] * stride)

    def forward(self, x: Tensor) -> Tensor:
        conv = self.conv
        return F.conv2d(
            x, conv.weight, conv.bias, self.stride, conv.padding, conv.dilation, conv.groups
        )


class ReLUAvgPool2d(nn.Module):
    """ReLU, then average pooling, without a second full-size array in between."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % self.stride or x.shape[3] % self.stride:
            return avg_pool2d(F.relu(x), stride=self.stride)
        pooled: Tensor = _ReLUAvgPool.apply(x, self.stride)  # type: ignore[no-untyped-call]
        return pooled


class _ReLUAvgPool(torch.autograd.Function):
    """The gradient is written in one pass over the rectified map, window by window."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, stride: int) -> Tensor:
        rectified = F.relu(x)
        ctx.save_for_backward(rectified)
        ctx.stride = stride
        return F.avg_pool2d(rectified, stride)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (rectified,) = ctx.saved_tensors
        stride: int = ctx.stride
        windows = rectified.unflatten(3, (-1, stride)).unflatten(2, (-1, stride))
        spread = (grad / (stride * stride))[:, :, :, None, :, None].expand_as(windows)
        result = torch.ops.aten.threshold_backward(spread, windows, 0)
        return result.flatten(4, 5).flatten(2, 3), None


def _fuse_decimation(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        place = _find_conv_before(result)
        if type(layer) is Decimate2d and place is not None:
            conv = result[place]
            assert isinstance(conv, nn.Conv2d)
            result[place] = StridedConv(conv, layer.stride)
        else:
            result.append(layer)
    return result


def _find_conv_before(layers: list[nn.Module]) -> int | None:
    for place in range(len(layers) - 1, -1, -1):
        layer = layers[place]
        if isinstance(layer, nn.Conv2d):
            # Other padding modes pad by themselves, and "same" is not defined with a stride.
            plain = layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
            return place if plain else None
        if type(layer) not in POINTWISE:
            return None
    return None


def _is_monotone(layer: nn.Module) -> bool:
    if isinstance(layer, nn.LeakyReLU):
        return layer.negative_slope >= 0
    return type(layer) in MONOTONE


def _move_max_first(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        place = len(result)
        if type(layer) is MaxPool2d:
            while place and _is_monotone(result[place - 1]):
                place -= 1
        result.insert(place, layer)
    return result


def _fuse_relu_average(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        if type(layer) is AvgPool2d and result and type(result[-1]) is nn.ReLU:
            result[-1] = ReLUAvgPool2d(layer.stride)
        else:
            result.append(layer)
    return result
