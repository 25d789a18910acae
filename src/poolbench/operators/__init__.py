"""Operators: modules that lower the resolution of a feature map by an integer stride."""

# Not by the alphabet: the catalogue lists the operators of the published lab first.
from poolbench.operators import plain, mixtures, means, ranks, soft  # isort: skip
from poolbench.operators import stochastic, antialiased, fourier  # isort: skip
from poolbench.operators import wavelets, rearranging  # isort: skip
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
    "antialiased",
    "build_operator",
    "fourier",
    "get_operator",
    "list_operators",
    "means",
    "mixtures",
    "plain",
    "ranks",
    "rearranging",
    "register",
    "soft",
    "stochastic",
    "wavelets",
]
