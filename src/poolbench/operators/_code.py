"""Read what a function's code says: its text or its compiled form, and the names that it uses."""

import dis
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from poolbench.operators._custom import find_custom_spec

# Names by which a function may ask for names of its module, or for other modules, by text.
_ASKERS = frozenset(("globals", "vars", "eval", "exec", "__name__"))
_IMPORTERS = frozenset(("import_module", "__import__", "modules"))
_WORD = re.compile(r"[^\W\d]\w*")
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_Position = tuple[str, int]
# Compiled code by file and the time of its last change.
_compiled: dict[tuple[str, int], dict[_Position, CodeType]] = {}


def read_source(function: FunctionType) -> str | None:
    """Return the text of a function, where it is sure that the code is made of it.

    A file may have been edited since it was imported, and what was typed into an interpreter or a
    notebook has no file; then the code itself must do, which each version of Python has its own of.
    """
    code = function.__code__
    if function.__module__ == "__main__" or code.co_name == "<lambda>":
        # The text of a lambda may end before the lambda does.
        return None
    try:
        known = _compile_file(code.co_filename)
        made = known.get((code.co_name, code.co_firstlineno))
        if made != code:
            return None
        return textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None


def _compile_file(name: str) -> dict[_Position, CodeType]:
    key = name, Path(name).stat().st_mtime_ns
    if key not in _compiled:
        _compiled[key] = dict(
            _walk(compile(Path(name).read_bytes(), name, "exec", dont_inherit=True))
        )
    return _compiled[key]


def _walk(code: CodeType) -> Iterator[tuple[_Position, CodeType]]:
    yield (code.co_name, code.co_firstlineno), code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _walk(constant)


def describe_code(
    code: CodeType, add: Callable[..., None], describe: Callable[[Any], None]
) -> None:
    """Feed compiled code to a hash, but for where it stands and what it is called."""
    arguments = code.co_argcount + code.co_kwonlyargcount
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    add("code", code.co_code, code.co_exceptiontable, repr(counts))
    add(*code.co_names, *code.co_varnames[:arguments])
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            describe_code(constant, add, describe)
        else:
            describe(constant)


def list_globals(code: CodeType) -> list[str]:
    """Return the names that a function and the functions inside it take from their module."""
    found = {
        str(step.argval)
        for step in dis.get_instructions(code)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    if found & _ASKERS:
        # It may ask by any text.
        found |= {word for text in _list_texts(code) for word in _WORD.findall(text)}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= set(list_globals(constant))
    return sorted(found)


def list_names(code: CodeType) -> list[str]:
    """Return the names that code may ask of a module that it uses, also by text."""
    found = {*code.co_names, *filter(str.isidentifier, _list_texts(code))}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= set(list_names(constant))
    return sorted(found)


def _list_texts(code: CodeType) -> set[str]:
    return {text for text in code.co_consts if isinstance(text, str)}


def find_imports(
    function: FunctionType, is_custom: Callable[[str | None], bool]
) -> Iterator[ModuleType]:
    """Yield the custom modules that a function imports when it is called."""
    package = str(function.__globals__.get("__package__") or "")
    for name in sorted(_list_imports(function.__code__, package)):
        if name not in sys.modules and find_custom_spec(name) is None:
            continue
        try:
            module = import_module(name)
        except Exception:
            # The function may be prepared for that; if not, it fails itself.
            continue
        if is_custom(module.__name__):
            yield module


def _list_imports(code: CodeType, package: str) -> set[str]:
    found: set[str] = set()
    steps = list(dis.get_instructions(code))
    for index, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            # Before it stand the level and the names that are wanted.
            level, wanted = (before.argval for before in steps[index - 2 : index])
            name = "." * level + str(step.argval) if isinstance(level, int) else str(step.argval)
            try:
                absolute = resolve_name(name, package)
            except ImportError:
                continue
            found.add(absolute)
            # What is imported from a package may be a module of it.
            found |= {f"{absolute}.{part}" for part in wanted or () if part != "*"}
    if _IMPORTERS & set(code.co_names):
        # It may import by any text.
        found |= {text for text in _list_texts(code) if _MODULE.fullmatch(text)}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _list_imports(constant, package)
    return found


def is_reachable(value: Any) -> bool:
    """Return whether a library's module gives this very thing under its name."""
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    for name in (getattr(value, "__qualname__", ""), getattr(value, "__name__", "")):
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is value:
            return True
    return False
