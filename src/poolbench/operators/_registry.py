"""Keep the one list of operators, by id."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, overload

from torch import Tensor, nn

from poolbench.errors import ShapeError, UsageError
from poolbench.operators._source import compute_source_hash

# Laws that a layer with free weights from all channels to all does not keep, and why.
LEARNED_WEIGHTS: Mapping[str, str] = {
    "constants": "the weights are learned and need not add up to 1",
    "bounds": "the weights are learned and may be negative",
    "channels": "every channel has its own weights",
}

ALL = "all"

# How torch's pools, and those made like them, call what they take first: a number of channels there
# would be taken for the side of a window.
_WINDOWS = frozenset(("kernel_size", "kernel", "pool_size"))

ModuleClass = TypeVar("ModuleClass", bound=type[nn.Module])


class Operator(nn.Module):
    """Lowers the resolution of a feature map by an integer stride.

    Subclasses implement :meth:`forward` (or name the function that does the work) and, where they
    do not cost what max pooling does, :meth:`count_operations`.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        channels: Channels of the input, which the output keeps.
        stride: Pixels of the input, each way, for one pixel of the output.

    Attributes:
        function: What an operator without state does, ``function(x, stride=…, **options)``.
        exceptions: The laws of :mod:`poolbench.testing` that it does not keep, and why.
        strides: The strides for which it is defined; ``None``: all.
        is_random: Whether it draws random numbers in training.

    Raises:
        ShapeError: If it is not defined for this stride.
        UsageError: If ``channels`` or ``stride`` is less than 1.
    """

    function: ClassVar[Callable[..., Tensor] | None] = None
    exceptions: ClassVar[Mapping[str, str]] = {}
    strides: ClassVar[tuple[int, ...] | None] = None
    is_random: ClassVar[bool] = False

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__()
        if channels < 1 or stride < 1:
            raise UsageError("operator.arguments", channels=channels, stride=stride)
        self.check_stride(stride)
        self.channels = channels
        self.stride = stride

    @classmethod
    def check_stride(cls, stride: int) -> None:
        """Raise ShapeError if the operator is not defined for this stride."""
        if cls.strides is not None and stride not in cls.strides:
            known = list(cls.strides)
            raise ShapeError("operator.stride", name=cls.__name__, stride=stride, known=known)

    @property
    def smallest_size(self) -> int:
        """The least height and width of a feature map that it takes."""
        return 1

    def get_options(self) -> dict[str, Any]:
        """Return what the constructor was given beside channels and stride."""
        return {}

    def forward(self, x: Tensor) -> Tensor:
        function = type(self).function
        if function is None:
            raise NotImplementedError(f"{type(self).__name__} has neither forward nor function.")
        return function(x, stride=self.stride, **self.get_options())

    def count_operations(self, height: int, width: int) -> int:
        """Count the multiply-adds (or comparisons) for one image of an input of this size.

        Unless a subclass says otherwise, one for each value of the input, as max pooling;
        convolutions and linear layers inside are counted besides.
        """
        return self.channels * height * width

    def count_outputs(self, height: int, width: int) -> int:
        """Count the values of the output for one image."""
        return self.channels * -(-height // self.stride) * -(-width // self.stride)

    def extra_repr(self) -> str:
        values = {"channels": self.channels, "stride": self.stride, **self.get_options()}
        return ", ".join(f"{name}={value}" for name, value in values.items())


@dataclass(frozen=True)
class OperatorEntry:
    """An operator in the catalogue.

    Attributes:
        title: One line, for each language.
        year: Year of the paper that it comes from; 0: not said.
        is_builtin: Whether it comes with poolbench.
    """

    id: str
    cls: type[nn.Module]
    title: str
    title_ru: str
    year: int
    is_builtin: bool

    @property
    def family(self) -> str:
        """Its file among poolbench's operators; empty for an operator from elsewhere."""
        return self.cls.__module__.rpartition(".")[2] if self.is_builtin else ""

    @property
    def source_hash(self) -> str:
        """SHA-256 of what the class does, so that an edited operator runs again."""
        return compute_source_hash(self.cls)


_ENTRIES: dict[str, OperatorEntry] = {}


@overload
def register(operator_id: ModuleClass) -> ModuleClass: ...


@overload
def register(
    operator_id: str, *, title: str = "", title_ru: str = "", year: int = 0
) -> Callable[[ModuleClass], ModuleClass]: ...


def register(
    operator_id: str | ModuleClass, *, title: str = "", title_ru: str = "", year: int = 0
) -> ModuleClass | Callable[[ModuleClass], ModuleClass]:
    """Add a class to the catalogue under an id, or with plain ``@register`` under its name.

    A class with the same qualified name replaces itself, so a notebook cell can run twice.

    Raises:
        UsageError: If the id belongs to another class or is not a plain name, or if the argument is
            not a module class that is built like an operator.
    """
    if not isinstance(operator_id, str):
        check_class(operator_id)
        add_operator(operator_id, operator_id.__name__, title, title_ru, year)
        return operator_id
    name = operator_id

    def add(cls: ModuleClass) -> ModuleClass:
        add_operator(cls, name, title, title_ru, year)
        return cls

    return add


def check_class(given: object) -> None:
    """Check that something is a class that is built as operators are, once for each site.

    Raises:
        UsageError: If it is not.
    """
    if isinstance(given, nn.Module):
        _check_constructor(type(given))
        raise UsageError("operator.built", kind=type(given).__name__)
    if not (isinstance(given, type) and issubclass(given, nn.Module)):
        name = str(getattr(given, "__name__", None) or repr(given))[:80]
        raise UsageError("operator.no-class", name=name, kind=type(given).__name__)
    _check_constructor(given)


def _check_constructor(cls: type[nn.Module]) -> None:
    try:
        signature = inspect.signature(cls)
    except ValueError:
        # A constructor that says nothing of itself; whether it fits shows when it is built.
        return
    try:
        signature.bind(1, stride=2)
        fits = next(iter(signature.parameters)) not in _WINDOWS
    except TypeError:
        fits = False
    if not fits:
        empty = inspect.Parameter.empty
        named = [
            each.replace(annotation=empty, default=empty) for each in signature.parameters.values()
        ]
        taken = str(signature.replace(parameters=named, return_annotation=empty))
        alike = _find_alike(cls)
        if alike is None:
            raise UsageError("operator.constructor", name=cls.__name__, taken=taken)
        raise UsageError("operator.foreign", name=cls.__name__, taken=taken, operator=alike)


def _find_alike(cls: type[nn.Module]) -> str | None:
    """Find the operator to take instead of a class that is not built as operators are."""
    ids = {entry.cls.__name__.casefold(): entry.id for entry in list_entries() if entry.is_builtin}
    return next(
        (ids[name] for base in cls.__mro__ if (name := base.__name__.casefold()) in ids), None
    )


def add_operator(
    cls: type[nn.Module], operator_id: str, title: str = "", title_ru: str = "", year: int = 0
) -> None:
    """Add a class to the catalogue under an id, as :func:`register` does."""
    _check_id(operator_id)
    check_class(cls)
    is_builtin = cls.__module__.startswith("poolbench.operators.")
    taken = _ENTRIES.get(operator_id)
    if taken is not None:
        is_same = (taken.cls.__qualname__, taken.is_builtin) == (cls.__qualname__, is_builtin)
        if not is_same:
            whose = "poolbench" if taken.is_builtin else taken.cls.__module__
            owner = taken.cls.__qualname__
            raise UsageError("operator.id-owned", name=operator_id, owner=owner, module=whose)
    _ENTRIES[operator_id] = OperatorEntry(operator_id, cls, title, title_ru, year, is_builtin)


@contextmanager
def lend_id(operator_id: str, cls: type[nn.Module]) -> Iterator[None]:
    """Keep a class in the catalogue under one more id within the context.

    Raises:
        UsageError: If the id is taken or is not a plain name.
    """
    if operator_id in _ENTRIES:
        raise UsageError("operator.id-taken", name=operator_id)
    add_operator(cls, operator_id)
    try:
        yield
    finally:
        del _ENTRIES[operator_id]


def list_entries() -> list[OperatorEntry]:
    """Return what is registered so far, in that order."""
    return list(_ENTRIES.values())


def _check_id(operator_id: str) -> None:
    plain = operator_id.replace("-", "").replace("+", "").replace("_", "")
    if not plain.isalnum() or not plain.isascii() or operator_id == ALL:
        raise UsageError("operator.bad-id", name=operator_id)
