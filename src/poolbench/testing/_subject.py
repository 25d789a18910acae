"""The operator that is checked, and the examples that it is checked on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

STRIDES = (2, 3, 4)
MOST_PIXELS = 40
EXAMPLES = 12


@dataclass(frozen=True)
class Case:
    """One drawn example.

    Attributes:
        module: In evaluation mode, in float64, its parameters moved from where they begin.
        x: float64 ``[2, channels, height, width]``.
    """

    module: nn.Module
    stride: int
    x: Tensor


@dataclass
class Subject:
    """An operator and what it says of itself."""

    cls: type[nn.Module]
    strides: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        allowed = getattr(self.cls, "strides", None) or STRIDES
        self.strides = tuple(stride for stride in STRIDES if stride in allowed)

    @property
    def exceptions(self) -> dict[str, str]:
        """Laws that it does not keep."""
        return dict(getattr(self.cls, "exceptions", {}))

    @property
    def is_random(self) -> bool:
        """Whether training draws random numbers."""
        return bool(getattr(self.cls, "is_random", False))

    def build(self, channels: int, stride: int, seed: int = 0, *, moved: bool = True) -> nn.Module:
        """Build the operator in evaluation mode and float64.

        Args:
            moved: Whether its parameters are moved from where they begin, since what holds at the
                beginning only need not hold.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = self.cls(channels, stride=stride).double().eval()
            with torch.no_grad():
                for parameter in module.parameters():
                    parameter.add_(0.3 * torch.randn_like(parameter) * bool(moved))
        return module

    def get_smallest(self, stride: int) -> int:
        """Return the least height and width that it takes."""
        return int(getattr(self.build(1, stride), "smallest_size", 1))


def for_examples(subject: Subject, check: Callable[[Case], None], least: int = 1) -> None:
    """Run a check on drawn sizes, strides, layouts and values, the same every time."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(subject.strides),
        st.integers(1, MOST_PIXELS),
        st.integers(1, MOST_PIXELS),
        st.integers(1, 5),
        st.booleans(),
        st.integers(0, 2**16),
    )
    def run(
        stride: int, height: int, width: int, channels: int, channels_last: bool, seed: int
    ) -> None:
        smallest = max(subject.get_smallest(stride), least)
        size = (max(height, smallest), max(width, smallest))
        x = draw(2, channels, *size, seed=seed)
        if channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        check(Case(subject.build(channels, stride, seed), stride, x))

    run()


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def near(found: Tensor, expected: Tensor, what: str, tolerance: float = 1e-9) -> None:
    difference = (found.double() - expected.double()).abs()
    allowed = tolerance * (1 + expected.double().abs())
    worst = (difference - allowed).max().item() if difference.numel() else 0.0
    if worst > 0 or not torch.isfinite(found).all():
        raise AssertionError(f"{what}: off by up to {difference.max().item():.3g}")


@contextmanager
def seeded(seed: int = 0) -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
