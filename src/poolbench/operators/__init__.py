"""Operators: modules that lower the resolution of a feature map by an integer stride."""

# Not by the alphabet: the catalogue lists the operators of the published lab first.
from poolbench.operators import plain, mixtures, means, ranks, soft  # isort: skip
from poolbench.operators import stochastic, antialiased, fourier  # isort: skip
from poolbench.operators import wavelets, rearranging  # isort: skip
from poolbench.operators._cards import OperatorFacts, compute_facts, load_card
from poolbench.operators._catalogue import (
    build_operator,
    expand_operators,
    get_operator,
    list_operators,
)
from poolbench.operators._registry import Operator, OperatorEntry, register

__all__ = [
    "Operator",
    "OperatorEntry",
    "OperatorFacts",
    "antialiased",
    "build_operator",
    "compute_facts",
    "expand_operators",
    "fourier",
    "get_operator",
    "list_operators",
    "load_card",
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
