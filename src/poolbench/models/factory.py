"""Enter a person's own network as a backbone: its factory, ``package.module:factory``."""

from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor, nn

from poolbench.errors import ShapeError, UsageError
from poolbench.models._registry import (
    Backbone,
    Factory,
    MakeOperator,
    Network,
    add_backbone,
    get_backbone,
    list_backbones,
)
from poolbench.models.kept import Kept, find_kept, hash_values
from poolbench.models.lab import Normalize
from poolbench.models.swap import swap
from poolbench.operators import load_object
from poolbench.texts import Phrase
from poolbench.texts.told import name_error


class Contiguous(nn.Module):
    """Lays the pictures out as networks expect them, so that a ``view`` inside works.

    Shape:
        ``(B, C, H, W) -> (B, C, H, W)``, the columns of a channel side by side in memory.
    """

    def forward(self, x: Tensor) -> Tensor:
        return x.contiguous()


def find_backbone(name: str) -> Backbone:
    """Find the backbone with this id, or that of a factory ``package.module:factory``.

    Raises:
        UnknownNameError: With the nearest ids.
        UsageError: If there is no such module or factory, or another backbone has its name.
    """
    base, colon, rest = name.partition(":")
    if not colon:
        return get_backbone(name)
    if rest.isdecimal():
        raise UsageError("backbone.times", name=name, times=rest, base=base)
    factory = load_object("backbone", name)
    if not callable(factory):
        raise UsageError("backbone.no-function", name=name, kind=type(factory).__name__)
    return add_factory(getattr(factory, "__name__", name.rpartition(":")[2]), factory)


def add_factory(backbone_id: str, factory: Factory) -> Backbone:
    """Enter a factory into the list of backbones; one of the same name and module replaces itself.

    Args:
        factory: From the number of classes to a module that takes float ``[B, 3, H, W]``, pixels
            normalised to about zero mean and unit deviation, and gives logits ``[B, classes]``.

    Raises:
        UsageError: If the id belongs to another backbone, or the factory is a network already.
    """
    known = {backbone.id: backbone for backbone in list_backbones()}
    taken = known.get(backbone_id)
    if taken is not None and getattr(taken.factory, "__module__", None) != factory.__module__:
        raise UsageError("backbone.taken", name=backbone_id)
    return add_backbone(wrap_factory(backbone_id, factory))


def wrap_factory(backbone_id: str, factory: Factory) -> Backbone:
    """Return a factory as a backbone, without entering it into the list.

    Raises:
        UsageError: If it is a network that was built already.
    """
    if isinstance(factory, nn.Module):
        raise UsageError("backbone.built", kind=type(factory).__name__)

    # Once for each number of classes: the factory may read a large file.
    @lru_cache
    def keep(num_classes: int) -> Kept:
        return find_kept(lambda: _make(factory, num_classes))

    def build(
        make_operator: MakeOperator, num_classes: int, image_size: tuple[int, int]
    ) -> Network:
        return build_swapped(factory, make_operator, num_classes, image_size, keep(num_classes))

    title = f"{factory.__module__}:{backbone_id}"
    return Backbone(backbone_id, title, title, build, factory=factory, find_kept=keep)


def build_swapped(
    factory: Callable[[int], nn.Module],
    operator: str | MakeOperator,
    num_classes: int,
    image_size: tuple[int, int],
    kept: Kept | None = None,
) -> Network:
    """Build normalisation, then the factory's network with the operator swapped in.

    Args:
        kept: What of its values is not to be drawn.

    Raises:
        ShapeError: If the network does not give logits for pictures of this size.
        UsageError: If the factory fails or gives no module, or there is nothing to replace.
    """
    name = getattr(factory, "__name__", "factory")
    model = _make(factory, num_classes)
    # The hash of this very network: a file that the factory reads may have changed since.
    digest = hash_values(model, kept.same) if kept is not None and kept.digest else ""
    example = torch.zeros(1, 3, *image_size)
    _check_logits(Phrase("backbone.named", name=name), model, example, num_classes)
    swapped = swap(model, operator, example=example)
    network = Network()
    network.notes = swapped.list_notes()
    if kept is not None:
        network.kept = frozenset(f"model.{name}" for name in kept.names)
        network.kept_digest = digest
    network.add_module("normalize", Normalize())
    network.add_module("contiguous", Contiguous())
    network.add_module("model", swapped.model)
    _check_logits(_name_swapped(name, operator), network, example, num_classes)
    return network.train()


def _name_swapped(name: str, operator: str | MakeOperator) -> Phrase:
    which = operator if isinstance(operator, str) else getattr(operator, "__name__", None)
    if which is None:
        return Phrase("backbone.named-with-own", name=name)
    return Phrase("backbone.named-with", name=name, operator=which)


def _make(factory: Factory, num_classes: int) -> nn.Module:
    name = getattr(factory, "__name__", "factory")
    try:
        model: object = factory(num_classes)
    except Exception as error:
        said = name_error(error)
        raise UsageError("backbone.failed", name=name, classes=num_classes, said=said) from error
    if not isinstance(model, nn.Module):
        raise UsageError("backbone.no-module", name=name, kind=type(model).__name__)
    return model


@torch.no_grad()
def _check_logits(name: Phrase, network: nn.Module, example: Tensor, num_classes: int) -> None:
    height, width = example.shape[2:]
    try:
        logits = network.eval()(example)
    except Exception as error:
        # A custom network may raise anything.
        said = name_error(error)
        raise ShapeError(
            "backbone.input", network=name, height=height, width=width, said=said
        ) from error
    if not isinstance(logits, Tensor) or logits.shape != (1, num_classes):
        is_tensor = isinstance(logits, Tensor)
        found = str(list(logits.shape)) if is_tensor else type(logits).__name__
        raise ShapeError("backbone.output", network=name, found=found, classes=num_classes)
