"""Rewrite networks exactly: the same function, computed with less work.

A rewritten network shares its parameters with the network that it was made from, so training the
one trains the other, and what is saved is always the plain network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.errors import UsageError
from poolbench.models._registry import Network
from poolbench.models.fused import AveragedConv, is_fusible
from poolbench.models.lab import Normalize
from poolbench.operators.plain import AvgPool2d, Decimate2d, MaxPool2d

# Layers that act on each value alone, so that dropping values commutes with them.
POINTWISE = (nn.ReLU, nn.LeakyReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Mish, nn.Identity)
# Layers among those that never fall, so that the largest value stays the largest (leaky ReLU too,
# by its slope). GELU, SiLU and Mish fall for some negative numbers.
MONOTONE = (nn.ReLU, nn.ReLU6, nn.Identity)


@dataclass(frozen=True)
class TrainingForm:
    """A network in the form in which it is trained.

    Attributes:
        prepare: What may be done to all pictures once; ``None``: nothing.
        body: All that comes after it.
    """

    prepare: nn.Module | None
    body: Network

    @property
    def whole(self) -> Network:
        """From pixels to logits."""
        return self.body if self.prepare is None else Network(self.prepare, *self.body)


def rewrite(network: Network) -> TrainingForm:
    """Return an equal form that trains faster; parameters are shared with ``network``.

    Normalisation of the pictures is set apart, decimation is fused into the convolution before it,
    max pooling moves before a monotone pointwise layer, a convolution takes along a ReLU and an
    average that come next, the head takes maps as they lie in memory. A subclass of such a layer
    may do something else, so it is left alone.
    """
    layers = list(_flatten(network))
    prepare = layers.pop(0) if layers and type(layers[0]) is Normalize else None
    layers = _fuse_decimation(layers)
    layers = _move_max_first(layers)
    layers = _fuse_average(layers)
    layers = _reorder_head(layers)
    return TrainingForm(prepare, Network(*layers))


def keep_plain(network: Network) -> TrainingForm:
    """Return the network as it is written, as a form."""
    return TrainingForm(None, network)


def add_dropout(form: TrainingForm, p: float) -> TrainingForm:
    """Add dropout before the form's last layer (Srivastava 2014); the network stays as it is.

    Raises:
        UsageError: If the last layer is not linear.
    """
    *layers, head = form.body
    if not isinstance(head, (nn.Linear, ChannelsLastLinear)):
        raise UsageError("recipe.dropout", kind=type(head).__name__)
    return TrainingForm(form.prepare, Network(*layers, nn.Dropout(p), head))


def fuse_decimation(network: Network) -> Network:
    """Write every decimation after a convolution as a strided convolution."""
    return Network(*_fuse_decimation(list(_flatten(network))))


def _flatten(network: Network) -> Iterator[nn.Module]:
    """Yield the layers in a row, also of the networks that stand in it."""
    for layer in network:
        if type(layer) is Network:
            yield from _flatten(layer)
        else:
            yield layer


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


class ChannelsLastLinear(nn.Module):
    """Flatten, then a linear layer, for maps that have their channels last in memory.

    The weights are brought into the order of the map, which is cheaper than the other way round,
    and the gradient of the map comes out with its channels last, as the layers before want it.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 4:
            return self.linear(x.flatten(1))  # type: ignore[no-any-return]
        weight = self.linear.weight.view(-1, *x.shape[1:]).permute(0, 2, 3, 1).flatten(1)
        return F.linear(x.permute(0, 2, 3, 1).flatten(1), weight, self.linear.bias)


def _fuse_decimation(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        index = _find_conv_before(result)
        if type(layer) is Decimate2d and index is not None:
            conv = result[index]
            assert isinstance(conv, nn.Conv2d)
            result[index] = StridedConv(conv, layer.stride)
        else:
            result.append(layer)
    return result


def _find_conv_before(layers: list[nn.Module]) -> int | None:
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        if isinstance(layer, nn.Conv2d):
            # Other padding modes pad by themselves, and "same" is not defined with a stride.
            plain = layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
            return index if plain else None
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
        index = len(result)
        if type(layer) is MaxPool2d:
            while index and _is_monotone(result[index - 1]):
                index -= 1
        result.insert(index, layer)
    return result


def _fuse_average(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        conv = _find_fusible(result)
        if type(layer) is AvgPool2d and layer.kernel_size == layer.stride and conv is not None:
            result[-2:] = [AveragedConv(conv, layer.stride)]
        else:
            result.append(layer)
    return result


def _find_fusible(layers: list[nn.Module]) -> nn.Conv2d | None:
    """Return the convolution, if a convolution and a ReLU are at the end."""
    if len(layers) < 2 or type(layers[-1]) is not nn.ReLU or not is_fusible(layers[-2]):
        return None
    return cast(nn.Conv2d, layers[-2])


def _reorder_head(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        if type(layer) is nn.Linear and result and _is_flatten(result[-1]):
            result[-1] = ChannelsLastLinear(layer)
        else:
            result.append(layer)
    return result


def _is_flatten(layer: nn.Module) -> bool:
    return type(layer) is nn.Flatten and layer.start_dim == 1 and layer.end_dim == -1
