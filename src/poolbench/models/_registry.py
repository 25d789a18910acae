"""Keep the one list of backbones, by id, and the network that they build."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch import Tensor, nn

from poolbench.errors import PoolbenchError, ShapeError, UnknownNameError, UsageError
from poolbench.models.kept import Kept
from poolbench.operators import build_operator, compute_source_hash
from poolbench.texts import Phrase
from poolbench.texts.told import name_error

# Name of a module that holds an operator, wherever it is in a network.
SITE = "site"


class Network(nn.Sequential):
    """Layers in a row, from pixels (float ``[B, 3, H, W]``, 0–255) to logits ``[B, classes]``.

    Attributes:
        notes: What a person should know of how it was made.
        kept: Parameters that begin as they are, and are not drawn from a seed.
        kept_digest: Hash of the values that its factory gives the same every time; may be empty.
    """

    notes: tuple[Phrase, ...] = ()
    kept: frozenset[str] = frozenset()
    kept_digest: str = ""

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = layer(x)
        return x


# Builds the operator of one site from the number of channels there and the stride.
MakeOperator = Callable[[int, int], nn.Module]
# Builds a network from what builds its operators, the number of classes, the size of the pictures
# ``(height, width)``, and what ``Backbone.shape`` names.
Builder = Callable[..., Network]
Factory = Callable[[int], nn.Module]


def keep_nothing(num_classes: int) -> Kept:
    """Return nothing kept, as of poolbench's own networks, whose values are all drawn."""
    return Kept()


@dataclass(frozen=True)
class Backbone:
    """A network with sites.

    Attributes:
        builder: Function that builds the network; ``make_operator`` is its first argument.
        has_site: False if there is nowhere to put an operator; its one variant has operator
            ``none``.
        positions_differ: Whether the operators sit at different positions, so position is compared
            too.
        factory: What a person's own network is made by; ``None`` for poolbench's.
        find_kept: What of its values stays as the factory gives it, for a number of classes.
        shape: What of its shape can be chosen, with the usual values: ``width`` (so many times as
            many channels), ``kernel`` (side in pixels), ``layers`` (convolutions in a row).
        base: The id without a shape, where the shape is another than usual.
        is_convolutional: False if it has no convolution.
        any_size: Whether one network takes pictures of several sizes.
    """

    id: str
    title: str
    title_ru: str
    builder: Builder
    has_site: bool = True
    positions_differ: bool = False
    factory: Factory | None = None
    find_kept: Callable[[int], Kept] = keep_nothing
    shape: Mapping[str, int] = field(default_factory=dict)
    base: str = ""
    is_convolutional: bool = True
    any_size: bool = False

    def build(
        self, operator: str | MakeOperator, num_classes: int, image_size: tuple[int, int]
    ) -> Network:
        """Build the network with an operator at each site.

        Args:
            operator: An id, or what builds the operator of a site.
            image_size: Height and width of the pictures.
        """
        make_operator = name_maker(operator) if isinstance(operator, str) else operator
        return self.builder(make_operator, num_classes, image_size)

    def hash_source(self, num_classes: int) -> str:
        """Compute SHA-256 of what the factory does, so that an edited network trains again.

        After a hyphen follows that of the values that it loads, if it does.
        """
        # First: the factory may fill a table beside it when it is called.
        source = compute_source_hash(self.factory)
        digest = self.find_kept(num_classes).digest
        return "-".join([source, *([digest] if digest else [])])


def name_maker(operator_id: str) -> MakeOperator:
    """Return what builds the operator with this id; it looks for it when a site needs one."""

    def make_operator(channels: int, stride: int) -> nn.Module:
        return build_operator(operator_id, channels, stride=stride)

    make_operator.__name__ = operator_id
    return make_operator


_BACKBONES: dict[str, Backbone] = {}
# Pattern of an id that ends in an unusual shape: part of a folder's name, so no colon.
_SHAPE = re.compile(
    r"(?P<base>.+?)(-x(?P<width>[1-9]\d?))?(-k(?P<kernel>[1-9]\d?))?(-l(?P<layers>[1-9]\d?))?"
)
_LETTERS = {"width": "x", "kernel": "k", "layers": "l"}


def add_backbone(backbone: Backbone) -> Backbone:
    """Enter a backbone into the list."""
    _BACKBONES[backbone.id] = backbone
    return backbone


def get_backbone(backbone_id: str) -> Backbone:
    """Return the backbone with this id; ``resnet-x2`` is ``resnet`` with twice as many channels.

    After the width may follow the side of the kernel and the number of layers: ``lab-k7-l3``.

    Raises:
        UnknownNameError: With the nearest ids.
        UsageError: If the backbone has no such shape.
    """
    if backbone_id in _BACKBONES:
        return _BACKBONES[backbone_id]
    found = _SHAPE.fullmatch(backbone_id)
    if found is None or found["base"] not in _BACKBONES:
        raise UnknownNameError("backbone", backbone_id, _BACKBONES)
    values = {name: int(found[name]) for name in _LETTERS if found[name]}
    return reshape_backbone(_BACKBONES[found["base"]], **values)


def reshape_backbone(backbone: Backbone, **values: int) -> Backbone:
    """Return the backbone with another width, kernel or number of layers.

    Raises:
        UsageError: If its shape cannot be chosen so.
    """
    unknown = values.keys() - backbone.shape.keys()
    if unknown:
        wanted, known = sorted(unknown), list(backbone.shape)
        if not known:
            raise UsageError("backbone.fixed-shape", backbone=backbone.id, wanted=wanted)
        raise UsageError("backbone.shape", backbone=backbone.id, wanted=wanted, known=known)
    if not values.get("kernel", 1) % 2:
        raise UsageError("backbone.even-kernel", side=values["kernel"])
    base = _BACKBONES[backbone.base or backbone.id]
    shape = {**backbone.shape, **values}
    changed = {name: value for name, value in shape.items() if value != base.shape[name]}
    if not changed:
        return base
    suffix = "".join(f"-{_LETTERS[name]}{changed[name]}" for name in _LETTERS if name in changed)
    builder = partial(base.builder, **changed)
    return replace(base, id=f"{base.id}{suffix}", builder=builder, shape=shape, base=base.id)


def list_backbones() -> list[Backbone]:
    """Return all backbones."""
    return list(_BACKBONES.values())


def count_features(network: Network, image_size: tuple[int, int]) -> int:
    """Count the numbers that the network gives for a picture.

    Raises:
        ShapeError: If it does not take pictures of this size.
    """
    try:
        with torch.no_grad():
            features = network.eval()(torch.zeros(1, 3, *image_size)).shape[1]
    except PoolbenchError:
        raise
    except Exception as error:
        # A custom operator may raise anything.
        (height, width), said = image_size, name_error(error)
        raise ShapeError("network.input", height=height, width=width, said=said) from None
    network.train()
    return int(features)
