"""Find operators by their names."""

from collections.abc import Iterable

from torch import nn

from poolbench.errors import UnknownNameError, UsageError
from poolbench.operators._plugins import load_installed, load_named
from poolbench.operators._registry import ALL, OperatorEntry, list_entries
from poolbench.texts.told import take_first_line


def get_operator(operator_id: str) -> OperatorEntry:
    """Return the entry of an id, or of a class named as ``package.module:Class``.

    Raises:
        UnknownNameError: With the nearest ids.
        UsageError: If what is named cannot be loaded, or its id is taken.
    """
    if ":" in operator_id:
        operator_id = load_named(operator_id)
    known = {entry.id: entry for entry in list_entries()}
    if operator_id not in known:
        load_installed()
        known = {entry.id: entry for entry in list_entries()}
    if operator_id not in known:
        raise UnknownNameError("operator", operator_id, known)
    return known[operator_id]


def list_operators() -> list[OperatorEntry]:
    """Return all entries, those of installed packages too, in the order of their registration."""
    load_installed()
    return list_entries()


def expand_operators(names: Iterable[str]) -> list[str]:
    """Return ids without repetition, ``all`` standing for every built-in operator.

    Raises:
        UnknownNameError: With the nearest ids.
    """
    everything = [entry.id for entry in list_operators() if entry.is_builtin]
    ids = [i for name in names for i in (everything if name == ALL else [get_operator(name).id])]
    return list(dict.fromkeys(ids))


def build_operator(operator_id: str, channels: int, *, stride: int) -> nn.Module:
    """Build a new module of the operator with this id.

    Raises:
        UnknownNameError: If there is none.
        UsageError: If its class does not take ``channels`` and ``stride``.
    """
    cls = get_operator(operator_id).cls
    try:
        return cls(channels, stride=stride)
    except TypeError as error:
        said = take_first_line(error)
        raise UsageError(
            "operator.build", name=operator_id, kind=cls.__name__, said=said
        ) from error
