"""Which downsampling operator should my CNN use on my images, and is the difference real?

The public names are loaded when they are first used, so that ``import poolbench`` costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from poolbench._version import __version__

if TYPE_CHECKING:
    from poolbench.export.onnx import export_onnx
    from poolbench.models.swap import Swapped, swap
    from poolbench.operators import Operator, register
    from poolbench.study.finished import Study, load
    from poolbench.study.hooks import EpochEvent, TrialEvent
    from poolbench.study.lab import Lab, lab
    from poolbench.study.run import compare

# ONNX Runtime from 1.29 on sends what it is used for to its makers, under a number that it keeps in
# the home folder. Read when it is imported; who wants that says 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "EpochEvent",
    "Lab",
    "Operator",
    "Study",
    "Swapped",
    "TrialEvent",
    "__version__",
    "compare",
    "export_onnx",
    "lab",
    "load",
    "register",
    "swap",
]

_MODULES = {
    "EpochEvent": "poolbench.study.hooks",
    "TrialEvent": "poolbench.study.hooks",
    "Lab": "poolbench.study.lab",
    "lab": "poolbench.study.lab",
    "Operator": "poolbench.operators",
    "Study": "poolbench.study.finished",
    "compare": "poolbench.study.run",
    "export_onnx": "poolbench.export.onnx",
    "load": "poolbench.study.finished",
    "Swapped": "poolbench.models.swap",
    "register": "poolbench.operators",
    "swap": "poolbench.models.swap",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'poolbench' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
