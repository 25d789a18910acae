"""Tell custom modules, which may be edited any day, from those of a library."""

import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_OURS = "poolbench"
_STANDARD = tuple(
    Path(path).resolve()
    for name, path in sysconfig.get_paths().items()
    if name in ("stdlib", "platstdlib")
)
# Packages whose versions are parts of a trial's identity already.
_RECORDED = frozenset((_OURS, "torch", "numpy", "scipy", "sklearn", "PIL"))
_INSTALLED = frozenset(("site-packages", "dist-packages"))


def is_custom(name: str, home: str) -> bool:
    """Return whether a module is of the same package as ``home``, or of no library at all."""
    top = name.partition(".")[0]
    if home and top == home.partition(".")[0]:
        return True
    return top not in (_OURS, "builtins") and _is_outside(name)


def _is_outside(name: str) -> bool:
    if name == "__main__":
        return True
    module = sys.modules.get(name)
    if module is None:
        return False
    file = getattr(module, "__file__", None)
    if file is None:
        # Built in, or a folder of modules; what somebody put together by hand has no spec.
        return getattr(module, "__spec__", None) is None
    return _lies_outside(file)


@cache
def _lies_outside(file: str) -> bool:
    path = Path(file).resolve()
    if _INSTALLED & set(path.parts):
        return False
    return not any(path.is_relative_to(folder) for folder in _STANDARD)


def find_custom_spec(name: str) -> ModuleSpec | None:
    """Find a custom module that is not imported yet; its package is imported."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.has_location:
        return None
    return spec if _lies_outside(spec.origin) else None


def is_by_reference(name: str | None, known: Mapping[str, Any] | None = None) -> bool:
    """Return whether another process would import a module of this name, not be sent its parts.

    Args:
        known: The names that the module must have.
    """
    module = sys.modules.get(name or "")
    if name in (None, "__main__") or module is None:
        return False
    return known is None or vars(module) is known


def read_version(module: str) -> str:
    """Return the version of the library that a module is of, as far as it says."""
    top = module.partition(".")[0]
    if top in _RECORDED or top in sys.stdlib_module_names:
        return ""
    return str(getattr(sys.modules.get(top), "__version__", None) or "")
