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
from poolbench.operators._plugins import load_object
from poolbench.operators._registry import Operator, OperatorEntry, register
from poolbench.operators._source import compute_source_hash, is_imported

__all__ = [
    "Operator",
    "OperatorEntry",
    "OperatorFacts",
    "antialiased",
    "build_operator",
    "compute_facts",
    "compute_source_hash",
    "expand_operators",
    "fourier",
    "get_operator",
    "is_imported",
    "list_operators",
    "load_card",
    "load_object",
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
