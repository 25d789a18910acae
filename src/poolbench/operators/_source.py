"""The hash of a class: what it does, not where it stands or what it is called.

A class may come from a module, a notebook's cell or a bare interpreter, and may lean on helpers,
constants and closures beside it, in its module or in others of its package or folder. All of these
belong to it; libraries do not, since the versions that matter are recorded elsewhere.
"""

import hashlib
import inspect
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_LIBRARIES = {
    Path(path) for name, path in sysconfig.get_paths().items() if name.endswith(("stdlib", "lib"))
}


def compute_source_hash(thing: Any) -> str:
    """SHA-256 in hex of a class or function and everything of one's own that it uses."""
    digest = hashlib.sha256()
    for part in _describe(thing, thing.__module__, set()):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _describe(value: Any, home: str, seen: set[int]) -> Iterator[str]:
    """Text that changes when the value does; ``home`` is the module that it comes from."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, _PLAIN):
        yield repr(value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _describe(item, home, seen)
    elif isinstance(value, dict):
        yield from _describe(sorted(value.items(), key=repr), home, seen)
    elif id(value) in seen or not _is_at_home(getattr(value, "__module__", None), home):
        # Followed already, or of a library: its name must do.
        yield str(getattr(value, "__qualname__", type(value).__qualname__))
    elif isinstance(value, type):
        seen.add(id(value))
        yield from _describe_class(value, home, seen)
    elif isinstance(value, FunctionType):
        seen.add(id(value))
        yield from _describe_function(value, home, seen)
    elif hasattr(value, "__dict__"):
        seen.add(id(value))
        yield from _describe(type(value), home, seen)
        yield from _describe(vars(value), home, seen)


def _is_at_home(name: str | None, home: str) -> bool:
    """Whether a module is of the same package, or lies in the same folder of one's own."""
    if name is None or name == home:
        return name == home
    if name.partition(".")[0] == home.partition(".")[0]:
        return True
    folder = _find_folder(home)
    return folder not in (None, *_LIBRARIES) and folder == _find_folder(name)


def _find_folder(name: str) -> Path | None:
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if file is not None:
        return Path(file).resolve().parent
    # A notebook lies where it runs.
    return Path.cwd() if name == "__main__" else None


def _describe_class(cls: type, home: str, seen: set[int]) -> Iterator[str]:
    for base in cls.__bases__:
        yield from _describe(base, home, seen)
    for name, member in sorted(vars(cls).items()):
        # Of the names that Python adds itself only the methods say what a class does.
        if not name.startswith("__") or callable(member):
            yield name
            yield from _describe(member, home, seen)


def _describe_function(function: FunctionType, home: str, seen: set[int]) -> Iterator[str]:
    try:
        yield textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        # Typed into a bare interpreter: no source is kept, but the compiled code is.
        yield from _describe_code(function.__code__)
    yield from _describe(function.__defaults__, home, seen)
    yield from _describe(function.__kwdefaults__, home, seen)
    for cell in function.__closure__ or ():
        try:
            yield from _describe(cell.cell_contents, home, seen)
        except ValueError:
            # The cell of a name that is not bound yet.
            continue
    names = _list_names(function.__code__)
    yield from _describe_names(names, function.__globals__, home, seen)


def _describe_names(
    names: list[str], known: dict[str, Any], home: str, seen: set[int]
) -> Iterator[str]:
    for name in names:
        value = known.get(name)
        if isinstance(value, ModuleType) and _is_at_home(value.__name__, home):
            if id(value) not in seen:
                seen.add(id(value))
                # Of a module those things that may be asked of it.
                yield from _describe_names(names, vars(value), home, seen)
                seen.discard(id(value))
        elif name in known:
            yield name
            yield from _describe(value, home, seen)


def _describe_code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _describe_code(constant)
        else:
            yield repr(constant)


def _list_names(code: CodeType) -> list[str]:
    """Global names that a function and the functions inside it may use, in a fixed order."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= set(_list_names(constant))
    return sorted(names)
