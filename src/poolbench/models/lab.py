"""Define the networks of the published lab, and two of our own to compare with.

The published ones are described in the course's assignment: two convolutions, one linear layer,
a resolution that is lowered by 4 in one place.
"""

import torch
from torch import Tensor, nn

from poolbench.models._registry import (
    Backbone,
    MakeOperator,
    Network,
    add_backbone,
    count_features,
)
from poolbench.operators.plain import Decimate2d

Colour = tuple[float, float, float]

# Mean and deviation of CIFAR-100's training half, as the course gives them: red, green, blue of 0-1
# values.
MEAN = (0.5074, 0.4867, 0.4411)
SD = (0.2011, 0.1987, 0.2025)

STRIDE = 4
# Width chosen so that the fully connected network has about the course network's 33,219 parameters
# at 32x32 pixels and 3 classes: 3072 * 10 + 10 + 10 * 3 + 3 = 30,763.
MLP_WIDTH = 10


class Normalize(nn.Module):
    """Bring pixels of 0–255 to about zero mean and unit deviation.

    Args:
        mean, sd: Mean and deviation of red, green and blue, of 0–1 values.

    Shape:
        ``(B, 3, H, W) -> (B, 3, H, W)``
    """

    mean: Tensor
    sd: Tensor

    def __init__(self, mean: Colour = MEAN, sd: Colour = SD) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("sd", torch.tensor(sd).view(1, 3, 1, 1) * 255)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.sd


def build_lab(
    make_operator: MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    *,
    width: int = 1,
    kernel: int = 5,
    layers: int = 2,
) -> Network:
    """Build the course's pooled network; the operator sits after the last convolution.

    Args:
        kernel: Kernel size of the first convolution.
        layers: Convolutions; each after the first has 64 channels, times ``width``.
    """
    network = Network()
    network.add_module("normalize", Normalize())
    channels = 32 * width
    network.add_module("conv1", nn.Conv2d(3, channels, kernel, padding=kernel // 2))
    network.add_module("relu1", nn.ReLU())
    for number in range(2, layers + 1):
        network.add_module(f"conv{number}", nn.Conv2d(channels, 64 * width, 3, padding=1))
        network.add_module(f"relu{number}", nn.ReLU())
        channels = 64 * width
    network.add_module("site", make_operator(channels, STRIDE))
    return _add_head(network, num_classes, image_size)


def build_lab_published(
    make_operator: MakeOperator, num_classes: int, image_size: tuple[int, int]
) -> Network:
    """Build a published network: ``stride`` after the first convolution, others after both."""
    pooled = build_lab(make_operator, num_classes, image_size)
    if type(pooled.get_submodule("site")) is not Decimate2d:
        return pooled
    network = Network()
    network.add_module("normalize", Normalize())
    network.add_module("conv1", nn.Conv2d(3, 32, 5, padding=2))
    network.add_module("site", make_operator(32, STRIDE))
    network.add_module("relu1", nn.ReLU())
    network.add_module("conv2", nn.Conv2d(32, 64, 3, padding=1))
    network.add_module("relu2", nn.ReLU())
    return _add_head(network, num_classes, image_size)


def build_lab_example(
    make_operator: MakeOperator, num_classes: int, image_size: tuple[int, int]
) -> Network:
    """Build the course's example: a strided first convolution, average pooling as its site."""
    network = Network()
    network.add_module("normalize", Normalize())
    network.add_module("conv1", nn.Conv2d(3, 32, 5, stride=STRIDE, padding=2))
    network.add_module("relu1", nn.ReLU())
    network.add_module("conv2", nn.Conv2d(32, 64, 3, padding=1))
    network.add_module("relu2", nn.ReLU())
    network.add_module("site", make_operator(64, STRIDE))
    return _add_head(network, num_classes, image_size)


def build_mlp(
    make_operator: MakeOperator, num_classes: int, image_size: tuple[int, int]
) -> Network:
    """Build a fully connected network of like size; it has no site."""
    height, width = image_size
    network = Network()
    network.add_module("normalize", Normalize())
    network.add_module("flatten", nn.Flatten())
    network.add_module("linear1", nn.Linear(3 * height * width, MLP_WIDTH))
    network.add_module("relu1", nn.ReLU())
    network.add_module("linear", nn.Linear(MLP_WIDTH, num_classes))
    return network


def _add_head(network: Network, num_classes: int, image_size: tuple[int, int]) -> Network:
    """Add a flatten and one linear layer, as wide as the feature map turns out to be."""
    network.add_module("flatten", nn.Flatten())
    features = count_features(network, image_size)
    network.add_module("linear", nn.Linear(features, num_classes))
    return network


add_backbone(
    Backbone(
        "lab",
        "the course's network, one site after the second convolution",
        "сеть курса, одно место для оператора после второй свёртки",
        build_lab,
        shape={"width": 1, "kernel": 5, "layers": 2},
    )
)
add_backbone(
    Backbone(
        "lab-published",
        "the three published networks: stride sits before the second convolution",
        "три опубликованные сети: прореживание стоит перед второй свёрткой",
        build_lab_published,
        positions_differ=True,
    )
)
add_backbone(
    Backbone(
        "lab-example",
        "the course's example network; its average pooling is the site",
        "сеть из примера курса; место оператора — её усредняющий пулинг",
        build_lab_example,
    )
)
add_backbone(
    Backbone(
        "mlp",
        "a fully connected network of like size; has no site",
        "полносвязная сеть близкого размера; места для оператора нет",
        build_mlp,
        has_site=False,
        is_convolutional=False,
    )
)
