"""The one list of operators, by id."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor, nn

from poolbench.errors import UnknownNameError, UsageError
from poolbench.operators._source import compute_source_hash

ModuleClass = TypeVar("ModuleClass", bound=type[nn.Module])


class Operator(nn.Module):
    """Lowers the resolution of a feature map by an integer stride.

    Subclasses implement :meth:`forward` and, where they cost anything, :meth:`count_operations`.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        channels: Channels of the input, which the output keeps.
        stride: Pixels of the input, each way, for one pixel of the output.
    """

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__()
        if channels < 1 or stride < 1:
            raise UsageError(
                f"An operator needs channels and stride of at least 1, got {channels} and {stride}."
            )
        self.channels = channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def count_operations(self, height: int, width: int) -> int:
        """Multiply-adds (or comparisons) for one picture of an input of this size."""
        return 0

    def extra_repr(self) -> str:
        return f"channels={self.channels}, stride={self.stride}"


@dataclass(frozen=True)
class OperatorEntry:
    """An operator in the catalogue: its id, its class and one line for each language."""

    id: str
    cls: type[nn.Module]
    title: str
    title_ru: str
    is_own: bool

    @property
    def source_hash(self) -> str:
        """SHA-256 of what the class does, so that an edited operator runs again."""
        return compute_source_hash(self.cls)


_ENTRIES: dict[str, OperatorEntry] = {}


def register(
    operator_id: str, *, title: str = "", title_ru: str = ""
) -> Callable[[ModuleClass], ModuleClass]:
    """Add a class to the catalogue under an id.

    A class of the same qualified name replaces itself, so that a notebook cell can run twice.

    Raises:
        UsageError: If the id is taken by another class or is not a plain name.
    """

    def add(cls: ModuleClass) -> ModuleClass:
        _check_id(operator_id)
        taken = _ENTRIES.get(operator_id)
        if taken is not None and taken.cls.__qualname__ != cls.__qualname__:
            raise UsageError(
                f"The operator id {operator_id!r} belongs to {taken.cls.__qualname__}; "
                "choose another."
            )
        is_own = cls.__module__.startswith("poolbench.operators.")
        _ENTRIES[operator_id] = OperatorEntry(operator_id, cls, title, title_ru, is_own)
        return cls

    return add


def get_operator(operator_id: str) -> OperatorEntry:
    """The entry of an id.

    Raises:
        UnknownNameError: With the nearest ids.
    """
    if operator_id not in _ENTRIES:
        raise UnknownNameError("operator", operator_id, _ENTRIES)
    return _ENTRIES[operator_id]


def list_operators() -> list[OperatorEntry]:
    """All entries, in the order of their registration."""
    return list(_ENTRIES.values())


def build_operator(operator_id: str, channels: int, *, stride: int) -> nn.Module:
    """A new module of the operator with this id.

    Raises:
        UnknownNameError: If there is none.
        UsageError: If its class does not take ``channels`` and ``stride``.
    """
    cls = get_operator(operator_id).cls
    try:
        return cls(channels, stride=stride)
    except TypeError as error:
        raise UsageError(
            f"Operator {operator_id!r} cannot be built as {cls.__name__}(channels, stride=…): "
            f"{error}."
        ) from error


def _check_id(operator_id: str) -> None:
    plain = operator_id.replace("-", "").replace("+", "").replace("_", "")
    if not plain.isalnum() or not plain.isascii():
        raise UsageError(
            f"{operator_id!r} cannot be an operator id: use letters, digits, '-', '+' and '_'."
        )
