"""Transfer weights that were trained before, as far as they fit."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from poolbench.errors import UsageError
from poolbench.files import check_regular
from poolbench.texts.told import take_first_line


@dataclass(frozen=True)
class Transfer:
    """What became of weights.

    Attributes:
        taken: Names that were taken over.
        fresh: Names of the network that begin anew: not in the file, or of another shape there.
        unused: Names in the file that the network does not have, or has in another shape.
    """

    taken: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]


def load_weights(path: Path) -> dict[str, Tensor]:
    """Load the tensors of a safetensors file, by name.

    Raises:
        UsageError: If it cannot be read as one.
    """
    try:
        check_regular(path)
        return load_file(path)
    except OSError as error:
        raise UsageError("weights.unread", path=path, reason=error) from None
    except (SafetensorError, ValueError, KeyError) as error:
        raise UsageError("weights.format", path=path, said=take_first_line(error)) from None


def read_facts(path: Path) -> dict[str, str]:
    """Read what a safetensors file says of its weights, such as ``operator``, ``license``.

    Nothing, where it cannot be read.
    """
    try:
        check_regular(path)
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except (OSError, SafetensorError, ValueError):
        return {}


def add_facts(content: bytes, facts: Mapping[str, str]) -> bytes:
    """Add facts to those that stand beside the weights in a safetensors file."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"] = {**header.get("__metadata__", {}), **facts}
    packed = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    # The values begin at a multiple of eight.
    packed += b" " * (-len(packed) % 8)
    return struct.pack("<Q", len(packed)) + packed + content[8 + length :]


def read_values(path: Path) -> bytes:
    """Read the bytes of all weights of a safetensors file, without its header."""
    content = path.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


@torch.no_grad()
def transfer(network: nn.Module, weights: Mapping[str, Tensor]) -> Transfer:
    """Take over every value whose name and shape fit.

    Normalisation of the pictures stays that of the network. A custom network, which stands
    in ours as ``model``, may have its names without that.
    """
    own = _leave_normalisation(network.state_dict())
    weights = _leave_normalisation(weights)
    if not own.keys() & weights.keys():
        weights = {f"model.{name}": value for name, value in weights.items()}
    taken = []
    for name, value in own.items():
        if name in weights and weights[name].shape == value.shape:
            value.copy_(weights[name])
            taken.append(name)
    return Transfer(
        tuple(taken),
        tuple(name for name in own if name not in taken),
        tuple(name for name in weights if name not in taken),
    )


def _leave_normalisation(values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in values.items() if not name.startswith("normalize.")}
