"""Define networks of several stages with a site at each transition, of any width.

Deeper than the course's network and with batch normalisation, as networks are that people keep.
Their maps lose resolution by 2 at each site, and their head takes the mean of the last map, so
that the number of parameters does not depend on the size of the pictures.
"""

from torch import Tensor, nn

from poolbench.models._registry import (
    Backbone,
    MakeOperator,
    Network,
    add_backbone,
    count_features,
)
from poolbench.models.lab import Normalize

STRIDE = 2
# Channels of the first stage at width 1; each further one has twice as many.
CHANNELS = 32
STAGES = 3
BLOCKS = 2
# Filters of the first convolution of ``speed``: the twelve directions of a 2x2 patch, both signs.
WHITENED = 24


class Residual(nn.Module):
    """Two convolutions and a shortcut around them (He 2016, arXiv:1512.03385).

    Where the resolution falls, the operator sits between the convolutions and, in the shortcut,
    before the 1x1 convolution.

    Shape:
        ``(B, channels, H, W) -> (B, outputs, ceil(H / stride), ceil(W / stride))``

    Args:
        make_operator: What builds the operators; ``None``: the resolution stays.
    """

    def __init__(self, channels: int, outputs: int, make_operator: MakeOperator | None) -> None:
        super().__init__()
        self.main = Network()
        self.shortcut = Network()
        _add_convolution(self.main, "1", channels, outputs)
        if make_operator is not None:
            self.main.add_module("site", make_operator(outputs, STRIDE))
            self.shortcut.add_module("site", make_operator(channels, STRIDE))
        _add_convolution(self.main, "2", outputs, outputs, has_relu=False)
        if channels != outputs:
            self.shortcut.add_module("conv", nn.Conv2d(channels, outputs, 1, bias=False))
            self.shortcut.add_module("norm", nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        sum_: Tensor = self.relu(self.main(x) + self.shortcut(x))
        return sum_


def build_plain(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    width: int = 1,
    kernel: int = 3,
    layers: int = 2,
) -> Network:
    """Build three stages of convolutions, each ended by a site (after Simonyan 2015, VGG)."""
    network = Network()
    network.add_module("normalize", Normalize())
    channels = 3
    for number in range(STAGES):
        outputs = CHANNELS * width * 2**number
        stage = Network()
        for layer in range(1, layers + 1):
            _add_convolution(stage, str(layer), channels, outputs, kernel=kernel)
            channels = outputs
        stage.add_module("site", make_operator(outputs, STRIDE))
        network.add_module(f"stage{number + 1}", stage)
    return _add_head(network, channels, num_classes, image_size)


def build_resnet(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    width: int = 1,
) -> Network:
    """Build three stages of two residual blocks; sites are where the second and third begin."""
    network = Network()
    network.add_module("normalize", Normalize())
    channels = CHANNELS * width
    stem = Network()
    _add_convolution(stem, "1", 3, channels)
    network.add_module("stem", stem)
    for number in range(STAGES):
        outputs = CHANNELS * width * 2**number
        stage = Network()
        for block in range(BLOCKS):
            is_transition = number > 0 and block == 0
            stage.add_module(
                f"block{block + 1}",
                Residual(channels, outputs, make_operator if is_transition else None),
            )
            channels = outputs
        network.add_module(f"stage{number + 1}", stage)
    return _add_head(network, channels, num_classes, image_size)


def build_speed(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    width: int = 1,
) -> Network:
    """Build a small convolution, to be whitened, and three stages that lower resolution early.

    After Jordan 2024 (arXiv:2404.00498): each site sits before the normalisation of its stage's
    first convolution, so that the second one works on a smaller map; the head takes the maximum.
    """
    network = Network()
    network.add_module("normalize", Normalize())
    network.add_module("conv0", nn.Conv2d(3, WHITENED, 2))
    network.add_module("gelu0", nn.GELU())
    channels = WHITENED
    for number in range(STAGES):
        outputs = CHANNELS * width * 2**number
        stage = Network()
        stage.add_module("conv1", nn.Conv2d(channels, outputs, 3, padding=1, bias=False))
        stage.add_module("site", make_operator(outputs, STRIDE))
        stage.add_module("norm1", nn.BatchNorm2d(outputs))
        stage.add_module("gelu1", nn.GELU())
        stage.add_module("conv2", nn.Conv2d(outputs, outputs, 3, padding=1, bias=False))
        stage.add_module("norm2", nn.BatchNorm2d(outputs))
        stage.add_module("gelu2", nn.GELU())
        network.add_module(f"stage{number + 1}", stage)
        channels = outputs
    return _add_head(network, channels, num_classes, image_size, pool=nn.AdaptiveMaxPool2d(1))


def _add_convolution(
    network: Network,
    name: str,
    channels: int,
    outputs: int,
    *,
    kernel: int = 3,
    has_relu: bool = True,
) -> None:
    # The normalisation after it takes any offset out again.
    conv = nn.Conv2d(channels, outputs, kernel, padding=kernel // 2, bias=False)
    network.add_module(f"conv{name}", conv)
    network.add_module(f"norm{name}", nn.BatchNorm2d(outputs))
    if has_relu:
        network.add_module(f"relu{name}", nn.ReLU())


def _add_head(
    network: Network,
    channels: int,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    pool: nn.Module | None = None,
) -> Network:
    network.add_module("pool", pool or nn.AdaptiveAvgPool2d(1))
    network.add_module("flatten", nn.Flatten())
    network.add_module("linear", nn.Linear(channels, num_classes))
    count_features(network, image_size)
    return network


add_backbone(
    Backbone(
        "plain",
        "three stages of two convolutions with batch normalisation, a site at the end of each",
        "три ступени по две свёртки с пакетной нормализацией, оператор в конце каждой",
        build_plain,
        shape={"width": 1, "kernel": 3, "layers": 2},
        any_size=True,
    )
)
add_backbone(
    Backbone(
        "resnet",
        "a small residual network, sites at its two transitions, shortcuts included",
        "малая остаточная сеть, операторы на двух переходах, в обходных путях тоже",
        build_resnet,
        shape={"width": 1},
        any_size=True,
    )
)
add_backbone(
    Backbone(
        "speed",
        "compact, of the speed-run kind: a first layer to whiten, three stages that shrink early",
        "компактная, как в гонках на время: первый слой для отбеливания, три ступени",
        build_speed,
        shape={"width": 1},
        any_size=True,
    )
)
