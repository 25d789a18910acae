"""The one list of backbones, by id, and the network that they build."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from poolbench.errors import ShapeError, UnknownNameError
from poolbench.operators import compute_source_hash

# A module of this name holds an operator, wherever it is in a network.
SITE = "site"


class Network(nn.Sequential):
    """Layers in a row, from pixels (float ``[B, 3, H, W]``, 0–255) to logits ``[B, classes]``.

    Attributes:
        notes: What a person should know of how it was made.
    """

    notes: tuple[str, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = layer(x)
        return x


Builder = Callable[[str, int, tuple[int, int]], Network]
Factory = Callable[[int], nn.Module]


@dataclass(frozen=True)
class Backbone:
    """A network with sites.

    Attributes:
        build: From operator id, number of classes and picture size ``(height, width)``.
        has_site: False if there is nowhere to put an operator; its one variant has operator
            ``none``.
        positions_differ: The operators sit at different places, so position is compared too.
        factory: What a person's own network is made by; ``None`` for poolbench's.
        widen: Gives the builder of a network with so many times as many channels.
    """

    id: str
    title: str
    title_ru: str
    build: Builder
    has_site: bool = True
    positions_differ: bool = False
    factory: Factory | None = None
    widen: Callable[[int], Builder] | None = None

    @property
    def source_hash(self) -> str:
        """SHA-256 of what the factory does, so that an edited network trains again."""
        return compute_source_hash(self.factory)


_BACKBONES: dict[str, Backbone] = {}
# What an id ends with where the network is not of width 1: part of a folder's name, so no colon.
_WIDTH = re.compile(r"(?P<base>.+)-x(?P<width>[1-9][0-9]?)")


def add_backbone(backbone: Backbone) -> Backbone:
    """Enter a backbone into the list."""
    _BACKBONES[backbone.id] = backbone
    return backbone


def get_backbone(backbone_id: str) -> Backbone:
    """The backbone with this id; ``resnet-x2`` is ``resnet`` with twice as many channels.

    Raises:
        UnknownNameError: With the nearest ids.
    """
    if backbone_id in _BACKBONES:
        return _BACKBONES[backbone_id]
    found = _WIDTH.fullmatch(backbone_id)
    base = _BACKBONES.get(found["base"]) if found else None
    if found is None or base is None or base.widen is None:
        raise UnknownNameError("backbone", backbone_id, _BACKBONES)
    width = int(found["width"])
    return base if width == 1 else replace(base, id=backbone_id, build=base.widen(width))


def list_backbones() -> list[Backbone]:
    """All backbones."""
    return list(_BACKBONES.values())


def count_features(network: Network, image_size: tuple[int, int]) -> int:
    """How many numbers the network gives for a picture.

    Raises:
        ShapeError: If it does not take pictures of this size.
    """
    try:
        with torch.no_grad():
            features = network.eval()(torch.zeros(1, 3, *image_size)).shape[1]
    except RuntimeError as error:
        raise ShapeError(
            f"The network does not take pictures of {image_size[0]}x{image_size[1]} pixels: "
            f"{str(error).splitlines()[0]} Choose a larger --image-size, or mend the operator if "
            "it is your own."
        ) from None
    network.train()
    return int(features)
