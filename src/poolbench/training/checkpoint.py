"""Save what a training needs to go on where it was cut, to the last bit.

Random numbers come from keys that name the epoch, so nothing of them is kept but its number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from poolbench.training.engine import Engine


@dataclass(frozen=True)
class Checkpoint:
    """A training after some of its epochs.

    Attributes:
        tensors: State of the network, its optimizer and its averages, by name.
        facts: The rest, in values that JSON has.
    """

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


class Keeper(Protocol):
    """Keeps the checkpoints of one training."""

    def load(self) -> Checkpoint | None:
        """Return the last whole checkpoint, or ``None``."""

    def offer(self, make: Callable[[], Checkpoint]) -> None:
        """Keep another checkpoint, if it is time."""


def pack_engine(engine: Engine) -> dict[str, Tensor]:
    """Return everything in an engine that steps change, by name; the memory is shared."""
    tensors = {f"network.{name}": value for name, value in engine.body.state_dict().items()}
    for number, parameter in enumerate(engine.parameters):
        state = engine.optimizer.state.get(parameter, {})
        tensors |= {f"optimizer.{number}.{k}": v for k, v in state.items() if v is not None}
    if engine.average is not None:
        tensors |= {f"average.{k}": value for k, value in enumerate(engine.average.averages)}
    scale = engine.scaler.state_dict()
    return tensors | {f"scaler.{k}": torch.tensor(v, dtype=torch.float64) for k, v in scale.items()}


@torch.no_grad()
def restore_engine(engine: Engine, tensors: Mapping[str, Tensor]) -> None:
    """Load what :func:`pack_engine` gave into an engine of the same training."""
    engine.body.load_state_dict(take_group(tensors, "network"))
    for number, parameter in enumerate(engine.parameters):
        engine.optimizer.state[parameter] = {
            name: _lay_like(value, parameter)
            for name, value in take_group(tensors, f"optimizer.{number}").items()
        }
    if engine.average is not None:
        for k, average in enumerate(engine.average.averages):
            average.copy_(tensors[f"average.{k}"])
    scale = engine.scaler.state_dict()
    # Its counter is a whole number, its scale is not.
    saved = {name: type(value)(tensors[f"scaler.{name}"].item()) for name, value in scale.items()}
    engine.scaler.load_state_dict(saved)


def take_group(tensors: Mapping[str, Tensor], group: str) -> dict[str, Tensor]:
    """Return the tensors whose names begin with ``group.``, named without that prefix."""
    start = f"{group}."
    return {name.removeprefix(start): v for name, v in tensors.items() if name.startswith(start)}


def _lay_like(value: Tensor, parameter: Tensor) -> Tensor:
    """Copy a value into the memory layout of its parameter, which the fused optimizer relies on."""
    like = parameter if value.shape == parameter.shape else value
    # The step count lies on the parameter's device, or on the processor: where it was kept.
    return torch.empty_like(like, dtype=value.dtype).copy_(value)
