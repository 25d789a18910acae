"""Load operators from elsewhere: named ``package.module:Class``, or installed as entry points."""

import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal

from torch import nn

from poolbench.errors import UsageError, nearest_names
from poolbench.operators._registry import add_operator, check_class, list_entries
from poolbench.texts import Phrase
from poolbench.texts.told import name_error

# Entry-point group in a package's metadata: name = "package.module:Class", the name being the id.
GROUP = "poolbench.operators"
Kind = Literal["operator", "backbone"]
_KINDS: dict[Kind, Phrase] = {
    "operator": Phrase("kind.operator"),
    "backbone": Phrase("kind.backbone"),
}


def load_object(kind: Kind, name: str) -> Any:
    """Load what ``package.module:name`` names; the module may lie in the working directory.

    Args:
        kind: What it should be, for the message.

    Raises:
        UsageError: If there is no such module, it fails, or it has nothing of that name.
    """
    module_name, _, attribute = name.partition(":")
    if "" not in sys.path:
        # The working directory, as with ``python -m``; last, so that a file there hides no library.
        sys.path.append("")
    try:
        module = import_module(module_name)
    except Exception as error:
        # A custom module may raise anything while it is imported.
        said = name_error(error)
        raise UsageError(
            "plugin.no-module", kind=_KINDS[kind], name=name, module=module_name, said=said
        ) from error
    if not hasattr(module, attribute):
        near = nearest_names(attribute, [known for known in vars(module) if known[:1] != "_"])
        title = _KINDS[kind]
        if near:
            raise UsageError(
                "plugin.near-name", kind=title, name=name, module=module_name, near=near
            )
        raise UsageError("plugin.no-name", kind=title, name=name, module=module_name)
    return getattr(module, attribute)


def load_named(name: str) -> str:
    """Import ``package.module:Class`` and return its id.

    The id is the one that the class is registered under, else the name of the class.

    Raises:
        UsageError: If there is no such module or class, or its id is taken.
    """
    cls = load_object("operator", name)
    try:
        check_class(cls)
    except UsageError as error:
        raise UsageError("plugin.no-operator", name=name, reason=error) from None
    return _find_or_add(cls, cls.__name__)


@cache
def load_installed() -> None:
    """Register what installed packages offer; once in a process.

    Raises:
        UsageError: If one of them cannot be loaded or its id is taken.
    """
    for point in entry_points(group=GROUP):
        try:
            cls = point.load()
        except Exception as error:
            place, said = point.value, name_error(error)
            raise UsageError("plugin.broken", name=point.name, place=place, said=said) from error
        _find_or_add(cls, point.name)


def _find_or_add(cls: type[nn.Module], operator_id: str) -> str:
    for entry in list_entries():
        if entry.cls is cls:
            return entry.id
    add_operator(cls, operator_id)
    return operator_id
