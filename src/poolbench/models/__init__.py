"""Backbones: networks with sites where an operator sits."""

from poolbench.models import lab
from poolbench.models._registry import (
    Backbone,
    Network,
    get_backbone,
    list_backbones,
)

__all__ = ["Backbone", "Network", "get_backbone", "lab", "list_backbones"]
