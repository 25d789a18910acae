"""Compute the hash of a class: what it does, not where it stands or what it is called.

A class may come from a module, a notebook's cell or a bare interpreter, and may lean on helpers,
constants and closures beside it, in its module or in other custom modules. All of these belong to
it; of libraries the name and the version do. What has no value that could be hashed, such as an
open file, is refused.
"""

import copyreg
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from functools import cached_property
from hashlib import sha256
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from poolbench.errors import UsageError
from poolbench.operators._code import (
    describe_code,
    find_imports,
    is_reachable,
    list_globals,
    list_names,
    read_source,
)
from poolbench.operators._custom import is_by_reference, is_custom, read_version
from poolbench.operators._values import LEAVES, VALUELESS, describe_leaf, unwrap
from poolbench.texts.told import find_reason

# What Python and torch write into a class themselves; what they mean is in its methods.
_MADE_BY_PYTHON = frozenset(
    f"__{name}__"
    for name in (
        *("module", "qualname", "doc", "dict", "weakref", "firstlineno", "static_attributes"),
        *(
            "annotations",
            "annotate",
            "annotate_func",
            "annotations_cache",
            "abstractmethods",
            "slotnames",
        ),
        *("dataclass_fields", "dataclass_params", "match_args", "orig_bases", "parameters"),
    )
) | {"_abc_impl", "_backward_cls"}
_DESCRIPTORS = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
# Hashes of what is found in custom modules, as it is first seen there: what it keeps from call to
# call (a table of kernels, a counter) is no edit, and another process begins without it.
_first_seen: dict[tuple[int, str], tuple[Any, str]] = {}


def compute_source_hash(thing: Any) -> str:
    """Compute the SHA-256, in hex, of a class or function and all custom code that it uses.

    Raises:
        UsageError: If it uses something that has no value to be hashed.
    """
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    home = thing.__module__ if isinstance(thing, type | FunctionType) else ""
    try:
        return _Describer(home, [name]).describe_alone(thing)
    except RecursionError:
        raise UsageError("source.too-deep", name=name) from None


def is_imported(thing: Any) -> bool:
    """Return whether another process finds a class or function by importing its module."""
    return is_by_reference(getattr(thing, "__module__", None)) and is_reachable(thing)


class _Describer:
    """Feeds a hash with everything that a thing is.

    Args:
        home: The module that it comes from, which counts as custom wherever it lies.
        trail: Names on the way to what is described, for messages.
        open_ids: Ids of what is being described, which must not be begun again.
    """

    def __init__(self, home: str, trail: list[str], open_ids: frozenset[int] = frozenset()) -> None:
        self.home = home
        self.trail = trail
        self.digest = sha256()
        # Functions and classes that were followed, with their number; held, so that ids last.
        self.followed: dict[int, tuple[Any, int]] = {}
        self.open = set(open_ids)
        # Ids of open values that were met again.
        self.met: set[int] = set()

    def describe_alone(self, value: Any) -> str:
        """Return the hash of one value; what it follows is forgotten afterwards."""
        before = self.digest, self.followed
        self.digest, self.followed = sha256(), dict(self.followed)
        try:
            self.describe(value)
            return self.digest.hexdigest()
        finally:
            self.digest, self.followed = before

    def add(self, *tokens: str | bytes) -> None:
        """Feed the hash; the lengths keep neighbours apart."""
        for token in tokens:
            content = token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token
            self.digest.update(b"%d:" % len(content))
            self.digest.update(content)

    def describe(self, value: Any) -> None:
        """Feed the hash with a value of any kind."""
        kind = type(value)
        if kind in LEAVES:
            self.add(kind.__name__, *LEAVES[kind](value))
        elif isinstance(value, type):
            self._follow(value, self._describe_class)
        elif isinstance(value, FunctionType):
            self._follow(value, self._describe_function)
        elif isinstance(value, ModuleType):
            self._describe_module(value)
        elif id(value) in self.open:
            self.met.add(id(value))
            self.add("cycle")
        else:
            self.open.add(id(value))
            self._describe_open(value)
            self.open.discard(id(value))

    def _describe_open(self, value: Any) -> None:
        """Feed the hash with a value that may hold itself."""
        kind = type(value)
        parts = _split(value)
        if parts is not None:
            self.add(kind.__name__, str(len(parts)))
            for part in parts:
                self.describe(part)
        elif kind in (set, frozenset):
            self.add(kind.__name__, *sorted(map(self.describe_alone, value)))
        elif isinstance(value, _DESCRIPTORS):
            self.add("descriptor", str(value.__objclass__.__qualname__), str(value.__name__))
        elif isinstance(value, Enum):
            self.describe(kind)
            self.add(value.name)
        elif isinstance(value, VALUELESS):
            self.add("valueless", kind.__qualname__)
        else:
            self._describe_instance(value)

    def _describe_instance(self, value: Any) -> None:
        inner = unwrap(value)
        if inner is not None:
            self._add_library(type(value))
            self.describe(inner)
            return
        try:
            leaf = describe_leaf(value)
            reduced: Any = None if leaf is not None else _reduce(value)
        except Exception as error:
            self._refuse(value, error)
        if leaf is not None:
            self.describe(type(value))
            self.add(*leaf[0])
            self.describe(leaf[1])
        elif isinstance(reduced, str):
            self.add("global", str(getattr(value, "__module__", "")), reduced)
        else:
            parts = [*reduced, None, None, None]
            # The last two are iterators over what is made like a list or a dictionary.
            self.describe([*parts[:3], list(parts[3] or ()), list(parts[4] or ())])

    def _refuse(self, value: Any, error: Exception) -> NoReturn:
        path, kind = ".".join(self.trail), f"{type(value).__module__}.{type(value).__qualname__}"
        reason = find_reason(error)
        raise UsageError("source.no-value", path=path, kind=kind, reason=reason) from None

    def _follow(self, value: Any, describe: Callable[[Any], None]) -> None:
        """Describe a class or function: once, and one of a library by name."""
        if not self._is_followed(value):
            self._add_library(value)
        elif id(value) in self.followed:
            self.add("again", str(self.followed[id(value)][1]))
        else:
            self.followed[id(value)] = value, len(self.followed)
            describe(value)

    def _is_followed(self, value: Any) -> bool:
        if self._is_custom(getattr(value, "__module__", None)):
            return True
        known = getattr(value, "__globals__", {}).get("__name__")
        # What a library made on the spot, such as a closure, holds what it was given.
        return self._is_custom(known) or not is_reachable(value)

    def _is_custom(self, module: str | None) -> bool:
        return module is not None and (module == self.home or is_custom(module, self.home))

    def _add_library(self, value: Any) -> None:
        module = getattr(value, "__module__", None) or ""
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
        self.add("library", str(module), str(name), read_version(str(module)))

    def _describe_module(self, module: ModuleType) -> None:
        """Describe a module as a value: whatever it holds may be asked of it."""
        if not self._is_custom(module.__name__):
            self.add("library", module.__name__, read_version(module.__name__))
        elif id(module) in self.followed:
            self.add("again", str(self.followed[id(module)][1]))
        else:
            self.followed[id(module)] = module, len(self.followed)
            names = [name for name in vars(module) if not name.startswith("__")]
            self._describe_names(names, vars(module), names)

    def _describe_class(self, cls: type) -> None:
        self.describe(type(cls))
        self.add("bases", str(len(cls.__bases__)))
        for base in cls.__bases__:
            self.describe(base)
        lasts = is_by_reference(cls.__module__)
        for name, member in _list_members(cls):
            self._describe_named(name, member, lasts=lasts)

    def _describe_function(self, function: FunctionType) -> None:
        compiled = getattr(function, "_torchdynamo_orig_callable", None)
        if compiled is not None:
            self.add("compiled")
            self.describe(compiled)
            return
        source = read_source(function)
        if source is None:
            describe_code(function.__code__, self.add, self.describe)
        else:
            self.add("source", source)
        lasts = is_by_reference(function.__module__)
        for name, value in _list_kept(function):
            self._describe_named(name, value, lasts=lasts)
        known = function.__globals__
        if self._is_custom(known.get("__name__")):
            names = list_names(function.__code__)
            self._describe_names(list_globals(function.__code__), known, names)
            for module in find_imports(function, self._is_custom):
                self._describe_names(names, vars(module), names)

    def _describe_names(
        self, names: Iterable[str], known: Mapping[str, Any], asked: list[str]
    ) -> None:
        """Describe what some names mean in a module.

        Args:
            asked: Names that may be asked of a module that is found under one of them.
        """
        lasts = is_by_reference(str(known.get("__name__")), known)
        for name in sorted(set(names) & known.keys()):
            value = known[name]
            if isinstance(value, ModuleType) and self._is_custom(value.__name__):
                if id(value) not in self.open:
                    self.open.add(id(value))
                    self._describe_names(asked, vars(value), asked)
                    self.open.discard(id(value))
            else:
                self._describe_named(name, value, lasts=lasts)

    def _describe_named(self, name: str, value: Any, *, lasts: bool) -> None:
        """Describe a name and its value; if it ``lasts``, other processes find it too."""
        self.add(name)
        with self._within(name):
            if lasts and not isinstance(value, _FOLLOWED) and id(value) not in self.open:
                self.add(self._recall(value))
            else:
                self.describe(value)

    def _recall(self, value: Any) -> str:
        key = id(value), self.home
        if key in _first_seen:
            return _first_seen[key][1]
        inner = _Describer(self.home, self.trail, frozenset(self.open))
        found = inner.describe_alone(value)
        outside = inner.met & self.open
        self.met |= outside
        if not outside:
            # Otherwise the hash would say where it was met first.
            _first_seen[key] = value, found
        return found

    @contextmanager
    def _within(self, name: str) -> Iterator[None]:
        self.trail.append(name)
        try:
            yield
        finally:
            self.trail.pop()


# Kinds of code, and of what holds it, that are looked at each time.
_FOLLOWED = (type, FunctionType, ModuleType, staticmethod, classmethod, property, cached_property)


def _split(value: Any) -> list[Any] | None:
    """Return the parts of a plain container or of what wraps functions; ``None``: it is neither."""
    kind = type(value)
    if kind in (tuple, list):
        return list(value)
    if kind in (dict, types.MappingProxyType):
        # In their order, which a loop over them may depend on.
        return [part for pair in value.items() for part in pair]
    if kind in (range, slice):
        return [value.start, value.stop, value.step]
    if kind in (staticmethod, classmethod):
        return [value.__func__]
    if kind is property:
        return [value.fget, value.fset, value.fdel]
    if kind is cached_property:
        return [value.func]
    if kind is types.MethodType:
        return [value.__func__, value.__self__]
    if kind in (types.BuiltinFunctionType, types.MethodWrapperType):
        owner = value.__self__
        is_bound = owner is not None and not isinstance(owner, ModuleType)
        module = str(getattr(value, "__module__", ""))
        return [module, value.__name__, *([owner] if is_bound else [])]
    if kind is types.CellType:
        return _open_cell(value)
    return None


def _reduce(value: Any) -> Any:
    """Return what pickle would keep of a value: a name, or how it is made and what it holds."""
    known = copyreg.dispatch_table.get(type(value))
    return value.__reduce_ex__(4) if known is None else known(value)


def _open_cell(cell: types.CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:
        # The name is not bound yet.
        return []


def _list_members(cls: type) -> list[tuple[str, Any]]:
    """Return what a class holds, by name; of an enumeration the values."""
    if issubclass(cls, Enum):
        values = [(name, member.value) for name, member in cls.__members__.items()]
        members = [
            (name, member)
            for name, member in sorted(vars(cls).items())
            if isinstance(member, FunctionType | staticmethod | classmethod | property)
            and not (name.startswith("_") and not name.startswith("__"))
            and name not in _MADE_BY_ENUM
        ]
        return values + members
    return [item for item in sorted(vars(cls).items()) if item[0] not in _MADE_BY_PYTHON]


# Names that the class of an enumeration takes from its bases and keeps as its own.
_MADE_BY_ENUM = frozenset(
    f"__{name}__"
    for name in (
        *("new", "reduce_ex", "reduce", "repr", "str", "format", "dir", "hash"),
        *("deepcopy", "copy", "or", "and", "xor", "ror", "rand", "rxor", "invert"),
    )
)


def _list_kept(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function keeps beside its code."""
    for number, value in enumerate(function.__defaults__ or ()):
        yield f"default {number}", value
    yield from sorted((function.__kwdefaults__ or {}).items())
    for number, cell in enumerate(function.__closure__ or ()):
        contents = _open_cell(cell)
        if contents:
            yield f"closure {number}", contents[0]
    yield from sorted(vars(function).items())
