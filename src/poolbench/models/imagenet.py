"""Residual networks for larger pictures, whose parameters have the names that timm gives them.

Published weights (``resnet18`` and the like of timm, as safetensors) therefore fit, whatever
operator sits at the sites: the stem's max pooling and every convolution with a stride, which
becomes one without stride and then the operator (Zhang 2019, arXiv:1904.11486).
"""

from functools import partial

import torch
from torch import Tensor, nn

from poolbench.models._registry import Backbone, MakeOperator, Network, add_backbone
from poolbench.models.lab import Normalize
from poolbench.models.swap import swap

# Mean and deviation of ImageNet's training half, of 0–1 values, as published weights expect them.
MEAN = (0.485, 0.456, 0.406)
SD = (0.229, 0.224, 0.225)

CHANNELS = 64
# Ratio of the channels that a bottleneck gives to those that it works with.
EXPANSION = 4


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He 2016, arXiv:1512.03385).

    Shape:
        ``(B, inputs, H, W) -> (B, channels, ceil(H / stride), ceil(W / stride))``
    """

    expansion = 1

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.act1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.act2 = nn.ReLU()
        self.downsample = _make_shortcut(inputs, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        sum_: Tensor = self.act2(self.bn2(self.conv2(y)) + self.downsample(x))
        return sum_


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions and a shortcut; the stride is that of the 3x3.

    Shape:
        ``(B, inputs, H, W) -> (B, 4 * channels, ceil(H / stride), ceil(W / stride))``
    """

    expansion = EXPANSION

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        outputs = channels * EXPANSION
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.act1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.act2 = nn.ReLU()
        self.conv3 = nn.Conv2d(channels, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.act3 = nn.ReLU()
        self.downsample = _make_shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        sum_: Tensor = self.act3(self.bn3(self.conv3(y)) + self.downsample(x))
        return sum_


def build_imagenet(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    block: type[BasicBlock | Bottleneck],
    depths: tuple[int, ...],
) -> Network:
    """Build the network with the operator at all of its sites."""
    network = swap(
        build_stock(num_classes, block=block, depths=depths),
        make_operator,
        example=torch.zeros(1, 3, *image_size),
    ).model
    assert isinstance(network, Network)
    return network


def build_stock(
    num_classes: int, *, block: type[BasicBlock | Bottleneck], depths: tuple[int, ...]
) -> Network:
    """Build the network as it was published."""
    network = Network()
    network.add_module("normalize", Normalize(MEAN, SD))
    network.add_module("conv1", nn.Conv2d(3, CHANNELS, 7, 2, padding=3, bias=False))
    network.add_module("bn1", nn.BatchNorm2d(CHANNELS))
    network.add_module("act1", nn.ReLU())
    network.add_module("maxpool", nn.MaxPool2d(3, 2, padding=1))
    inputs = CHANNELS
    for number, depth in enumerate(depths):
        channels = CHANNELS * 2**number
        layer = nn.Sequential()
        for index in range(depth):
            stride = 2 if number and not index else 1
            layer.append(block(inputs, channels, stride))
            inputs = channels * block.expansion
        network.add_module(f"layer{number + 1}", layer)
    network.add_module("global_pool", nn.AdaptiveAvgPool2d(1))
    network.add_module("flatten", nn.Flatten())
    network.add_module("fc", nn.Linear(inputs, num_classes))
    return network


def _make_shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


def _build_without_site(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    stock: partial[Network],
) -> Network:
    return stock(num_classes)


KINDS: dict[str, tuple[type[BasicBlock | Bottleneck], tuple[int, ...]]] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
}

for _name, (_block, _depths) in KINDS.items():
    add_backbone(
        Backbone(
            _name,
            "for larger images, named as in timm; sites: max pooling and strided convolutions",
            "для больших изображений, имена как в timm; операторы вместо пулинга и свёрток с шагом",
            partial(build_imagenet, block=_block, depths=_depths),
            any_size=True,
        )
    )
    add_backbone(
        Backbone(
            f"{_name}-stock",
            "the same as it was published; has no site",
            "она же, как опубликована; места для оператора нет",
            partial(_build_without_site, stock=partial(build_stock, block=_block, depths=_depths)),
            has_site=False,
            any_size=True,
        )
    )
