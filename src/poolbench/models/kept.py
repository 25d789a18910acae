"""Find what a person's factory gives the same every time: weights it loads, not to be drawn."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

# Layers whose values are drawn from a trial's own seeds, unless they are kept.
DRAWN_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


@dataclass(frozen=True)
class Kept:
    """What becomes of the values that a factory gives.

    Attributes:
        names: Parameters of convolutions and linear layers that stay as the factory gives them.
        drawn: Parameters of such layers that are drawn from the seeds.
        same: Everything else too that is the same every time, by which the network is known.
        digest: SHA-256 of the values of ``same``; empty where nothing but constants is.
    """

    names: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    digest: str = ""


def find_kept(make: Callable[[], nn.Module]) -> Kept:
    """Build a network twice from other random numbers, and see which values are the same.

    Such values were loaded, or at least not drawn, and so are a choice of whoever wrote the
    factory. Constants alone are none: layers begin with them by habit. Where nothing but constants
    is the same, all convolutions and linear layers are drawn.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = dict(_list_values(make()))
        torch.manual_seed(2)
        second = make()
    values = dict(_list_values(second))
    same = tuple(name for name in values if name in first and _is_same(values[name], first[name]))
    layers = _list_layer_values(second)
    if any(name in layers and not _is_constant(values[name]) for name in same):
        names = tuple(name for name in layers if name in same)
    else:
        names = ()
    drawn = tuple(name for name in layers if name not in names)
    if all(_is_constant(values[name]) for name in same):
        return Kept(names, drawn)
    return Kept(names, drawn, same, hash_values(second, same))


def hash_values(network: nn.Module, names: Iterable[str]) -> str:
    """Compute SHA-256 in hex of some values of a network, with their names and kinds."""
    values, digest = dict(_list_values(network)), hashlib.sha256()
    for name in names:
        value = values.get(name)
        kind = None if value is None else (value.dtype, tuple(value.shape))
        digest.update(f"{name} {kind}\0".encode())
        if value is not None:
            plain = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            digest.update(plain.numpy().tobytes())
    return digest.hexdigest()


def _list_values(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield parameters and buffers; what has no shape before it sees a picture is none yet."""
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        if not is_lazy(value):
            yield name, value


def _list_layer_values(network: nn.Module) -> tuple[str, ...]:
    return tuple(
        f"{prefix}.{name}" if prefix else name
        for prefix, layer in network.named_modules()
        if isinstance(layer, DRAWN_LAYERS)
        for name, value in layer.named_parameters(recurse=False)
        if not is_lazy(value)
    )


def _is_same(first: Tensor, second: Tensor) -> bool:
    return first.dtype == second.dtype and torch.equal(first, second)


def _is_constant(value: Tensor) -> bool:
    return value.numel() == 0 or bool((value == value.reshape(-1)[0]).all())
