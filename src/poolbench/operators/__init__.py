"""Operators: modules that lower the resolution of a feature map by an integer stride."""

from poolbench.operators import plain
from poolbench.operators._registry import (
    Operator,
    OperatorEntry,
    build_operator,
    get_operator,
    list_operators,
    register,
)

__all__ = [
    "Operator",
    "OperatorEntry",
    "build_operator",
    "get_operator",
    "list_operators",
    "plain",
    "register",
]
