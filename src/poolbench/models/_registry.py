"""The one list of backbones, by id, and the network that they build."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from poolbench.errors import UnknownNameError
from poolbench.operators import compute_source_hash


class Network(nn.Sequential):
    """Layers in a row, from pixels (float ``[B, 3, H, W]``, 0–255) to logits ``[B, classes]``."""

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
    """

    id: str
    title: str
    title_ru: str
    build: Builder
    has_site: bool = True
    positions_differ: bool = False
    factory: Factory | None = None

    @property
    def source_hash(self) -> str:
        """SHA-256 of what the factory does, so that an edited network trains again."""
        return compute_source_hash(self.factory)


_BACKBONES: dict[str, Backbone] = {}


def add_backbone(backbone: Backbone) -> Backbone:
    """Enter a backbone into the list."""
    _BACKBONES[backbone.id] = backbone
    return backbone


def get_backbone(backbone_id: str) -> Backbone:
    """The backbone with this id.

    Raises:
        UnknownNameError: With the nearest ids.
    """
    if backbone_id not in _BACKBONES:
        raise UnknownNameError("backbone", backbone_id, _BACKBONES)
    return _BACKBONES[backbone_id]


def list_backbones() -> list[Backbone]:
    """All backbones."""
    return list(_BACKBONES.values())
