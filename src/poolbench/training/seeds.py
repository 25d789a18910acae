"""Derive every random number from a purpose, a repeat, a fold, an epoch.

Nothing reads global state, so a trial gives the same numbers whatever ran before it, and two
variants of one replica meet the same splits, orders, augmentations and initial values.
"""

import random
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import numpy as np
import torch
from torch import nn

from poolbench.models import SITE
from poolbench.models.kept import DRAWN_LAYERS


class Purpose(IntEnum):
    """What random numbers are for; the numbers are part of every result and never change."""

    SPLIT = 1
    INIT = 2
    ORDER = 3
    AUGMENTATION = 4
    LAYERS = 5
    FLIPS = 6
    VALIDATION = 7
    LANDSCAPE = 8


def make_sequence(seed: int, purpose: Purpose, *key: int) -> np.random.SeedSequence:
    """Return the seed sequence for a purpose and a key (repeat, fold, replica, epoch, …)."""
    return np.random.SeedSequence(entropy=seed, spawn_key=(int(purpose), *key))


def make_rng(seed: int, purpose: Purpose, *key: int) -> np.random.Generator:
    """Return a NumPy generator for a purpose and a key."""
    return np.random.Generator(np.random.PCG64(make_sequence(seed, purpose, *key)))


def make_torch_seed(seed: int, purpose: Purpose, *key: int) -> int:
    """Return a seed for torch's generators, which take one 63-bit number."""
    state = make_sequence(seed, purpose, *key).generate_state(1, np.uint64)[0]
    return int(state) & (2**63 - 1)


@contextmanager
def forked_globals() -> Iterator[None]:
    """Restore the global generators of NumPy and Python after the context, however they were set.

    poolbench draws nothing from them, and an operator or network of one's own may.
    """
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


def repr_globals() -> str:
    """Return the state of the global generators of NumPy and Python as text, for comparison."""
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return repr((name, np.asarray(keys).tobytes(), rest, random.getstate()))


def seed_globals(seed: int, purpose: Purpose, *key: int) -> None:
    """Set every global generator, torch's too, from a purpose and a key."""
    torch.manual_seed(make_torch_seed(seed, purpose, *key))
    state = make_sequence(seed, purpose, *key).generate_state(4)
    np.random.seed(state)  # noqa: NPY002
    random.seed(state.tobytes())


def initialize(
    network: nn.Module, seed: int, *key: int, kept: frozenset[str] = frozenset()
) -> None:
    """Draw the initial values of all convolutions and linear layers.

    The distribution is PyTorch's own (uniform within one over the square root of the fan-in, after
    He 2015, arXiv:1502.01852), but each parameter is drawn from its own stream, named by its name
    and shape. Networks that share a parameter's name and shape so share its values, whatever else
    they hold. What is inside a site stays as the operator's author made it.

    Args:
        kept: Names of parameters that stay as they are too.
    """
    for prefix, module in network.named_modules():
        if SITE not in prefix.split(".") and isinstance(module, DRAWN_LAYERS):
            fan_in = module.weight[0].numel()
            for name, parameter in module.named_parameters(recurse=False):
                if f"{prefix}.{name}" not in kept:
                    _fill_uniform(parameter, f"{prefix}.{name}", fan_in**-0.5, seed, *key)


@torch.no_grad()
def _fill_uniform(parameter: nn.Parameter, name: str, bound: float, seed: int, *key: int) -> None:
    shape = tuple(parameter.shape)
    stream = zlib.crc32(f"{name}{shape}".encode())
    rng = make_rng(seed, Purpose.INIT, *key, stream)
    values = rng.uniform(-bound, bound, shape).astype(np.float32)
    parameter.copy_(torch.from_numpy(values))
