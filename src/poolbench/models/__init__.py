"""Backbones: networks with sites where an operator sits."""

from poolbench.models import imagenet, lab, staged
from poolbench.models._registry import (
    SITE,
    Backbone,
    Factory,
    MakeOperator,
    Network,
    get_backbone,
    list_backbones,
    reshape_backbone,
)
from poolbench.models.factory import add_factory, find_backbone, wrap_factory

__all__ = [
    "SITE",
    "Backbone",
    "Factory",
    "MakeOperator",
    "Network",
    "add_factory",
    "find_backbone",
    "get_backbone",
    "imagenet",
    "lab",
    "list_backbones",
    "reshape_backbone",
    "staged",
    "wrap_factory",
]
